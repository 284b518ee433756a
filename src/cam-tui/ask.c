/* ask.c: requests of the screen to camd whose answer is only told. */
#include "cam-tui/ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/composer.h"
#include "cam-tui/tui.h"
#include "rpc/names.h"
#include "rpc/reason.h"
#include "rpc/refusal.h"

char *
ask_error_text(int err, const struct rpc_error *error)
{
	if (err == CAM_ERR_REQUEST && error->message != NULL)
		return refusal_text(error->message, error->data);
	if (err == CAM_ERR_CLOSED)
		return xstrdup(_("there is no connection to camd"));
	return xstrdup(cam_strerror(err));
}

char *
ask_failure_text(const json_t *recipient)
{
	const char *reason =
	    json_string_value(json_object_get(recipient, "reason"));
	const char *to = json_string_value(json_object_get(recipient, "to"));
	const char *error =
	    json_string_value(json_object_get(recipient, "error"));

	if (reason == NULL || to == NULL)
		return xstrdup(error != NULL ? error : "");
	return reason_text(gettext(reason_sentence(reason)), to);
}

static void
say_error(struct tui *tui, int err, const struct rpc_error *error)
{
	char *text = ask_error_text(err, error);

	tui_say(tui, STYLE_BAD, "%s", text);
	free(text);
}

static void
on_told(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct tui *tui = arg;

	if (err != 0 && !tui->is_ending)
		say_error(tui, err, error);
}

void
ask_and_tell(struct tui *tui, const char *method, json_t *params)
{
	session_call(tui->session, method, params, on_told, tui);
}

struct sending {
	struct tui *tui;
	struct view *view; /* may have been closed: looked for */
	char *text;
};

static void
on_sent(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct sending *sending = arg;
	struct tui *tui = sending->tui;

	if (err != 0 && !tui->is_ending) {
		say_error(tui, err, error);
		if (switcher_has(&tui->switcher, sending->view) &&
		    composer_is_empty(sending->view->composer))
			composer_set(
			    sending->view->composer, span_text(sending->text));
	}
	free(sending->text);
	free(sending);
}

void
ask_send(struct tui *tui, struct view *view, json_t *params, const char *text)
{
	struct sending *sending = xcalloc(1, sizeof *sending);

	sending->tui = tui;
	sending->view = view;
	sending->text = xstrdup(text);
	session_call(tui->session, RPC_MESSAGE_SEND, params, on_sent, sending);
}

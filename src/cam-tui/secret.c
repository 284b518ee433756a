/* secret.c: the passphrase of the keys, asked for. */
#include "cam-tui/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/ask.h"
#include "cam-tui/session.h"
#include "cam-tui/tui.h"
#include "rpc/json.h"

/* In bytes; what camd takes. */
enum { PASSPHRASE_MAX = 1024 };

struct secret {
	struct tui *tui;
	char text[PASSPHRASE_MAX];
	size_t len;
	bool is_open;
	bool is_put_off;
	bool is_waiting; /* for camd's answer */
	bool is_guarded;
};

struct secret *
secret_new(struct tui *tui)
{
	struct secret *secret = xcalloc(1, sizeof *secret);

	secret->tui = tui;
	return secret;
}

void
secret_free(struct secret *secret)
{
	wipe_free(secret, sizeof *secret);
}

static void
clear(struct secret *secret)
{
	wipe(secret->text, sizeof secret->text);
	secret->len = 0;
}

/* No core file and no freed memory is to have it. */
static void
guard(struct secret *secret)
{
	const struct rlimit none = { 0, 0 };

	if (secret->is_guarded)
		return;
	secret->is_guarded = true;
	(void)setrlimit(RLIMIT_CORE, &none);
	json_wipe_freed();
}

void
secret_ask(struct secret *secret)
{
	if (secret->is_put_off || secret->is_open || secret->is_waiting)
		return;
	guard(secret);
	clear(secret);
	secret->is_open = true;
	tui_changed(secret->tui);
}

void
secret_ask_again(struct secret *secret)
{
	secret->is_put_off = false;
	if (session_state(secret->tui->session) == SESSION_LOCKED)
		secret_ask(secret);
	else
		tui_say(secret->tui, STYLE_BAR_DIM, "%s",
		    _("the keys are not locked"));
}

void
secret_close(struct secret *secret)
{
	clear(secret);
	secret->is_open = secret->is_waiting = false;
	tui_changed(secret->tui);
}

bool
secret_is_open(const struct secret *secret)
{
	return secret->is_open;
}

const char *
secret_question(void)
{
	return _("passphrase of the keys: ");
}

/* -- typed ------------------------------------------------------------------
 */

static void
on_unlocked(void *arg, int err, const struct rpc_error *error)
{
	struct secret *secret = arg;
	char *text = NULL;

	secret->is_waiting = false;
	if (err == 0 || secret->tui->is_ending)
		return;
	if (err != CAM_ERR_CLOSED)
		secret_ask(secret);
	text = ask_error_text(err, error);
	tui_say(secret->tui, STYLE_BAD, "%s", text);
	free(text);
}

static void
submit(struct secret *secret)
{
	if (secret->len == 0)
		return;
	secret->is_waiting = true;
	secret->is_open = false;
	tui_say(secret->tui, STYLE_BAR, "%s", _("opening the keys..."));
	session_unlock(secret->tui->session, span_of(secret->text, secret->len),
	    on_unlocked, secret);
	clear(secret);
}

static void
put_off(struct secret *secret)
{
	secret_close(secret);
	secret->is_put_off = true;
	tui_say(secret->tui, STYLE_BAR_DIM, "%s",
	    _("the keys stay locked: /unlock asks again"));
}

static void
add(struct secret *secret, struct span text)
{
	if (secret->len + text.len > sizeof secret->text || text.len == 0)
		return;
	memcpy(secret->text + secret->len, text.data, text.len);
	secret->len += text.len;
}

static void
add_character(struct secret *secret, uint32_t codepoint)
{
	struct buf text;

	buf_init(&text, 8);
	utf8_put(&text, codepoint);
	add(secret, buf_span(&text));
	buf_wipe(&text);
}

static void
erase(struct secret *secret)
{
	while (secret->len > 0) {
		unsigned char byte = (unsigned char)secret->text[--secret->len];

		secret->text[secret->len] = '\0';
		if ((byte & 0xC0) != 0x80)
			return;
	}
}

void
secret_stroke(struct secret *secret, struct stroke stroke)
{
	bool is_control = stroke.mods == STROKE_CONTROL;

	if (stroke.key == KEY_ENTER)
		submit(secret);
	else if (stroke.key == KEY_BACKSPACE)
		erase(secret);
	else if (is_control && stroke.key == 'u')
		clear(secret);
	else if (stroke.key == KEY_ESCAPE ||
		 (is_control && (stroke.key == 'c' || stroke.key == 'g')))
		put_off(secret);
	else if (stroke.mods == 0 && stroke.key >= ' ' &&
		 stroke.key < KEY_ENTER)
		add_character(secret, stroke.key);
	tui_changed(secret->tui);
}

void
secret_paste(struct secret *secret, struct span text)
{
	struct span line = text;

	add(secret, span_cut(&text, '\n', &line) ? line : text);
}

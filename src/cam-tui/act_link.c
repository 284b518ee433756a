/* act_link.c: links of a message: opened in a browser, copied. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/commands.h"
#include "cam-tui/link.h"
#include "cam-tui/model.h"
#include "cam-tui/prompt.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/words.h"
#include "loop/child.h"

enum { CHOICES_MAX = 9, CHOICE_TEXT = 48, QUESTION_MAX = 1024 };

/* What is chosen from. */
struct choosing {
	char **urls; /* NULL at the end */
	size_t count;
	void (*use)(struct tui *tui, const char *url);
};

static void
choosing_free(void *arg)
{
	struct choosing *choosing = arg;

	words_free(choosing->urls);
	free(choosing);
}

/* -- used ----------------------------------------------------------------- */

static void
copy(struct tui *tui, const char *url)
{
	if (terminal_copy(tui->terminal, span_text(url)))
		tui_say(tui, STYLE_BAR_DIM,
		    _("given to the terminal's clipboard: %s"), url);
}

/* By the shell, since the program may have arguments, and $BROWSER name several
 * programs; the link is one argument, whatever is in it. */
static const char script[] = "with=${2:-${BROWSER%%:*}}\n"
			     "exec ${with:-xdg-open} \"$1\"";

struct opening {
	struct tui *tui;
	char *url;
};

static void
on_opened(int status, void *arg)
{
	struct opening *opening = arg;

	if (!opening->tui->is_ending &&
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
		tui_say(opening->tui, STYLE_BAR_WARN, "%s",
		    _("the browser failed (tui.browser)"));
		copy(opening->tui, opening->url);
	}
	free(opening->url);
	free(opening);
}

/* Where no window can be opened the user has one elsewhere. */
static bool
has_browser(const struct tui *tui)
{
	const char *own = tui->options.browser;

	if (own[0] != '\0')
		return strcmp(own, "copy") != 0;
	return getenv("BROWSER") != NULL || getenv("DISPLAY") != NULL ||
	       getenv("WAYLAND_DISPLAY") != NULL;
}

static void
open_url(struct tui *tui, const char *url)
{
	const char *argv[] = { "/bin/sh", "-c", script, "sh", url,
		tui->options.browser, NULL };
	struct opening *opening;
	struct child *child;

	if (!has_browser(tui)) {
		copy(tui, url);
		return;
	}
	opening = xcalloc(1, sizeof *opening);
	opening->tui = tui;
	opening->url = xstrdup(url);
	if (child_run(tui->loop, argv, "", 0, 0, on_opened, opening, &child) !=
	    0)
		on_opened(-1, opening);
	else
		tui_say(tui, STYLE_BAR_DIM, _("opening %s"), url);
}

/* -- chosen --------------------------------------------------------------- */

static bool
on_key(struct tui *tui, uint32_t key, void *arg)
{
	struct choosing *choosing = arg;

	if (key < '1' || key >= '1' + choosing->count)
		return false;
	choosing->use(tui, choosing->urls[key - '1']);
	return true;
}

static const struct prompt_ops choosing_ops = { on_key, choosing_free };

static char *
question(const struct choosing *choosing)
{
	struct buf text;
	char *line;

	buf_init(&text, QUESTION_MAX);
	buf_put_text(&text, _("which?"));
	for (size_t i = 0; i < choosing->count; i++)
		buf_printf(&text, " %zu %.*s", i + 1, (int)CHOICE_TEXT,
		    choosing->urls[i]);
	line = buf_steal_text(&text);
	return line != NULL ? line : xstrdup(_("which?"));
}

static bool
has_url(const struct choosing *choosing, struct span url)
{
	for (size_t i = 0; i < choosing->count; i++) {
		if (span_equal_text(url, choosing->urls[i]))
			return true;
	}
	return false;
}

static void
find_urls(const struct model_message *message, struct choosing *choosing)
{
	const json_t *object = json_object_get(message->object, "text");
	struct span text, url;
	size_t from = 0;

	if (!json_is_string(object))
		return;
	text = span_of(json_string_value(object), json_string_length(object));
	while (choosing->count < CHOICES_MAX && link_find(text, from, &url)) {
		from = (size_t)(url.data - text.data) + url.len;
		if (has_url(choosing, url))
			continue;
		choosing->urls = xreallocarray(choosing->urls,
		    choosing->count + 2, sizeof *choosing->urls);
		choosing->urls[choosing->count++] = span_dup(url);
		choosing->urls[choosing->count] = NULL;
	}
}

static void
choose(struct tui *tui, void (*use)(struct tui *tui, const char *url))
{
	struct view *view = tui->switcher.shown;
	const struct model_talk *talk = view_talk_of(view);
	const struct model_message *message =
	    talk != NULL ? view_talk_selected(view, false, false) : NULL;
	struct choosing *choosing = xcalloc(1, sizeof *choosing);

	choosing->use = use;
	if (message != NULL)
		find_urls(message, choosing);
	for (size_t i = talk != NULL && message == NULL ? talk->count : 0;
	     choosing->count == 0 && i-- > 0;)
		find_urls(talk->messages[i], choosing);
	if (choosing->count > 1) {
		prompt_ask(tui, question(choosing), &choosing_ops, choosing);
		return;
	}
	if (choosing->count == 1)
		use(tui, choosing->urls[0]);
	else
		tui_say(tui, STYLE_BAR_DIM, "%s", _("there is no link here"));
	choosing_free(choosing);
}

void
act_open_link(struct tui *tui, const char *argument)
{
	choose(tui, open_url);
}

void
act_copy_link(struct tui *tui, const char *argument)
{
	choose(tui, copy);
}

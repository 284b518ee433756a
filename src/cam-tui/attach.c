/* attach.c: files offered from the screen. */
#include "cam-tui/attach.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "cam-tui/ask.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/model.h"
#include "cam-tui/pathlist.h"
#include "cam-tui/prompt.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/words.h"

/* -- sending -------------------------------------------------------------- */

static char *
absolute(const char *path)
{
	char here[PATH_MAX];
	char *whole = pathlist_expand(path, getenv("HOME")), *joined;
	size_t len;

	if (whole[0] != '/' && getcwd(here, sizeof here) != NULL) {
		joined = path_join(here, whole);
		free(whole);
		whole = joined;
	}
	for (len = strlen(whole); len > 1 && whole[len - 1] == '/'; len--)
		whole[len - 1] = '\0';
	return whole;
}

static bool
exists(const char *path)
{
	char *whole = absolute(path);
	struct stat status;
	bool does = stat(whole, &status) == 0 &&
		    (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));

	free(whole);
	return does;
}

static void
send_files(struct tui *tui, struct view *view, char *const *paths, size_t count,
    bool image, const char *text)
{
	const struct model_talk *talk = view_talk_of(view);
	json_t *to = json_array(), *files = json_array();

	for (size_t i = 0; i < talk->user_count; i++)
		json_array_append_new(to, json_string(talk->users[i]));
	for (size_t i = 0; i < count; i++) {
		char *path = absolute(paths[i]);

		json_array_append_new(files,
		    json_pack("{s:s, s:b}", "path", path, "image", image));
		free(path);
	}
	ask_send(tui, view,
	    json_pack("{s:o, s:s, s:o}", "to", to, "text", "", "files", files),
	    text);
}

/* -- typed ---------------------------------------------------------------- */

/* NULL, having said so: files go to the users of a talk. */
static struct view *
talk_view(struct tui *tui)
{
	struct view *view = tui->switcher.shown;
	const struct model_talk *talk = view_talk_of(view);

	if (talk != NULL && talk->user_count > 0)
		return view;
	tui_say(tui, STYLE_BAR_WARN, "%s",
	    _("in a talk, or '/file send PATH WHO' from anywhere"));
	return NULL;
}

static const char *
first_missing(char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!exists(paths[i]))
			return paths[i];
	}
	return NULL;
}

static void
attach(struct tui *tui, struct view *view, char *const *words, size_t count,
    const char *line)
{
	bool image = count > 0 && strcmp(words[0], "--image") == 0;
	const char *missing;

	words += image;
	count -= image;
	missing = first_missing(words, count);
	if (count == 0)
		tui_say(
		    tui, STYLE_BAR_WARN, "%s", _("/attach [--image] PATH..."));
	else if (missing != NULL)
		tui_say(tui, STYLE_BAR_WARN,
		    _("there is no file or folder '%s'"), missing);
	else
		send_files(tui, view, words, count, image, line);
}

void
act_attach(struct tui *tui, const char *argument)
{
	struct view *view = talk_view(tui);
	char **words = NULL;
	size_t count = 0;
	char *line;

	if (view == NULL)
		return;
	line = xasprintf("/attach %s", argument != NULL ? argument : "");
	if (pathlist_words(span_text(argument != NULL ? argument : ""), &words,
		&count) != 0)
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("a quote is not closed, or there are too many files"));
	else
		attach(tui, view, words, count, line);
	words_free(words);
	free(line);
}

/* "send PATH..." without anybody at its end, in a talk. */
static bool
is_for_talk(const struct tui *tui, char *const *words, size_t count)
{
	const struct model_talk *talk = view_talk_of(tui->switcher.shown);

	return talk != NULL && talk->user_count > 0 && count > 1 &&
	       strcmp(words[0], "send") == 0 &&
	       pathlist_is_path(words[count - 1]);
}

/* The verb; its paths may be written as for a shell. */
void
act_file(struct tui *tui, const char *argument)
{
	char *line = xasprintf("file %s", argument != NULL ? argument : "");
	char **words = NULL;
	size_t count = 0;

	if (pathlist_words(span_text(line), &words, &count) != 0) {
		tui_run_cam(tui, line);
	} else if (is_for_talk(tui, words + 1, count - 1)) {
		char *typed = xasprintf("/%s", line);

		attach(tui, tui->switcher.shown, words + 2, count - 2, typed);
		free(typed);
	} else {
		for (size_t i = 0; i < count; i++) {
			char *path = pathlist_expand(words[i], getenv("HOME"));

			free(words[i]);
			words[i] = path;
		}
		tui_run_words(tui, line, words, count);
	}
	words_free(words);
	free(line);
}

/* -- pasted --------------------------------------------------------------- */

struct pasted {
	char **paths;
	size_t count;
	char *text; /* as it came */
	char *key;  /* of the talk it was pasted into */
	bool may_be_image;
};

static void
pasted_free(void *arg)
{
	struct pasted *pasted = arg;

	words_free(pasted->paths);
	free(pasted->text);
	free(pasted->key);
	free(pasted);
}

static bool
on_key(struct tui *tui, uint32_t key, void *arg)
{
	struct pasted *pasted = arg;
	struct view *view = tui->switcher.shown;
	const struct model_talk *talk = view_talk_of(view);

	/* It may have been closed meanwhile. */
	if (talk == NULL || strcmp(talk->key, pasted->key) != 0)
		return true;
	switch (key) {
	case 's':
	case KEY_ENTER:
		send_files(tui, view, pasted->paths, pasted->count, false,
		    pasted->text);
		return true;
	case 'p':
		if (!pasted->may_be_image)
			return false;
		send_files(tui, view, pasted->paths, pasted->count, true,
		    pasted->text);
		return true;
	case 'i':
		composer_insert(view->composer, span_text(pasted->text));
		return true;
	default:
		return false;
	}
}

static const struct prompt_ops pasted_ops = { on_key, pasted_free };

static bool
has_png_names(char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(paths[i]);

		if (len < 5 || !text_same(paths[i] + len - 4, ".png"))
			return false;
	}
	return true;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static char *
question(const struct pasted *pasted, const char *who)
{
	char *what =
	    pasted->count == 1
		? xasprintf("'%s'", last_part(pasted->paths[0]))
		: xasprintf(ngettext("%zu file", "%zu files", pasted->count),
		      pasted->count);
	char *text = pasted->may_be_image
			 ? xasprintf(_("s sends %s to %s, p as a picture in "
				       "the text, i inserts it as text, Esc: "
				       "no"),
			       what, who)
			 : xasprintf(_("s sends %s to %s, i inserts it as "
				       "text, Esc: no"),
			       what, who);

	free(what);
	return text;
}

static bool
find_paths(struct span text, struct pasted *pasted)
{
	static const enum pathlist_form forms[] = { PATHLIST_QUOTED,
		PATHLIST_LINES };

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (pathlist_pasted(
			text, forms[i], &pasted->paths, &pasted->count) != 0)
			continue;
		if (first_missing(pasted->paths, pasted->count) == NULL)
			return true;
		words_free(pasted->paths);
		pasted->paths = NULL;
	}
	return false;
}

/* Dragged into a command it is an argument. */
static bool
insert_argument(struct view *view, const struct pasted *pasted)
{
	struct span text = composer_text(view->composer);

	if (text.len == 0 || text.data[0] != '/')
		return false;
	for (size_t i = 0; i < pasted->count; i++) {
		char *word = pathlist_escape(pasted->paths[i]);

		composer_insert(view->composer, span_text(word));
		composer_insert(view->composer, span_text(" "));
		free(word);
	}
	return true;
}

bool
attach_pasted(struct tui *tui, struct span text)
{
	struct view *view = tui->switcher.shown;
	const struct model_talk *talk = view_talk_of(view);
	struct pasted *pasted;
	char *who;

	if (talk == NULL || talk->user_count == 0 ||
	    text.len > PATHLIST_MAX * LIMIT_PATH)
		return false;
	pasted = xcalloc(1, sizeof *pasted);
	if (!find_paths(text, pasted)) {
		free(pasted);
		return false;
	}
	if (insert_argument(view, pasted)) {
		pasted_free(pasted);
		return true;
	}
	pasted->text = span_dup(text);
	pasted->key = xstrdup(talk->key);
	pasted->may_be_image = has_png_names(pasted->paths, pasted->count);
	who = model_talk_name(tui->model, talk);
	prompt_ask(tui, question(pasted, who), &pasted_ops, pasted);
	free(who);
	return true;
}

/* completion.c: what the word before the cursor could become. */
#include "cam-tui/completion.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "cam-tui/composer.h"
#include "cam-tui/keytable.h"
#include "cam-tui/model.h"
#include "cam-tui/pathlist.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"
#include "cam-tui/words.h"
#include "loop/child.h"

enum {
	CANDIDATES_MAX = 500,
	SHOWN_MAX = 2000,
	OUTPUT_MAX = 256 * 1024,
	TIMEOUT_MS = 5000
};

struct completion {
	char **list;
	size_t count;
	size_t place; /* the one that is put, count: what all begin with */
	size_t from;  /* where the word begins */
	char *word;
	bool is_on;
	/* Asking 'cam complete'. */
	struct tui *tui;
	struct child *child;
	struct buf output;
};

struct completion *
completion_new(void)
{
	struct completion *completion = xcalloc(1, sizeof *completion);

	buf_init(&completion->output, OUTPUT_MAX);
	return completion;
}

static void
forget(struct completion *completion)
{
	for (size_t i = 0; i < completion->count; i++)
		free(completion->list[i]);
	free(completion->list);
	free(completion->word);
	completion->list = NULL;
	completion->word = NULL;
	completion->count = 0;
	completion->is_on = false;
}

static void
stop_asking(struct completion *completion)
{
	child_forget(completion->child);
	completion->child = NULL;
	buf_clear(&completion->output);
}

void
completion_free(struct completion *completion)
{
	if (completion == NULL)
		return;
	forget(completion);
	stop_asking(completion);
	buf_finish(&completion->output);
	free(completion);
}

void
completion_end(struct tui *tui)
{
	forget(tui->completion);
	stop_asking(tui->completion);
}

/* Takes text. */
static void
add(struct completion *completion, char *text)
{
	for (size_t i = 0; i < completion->count; i++) {
		if (strcmp(completion->list[i], text) == 0) {
			free(text);
			return;
		}
	}
	if (completion->count == CANDIDATES_MAX ||
	    !utf8_is_valid(span_text(text))) {
		free(text);
		return;
	}
	completion->list = xreallocarray(
	    completion->list, completion->count + 1, sizeof *completion->list);
	completion->list[completion->count++] = text;
}

/* -- put ------------------------------------------------------------------ */

static struct composer *
composer_of(const struct tui *tui)
{
	return tui->switcher.shown->composer;
}

/* In bytes, to a character's edge. */
static size_t
common_beginning(const struct completion *completion)
{
	size_t len = strlen(completion->list[0]);

	for (size_t i = 1; i < completion->count; i++) {
		const char *other = completion->list[i];
		size_t same = 0;

		while (same < len &&
		       strncasecmp(completion->list[0], other, same + 1) == 0)
			same++;
		len = same;
	}
	return utf8_cut(span_text(completion->list[0]), len);
}

static void
show_candidates(const struct completion *completion, struct tui *tui)
{
	struct buf text;
	char *line;

	buf_init(&text, SHOWN_MAX);
	for (size_t i = 0; i < completion->count && text.len < SHOWN_MAX - 300;
	     i++)
		buf_printf(
		    &text, "%s%.200s", i > 0 ? "  " : "", completion->list[i]);
	line = buf_steal_text(&text);
	if (line != NULL)
		tui_show_notice(tui, STYLE_BAR, line);
	free(line);
}

static void
put(struct completion *completion, struct tui *tui, const char *text,
    size_t len)
{
	composer_replace(
	    composer_of(tui), completion->from, span_of(text, len));
}

static void
put_first(struct completion *completion, struct tui *tui)
{
	size_t len;

	completion->is_on = true;
	completion->place = completion->count;
	if (completion->count == 0) {
		forget(completion);
		return;
	}
	if (completion->count == 1) {
		const char *only = completion->list[0];
		bool is_folder =
		    only[0] != '\0' && only[strlen(only) - 1] == '/';

		put(completion, tui, only, strlen(only));
		if (!is_folder)
			composer_insert(composer_of(tui), span_text(" "));
		forget(completion);
		return;
	}
	len = common_beginning(completion);
	if (len >= strlen(completion->word))
		put(completion, tui, completion->list[0], len);
	show_candidates(completion, tui);
}

static void
put_next(struct completion *completion, struct tui *tui)
{
	const char *text;

	completion->place = (completion->place + 1) % (completion->count + 1);
	if (completion->place == completion->count)
		completion->place = 0;
	text = completion->list[completion->place];
	put(completion, tui, text, strlen(text));
	show_candidates(completion, tui);
}

/* -- commands ------------------------------------------------------------- */

static void
take_line(struct completion *completion, struct span line, bool is_first)
{
	char *text;

	for (size_t i = 0; i < line.len; i++) {
		if (line.data[i] == '\t')
			line.len = i;
	}
	if (line.len == 0 || line.data[0] == ':')
		return;
	text = span_dup(line);
	add(completion, is_first ? xasprintf("/%s", text) : xstrdup(text));
	free(text);
}

static void complete_file(struct completion *completion, const char *word);

static void
on_completed(int status, void *arg)
{
	struct completion *completion = arg;
	struct span rest = buf_span(&completion->output), line;
	bool is_first = completion->word[0] == '/' && completion->from == 0;

	completion->child = NULL;
	if (span_starts(rest, ":file"))
		complete_file(completion, completion->word);
	while (span_cut(&rest, '\n', &line))
		take_line(completion, line, is_first);
	put_first(completion, completion->tui);
	tui_changed(completion->tui);
}

static void
on_output(const void *data, size_t len, void *arg)
{
	struct completion *completion = arg;

	buf_put(&completion->output, data, len);
}

/* Commands that are actions of cam call. */
static bool
is_of_call(const char *name)
{
	static const char *const names[] = { "add", "decline", "hangup",
		"hold" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void
complete_command(struct completion *completion, struct tui *tui)
{
	struct span text = composer_text(composer_of(tui));
	char *line = span_dup(
	    span_of(text.data + 1, composer_cursor(composer_of(tui)) - 1));
	size_t count, n = 0;
	char **words = words_split(line, &count);
	const char **argv = xcalloc(count + 7, sizeof *argv);

	argv[n++] = tui->cam;
	argv[n++] = "complete";
	argv[n++] = "--";
	if (completion->from > 0 && count > 0 && is_of_call(words[0]))
		argv[n++] = "call";
	for (size_t i = 0; i < count; i++)
		argv[n++] = words[i];
	if (completion->word[0] == '\0' || count == 0)
		argv[n++] = "";
	completion->tui = tui;
	if (completion->from == 0) {
		for (const struct command *command = command_table();
		     command->name != NULL; command++) {
			if (text_starts_same(command->name, line))
				add(completion,
				    xasprintf("/%s", command->name));
		}
	}
	if (tui->cam == NULL ||
	    child_capture(tui->loop, argv, TIMEOUT_MS, on_output, on_completed,
		completion, &completion->child) != 0)
		put_first(completion, tui);
	free(argv);
	words_free(words);
	free(line);
}

/* -- names ---------------------------------------------------------------- */

/* At the start of a text a name is spoken to. */
static char *
spoken(const struct completion *completion, const char *name)
{
	return completion->from == 0 ? xasprintf("%s:", name) : xstrdup(name);
}

static void
complete_name(struct completion *completion, struct tui *tui)
{
	const struct model *model = tui->model;
	const struct model_talk *talk = view_talk_of(tui->switcher.shown);

	/* Those of the talk come first. */
	for (size_t i = 0; talk != NULL && i < talk->user_count; i++) {
		const char *name = model_name_of(model, talk->users[i]);

		if (text_starts_same(name, completion->word))
			add(completion, spoken(completion, name));
	}
	for (const struct model_user *user = model_user_first(model);
	     user != NULL && completion->count < CANDIDATES_MAX;
	     user = model_user_next(model, user)) {
		if (text_starts_same(user->name, completion->word))
			add(completion, spoken(completion, user->name));
	}
}

/* -- files ---------------------------------------------------------------- */

static bool
is_folder(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	struct stat status;
	bool is = stat(path, &status) == 0 && S_ISDIR(status.st_mode);

	free(path);
	return is;
}

static char *
home_path(const char *path)
{
	const char *home = getenv("HOME");

	if (path[0] == '~' && path[1] == '/' && home != NULL)
		return xasprintf("%s%s", home, path + 1);
	return xstrdup(path[0] != '\0' ? path : ".");
}

static void
complete_file(struct completion *completion, const char *word)
{
	const char *slash = strrchr(word, '/');
	size_t len = slash != NULL ? (size_t)(slash + 1 - word) : 0;
	char *before = xstrndup(word, len), *folder = home_path(before);
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (strncmp(name, word + len, strlen(word + len)) != 0 ||
		    (name[0] == '.' && word[len] != '.') ||
		    strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		add(completion, xasprintf("%s%s%s", before, name,
				    is_folder(folder, name) ? "/" : ""));
	}
	if (dir != NULL)
		closedir(dir);
	free(folder);
	free(before);
}

/* -- all ------------------------------------------------------------------ */

static size_t
word_start(struct span text, size_t cursor)
{
	while (cursor > 0 && ((text.data[cursor - 1] != ' ' &&
				  text.data[cursor - 1] != '\n') ||
				 (cursor > 1 && text.data[cursor - 2] == '\\')))
		cursor--;
	return cursor;
}

/* Commands whose words are taken apart as by a shell; a folder is typed into a
 * list alone. */
static bool
takes_paths(const struct tui *tui, struct span text)
{
	static const char *const commands[] = { "/attach ", "/get-into ",
		"/file send " };
	const struct completion *completion = tui->completion;

	if (tui->switcher.shown->type->is_list)
		return completion->from == 0;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (span_starts(text, commands[i]) &&
		    completion->from >= strlen(commands[i]))
			return i < 2 || pathlist_is_path(completion->word);
	}
	return false;
}

/* As a shell's word: escaped. */
static void
complete_path(struct completion *completion)
{
	char **words = NULL;
	size_t count = 0;

	if (pathlist_words(span_text(completion->word), &words, &count) != 0 ||
	    count > 1) {
		words_free(words);
		return;
	}
	complete_file(completion, count == 1 ? words[0] : "");
	for (size_t i = 0; i < completion->count; i++) {
		char *escaped = pathlist_escape(completion->list[i]);

		free(completion->list[i]);
		completion->list[i] = escaped;
	}
	words_free(words);
}

void
completion_start(struct tui *tui)
{
	struct completion *completion = tui->completion;
	struct span text = composer_text(composer_of(tui));
	size_t cursor = composer_cursor(composer_of(tui));

	if (completion->is_on) {
		put_next(completion, tui);
		return;
	}
	forget(completion);
	stop_asking(completion);
	completion->from = word_start(text, cursor);
	completion->word = span_dup(
	    span_of(text.data + completion->from, cursor - completion->from));
	if (takes_paths(tui, text)) {
		complete_path(completion);
		put_first(completion, tui);
		return;
	}
	if (text.len > 0 && text.data[0] == '/' && cursor > 0) {
		complete_command(completion, tui);
		return;
	}
	if (pathlist_is_path(completion->word))
		complete_file(completion, completion->word);
	else if (completion->word[0] != '\0')
		complete_name(completion, tui);
	put_first(completion, tui);
}

/* tui_verb.c: a verb of the command line, run as a child, what it prints in a
 * view. */
#include <stdlib.h>
#include <sys/wait.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_text.h"
#include "cam-tui/words.h"
#include "loop/child.h"

enum { VERB_TIMEOUT_MS = 10 * 60 * 1000 };

/* A verb that runs; its output comes in pieces of lines. */
struct running {
	struct running *next;
	struct tui *tui;
	struct child *child;
	struct buf line;
	size_t first; /* where its output begins in the view */
};

enum { LINE_MAX_BYTES = 64 * 1024 };

static struct view *
output_view(struct tui *tui)
{
	if (tui->output == NULL) {
		tui->output = view_text_new(tui, _("output"), true);
		switcher_add(&tui->switcher, tui->output);
	}
	return tui->output;
}

static void
put_line(struct running *running)
{
	char *text = span_dup(buf_span(&running->line));

	view_text_add(output_view(running->tui), STYLE_PLAIN, text);
	free(text);
	buf_clear(&running->line);
}

static void
on_output(const void *data, size_t len, void *arg)
{
	struct running *running = arg;
	const char *bytes = data;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n' || running->line.len == LINE_MAX_BYTES)
			put_line(running);
		if (bytes[i] != '\n')
			buf_put_byte(&running->line, (uint8_t)bytes[i]);
	}
	tui_changed(running->tui);
}

static void
drop(struct running *running)
{
	struct running **place = &running->tui->running;

	while (*place != running)
		place = &(*place)->next;
	*place = running->next;
	buf_finish(&running->line);
	free(running);
}

/* What they go on to write finds nobody who reads. */
void
tui_end_verbs(struct tui *tui)
{
	while (tui->running != NULL) {
		child_forget(tui->running->child);
		drop(tui->running);
	}
}

static void
on_done(int status, void *arg)
{
	struct running *running = arg;
	struct tui *tui = running->tui;

	if (running->line.len > 0)
		put_line(running);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		tui_say(tui, STYLE_BAR_WARN, _("it ended with status %d"),
		    WEXITSTATUS(status));
	if (view_text_count(output_view(tui)) >= running->first)
		view_text_align(tui->output, running->first);
	view_text_notify(tui->output);
	drop(running);
	/* It may have been 'config set'. */
	tui_read_options(tui);
	tui_changed(tui);
}

void
tui_run_words(
    struct tui *tui, const char *line, char *const *words, size_t count)
{
	struct running *running;
	const char **argv = xcalloc(count + 2, sizeof *argv);
	char *title = xasprintf("$ cam %s", line);

	argv[0] = tui->cam;
	for (size_t i = 0; i < count; i++)
		argv[i + 1] = words[i];
	running = xcalloc(1, sizeof *running);
	running->tui = tui;
	buf_init(&running->line, LINE_MAX_BYTES);
	if (tui->cam == NULL || count == 0 ||
	    child_capture(tui->loop, argv, VERB_TIMEOUT_MS, on_output, on_done,
		running, &running->child) != 0) {
		tui_say(tui, STYLE_BAR_WARN, "%s", _("cam cannot be run"));
		free(running);
	} else {
		view_text_add(output_view(tui), STYLE_ACCENT, title);
		running->first = view_text_count(tui->output);
		tui_show(tui, tui->output);
		running->next = tui->running;
		tui->running = running;
	}
	free(title);
	free(argv);
}

void
tui_run_cam(struct tui *tui, const char *line)
{
	size_t count;
	char **words = words_split(line, &count);

	tui_run_words(tui, line, words, count);
	words_free(words);
}

/* run.c: cam run: a command, its output and status as a message. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/command.h"
#include "cam/complain.h"
#include "cam/dispatch.h"
#include "cam/excerpt.h"
#include "cam/once.h"
#include "cam/output.h"
#include "cam/verbs.h"
#include "rpc/names.h"

/* Of the command in a message, in bytes. */
enum { LINE_MAX_SHOWN = 200 };

struct running {
	struct cam *cam;
	char **argv;
	const char *key; /* --once, or NULL */
	bool on_failure;
	json_t *to;
	bool clear;
	struct excerpt output;
	struct command_end end;
	int before; /* the status that was told last, with a key */
	bool is_sent;
};

/* -- what is said -----------------------------------------------------------
 */

/* "backup --full /home" */
static char *
command_line(char *const argv[])
{
	struct buf line;
	size_t len;

	buf_init(&line, LIMIT_RPC_LINE);
	for (size_t i = 0; argv[i] != NULL; i++) {
		if (i > 0)
			buf_put_byte(&line, ' ');
		text_print(&line, span_text(argv[i]), TEXT_LINE);
	}
	len = utf8_cut(buf_span(&line), LINE_MAX_SHOWN);
	if (len < line.len) {
		line.len = len;
		buf_put_text(&line, "\xe2\x80\xa6");
	}
	return buf_steal_text(&line);
}

static char *
sentence(const struct running *running)
{
	const struct command_end *end = &running->end;
	char *line = command_line(running->argv), *text = NULL;
	double seconds = (double)end->took_ms / 1000;

	if (line == NULL)
		line = xstrdup(running->argv[0]);
	if (end->failure != 0)
		text = xasprintf(
		    _("'%s' cannot be run: %s"), line, strerror(end->failure));
	else if (end->signo != 0)
		text = xasprintf(
		    _("'%s' was ended by signal %d (%s) after %.1f s"), line,
		    end->signo, strsignal(end->signo), seconds);
	else if (end->status != 0)
		text = xasprintf(_("'%s' failed with status %d after %.1f s"),
		    line, end->status, seconds);
	else if (running->before != 0)
		text = xasprintf(
		    _("'%s' succeeds again, after %.1f s; before, its status "
		      "was %d"),
		    line, seconds, running->before);
	else
		text =
		    xasprintf(_("'%s' succeeded after %.1f s"), line, seconds);
	free(line);
	return text;
}

static char *
compose(const struct running *running)
{
	char *first = sentence(running);
	struct buf text, output;

	buf_init(&output, LIMIT_MESSAGE_TEXT);
	excerpt_write(&running->output, &output);
	buf_init(&text, 2 * LIMIT_MESSAGE_TEXT);
	buf_put_text(&text, first);
	if (output.len > 0) {
		buf_put_text(&text, "\n\n");
		buf_put_span(&text, buf_span(&output));
	}
	buf_finish(&output);
	free(first);
	return buf_steal_text(&text);
}

/* -- whom it is said to -----------------------------------------------------
 */

/* What cannot be sent is on stderr, for cron to mail. */
static void
send_text(struct running *running, const char *text)
{
	/* What it prints is not our output. */
	struct cam quiet = *running->cam;
	struct dispatch dispatch = {
		.cam = &quiet,
		.method = RPC_MESSAGE_SEND,
		.request = json_pack("{s:s,s:O,s:b}", "text", text, "to",
		    running->to, "clear", running->clear),
		.until = UNTIL_QUEUED,
		.timeout_ms = DISPATCH_TIMEOUT_MS,
	};
	int code;

	quiet.quiet = true;
	quiet.json = false;
	code = dispatch_run(&dispatch);
	/* Where it is has been found out meanwhile; the paths have one owner.
	 */
	running->cam->paths = quiet.paths;
	running->is_sent = code == 0 || code == EXIT_SOME;
	if (!running->is_sent && !output_is_terminal(running->cam)) {
		struct buf safe;

		buf_init(&safe, LIMIT_RPC_LINE);
		text_print(&safe, span_text(text), TEXT_BLOCK);
		buf_put_byte(&safe, '\n');
		fwrite(safe.data, 1, safe.len, stderr);
		buf_finish(&safe);
	}
	json_decref(dispatch.request);
}

static bool
is_to_be_told(const struct running *running)
{
	if (running->end.status != 0)
		return running->end.status != running->before;
	return !running->on_failure || running->before != 0;
}

static void
tell(struct running *running)
{
	char *text = NULL;

	if (running->key != NULL)
		running->before = once_status(running->cam, running->key);
	if (!is_to_be_told(running))
		return;
	text = compose(running);
	send_text(running, text);
	free(text);
	if (running->key != NULL && running->is_sent)
		once_set(running->cam, running->key, running->end.status);
}

static void
print(const struct running *running)
{
	const struct command_end *end = &running->end;
	json_t *object;

	if (!running->cam->json)
		return;
	object = json_pack("{s:i,s:o,s:I,s:b}", "status", end->status, "signal",
	    end->signo != 0 ? json_integer(end->signo) : json_null(),
	    "duration_ms", (json_int_t)end->took_ms, "sent", running->is_sent);
	output_json(object);
	json_decref(object);
}

/* -- asked ------------------------------------------------------------------
 */

static int
read_args(struct running *running, const struct args *args)
{
	const char *to = args_value(args, "to");
	char *list, *rest, *who;
	int code = args_count(args, 1, -1);

	if (code != 0)
		return code;
	list = rest = xstrdup(to != NULL ? to : "");
	while ((who = strsep(&rest, ",")) != NULL) {
		if (who[0] != '\0')
			json_array_append_new(running->to, json_string(who));
	}
	free(list);
	running->argv = args->argv;
	running->key = args_value(args, "once");
	running->on_failure = args_has(args, "on-failure");
	running->clear = args_has(args, "clear");
	if (json_array_size(running->to) == 0)
		return complain_usage("run", _("no recipient is named (--to)"));
	if (running->key != NULL && running->key[0] == '\0')
		return complain_usage("run", _("the key of --once is empty"));
	return 0;
}

int
verb_run(struct cam *cam, struct args *args)
{
	struct running running = { .cam = cam, .to = json_array() };
	int code = read_args(&running, args);
	bool show = !cam->json && (cam->verbose || output_is_terminal(cam));

	if (code == 0) {
		excerpt_init(&running.output);
		command_run(running.argv, show, &running.output, &running.end);
		if (running.end.failure != 0)
			complain(_("cannot run '%s': %s"), running.argv[0],
			    strerror(running.end.failure));
		tell(&running);
		print(&running);
		code = running.end.status;
	}
	json_decref(running.to);
	return code;
}

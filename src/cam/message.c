/* message.c: messages as people read them. */
#include "cam/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"
#include "cam/cam.h"
#include "cam/offer.h"
#include "cam/output.h"
#include "rpc/callwords.h"
#include "rpc/json.h"

/* Before what is below the line of a message. */
#define INDENT "      "

static bool
is_sent(const json_t *message)
{
	return json_text_is(message, "type", "message.sent") ||
	       json_text_is(
		   json_object_get(message, "call"), "direction", "out");
}

void
message_clock(const json_t *time, char clock[MESSAGE_TIME_SIZE],
    char date[MESSAGE_DATE_SIZE])
{
	const char *text = json_string_value(time);
	int64_t wall_ms = 0;
	time_t seconds;
	struct tm local;

	clock[0] = date[0] = '\0';
	if (text == NULL || clock_parse(text, clock_wall_ms(), &wall_ms) != 0)
		return;
	seconds = (time_t)(wall_ms / 1000);
	if (localtime_r(&seconds, &local) == NULL)
		return;
	strftime(clock, MESSAGE_TIME_SIZE, "%H:%M", &local);
	strftime(date, MESSAGE_DATE_SIZE, "%Y-%m-%d", &local);
}

/* "bob@pc2, carl@pc3" */
static char *
recipients(const json_t *message, const char *separator)
{
	const json_t *user;
	struct buf text;
	char *joined;
	size_t i;

	buf_init(&text, LIMIT_RPC_LINE);
	json_array_foreach(json_object_get(message, "to"), i, user)
	{
		if (i > 0)
			buf_put_text(&text, separator);
		buf_put_text(&text, json_string_value(user) != NULL
					? json_string_value(user)
					: "");
	}
	joined = buf_steal_text(&text);
	return joined != NULL ? joined : xstrdup("");
}

char *
message_text(const json_t *message)
{
	const char *text = json_string_value(json_object_get(message, "text"));

	if (text != NULL)
		return xstrdup(text);
	if (json_is_object(json_object_get(message, "call")))
		return callwords_past(json_object_get(message, "call"));
	if (json_is_true(json_object_get(message, "deleted")))
		return xstrdup(_("(deleted)"));
	return xasprintf(
	    json_is_true(json_object_get(message, "locked"))
		? _("(sealed and locked: 'cam open %.*s' opens it)")
		: _("(sealed: 'cam open %.*s' opens it)"),
	    MESSAGE_ID_SHOWN, json_text_at(message, "id"));
}

static void
print_who(struct cam *cam, const json_t *message)
{
	const char *nick = json_text_at(message, "nick");
	char *who;

	if (is_sent(message)) {
		char *to = recipients(message, ", ");

		who = xasprintf("\xe2\x86\x92 %s", to);
		output_text(cam, STYLE_ACCENT, who, TEXT_LINE);
		free(to);
	} else {
		who = xstrdup(
		    nick[0] != '\0' ? nick : json_text_at(message, "from"));
		output_text(cam, STYLE_BOLD, who, TEXT_LINE);
	}
	free(who);
}

/* What is out of the ordinary: "[queued, in clear]". */
static void
print_marks(struct cam *cam, const json_t *message)
{
	const char *state = json_text_at(message, "state");
	bool deleted = json_is_true(json_object_get(message, "deleted"));
	struct buf marks;

	buf_init(&marks, 1024);
	/* How far one came that was deleted is nobody's worry any more. */
	if (is_sent(message) && !deleted && strcmp(state, "delivered") != 0)
		buf_printf(&marks, ", %s", state);
	if (json_is_true(json_object_get(message, "sealed")) &&
	    !json_is_null(json_object_get(message, "text")))
		buf_printf(&marks, ", %s", _("sealed"));
	if (json_is_array(json_object_get(message, "choices")))
		buf_printf(&marks, ", %s", _("question"));
	if (json_text_is(message, "encryption", "none"))
		buf_printf(&marks, ", %s", _("in clear"));
	if (json_text_is(message, "signed", "bad"))
		buf_printf(&marks, ", %s", _("signature is wrong"));
	if (json_is_true(json_object_get(message, "unread")))
		buf_printf(&marks, ", %s", _("new"));
	buf_put_byte(&marks, '\0');
	if (marks.len > 3 && !buf_failed(&marks)) {
		char *text = xasprintf(" [%s]", (const char *)marks.data + 2);

		output_text(cam, STYLE_WARN, text, TEXT_LINE);
		free(text);
	}
	buf_finish(&marks);
}

/* "      > Bob: lunch at noon or at one, or...": what it answers. */
static void
print_quote(struct cam *cam, const json_t *message)
{
	const json_t *quote = json_object_get(message, "quote");
	const char *nick = json_text_at(quote, "nick");
	char *text = NULL, *line = NULL;

	if (!json_is_object(quote))
		line = xstrdup(_("> (a message that is not here)"));
	else if (json_is_string(json_object_get(quote, "text")))
		text = xstrdup(json_text_at(quote, "text"));
	else if (json_is_true(json_object_get(quote, "deleted")))
		text = xstrdup(_("(deleted)"));
	else
		text = xstrdup(_("(sealed)"));
	/* Its first line will do. */
	if (text != NULL)
		line = xasprintf("> %s: %.*s",
		    nick[0] != '\0' ? nick : json_text_at(quote, "from"),
		    (int)strcspn(text, "\n"), text);
	printf(INDENT);
	output_text(cam, STYLE_DIM, line, TEXT_LINE);
	putchar('\n');
	free(line);
	free(text);
}

static void
print_lines(struct cam *cam, char *text)
{
	char *rest = text;
	char *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (rest == NULL && line[0] == '\0')
			break;
		printf(INDENT);
		output_text(cam, STYLE_PLAIN, line, TEXT_BLOCK);
		if (rest != NULL)
			putchar('\n');
	}
}

/* The text, or below each other what is answered and the text. */
static void
print_text(struct cam *cam, const json_t *message)
{
	char *text = message_text(message);
	size_t len = strlen(text);
	bool answers = json_is_string(json_object_get(message, "reply"));

	if (len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	if (strchr(text, '\n') == NULL && !answers) {
		printf(len > 0 ? ": " : ":"); /* one of files only has none */
		output_text(cam, STYLE_PLAIN, text, TEXT_BLOCK);
	} else {
		printf(":\n");
		if (answers)
			print_quote(cam, message);
		print_lines(cam, text);
	}
	if (json_is_string(json_object_get(message, "edited"))) {
		putchar(' ');
		output_text(cam, STYLE_DIM, _("(edited)"), TEXT_LINE);
	}
	putchar('\n');
	free(text);
}

/* "      [5f0c1a2b.1] report.pdf, 1.2 MiB, done" */
static void
print_offers(struct cam *cam, const json_t *message)
{
	const json_t *offer;
	size_t i;

	json_array_foreach(json_object_get(message, "offers"), i, offer)
	{
		const char *kind = json_text_at(offer, "kind");
		const char *state = json_text_at(offer, "state");
		char size[SIZE_TEXT];
		char *id = offer_short_id(offer), *line = NULL;

		size_format(offer_number(offer, "size"), size);
		line = xasprintf("[%s] %s%s, %s%s%s", id,
		    json_text_at(offer, "name"),
		    strcmp(kind, "folder") == 0 ? "/" : "", size,
		    state[0] != '\0' ? ", " : "", state);
		printf(INDENT);
		output_text(cam, STYLE_ACCENT, line, TEXT_LINE);
		putchar('\n');
		free(line);
		free(id);
	}
}

/* "      (2 messages of Anna are missing here)" */
static void
print_missing(struct cam *cam, const json_t *message)
{
	json_int_t count =
	    json_integer_value(json_object_get(message, "missing"));
	const char *nick = json_text_at(message, "nick");
	char *line;

	if (count <= 0)
		return;
	line = xasprintf(
	    ngettext("(%lld message of %s is missing here)",
		"(%lld messages of %s are missing here)", (unsigned long)count),
	    (long long)count,
	    nick[0] != '\0' ? nick : json_text_at(message, "from"));
	printf(INDENT);
	output_text(cam, STYLE_WARN, line, TEXT_LINE);
	putchar('\n');
	free(line);
}

static void
print_left(struct cam *cam, const json_t *time, const char *id)
{
	char clock[MESSAGE_TIME_SIZE];
	char date[MESSAGE_DATE_SIZE];
	char *left;

	message_clock(time, clock, date);
	left = xasprintf("%s %.*s ", clock, MESSAGE_ID_SHOWN, id);
	output_text(cam, STYLE_DIM, left, TEXT_LINE);
	free(left);
}

void
message_print(struct cam *cam, const json_t *message)
{
	print_missing(cam, message);
	print_left(
	    cam, json_object_get(message, "time"), json_text_at(message, "id"));
	print_who(cam, message);
	print_marks(cam, message);
	print_text(cam, message);
	print_offers(cam, message);
}

void
message_print_change(struct cam *cam, const json_t *event)
{
	const json_t *message = json_object_get(event, "message");

	print_left(
	    cam, json_object_get(event, "time"), json_text_at(event, "id"));
	print_who(cam, message);
	print_text(cam, message);
}

void
message_print_row(struct cam *cam, const json_t *message)
{
	char *to = recipients(message, ",");
	char *text = message_text(message);
	const char *cells[] = { json_text_at(message, "time"),
		json_text_at(message, "id"), json_text_at(message, "from"),
		json_text_at(message, "nick"), to,
		json_text_at(message, "state"), text };

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		if (i > 0)
			putchar('\t');
		output_text(cam, STYLE_PLAIN, cells[i], TEXT_LINE);
	}
	putchar('\n');
	free(to);
	free(text);
}

/* message_lines.c: how a message looks. */
#include "cam-tui/message_lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/size.h"
#include "cam-tui/ask.h"
#include "cam-tui/model.h"
#include "cam-tui/transfer_text.h"
#include "rpc/callwords.h"
#include "rpc/json.h"

enum {
	BAR_COLUMNS = 10,
	BAR_TEXT_MAX = 256,
	NAMES_MAX = 5,
	NAMES_TEXT_MAX = 4096
};

#define CHECK "\xe2\x9c\x93"
#define CROSS "\xe2\x9c\x97"
#define BAR "\xe2\x94\x82 "

struct looks {
	struct layout *layout;
	const struct model *model;
	const struct model_message *message;
	const struct message_context *context;
};

/* -- times ---------------------------------------------------------------- */

static bool
local_time(int64_t time_ms, struct tm *local)
{
	time_t seconds = (time_t)(time_ms / 1000);

	return localtime_r(&seconds, local) != NULL;
}

void
message_date(int64_t time_ms, char date[MESSAGE_DATE_SIZE])
{
	struct tm local;

	date[0] = '\0';
	if (local_time(time_ms, &local))
		strftime(date, MESSAGE_DATE_SIZE, "%A, %Y-%m-%d", &local);
}

bool
message_same_day(int64_t a_ms, int64_t b_ms)
{
	struct tm a, b;

	return local_time(a_ms, &a) && local_time(b_ms, &b) &&
	       a.tm_year == b.tm_year && a.tm_yday == b.tm_yday;
}

void
message_clock_text(int64_t time_ms, char clock[MESSAGE_INDENT])
{
	struct tm local;

	clock[0] = '\0';
	if (local_time(time_ms, &local))
		strftime(clock, MESSAGE_INDENT, "%H:%M", &local);
}

/* -- protection ----------------------------------------------------------- */

const char *
message_protection(const char *encryption)
{
	if (strcmp(encryption, "cam1") == 0)
		return _("end-to-end encrypted");
	if (strcmp(encryption, "rsa2048-aes256") == 0)
		return _("encrypted");
	if (strcmp(encryption, "rsa1024-blowfish128") == 0)
		return _("weakly encrypted");
	return _("NOT encrypted");
}

/* -- lines ---------------------------------------------------------------- */

static void
put_rule(struct layout *layout, enum style style, const char *text)
{
	layout_printf(layout, style, "\xe2\x94\x80\xe2\x94\x80 %s ", text);
	while (layout->column < layout->columns)
		layout_text(layout, style, "\xe2\x94\x80");
	layout_break(layout);
}

static void
put_missing(struct looks *looks)
{
	json_int_t count = json_integer_value(
	    json_object_get(looks->message->object, "missing"));

	if (count <= 0)
		return;
	layout_printf(looks->layout, STYLE_WARN,
	    ngettext("(%lld message is missing here)",
		"(%lld messages are missing here)", (unsigned long)count),
	    (long long)count);
	layout_break(looks->layout);
}

static void
put_head(struct looks *looks)
{
	const json_t *object = looks->message->object;
	const char *from = json_text_at(object, "from"),
		   *nick = json_text_at(object, "nick");
	char clock[MESSAGE_INDENT];

	message_clock_text(looks->message->time_ms, clock);
	layout_printf(looks->layout, STYLE_DIM, "%-5s ", clock);
	if (!looks->message->is_sent && model_user(looks->model, from) != NULL)
		nick = model_name_of(looks->model, from);
	layout_text(looks->layout,
	    looks->message->is_sent ? STYLE_OWN : STYLE_STRONG,
	    nick[0] != '\0' ? nick : from);
	layout_text(looks->layout, STYLE_PLAIN, ": ");
	layout_part(looks->layout);
}

static void
put_quote(struct looks *looks)
{
	const json_t *object = looks->message->object;
	const json_t *quote = json_object_get(object, "quote");
	const char *nick = json_text_at(quote, "nick"),
		   *text = json_text_at(quote, "text");
	size_t len = strcspn(text, "\n");

	if (!json_is_string(json_object_get(object, "reply")))
		return;
	layout_break(looks->layout);
	if (!json_is_object(quote))
		layout_text(looks->layout, STYLE_QUOTE,
		    _(BAR "(a message that is not here)"));
	else if (json_true_at(quote, "deleted"))
		layout_text(looks->layout, STYLE_QUOTE, _(BAR "(deleted)"));
	else if (!json_is_string(json_object_get(quote, "text")))
		layout_text(looks->layout, STYLE_QUOTE, _(BAR "(sealed)"));
	else
		layout_printf(looks->layout, STYLE_QUOTE, BAR "%s: %.*s",
		    nick[0] != '\0' ? nick : json_text_at(quote, "from"),
		    (int)len, text);
	layout_break(looks->layout);
}

/* A past call: "(call, 4:05)". */
static void
put_call(struct looks *looks, const json_t *call)
{
	char *text = callwords_past(call);

	layout_text(looks->layout,
	    json_true_at(call, "missed") ? STYLE_WARN : STYLE_DIM, text);
	free(text);
}

static void
put_body(struct looks *looks)
{
	const json_t *object = looks->message->object;
	const json_t *text = json_object_get(object, "text");
	size_t len = json_string_length(text);

	if (json_true_at(object, "deleted")) {
		layout_text(looks->layout, STYLE_DIM, _("(deleted)"));
	} else if (json_is_object(json_object_get(object, "call"))) {
		put_call(looks, json_object_get(object, "call"));
	} else if (!json_is_string(text)) {
		layout_text(looks->layout, STYLE_WARN,
		    json_true_at(object, "locked")
			? _("(sealed and locked: M-o opens it)")
			: _("(sealed: M-o opens it)"));
	} else {
		const char *bytes = json_string_value(text);

		while (len > 0 && bytes[len - 1] == '\n')
			len--;
		looks->layout->finds_links = true;
		layout_put(looks->layout,
		    looks->context->is_unread ? STYLE_UNREAD : STYLE_PLAIN,
		    span_of(bytes, len));
		looks->layout->finds_links = false;
	}
}

/* -- offers --------------------------------------------------------------- */

static void
put_running(struct layout *layout, const struct model_transfer *transfer)
{
	struct buf text;
	char *line;

	buf_init(&text, BAR_TEXT_MAX);
	if (transfer->size > 0) {
		transfer_put_bar(
		    transfer->done, transfer->size, BAR_COLUMNS, &text);
		buf_put_byte(&text, ' ');
	}
	transfer_put_pace(transfer, &text);
	line = buf_steal_text(&text);
	layout_printf(layout, STYLE_ACCENT, " %s", line != NULL ? line : "");
	free(line);
}

/* What a key does with it now; "": nothing. */
static const char *
hint_of(const struct model_transfer *transfer)
{
	bool is_picture = transfer_is_picture(transfer);

	switch (transfer->stage) {
	case STAGE_OFFERED:
		return !transfer->is_received ? ""
		       : is_picture	      ? _("M-g gets it, M-s shows it")
					      : _("M-g gets it");
	case STAGE_DONE:
		return is_picture && transfer->is_received ? _("M-s shows it")
							   : "";
	case STAGE_FAILED:
	case STAGE_CANCELLED:
		return transfer->is_received ? _("M-g tries again") : "";
	default:
		return "";
	}
}

static void
put_transfer(struct layout *layout, const struct model_transfer *transfer)
{
	char *detail = transfer_detail(transfer);
	const char *hint = hint_of(transfer);

	layout_printf(
	    layout, transfer_style(transfer), " [%s", transfer_state(transfer));
	if (detail[0] != '\0')
		layout_printf(layout, transfer_style(transfer), ": %s", detail);
	if (hint[0] != '\0')
		layout_printf(layout, transfer_style(transfer), "%s %s",
		    detail[0] != '\0' ? ";" : ":", hint);
	layout_text(layout, transfer_style(transfer), "]");
	free(detail);
	if (transfer->stage == STAGE_RUNNING)
		put_running(layout, transfer);
}

/* Of ours, to several. */
struct fetched {
	size_t all, done, held;
	int64_t until_ms; /* by the server, at least */
	struct buf names; /* of some who have it */
};

static void
count_transfer(struct fetched *fetched, const struct model *model,
    const struct model_transfer *transfer)
{
	if (transfer->stage == STAGE_DONE && fetched->done++ < NAMES_MAX) {
		buf_put_text(&fetched->names, fetched->done > 1 ? ", " : "");
		buf_put_text(
		    &fetched->names, model_name_of(model, transfer->peer));
	}
	if (transfer->stage > STAGE_WAITING || transfer->held_until_ms == 0)
		return;
	if (fetched->held++ == 0 || transfer->held_until_ms < fetched->until_ms)
		fetched->until_ms = transfer->held_until_ms;
}

static void
put_counts(struct layout *layout, const struct fetched *fetched)
{
	struct span names = buf_span(&fetched->names);
	char day[TRANSFER_DAY_SIZE];

	if (fetched->done == 0)
		layout_printf(layout, STYLE_DIM, _(" [fetched by %zu of %zu]"),
		    fetched->done, fetched->all);
	else
		layout_printf(layout, STYLE_GOOD,
		    _(" [fetched by %zu of %zu: %.*s%s]"), fetched->done,
		    fetched->all, (int)names.len, (const char *)names.data,
		    fetched->done > NAMES_MAX ? ", \xe2\x80\xa6" : "");
	if (fetched->held == 0)
		return;
	transfer_day(fetched->until_ms, day);
	layout_printf(layout, STYLE_DIM,
	    _(" [held by the server for %zu until %s]"), fetched->held, day);
}

static void
put_fetched(struct looks *looks, const char *id, const json_t *to)
{
	struct fetched fetched = { .all = json_array_size(to) };
	const struct model_transfer *running = NULL;
	const json_t *user;
	bool is_known = true;
	size_t i;

	buf_init(&fetched.names, NAMES_TEXT_MAX);

	json_array_foreach(to, i, user)
	{
		const struct model_transfer *transfer =
		    model_transfer(looks->model, id, json_string_value(user));

		is_known = transfer != NULL;
		if (!is_known)
			break;
		count_transfer(&fetched, looks->model, transfer);
		if (transfer->stage == STAGE_RUNNING)
			running = transfer;
	}
	if (is_known)
		put_counts(looks->layout, &fetched);
	if (is_known && running != NULL)
		put_running(looks->layout, running);
	buf_finish(&fetched.names);
}

static void
put_state(struct looks *looks, const char *id)
{
	const json_t *object = looks->message->object,
		     *to = json_object_get(object, "to");
	const struct model_transfer *transfer = NULL;

	if (!looks->message->is_sent)
		transfer = model_transfer(
		    looks->model, id, json_text_at(object, "from"));
	else if (json_array_size(to) == 1)
		transfer = model_transfer(
		    looks->model, id, json_string_value(json_array_get(to, 0)));
	else
		put_fetched(looks, id, to);
	if (transfer != NULL)
		put_transfer(looks->layout, transfer);
}

static void
put_offers(struct looks *looks)
{
	const json_t *offer;
	size_t i;

	json_array_foreach(
	    json_object_get(looks->message->object, "offers"), i, offer)
	{
		json_int_t size =
		    json_integer_value(json_object_get(offer, "size"));
		char text[SIZE_TEXT];

		size_format(size > 0 ? (uint64_t)size : 0, text);
		layout_break(looks->layout);
		layout_printf(looks->layout, STYLE_ACCENT,
		    "%s: ", transfer_kind(json_text_at(offer, "kind")));
		layout_text(
		    looks->layout, STYLE_PLAIN, json_text_at(offer, "name"));
		layout_printf(looks->layout, STYLE_DIM, " %s", text);
		put_state(looks, json_text_at(offer, "id"));
	}
}

/* -- marks ---------------------------------------------------------------- */

static void
put_failures(struct looks *looks)
{
	const json_t *recipient;
	size_t i;

	json_array_foreach(
	    json_object_get(looks->message->object, "recipients"), i, recipient)
	{
		char *text;

		if (!json_text_is(recipient, "state", "failed"))
			continue;
		text = ask_failure_text(recipient);
		layout_break(looks->layout);
		layout_printf(looks->layout, STYLE_BAD, CROSS " %s", text);
		free(text);
	}
}

/* How many of the recipients have got it, where that differs. */
static void
put_progress(struct looks *looks, const char *state)
{
	const json_t *recipients =
	    json_object_get(looks->message->object, "recipients");
	const json_t *recipient;
	size_t i, done = 0;
	bool in_words = looks->context->in_words;

	json_array_foreach(recipients, i, recipient)
	{
		const char *one = json_text_at(recipient, "state");

		done +=
		    strcmp(one, "delivered") == 0 || strcmp(one, "opened") == 0;
	}
	if (strcmp(state, "delivered") == 0)
		layout_text(looks->layout, STYLE_GOOD,
		    in_words ? _(" [delivered]") : " " CHECK);
	else if (strcmp(state, "opened") == 0)
		layout_text(looks->layout, STYLE_GOOD,
		    in_words ? _(" [opened]") : " " CHECK CHECK);
	else if (looks->context->is_group && done > 0)
		layout_printf(looks->layout, STYLE_WARN, _(" [%zu of %zu]"),
		    done, json_array_size(recipients));
	else if (strcmp(state, "queued") == 0)
		layout_text(looks->layout, STYLE_WARN, _(" [waiting]"));
	else if (strcmp(state, "sent") == 0)
		layout_text(looks->layout, STYLE_DIM,
		    in_words ? _(" [on its way]") : " \xe2\x80\xa6");
}

static void
put_marks(struct looks *looks)
{
	const json_t *object = looks->message->object;
	const char *encryption = json_text_at(object, "encryption");

	if (looks->context->answer != NULL)
		layout_printf(looks->layout, STYLE_GOOD, _(" [answered: %s]"),
		    looks->context->answer);
	if (json_is_string(json_object_get(object, "edited")))
		layout_text(looks->layout, STYLE_DIM, _(" (edited)"));
	if (json_true_at(object, "sealed") &&
	    json_is_string(json_object_get(object, "text")))
		layout_text(looks->layout, STYLE_DIM, _(" [sealed]"));
	if (strcmp(encryption, "none") == 0)
		layout_text(looks->layout, STYLE_WARN, _(" [not encrypted]"));
	else if (strcmp(encryption, "rsa1024-blowfish128") == 0)
		layout_text(
		    looks->layout, STYLE_WARN, _(" [weakly encrypted]"));
	if (json_text_is(object, "signed", "bad"))
		layout_text(
		    looks->layout, STYLE_BAD, _(" [signature is wrong]"));
	if (looks->message->is_sent && !json_true_at(object, "deleted")) {
		put_progress(looks, json_text_at(object, "state"));
		put_failures(looks);
	}
}

void
message_lines(struct layout *layout, const struct model *model,
    const struct model_message *message, const struct message_context *context)
{
	struct looks looks = { layout, model, message, context };
	char date[MESSAGE_DATE_SIZE];

	if (context->has_date) {
		message_date(message->time_ms, date);
		put_rule(layout, STYLE_ACCENT, date);
	}
	if (context->has_start)
		put_rule(layout, STYLE_UNREAD, _("new"));
	put_missing(&looks);
	put_head(&looks);
	layout->indent = layout->margin = MESSAGE_INDENT;
	put_quote(&looks);
	put_body(&looks);
	put_offers(&looks);
	put_marks(&looks);
}

/* event.c: events as people read them. */
#include "cam/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/message.h"
#include "cam/offer.h"
#include "cam/output.h"
#include "rpc/json.h"
#include "rpc/names.h"

static bool
is(const json_t *event, const char *type)
{
	return json_text_is(event, "type", type);
}

const char *
event_user(const json_t *event)
{
	const json_t *user = json_object_get(event, "user");

	if (user != NULL)
		return json_text_at(user, "id");
	if (json_object_get(event, "from") != NULL)
		return json_text_at(event, "from");
	if (is(event, EVENT_KEY_CHANGED))
		return json_text_at(event, "id");
	if (json_object_get(event, "peer") != NULL)
		return json_text_at(event, "peer");
	return json_text_at(event, "to");
}

/* "Anna (anna@pc1, Sales)" */
static char *
name_of(const json_t *user)
{
	const char *name = json_text_at(user, "name");
	const char *nick = name[0] != '\0' ? name : json_text_at(user, "nick");
	const char *group = json_text_at(user, "group");

	return xasprintf("%s (%s%s%s)", nick, json_text_at(user, "id"),
	    group[0] != '\0' ? ", " : "", group);
}

static char *
user_sentence(const json_t *event)
{
	const json_t *user = json_object_get(event, "user");
	char *name = name_of(user);
	char *text;

	if (is(event, EVENT_USER_ENTERED))
		text = xasprintf(_("%s is here"), name);
	else if (is(event, EVENT_USER_LEFT))
		text = xasprintf(_("%s has left"), name);
	else if (is(event, EVENT_USER_TYPING))
		text = json_is_true(json_object_get(event, "typing"))
			   ? xasprintf(_("%s is writing"), name)
			   : xasprintf(_("%s has stopped writing"), name);
	else if (json_text_is(user, "state", "away"))
		text = xasprintf(
		    _("%s is away: %s"), name, json_text_at(user, "away"));
	else
		text =
		    xasprintf(_("%s is %s"), name, json_text_at(user, "state"));
	free(name);
	return text;
}

static char *
key_sentence(const json_t *event)
{
	const char *id = json_text_at(event, "id");

	if (json_text_is(event, "by", "server"))
		return xasprintf(_("FOREIGN KEYS: your organisation's server "
				   "shows keys of %s that are not his; none of "
				   "them is used"),
		    id);
	if (json_is_true(json_object_get(event, "blocked")))
		return xasprintf(_("ANOTHER KEY is used under the name %s, by "
				   "%s: nothing is sent until you have said "
				   "which is right: cam verify %s"),
		    id, json_text_at(event, "other"), id);
	return xasprintf(
	    _("ANOTHER KEY is used under the name %s: %s instead of %s"), id,
	    json_text_at(event, "new"), json_text_at(event, "old"));
}

/* "anna@pc1 offers 'report.pdf', 1.2 MiB: cam file get 5f0c1a2b.1" */
static char *
offer_text(const json_t *event)
{
	char size[SIZE_TEXT];
	char *id = offer_short_id(event), *text = NULL;

	size_format(offer_number(event, "size"), size);
	text = xasprintf(_("%s offers '%s', %s: cam file get %s"),
	    event_user(event), json_text_at(event, "name"), size, id);
	free(id);
	return text;
}

static char *
held_text(const json_t *event)
{
	char *state = offer_state_text(event);
	char *text = xasprintf(offer_is_received(event) ? _("'%s' from %s: %s")
							: _("'%s' to %s: %s"),
	    json_text_at(event, "name"), json_text_at(event, "peer"), state);

	free(state);
	return text;
}

/* "5f0c1a2b.1 from anna@pc1: 45% of 1.2 GiB, 112 MiB/s" */
static char *
progress_text(const json_t *event)
{
	char size[SIZE_TEXT], rate[SIZE_TEXT];
	char *id = offer_short_id(event), *text = NULL;
	uint64_t whole = offer_number(event, "size");
	uint64_t done = offer_number(event, "done");
	unsigned part =
	    whole > done ? (unsigned)((double)done / (double)whole * 100) : 100;

	size_format(whole, size);
	size_format(offer_number(event, "rate"), rate);
	text = xasprintf(offer_is_received(event)
			     ? _("%s from %s: %u%% of %s, %s/s")
			     : _("%s to %s: %u%% of %s, %s/s"),
	    id, json_text_at(event, "peer"), part, size, rate);
	free(id);
	return text;
}

/* "read: anna@pc1, carl@pc3" */
static char *
read_sentence(const json_t *event)
{
	const json_t *id;
	struct buf text;
	size_t i;

	buf_init(&text, LIMIT_RPC_LINE);
	buf_put_text(&text, _("read:"));
	json_array_foreach(json_object_get(event, "talk"), i, id)
	    buf_printf(&text, "%s%s", i > 0 ? ", " : " ",
		json_string_value(id) != NULL ? json_string_value(id) : "");
	return buf_steal_text(&text);
}

static char *
presence_sentence(const json_t *event)
{
	const char *text = json_text_at(event, "away");

	if (!json_text_is(event, "state", "away"))
		return xstrdup(_("you are back"));
	if (text[0] != '\0')
		return xasprintf(_("you are away: %s"), text);
	return xstrdup(_("you are away"));
}

static char *
sentence(const json_t *event)
{
	char *raw;
	char *text;

	if (is(event, EVENT_KEY_CHANGED))
		return key_sentence(event);
	if (json_object_get(event, "user") != NULL)
		return user_sentence(event);
	if (is(event, EVENT_MESSAGE_STATE))
		return xasprintf("%.*s %s: %s%s%s", MESSAGE_ID_SHOWN,
		    json_text_at(event, "id"), json_text_at(event, "to"),
		    json_text_at(event, "state"),
		    json_text_at(event, "error")[0] != '\0' ? ": " : "",
		    json_text_at(event, "error"));
	if (is(event, EVENT_TALK_READ))
		return read_sentence(event);
	if (is(event, EVENT_OFFER_RECEIVED))
		return offer_text(event);
	if (is(event, EVENT_OFFER_HELD))
		return held_text(event);
	if (is(event, EVENT_TRANSFER_PROGRESS))
		return progress_text(event);
	if (is(event, EVENT_TRANSFER_DONE) || is(event, EVENT_TRANSFER_FAILED))
		return offer_sentence(event);
	if (strncmp(json_text_at(event, "type"), "call.", 5) == 0 &&
	    !is(event, EVENT_CALL_LEVELS))
		return call_event_sentence(json_text_at(event, "type"), event);
	if (is(event, EVENT_QUESTION_ANSWERED))
		return xasprintf(_("%s has answered %.*s: %s"),
		    json_text_at(event, "from"), MESSAGE_ID_SHOWN,
		    json_text_at(event, "id"), json_text_at(event, "answer"));
	if (is(event, EVENT_PRESENCE_CHANGED))
		return presence_sentence(event);
	if (is(event, EVENT_ATTENTION_CHANGED))
		return xstrdup(_("what you are told of has changed"));
	raw = json_dumps(event, JSON_COMPACT);
	text = xasprintf(
	    "%s %s", json_text_at(event, "type"), raw != NULL ? raw : "");
	free(raw);
	return text;
}

static enum style
style_of(const json_t *event)
{
	if (is(event, EVENT_KEY_CHANGED))
		return STYLE_BAD;
	return is(event, EVENT_TRANSFER_FAILED) ? STYLE_WARN : STYLE_PLAIN;
}

void
event_print(struct cam *cam, const json_t *event)
{
	char clock[MESSAGE_TIME_SIZE];
	char date[MESSAGE_DATE_SIZE];
	char *text;

	if (is(event, EVENT_MESSAGE_RECEIVED) ||
	    is(event, EVENT_MESSAGE_SENT)) {
		message_print(cam, event);
		return;
	}
	if (is(event, EVENT_MESSAGE_CHANGED)) {
		message_print_change(cam, event);
		return;
	}
	message_clock(json_object_get(event, "time"), clock, date);
	text = sentence(event);
	output_text(cam, STYLE_DIM, clock, TEXT_LINE);
	putchar(' ');
	output_text(cam, style_of(event), text, TEXT_LINE);
	putchar('\n');
	free(text);
}

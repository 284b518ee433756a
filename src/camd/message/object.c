/* object.c: the message, recipient and offer objects of cam-rpc(7). */
#include "camd/message/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/choice.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "camd/call/reason.h"
#include "camd/camd.h"
#include "camd/offer/file_object.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/settings.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/reason.h"
#include "store/talk.h"

/* -- objects ------------------------------------------------------------ */

static json_t *
text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? json_text(span_text(text))
					       : json_null();
}

static json_t *
word_or_null(const char *word)
{
	return word != NULL ? json_string(word) : json_null();
}

static const struct user *
user_of(const struct camd *camd, int64_t uid)
{
	return uid == 0 ? roster_self(camd->roster)
			: roster_by_uid(camd->roster, uid);
}

static char *
id_of(const struct camd *camd, int64_t uid)
{
	const struct user *user = user_of(camd, uid);

	return user != NULL ? user_id(user) : xstrdup("unknown");
}

/* The user's own name for whom it is from, or the nickname. */
static json_t *
nick_object(const struct camd *camd, int64_t uid)
{
	const struct user *user = user_of(camd, uid);

	if (uid == 0)
		return text_or_null(settings_text(camd->settings, "user.nick"));
	if (user == NULL)
		return json_null();
	return text_or_null(user->alias != NULL && user->alias[0] != '\0'
				? user->alias
				: user->nick);
}

static json_t *
id_object(const struct camd *camd, int64_t uid)
{
	char *id = id_of(camd, uid);
	json_t *object = json_text(span_text(id));

	free(id);
	return object;
}

json_t *
offer_object(const char *message_id, const struct store_offer *offer)
{
	json_t *object = json_object();
	char *id = xasprintf("%s.%u", message_id, (unsigned)offer->number);

	json_object_set_new(object, "id", json_string(id));
	json_object_set_new(object, "name", json_text(span_text(offer->name)));
	json_object_set_new(
	    object, "size", json_integer((json_int_t)offer->size));
	json_object_set_new(
	    object, "kind", word_or_null(store_kind_word(offer->kind)));
	free(id);
	return object;
}

static void
put_recipient(json_t *object, const char *to, const char *state,
    const char *receipt, const char *encryption, const char *reason)
{
	char *error =
	    reason[0] != '\0' ? reason_text(reason_sentence(reason), to) : NULL;

	json_object_set_new(object, "to", json_text(span_text(to)));
	json_object_set_new(object, "state", word_or_null(state));
	json_object_set_new(object, "receipt", word_or_null(receipt));
	json_object_set_new(object, "encryption", word_or_null(encryption));
	json_object_set_new(object, "error", text_or_null(error));
	json_object_set_new(object, "reason",
	    reason[0] != '\0' ? json_string(reason_word(reason)) : json_null());
	json_object_set_new(object, "exit", json_integer(reason_exit(reason)));
	free(error);
}

/* The wall clock may have been set meanwhile: nothing arrives before it was
 * sent. */
static int64_t
delivered_ms(const struct store_delivery *delivery, int64_t time_ms)
{
	return delivery->delivered_ms > time_ms
		   ? delivery->delivered_ms - time_ms
		   : 0;
}

/* Why it has failed, or is not even tried (threat model I1); "": none. */
static const char *
reason_of(const struct camd *camd, const struct store_delivery *delivery)
{
	const struct user *user = roster_by_uid(camd->roster, delivery->uid);

	if (delivery->state == STORE_FAILED)
		return delivery->error[0] != '\0' ? delivery->error : "failed";
	return delivery->state == STORE_QUEUED && user != NULL &&
		       user_is_blocked(user)
		   ? "key"
		   : "";
}

json_t *
recipient_object(const struct camd *camd, const struct store_delivery *delivery,
    int64_t time_ms)
{
	json_t *object = json_object();
	char *to = id_of(camd, delivery->uid);

	put_recipient(object, to, store_state_word(delivery->state),
	    store_receipt_word(delivery->receipt),
	    store_encryption_word(delivery->encryption),
	    reason_of(camd, delivery));
	json_object_set_new(object, "delivered_ms",
	    delivery->delivered_ms == 0
		? json_null()
		: json_integer(delivered_ms(delivery, time_ms)));
	free(to);
	return object;
}

static json_t *
recipient_objects(const struct camd *camd,
    const struct store_delivery *deliveries, size_t count, int64_t time_ms)
{
	json_t *objects = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    objects, recipient_object(camd, &deliveries[i], time_ms));
	return objects;
}

json_t *
recipient_refused(const char *who, int err, json_t *candidates)
{
	json_t *object = json_object();

	put_recipient(object, who, "failed", "none", "none",
	    err == CAM_ERR_AMBIGUOUS ? "ambiguous"
	    : err == CAM_ERR_REQUEST ? "request"
				     : "unknown");
	json_object_set_new(object, "delivered_ms", json_null());
	json_object_set_new(object, "candidates",
	    candidates != NULL ? candidates : json_array());
	return object;
}

static json_t *
recipients_of(const struct camd *camd, const struct record *record)
{
	json_t *to = json_array();

	for (size_t i = 0; i < record->delivery_count; i++)
		json_array_append_new(
		    to, id_object(camd, record->deliveries[i].uid));
	if (record->message->from != 0)
		json_array_append_new(to, id_object(camd, 0));
	for (size_t i = 0; i < record->other_count; i++)
		json_array_append_new(to, id_object(camd, record->others[i]));
	return to;
}

/* With whom the talk is: everybody on the other side of it; nobody is named in
 * everybody's. */
static json_t *
talk_of(const struct camd *camd, const struct record *record)
{
	json_t *talk = json_array();

	if (record->message->talk == STORE_TALK_ALL)
		return talk;
	for (size_t i = 0; i < record->delivery_count; i++)
		json_array_append_new(
		    talk, id_object(camd, record->deliveries[i].uid));
	if (record->message->from != 0)
		json_array_append_new(
		    talk, id_object(camd, record->message->from));
	for (size_t i = 0; i < record->other_count; i++)
		json_array_append_new(talk, id_object(camd, record->others[i]));
	return talk;
}

/* The recipient who is least far, as enum store_state is ordered. */
static enum store_state
state_of(const struct record *record)
{
	enum store_state state = record->message->state;

	for (size_t i = 0; i < record->delivery_count; i++) {
		if (i == 0 || record->deliveries[i].state < state)
			state = record->deliveries[i].state;
	}
	return state;
}

/* The weakest that is used. */
static enum store_encryption
encryption_of(const struct record *record)
{
	enum store_encryption encryption = record->message->encryption;

	for (size_t i = 0; i < record->delivery_count; i++) {
		if (i == 0 || record->deliveries[i].encryption < encryption)
			encryption = record->deliveries[i].encryption;
	}
	return encryption;
}

static bool
is_shut(const struct store_message *message)
{
	return message->from != 0 && message->sealed && !message->opened;
}

static void
add_transfer(json_t *object, const struct camd *camd,
    const struct record *record, const struct store_offer *offer)
{
	for (size_t i = 0; i < record->transfer_count; i++) {
		if (record->transfers[i]->number == offer->number) {
			offer_add_state(object, camd, record->transfers[i]);
			return;
		}
	}
	json_object_set_new(
	    object, "state", json_string(store_stage_word(STORE_OFFERED)));
	json_object_set_new(object, "path", json_null());
}

/* What a sealed message offers is as secret as its text. */
static json_t *
offers_of(const struct camd *camd, const struct record *record)
{
	const struct store_message *message = record->message;
	json_t *offers = json_array();

	for (size_t i = 0; i < record->offer_count && !is_shut(message); i++) {
		json_t *object = offer_object(message->id, &record->offers[i]);

		if (message->from != 0)
			add_transfer(object, camd, record, &record->offers[i]);
		json_array_append_new(offers, object);
	}
	return offers;
}

static void
add_seal(json_t *object, const struct store_message *message)
{
	bool shut = is_shut(message);

	json_object_set_new(object, "text",
	    shut || message->deleted || message->type == STORE_CALL
		? json_null()
		: json_text(span_text(message->text)));
	json_object_set_new(object, "sealed", json_boolean(message->sealed));
	json_object_set_new(object, "locked", json_boolean(message->locked));
	json_object_set_new(object, "opened", json_boolean(!shut));
	json_object_set_new(object, "unread",
	    json_boolean(message->from != 0 && !message->read &&
			 !(message->sealed && message->opened)));
}

/* What its sender did to it later, and what of his is not here. */
static void
add_changes(json_t *object, const struct store_message *message)
{
	bool edited = message->changed_ms != 0 && !message->deleted;

	json_object_set_new(object, "edited",
	    edited ? json_time(message->changed_ms) : json_null());
	json_object_set_new(object, "deleted", json_boolean(message->deleted));
	json_object_set_new(object, "missing", json_integer(message->missing));
}

/* Null where it is no question, or not to be read yet. */
static json_t *
choices_object(const struct store_message *message)
{
	bool shut = message->from != 0 && message->sealed && !message->opened;
	struct choices choices;
	json_t *list = NULL;

	if (!message->question || shut || message->deleted)
		return json_null();
	list = json_array();
	choices_read(span_text(message->text), &choices);
	for (size_t i = 0; i < choices.count; i++)
		json_array_append_new(list, json_text(choices.list[i]));
	return list;
}

static json_t *
quote_object(const struct camd *camd, const struct quote *quote)
{
	json_t *object = NULL;

	if (quote == NULL)
		return json_null();
	object = json_object();
	json_object_set_new(object, "from", id_object(camd, quote->from));
	json_object_set_new(object, "nick", nick_object(camd, quote->from));
	json_object_set_new(object, "text",
	    quote->shut || quote->deleted ? json_null()
					  : json_text(span_text(quote->text)));
	json_object_set_new(object, "deleted", json_boolean(quote->deleted));
	return object;
}

static const char *
type_of(const struct store_message *message)
{
	if (message->type == STORE_CALL)
		return EVENT_CALL_ENDED;
	return message->from == 0 ? EVENT_MESSAGE_SENT : EVENT_MESSAGE_RECEIVED;
}

/* Null where it is no past call. */
static json_t *
past_call_object(const struct record *record)
{
	const struct store_call *call = &record->call;
	const char *reason = call_reason_word((enum call_reason)call->reason);

	if (record->message->type != STORE_CALL)
		return json_null();
	return json_pack("{s:s, s:b, s:s, s:I, s:b, s:b}", "direction",
	    record->message->from == 0 ? "out" : "in", "video",
	    (int)call->video, "reason", reason != NULL ? reason : "hangup",
	    "duration_ms", (json_int_t)call->duration_ms, "missed",
	    (int)record->message->missed, "recorded", (int)call->recorded);
}

json_t *
message_object(const struct camd *camd, const struct record *record)
{
	const struct store_message *message = record->message;
	json_t *object = json_object();

	json_object_set_new(object, "type", json_string(type_of(message)));
	json_object_set_new(object, "id", json_string(message->id));
	json_object_set_new(object, "time", json_time(message->time_ms));
	json_object_set_new(object, "from", id_object(camd, message->from));
	json_object_set_new(object, "nick", nick_object(camd, message->from));
	json_object_set_new(object, "to", recipients_of(camd, record));
	json_object_set_new(object, "talk", talk_of(camd, record));
	json_object_set_new(object, "room", json_null());
	add_seal(object, message);
	json_object_set_new(object, "encryption",
	    word_or_null(store_encryption_word(encryption_of(record))));
	json_object_set_new(object, "signed",
	    word_or_null(store_signed_word(message->signature)));
	json_object_set_new(object, "offers", offers_of(camd, record));
	json_object_set_new(object, "reply", text_or_null(message->reply_to));
	json_object_set_new(object, "quote", quote_object(camd, record->quote));
	json_object_set_new(object, "choices", choices_object(message));
	json_object_set_new(object, "call", past_call_object(record));
	add_changes(object, message);
	json_object_set_new(
	    object, "state", word_or_null(store_state_word(state_of(record))));
	if (message->from == 0 && message->type != STORE_CALL)
		json_object_set_new(object, "recipients",
		    recipient_objects(camd, record->deliveries,
			record->delivery_count, message->time_ms));
	return object;
}

json_t *
changed_object(const struct camd *camd, const struct record *record)
{
	json_t *object = json_object();

	json_object_set_new(object, "id", json_string(record->message->id));
	json_object_set_new(
	    object, "from", id_object(camd, record->message->from));
	json_object_set_new(object, "message", message_object(camd, record));
	return object;
}

/* -- the same as text, of which there are three for each message ---------- */

/* name with its quotes, and what goes before it. */
static void
put_member(struct buf *text, const char *name, const char *value)
{
	buf_put_text(text, name);
	if (value != NULL)
		json_put_text(text, span_text(value));
	else
		buf_put_text(text, "null");
}

/* The members of recipient_object(). */
static void
put_delivery(const struct camd *camd, const struct store_delivery *delivery,
    int64_t time_ms, struct buf *text)
{
	const char *reason = reason_of(camd, delivery);
	bool has_reason = reason[0] != '\0';
	char *to = id_of(camd, delivery->uid);
	char *error =
	    has_reason ? reason_text(reason_sentence(reason), to) : NULL;

	put_member(text, "\"to\":", to);
	put_member(text, ",\"state\":", store_state_word(delivery->state));
	put_member(
	    text, ",\"receipt\":", store_receipt_word(delivery->receipt));
	put_member(text,
	    ",\"encryption\":", store_encryption_word(delivery->encryption));
	put_member(text, ",\"error\":", error);
	put_member(
	    text, ",\"reason\":", has_reason ? reason_word(reason) : NULL);
	buf_put_text(text, ",\"exit\":");
	buf_put_decimal(text, reason_exit(reason));
	buf_put_text(text, ",\"delivered_ms\":");
	if (delivery->delivered_ms == 0)
		buf_put_text(text, "null");
	else
		buf_put_decimal(text, delivered_ms(delivery, time_ms));
	free(error);
	free(to);
}

void
state_text(const struct camd *camd, const struct store_delivery *delivery,
    const char *id, int64_t time_ms, struct buf *text)
{
	put_member(text, "{\"type\":", EVENT_MESSAGE_STATE);
	buf_put_text(text, ",\"time\":");
	json_put_time(text, clock_wall_ms());
	buf_put_byte(text, ',');
	put_delivery(camd, delivery, time_ms, text);
	put_member(text, ",\"id\":", id);
	buf_put_byte(text, '}');
}

void
recipients_text(const struct camd *camd,
    const struct store_delivery *deliveries, size_t count, int64_t time_ms,
    struct buf *text)
{
	for (size_t i = 0; i < count; i++) {
		buf_put_text(text, i > 0 ? ",{" : "{");
		put_delivery(camd, &deliveries[i], time_ms, text);
		buf_put_byte(text, '}');
	}
}

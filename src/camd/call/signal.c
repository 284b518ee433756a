/* signal.c: what two camd tell each other of a call. */
#include "camd/call/signal.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "rpc/json.h"

static const char *const presences[] = { [SIGNAL_RINGING] = "ringing",
	[SIGNAL_ACTIVE] = "active",
	[SIGNAL_LEFT] = "left" };
enum { PRESENCES = sizeof presences / sizeof presences[0] };

/* -- building ---------------------------------------------------------------
 */

static json_t *
build_members(const struct signal *signal)
{
	json_t *members = json_array();

	for (size_t i = 0; i < signal->member_count; i++) {
		const struct signal_member *member = &signal->members[i];
		char key[2 * SIGN_KEY_SIZE + 1];

		hex_encode(member->key, sizeof member->key, key);
		json_array_append_new(
		    members, json_pack("{s:s, s:o, s:s}", "user_key", key, "id",
				 json_text(span_text(member->id)), "state",
				 presences[member->presence]));
	}
	return members;
}

static void
put_status(json_t *params, const struct signal_status *status)
{
	json_object_set_new(params, "hold", json_boolean(status->hold));
	json_object_set_new(params, "mute", json_boolean(status->mute));
	json_object_set_new(params, "video", json_boolean(status->video));
	json_object_set_new(params, "screen", json_boolean(status->screen));
	json_object_set_new(
	    params, "recording", json_boolean(status->recording));
}

json_t *
signal_build(const struct signal *signal, unsigned parts)
{
	json_t *params = json_pack("{s:s}", "call", signal->call);

	if (parts & SIGNAL_MEDIA)
		json_object_set_new(
		    params, "media", media_json(&signal->media));
	if (parts & SIGNAL_MEMBERS)
		json_object_set_new(params, "members", build_members(signal));
	if (parts & SIGNAL_STATUS)
		put_status(params, &signal->status);
	if (parts & SIGNAL_REASON)
		json_object_set_new(params, "reason",
		    json_string(call_reason_word(signal->reason)));
	if (parts & SIGNAL_REASON && signal->text[0] != '\0')
		json_object_set_new(
		    params, "text", json_text(span_text(signal->text)));
	return params;
}

/* -- parsing ----------------------------------------------------------------
 */

static bool
take_text(const json_t *value, char *text, size_t size)
{
	size_t len = json_string_length(value);

	if (!json_is_string(value) || len >= size ||
	    strlen(json_string_value(value)) != len)
		return false;
	memcpy(text, json_string_value(value), len + 1);
	return true;
}

static int
parse_call(const json_t *params, char call[ID_SIZE])
{
	uint8_t bytes[(ID_SIZE - 1) / 2];

	if (!take_text(json_object_get(params, "call"), call, ID_SIZE) ||
	    strlen(call) != ID_SIZE - 1 ||
	    hex_decode(span_text(call), bytes, sizeof bytes) < 0)
		return CAM_ERR_REQUEST;
	/* In one form, so that two are compared as they are. */
	hex_encode(bytes, sizeof bytes, call);
	return 0;
}

static int
parse_member(const json_t *object, struct signal *signal)
{
	struct signal_member *member = &signal->members[signal->member_count];
	const json_t *key = json_object_get(object, "user_key");
	const char *state = json_string_value(json_object_get(object, "state"));
	int presence = 0;

	if (json_string_length(key) != sizeof member->key * 2 ||
	    hex_decode(span_text(json_string_value(key)), member->key,
		sizeof member->key) < 0 ||
	    !take_text(
		json_object_get(object, "id"), member->id, sizeof member->id) ||
	    state == NULL)
		return CAM_ERR_REQUEST;
	while (presence < PRESENCES && strcmp(presences[presence], state) != 0)
		presence++;
	if (presence == PRESENCES) {
		memset(member, 0, sizeof *member);
		return 0;
	}
	member->presence = (enum signal_presence)presence;
	signal->member_count++;
	return 0;
}

static int
parse_members(const json_t *list, struct signal *signal)
{
	int err = 0;

	if (!json_is_array(list))
		return CAM_ERR_REQUEST;
	if (json_array_size(list) >
	    sizeof signal->members / sizeof signal->members[0])
		return CAM_ERR_LIMIT;
	for (size_t i = 0; err == 0 && i < json_array_size(list); i++)
		err = parse_member(json_array_get(list, i), signal);
	return err;
}

static int
parse_reason(const json_t *params, struct signal *signal)
{
	const json_t *text = json_object_get(params, "text");
	const char *word = json_string_value(json_object_get(params, "reason"));

	if (word == NULL || (text != NULL && !take_text(text, signal->text,
						 sizeof signal->text)))
		return CAM_ERR_REQUEST;
	signal->reason = call_reason_parse(word);
	if (signal->reason == CALL_NO_REASON)
		signal->reason = CALL_HANGUP;
	return 0;
}

static void
parse_status(const json_t *params, struct signal_status *status)
{
	status->hold = json_is_true(json_object_get(params, "hold"));
	status->mute = json_is_true(json_object_get(params, "mute"));
	status->video = json_is_true(json_object_get(params, "video"));
	status->screen = json_is_true(json_object_get(params, "screen"));
	status->recording = json_is_true(json_object_get(params, "recording"));
}

int
signal_parse(const json_t *params, unsigned parts, struct signal *signal)
{
	int err;

	memset(signal, 0, sizeof *signal);
	err = parse_call(params, signal->call);
	if (err == 0 && parts & SIGNAL_MEDIA)
		err = media_parse(
		    json_object_get(params, "media"), &signal->media);
	if (err == 0 && parts & SIGNAL_MEMBERS)
		err = parse_members(json_object_get(params, "members"), signal);
	if (err == 0 && parts & SIGNAL_REASON)
		err = parse_reason(params, signal);
	if (err == 0 && parts & SIGNAL_STATUS)
		parse_status(params, &signal->status);
	if (err != 0)
		signal_wipe(signal);
	return err;
}

void
signal_wipe(struct signal *signal)
{
	wipe(signal, sizeof *signal);
}

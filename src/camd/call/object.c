/* object.c: the call object of cam-rpc(7). */
#include "camd/call/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "camd/call/call.h"
#include "rpc/json.h"

static json_t *
id_object(const struct call *call, int64_t uid)
{
	const struct calls *calls = call->calls;
	char *id = calls_user_id(calls, uid);
	json_t *object = json_text(span_text(id));

	free(id);
	return object;
}

static const char *
word_of(const struct leg *leg)
{
	if (leg->call->state == CALL_ENDED)
		return "left";
	switch (leg->state) {
	case LEG_INVITED:
		return leg->rings ? "ringing" : "calling";
	case LEG_INVITER:
		return "calling";
	case LEG_ELSEWHERE:
		return leg->named_active ? "active" : "ringing";
	case LEG_ACCEPTING:
	case LEG_JOINING:
		return "connecting";
	case LEG_ACTIVE:
		return leg->status.hold ? "held" : "active";
	case LEG_GONE:
		break;
	}
	return "left";
}

static json_t *
reason_object(enum call_reason reason)
{
	return reason != CALL_NO_REASON ? json_string(call_reason_word(reason))
					: json_null();
}

static json_t *
party_object(const struct leg *leg)
{
	const struct signal_status *status = &leg->status;
	json_t *object = json_object();

	json_object_set_new(object, "id", id_object(leg->call, leg->uid));
	json_object_set_new(object, "state", json_string(word_of(leg)));
	json_object_set_new(object, "reason", reason_object(leg->reason));
	json_object_set_new(object, "text", json_text_or_null(leg->text));
	json_object_set_new(object, "muted", json_boolean(status->mute));
	json_object_set_new(object, "video", json_boolean(status->video));
	json_object_set_new(object, "screen", json_boolean(status->screen));
	json_object_set_new(
	    object, "recording", json_boolean(status->recording));
	/* Nothing of his arrives. */
	json_object_set_new(object, "silent",
	    json_boolean(leg->state == LEG_ACTIVE && !leg->flows));
	return object;
}

/* "tone", "file", "none", "default", or its name; null: not yet opened. */
static json_t *
device_object(const struct call *call, const char *way)
{
	const json_t *device = json_object_get(call->audio, way);
	const json_t *kind = json_object_get(device, "kind"),
		     *name = json_object_get(device, "name");

	if (!json_is_string(kind))
		return json_null();
	if (strcmp(json_string_value(kind), "portaudio") != 0)
		return json_incref((json_t *)kind);
	return json_is_string(name) ? json_incref((json_t *)name)
				    : json_string("default");
}

/* What will be used again once it is back. */
static json_t *
missing_object(const struct call *call, enum devices_kind way)
{
	const char *name = call->missing[way];

	return name == NULL
		   ? json_null()
		   : json_text(span_text(name[0] != '\0' ? name : "default"));
}

/* Who records it now. */
static json_t *
recording_object(const struct call *call)
{
	json_t *list = json_array();

	if (call_records(call))
		json_array_append_new(list, id_object(call, 0));
	for (size_t i = 0; i < call->leg_count; i++) {
		const struct leg *leg = call->legs[i];

		if (leg->state == LEG_ACTIVE && leg->status.recording &&
		    call->state != CALL_ENDED)
			json_array_append_new(list, id_object(call, leg->uid));
	}
	return list;
}

static void
put_recording(json_t *object, const struct call *call)
{
	static const char *const ends[] = {
		[RECORDING_FULL] = "full", [RECORDING_FAILED] = "failed"
	};
	const char *end = ends[call->recording_end];

	json_object_set_new(object, "recording", recording_object(call));
	json_object_set_new(
	    object, "recording_path", json_text_or_null(call->recording_path));
	json_object_set_new(object, "recording_error",
	    end != NULL ? json_string(end) : json_null());
	json_object_set_new(object, "tap",
	    call->tap_port == 0
		? json_null()
		: json_pack("{s:i, s:b}", "port", (int)call->tap_port, "sealed",
		      (int)call->tap_sealed));
}

/* Those who are in it or may still come; once it has ended, all. */
static bool
is_member(const struct leg *leg)
{
	return leg->state != LEG_GONE || leg->call->state == CALL_ENDED;
}

json_t *
call_talk_object(const struct call *call)
{
	return call->talk == CALL_TALK_OPEN
		   ? json_null()
		   : json_boolean(call->talk == CALL_TALK_SPEAKS);
}

json_t *
call_object(const struct call *call)
{
	json_t *object = json_object(), *members = json_array(),
	       *parties = json_array();
	int64_t end_ms =
	    call->state == CALL_ENDED ? call->since_ms : clock_wall_ms();

	for (size_t i = 0; i < call->leg_count; i++) {
		const struct leg *leg = call->legs[i];

		if (is_member(leg))
			json_array_append_new(
			    members, id_object(call, leg->uid));
		json_array_append_new(parties, party_object(leg));
	}
	json_object_set_new(object, "id", json_string(call->id));
	json_object_set_new(
	    object, "state", json_string(call_state_word(call->state)));
	json_object_set_new(
	    object, "direction", json_string(call->incoming ? "in" : "out"));
	json_object_set_new(object, "from", id_object(call, call->from));
	json_object_set_new(object, "members", members);
	json_object_set_new(object, "parties", parties);
	json_object_set_new(object, "video", json_boolean(call->video));
	json_object_set_new(object, "screen", json_boolean(call->screen));
	json_object_set_new(object, "showing",
	    json_string(devices_showing_word(call->showing)));
	json_object_set_new(object, "muted", json_boolean(call->muted));
	json_object_set_new(object, "talk", call_talk_object(call));
	json_object_set_new(object, "media", json_integer(call->media));
	json_object_set_new(object, "since", json_time(call->since_ms));
	json_object_set_new(object, "began", json_time(call->began_ms));
	json_object_set_new(object, "duration_ms",
	    json_integer(call->active_ms > 0 && end_ms > call->active_ms
			     ? (json_int_t)(end_ms - call->active_ms)
			     : 0));
	json_object_set_new(object, "audio_in", device_object(call, "in"));
	json_object_set_new(object, "audio_out", device_object(call, "out"));
	json_object_set_new(
	    object, "audio_in_missing", missing_object(call, DEVICES_AUDIO_IN));
	json_object_set_new(object, "audio_out_missing",
	    missing_object(call, DEVICES_AUDIO_OUT));
	json_object_set_new(object, "port", json_integer(call->own.port));
	put_recording(object, call);
	if (call->state != CALL_ENDED)
		return object;
	json_object_set_new(object, "reason", reason_object(call->reason));
	json_object_set_new(object, "text", json_text_or_null(call->text));
	json_object_set_new(
	    object, "exit", json_integer(call_reason_exit(call->reason)));
	return object;
}

/* -- by member --------------------------------------------------------------
 */

/* Whose number it is; NULL: of nobody who is still there. */
static const struct leg *
leg_of(const struct call *call, const json_t *member)
{
	json_int_t number =
	    json_integer_value(json_object_get(member, "member"));

	return number > 0 && number <= UINT8_MAX
		   ? call_leg_numbered(call, (unsigned)number)
		   : NULL;
}

static json_t *
named_members(const struct call *call, const json_t *object)
{
	json_t *members = json_array();
	const json_t *member;
	size_t i;

	json_array_foreach(json_object_get(object, "members"), i, member)
	{
		const struct leg *leg = leg_of(call, member);
		json_t *copy;

		if (leg == NULL)
			continue;
		copy = json_copy((json_t *)member);
		json_object_set_new(copy, "member", id_object(call, leg->uid));
		json_array_append_new(members, copy);
	}
	return members;
}

json_t *
call_levels_object(const struct call *call, const json_t *levels)
{
	return json_pack("{s:s, s:I, s:o}", "id", call->id, "self",
	    json_integer_value(json_object_get(levels, "self")), "members",
	    named_members(call, levels));
}

json_t *
call_stats_object(const struct call *call, const json_t *stats)
{
	json_t *object = json_pack("{s:s, s:i, s:i}", "id", call->id, "port",
	    (int)call->own.port, "delay_ms", (int)call->delay_ms);
	const json_t *dropped = json_object_get(stats, "dropped");

	json_object_set_new(object, "members", named_members(call, stats));
	if (json_is_integer(dropped))
		json_object_set(object, "dropped", (json_t *)dropped);
	return object;
}

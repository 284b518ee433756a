/* model_call.c: the calls camd has told of. */
#include "cam-tui/model_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam-tui/model_parts.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/viewer.h"

/* Who is quieter than that says nothing. */
enum { LEVEL_TALKING = 50 };

/* -- read ----------------------------------------------------------------- */

static uint8_t
level_of(const json_t *object, const char *name)
{
	const json_t *level = json_object_get(object, name);
	json_int_t value = json_integer_value(level);

	return json_is_integer(level) && value >= 0 && value < LEVEL_SILENT
		   ? (uint8_t)value
		   : LEVEL_SILENT;
}

static bool
any_party_is(const json_t *object, const char *state)
{
	const json_t *party;
	size_t i;

	json_array_foreach(json_object_get(object, "parties"), i, party)
	{
		if (json_text_is(party, "state", state))
			return true;
	}
	return false;
}

static enum model_call_state
state_of(const json_t *object)
{
	const char *word = json_text_at(object, "state");

	if (strcmp(word, "ringing") == 0)
		return any_party_is(object, "connecting") ? CALL_CONNECTING
							  : CALL_RINGING;
	if (strcmp(word, "calling") == 0)
		return any_party_is(object, "ringing") ? CALL_ANSWERING
						       : CALL_CALLING;
	if (strcmp(word, "active") == 0)
		return CALL_ACTIVE;
	return strcmp(word, "held") == 0 ? CALL_HELD : CALL_ENDED;
}

static struct model_party *
find_party(struct model_call *call, const char *id)
{
	for (size_t i = 0; i < call->party_count; i++) {
		if (strcmp(call->parties[i].id, id) == 0)
			return &call->parties[i];
	}
	return NULL;
}

const struct model_party *
model_call_party(const struct model_call *call, const char *id)
{
	return find_party((struct model_call *)call, id);
}

/* Of those who have left only their last words stay, in the object. */
static void
read_parties(struct model_call *call, const json_t *object)
{
	struct model_call before = *call;
	const json_t *party;
	size_t i;

	call->party_count = 0;
	json_array_foreach(json_object_get(object, "parties"), i, party)
	{
		struct model_party *known =
		    find_party(&before, json_text_at(party, "id"));

		if (json_text_is(party, "state", "left") ||
		    call->party_count == MODEL_PARTIES_MAX)
			continue;
		call->parties[call->party_count++] = (struct model_party){
			.id = json_text_at(party, "id"),
			.is_there = json_text_is(party, "state", "active") ||
				    json_text_is(party, "state", "held"),
			.is_muted = json_true_at(party, "muted"),
			.holds = json_text_is(party, "state", "held"),
			.records = json_true_at(party, "recording"),
			.is_silent = json_true_at(party, "silent"),
			.is_seen = viewer_can_see(party),
			.level = known != NULL ? known->level : LEVEL_SILENT,
		};
	}
}

static void
read_object(struct model_call *call, const json_t *object, int64_t now_ms)
{
	json_int_t duration_ms =
	    json_integer_value(json_object_get(object, "duration_ms"));
	json_t *was = call->object;

	json_incref((json_t *)object);
	call->object = (json_t *)object;
	read_parties(call, object);
	json_decref(was); /* ids of parties were borrowed from it */
	call->id = json_text_at(object, "id");
	call->from = json_text_at(object, "from");
	call->reason = json_text_at(object, "reason");
	call->text = json_text_at(object, "text");
	call->state = state_of(object);
	call->is_incoming = json_text_is(object, "direction", "in");
	call->is_muted = json_true_at(object, "muted");
	call->pushes_to_talk = json_is_boolean(json_object_get(object, "talk"));
	call->is_let_through = json_true_at(object, "talk");
	call->shows_camera = json_text_is(object, "showing", "video");
	call->shows_screen = json_text_is(object, "showing", "screen");
	call->has_video =
	    json_true_at(object, "video") || json_true_at(object, "screen");
	call->is_recorded =
	    json_array_size(json_object_get(object, "recording")) > 0;
	call->duration_ms = duration_ms > 0 ? (uint64_t)duration_ms : 0;
	call->was_spoken |=
	    call->state == CALL_ACTIVE || call->state == CALL_HELD;
	if (!call->was_spoken || duration_ms > now_ms)
		call->since_ms = 0;
	else if (call->state != CALL_ENDED)
		call->since_ms = now_ms - (int64_t)call->duration_ms;
	if (call->state != CALL_ACTIVE)
		call->own_level = LEVEL_SILENT;
}

/* -- kept ----------------------------------------------------------------- */

static void
tell(struct model *model, const struct model_call *call)
{
	model_tell(
	    model, &(struct model_change){ .kind = CHANGE_CALL, .call = call });
}

static struct model_call *
find(const struct model *model, const char *id)
{
	for (size_t i = 0; i < model->call_count; i++) {
		if (strcmp(model->calls[i]->id, id) == 0)
			return model->calls[i];
	}
	return NULL;
}

static void
call_free(struct model_call *call)
{
	json_decref(call->object);
	json_decref(call->stats);
	free(call);
}

/* Of one that has ended nothing stays. */
static void
drop(struct model *model, struct model_call *call)
{
	size_t place = 0;

	while (model->calls[place] != call)
		place++;
	model->call_count--;
	memmove(&model->calls[place], &model->calls[place + 1],
	    (model->call_count - place) * sizeof *model->calls);
	call_free(call);
}

static struct model_call *
take(struct model *model, const json_t *object, int64_t now_ms)
{
	struct model_call *call = find(model, json_text_at(object, "id"));

	if (json_text_at(object, "id")[0] == '\0')
		return NULL;
	if (call == NULL) {
		if (state_of(object) == CALL_ENDED ||
		    model->call_count == MODEL_CALLS_MAX)
			return NULL;
		call = xcalloc(1, sizeof *call);
		call->own_level = LEVEL_SILENT;
		call->quality = (struct model_quality){ -1, -1, -1 };
		model->calls[model->call_count++] = call;
	}
	read_object(call, object, now_ms);
	return call;
}

void
model_take_call(struct model *model, const json_t *object, int64_t now_ms)
{
	struct model_call *call = take(model, object, now_ms);

	if (call == NULL)
		return;
	tell(model, call);
	/* Whoever was told may have asked for more, and be answered later. */
	if (call->state == CALL_ENDED)
		drop(model, call);
}

void
model_forget_calls(struct model *model)
{
	if (model->call_count == 0)
		return;
	while (model->call_count > 0)
		drop(model, model->calls[model->call_count - 1]);
	tell(model, NULL);
}

void
model_take_calls(struct model *model, const json_t *calls, int64_t now_ms)
{
	const json_t *object;
	size_t i;

	while (model->call_count > 0)
		drop(model, model->calls[model->call_count - 1]);
	json_array_foreach(calls, i, object) take(model, object, now_ms);
	tell(model, NULL);
}

/* -- events --------------------------------------------------------------- */

static void
take_levels(struct model *model, const json_t *params)
{
	struct model_call *call = find(model, json_text_at(params, "id"));
	const json_t *member;
	size_t i;

	if (call == NULL || call->state != CALL_ACTIVE)
		return;
	call->own_level = level_of(params, "self");
	for (i = 0; i < call->party_count; i++)
		call->parties[i].level = LEVEL_SILENT;
	json_array_foreach(json_object_get(params, "members"), i, member)
	{
		struct model_party *party =
		    find_party(call, json_text_at(member, "member"));

		if (party != NULL)
			party->level = level_of(member, "level");
	}
	tell(model, call);
}

bool
model_call_event(struct model *model, const char *event, const json_t *params)
{
	int64_t time_ms = 0;

	if (strncmp(event, "call.", 5) != 0)
		return false;
	if (strcmp(event, EVENT_CALL_LEVELS) == 0) {
		take_levels(model, params);
	} else if (strcmp(event, EVENT_CALL_INCOMING) == 0 ||
		   strcmp(event, EVENT_CALL_RINGING) == 0 ||
		   strcmp(event, EVENT_CALL_ACTIVE) == 0 ||
		   strcmp(event, EVENT_CALL_CHANGED) == 0 ||
		   strcmp(event, EVENT_CALL_ENDED) == 0) {
		if (clock_parse(json_text_at(params, "time"), 0, &time_ms) != 0)
			time_ms = 0;
		model_take_call(model, params, time_ms);
	}
	return true;
}

/* -- quality -------------------------------------------------------------- */

static void
take_worst(const json_t *stream, const char *name, double *worst)
{
	const json_t *value = json_object_get(stream, name);

	if (json_is_number(value) && json_number_value(value) > *worst)
		*worst = json_number_value(value);
}

void
model_take_call_stats(struct model *model, const json_t *stats)
{
	struct model_call *call = find(model, json_text_at(stats, "id"));
	const json_t *member, *stream;
	size_t i, k;

	if (call == NULL)
		return;
	json_incref((json_t *)stats);
	json_decref(call->stats);
	call->stats = (json_t *)stats;
	call->quality = (struct model_quality){ -1, -1, -1 };
	json_array_foreach(json_object_get(stats, "members"), i, member)
	{
		json_array_foreach(
		    json_object_get(member, "streams"), k, stream)
		{
			take_worst(stream, "loss", &call->quality.loss);
			take_worst(stream, "rtt_ms", &call->quality.rtt_ms);
			take_worst(stream, "delay_ms", &call->quality.delay_ms);
		}
	}
	tell(model, call);
}

/* -- asked ---------------------------------------------------------------- */

size_t
model_call_count(const struct model *model)
{
	return model->call_count;
}

const struct model_call *
model_call_at(const struct model *model, size_t place)
{
	return model->calls[place];
}

const struct model_call *
model_call(const struct model *model, const char *id)
{
	return find(model, id);
}

/* How near we are to speaking in it. */
static int
rank_of(const struct model_call *call)
{
	switch (call->state) {
	case CALL_ACTIVE:
		return 3;
	case CALL_CALLING:
	case CALL_ANSWERING:
	case CALL_CONNECTING:
		return 2;
	case CALL_HELD:
		return 1;
	case CALL_RINGING:
	case CALL_ENDED:
		break;
	}
	return 0;
}

const struct model_call *
model_call_current(const struct model *model)
{
	const struct model_call *best = NULL;

	for (size_t i = 0; i < model->call_count; i++) {
		const struct model_call *call = model->calls[i];

		if (rank_of(call) > (best != NULL ? rank_of(best) : 0))
			best = call;
	}
	return best;
}

const struct model_call *
model_call_incoming(const struct model *model)
{
	for (size_t i = 0; i < model->call_count; i++) {
		if (model->calls[i]->state == CALL_RINGING)
			return model->calls[i];
	}
	return NULL;
}

const struct model_party *
model_call_talker(const struct model_call *call)
{
	const struct model_party *loudest = NULL;

	for (size_t i = 0; i < call->party_count; i++) {
		const struct model_party *party = &call->parties[i];

		if (party->level < LEVEL_TALKING &&
		    (loudest == NULL || party->level < loudest->level))
			loudest = party;
	}
	return loudest;
}

uint64_t
model_call_ms(const struct model_call *call, int64_t now_ms)
{
	if (call->state == CALL_ENDED || call->since_ms == 0 ||
	    now_ms < call->since_ms)
		return call->duration_ms;
	return (uint64_t)(now_ms - call->since_ms);
}

/* Members are those who are in it, or of one that has ended all. */
static size_t
list_members(const json_t *object, const char **ids, size_t max)
{
	const char *from = json_text_at(object, "from");
	const json_t *member;
	size_t i, count = 0;

	json_array_foreach(json_object_get(object, "members"), i, member)
	{
		const char *id = json_string_value(member);

		if (id != NULL && id[0] != '\0' && count < max)
			ids[count++] = id;
	}
	if (count == 0 && json_text_is(object, "direction", "in") &&
	    from[0] != '\0')
		ids[count++] = from;
	return count;
}

char *
model_call_names(const struct model *model, const json_t *object)
{
	const char *ids[MODEL_PARTIES_MAX];
	size_t count = list_members(object, ids, MODEL_PARTIES_MAX);
	struct buf names;
	char *text = NULL;

	buf_init(&names, LIMIT_RPC_LINE);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_text(&names, ", ");
		buf_put_text(&names, model_name_of(model, ids[i]));
	}
	text = buf_steal_text(&names);
	return text != NULL ? text : xstrdup("");
}

char *
model_call_name(const struct model *model, const struct model_call *call)
{
	return model_call_names(model, call->object);
}

struct model_talk *
model_call_talk(struct model *model, const struct model_call *call)
{
	const char *ids[MODEL_PARTIES_MAX];
	size_t count = list_members(call->object, ids, MODEL_PARTIES_MAX);

	return count > 0 ? model_talk_with(model, ids, count) : NULL;
}

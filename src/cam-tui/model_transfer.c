/* model_transfer.c: what is offered and on its way. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cam-tui/model_parts.h"
#include "rpc/json.h"

/* Beyond that the oldest are let go. */
enum { TRANSFERS_MAX = 5000 };

static uint64_t
number_of(const json_t *object, const char *name)
{
	json_int_t number = json_integer_value(json_object_get(object, name));

	return number > 0 ? (uint64_t)number : 0;
}

static int64_t
time_of(const json_t *object, const char *name)
{
	int64_t time_ms = 0;

	return clock_parse(json_text_at(object, name), 0, &time_ms) == 0
		   ? time_ms
		   : 0;
}

static enum model_stage
stage_of(const char *word)
{
	static const char *const words[] = { "offered", "waiting", "running",
		"done", "failed", "cancelled", "expired" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], word) == 0)
			return (enum model_stage)i;
	}
	return STAGE_OFFERED;
}

static void
read_object(struct model_transfer *transfer)
{
	const json_t *object = transfer->object;

	transfer->id = json_text_at(object, "id");
	transfer->message = json_text_at(object, "message");
	transfer->peer = json_text_at(object, "peer");
	transfer->name = json_text_at(object, "name");
	transfer->kind = json_text_at(object, "kind");
	transfer->path = json_string_value(json_object_get(object, "path"));
	transfer->reason = json_text_at(object, "reason");
	transfer->server = json_text_at(object, "server");
	transfer->held_until_ms = time_of(object, "server_until");
	transfer->is_received = json_text_is(object, "direction", "in");
	transfer->stage = stage_of(json_text_at(object, "state"));
	transfer->size = number_of(object, "size");
	transfer->done = number_of(object, "done");
	transfer->rate =
	    transfer->stage == STAGE_RUNNING ? number_of(object, "rate") : 0;
	transfer->sent_ms = time_of(object, "sent");
}

static void
tell(struct model *model, const struct model_transfer *transfer)
{
	model_tell(model, &(struct model_change){
			      .kind = CHANGE_TRANSFER, .transfer = transfer });
}

static void
transfer_free(struct model_transfer *transfer)
{
	json_decref(transfer->object);
	free(transfer);
}

/* -- asked ---------------------------------------------------------------- */

size_t
model_transfer_count(const struct model *model)
{
	return model->transfer_count;
}

const struct model_transfer *
model_transfer_at(const struct model *model, size_t place)
{
	return model->transfers[place];
}

/* The newest first: those are what is told of most. */
static struct model_transfer *
find(const struct model *model, const char *id, const char *peer)
{
	for (size_t i = model->transfer_count; i-- > 0;) {
		struct model_transfer *transfer = model->transfers[i];

		if (strcmp(transfer->id, id) == 0 &&
		    strcmp(transfer->peer, peer) == 0)
			return transfer;
	}
	return NULL;
}

const struct model_transfer *
model_transfer(const struct model *model, const char *id, const char *peer)
{
	return find(model, id, peer);
}

bool
model_transfer_has_ended(const struct model_transfer *transfer)
{
	return transfer->stage >= STAGE_DONE;
}

bool
model_transfer_sum(
    const struct model *model, bool received, uint64_t *size, uint64_t *done)
{
	bool any = false;

	*size = *done = 0;
	for (size_t i = 0; model->running > 0 && i < model->transfer_count;
	     i++) {
		const struct model_transfer *transfer = model->transfers[i];

		if (transfer->stage != STAGE_RUNNING ||
		    transfer->is_received != received)
			continue;
		any = true;
		*size += transfer->size;
		*done += transfer->done;
	}
	return any;
}

/* -- fed ------------------------------------------------------------------ */

static void
drop(struct model *model, size_t place)
{
	struct model_transfer **at = &model->transfers[place];

	model->running -= (*at)->stage == STAGE_RUNNING;
	transfer_free(*at);
	model->transfer_count--;
	memmove(at, at + 1, (model->transfer_count - place) * sizeof *at);
}

/* By the time of its message; of one message in the order told. */
static void
insert(struct model *model, struct model_transfer *transfer)
{
	size_t place;

	if (model->transfer_count == TRANSFERS_MAX)
		drop(model, 0);
	place = model->transfer_count;
	model->transfers = xreallocarray(model->transfers,
	    model->transfer_count + 1, sizeof *model->transfers);
	while (place > 0 &&
	       model->transfers[place - 1]->sent_ms > transfer->sent_ms) {
		model->transfers[place] = model->transfers[place - 1];
		place--;
	}
	model->transfers[place] = transfer;
	model->transfer_count++;
}

/* Takes object, the whole of it or what is new. NULL: of something that nothing
 * else is known of. */
static struct model_transfer *
take(struct model *model, json_t *object)
{
	struct model_transfer *transfer = find(
	    model, json_text_at(object, "id"), json_text_at(object, "peer"));

	if (transfer == NULL &&
	    (json_text_at(object, "id")[0] == '\0' ||
		!json_is_string(json_object_get(object, "name")))) {
		json_decref(object);
		return NULL;
	}
	if (transfer != NULL) {
		model->running -= transfer->stage == STAGE_RUNNING;
		json_object_update(transfer->object, object);
		json_decref(object);
		read_object(transfer);
	} else {
		transfer = xcalloc(1, sizeof *transfer);
		transfer->object = object;
		read_object(transfer);
		insert(model, transfer);
	}
	model->running += transfer->stage == STAGE_RUNNING;
	return transfer;
}

void
model_take_offers(struct model *model, const json_t *offers)
{
	const json_t *object;
	size_t i;

	json_array_foreach(offers, i, object)
	    take(model, json_copy((json_t *)object));
	tell(model, NULL);
}

void
model_take_offer(struct model *model, const json_t *object)
{
	struct model_transfer *transfer =
	    take(model, json_copy((json_t *)object));

	if (transfer != NULL)
		tell(model, transfer);
}

void
model_drop_offer(struct model *model, const char *id)
{
	char *gone = xstrdup(id); /* may be of what is dropped */

	for (size_t i = model->transfer_count; i-- > 0;) {
		if (strcmp(model->transfers[i]->id, gone) == 0)
			drop(model, i);
	}
	free(gone);
	tell(model, NULL);
}

void
model_forget_offers(struct model *model)
{
	while (model->transfer_count > 0)
		drop(model, model->transfer_count - 1);
	tell(model, NULL);
}

/* An offer that has just come has no peer, only a sender; what is told of one
 * on its way has no state. */
void
model_transfer_event(struct model *model, const json_t *params)
{
	json_t *object = json_copy((json_t *)params);
	struct model_transfer *transfer;

	if (json_object_get(object, "peer") == NULL) {
		json_object_set_new(object, "direction", json_string("in"));
		json_object_set(
		    object, "peer", json_object_get(object, "from"));
		json_object_set(
		    object, "sent", json_object_get(object, "time"));
	}
	if (json_object_get(object, "state") == NULL)
		json_object_set_new(object, "state", json_string("running"));
	transfer = take(model, object);
	if (transfer != NULL)
		tell(model, transfer);
}

/* An offer of a message, as a file object. */
static json_t *
object_of(const json_t *message, const json_t *offer, const char *direction,
    const json_t *peer)
{
	json_t *object = json_copy((json_t *)offer);

	json_object_set_new(object, "direction", json_string(direction));
	json_object_set(object, "peer", (json_t *)peer);
	json_object_set(object, "message", json_object_get(message, "id"));
	json_object_set(object, "sent", json_object_get(message, "time"));
	return object;
}

void
model_transfer_message(struct model *model, const json_t *message)
{
	const json_t *from = json_object_get(message, "from"), *offer;
	size_t i;

	json_array_foreach(json_object_get(message, "offers"), i, offer)
	{
		if (json_is_string(json_object_get(offer, "state")) &&
		    find(model, json_text_at(offer, "id"),
			json_text_at(message, "from")) == NULL)
			take(model, object_of(message, offer, "in", from));
	}
}

void
model_transfer_sent(struct model *model, const json_t *message)
{
	const json_t *offer, *user;
	size_t i, k;

	json_array_foreach(json_object_get(message, "offers"), i, offer)
	{
		json_array_foreach(json_object_get(message, "to"), k, user)
		    take(model, object_of(message, offer, "out", user));
	}
	if (json_array_size(json_object_get(message, "offers")) > 0)
		tell(model, NULL);
}

void
model_transfer_rename_user(struct model *model, const char *was, const char *id)
{
	for (size_t i = 0; i < model->transfer_count; i++) {
		struct model_transfer *transfer = model->transfers[i];

		if (strcmp(transfer->peer, was) != 0)
			continue;
		json_object_set_new(transfer->object, "peer", json_string(id));
		read_object(transfer);
	}
}

/* file_object.c: the file object of cam-rpc(7). */
#include "camd/offer/file_object.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "camd/camd.h"
#include "camd/offer/holdings.h"
#include "camd/offer/key.h"
#include "camd/offer/ready.h"
#include "camd/offer/reason.h"
#include "camd/offer/transfers.h"
#include "camd/people/roster.h"
#include "rpc/json.h"
#include "rpc/reason.h"
#include "store/transfer.h"

/* The thing itself, where it is known to be there. */
static json_t *
path_of(const struct store_transfer *transfer)
{
	json_t *object;
	char *path;

	if (transfer->made[0] == '\0')
		return json_null();
	if (!transfer->received)
		return json_text(span_text(transfer->made));
	path = path_join(transfer->folder, transfer->made);
	object = json_text(span_text(path));
	free(path);
	return object;
}

/* What has ended waits nowhere. */
static const char *
held_word(const struct camd *camd, const struct store_transfer *transfer,
    int64_t *until_ms)
{
	const struct offer_key key = { transfer->message, transfer->number,
		transfer->uid };

	*until_ms = 0;
	if (transfer->stage == STORE_DONE ||
	    transfer->stage == STORE_CANCELLED ||
	    transfer->stage == STORE_EXPIRED)
		return NULL;
	if (!transfer->received)
		return holdings_word(camd->holdings, &key, until_ms);
	*until_ms = ready_until(camd->ready, transfer);
	return *until_ms > 0 ? "held" : NULL;
}

void
offer_add_held(json_t *object, const struct camd *camd,
    const struct store_transfer *transfer)
{
	int64_t until_ms = 0;
	const char *word = held_word(camd, transfer, &until_ms);

	json_object_set_new(
	    object, "server", word != NULL ? json_string(word) : json_null());
	json_object_set_new(object, "server_until",
	    until_ms > 0 ? json_time(until_ms) : json_null());
}

void
offer_add_state(json_t *object, const struct camd *camd,
    const struct store_transfer *transfer)
{
	json_object_set_new(
	    object, "state", json_string(store_stage_word(transfer->stage)));
	json_object_set_new(object, "path", path_of(transfer));
	offer_add_held(object, camd, transfer);
}

static void
add_reason(json_t *object, const char *reason)
{
	bool has_one = reason[0] != '\0';

	json_object_set_new(object, "error",
	    has_one ? json_string(reason_transfer_sentence(reason))
		    : json_null());
	json_object_set_new(object, "reason",
	    has_one ? json_string(offer_reason(reason)) : json_null());
	json_object_set_new(object, "exit",
	    json_integer(cam_exit_code(offer_reason_err(reason))));
}

static json_t *
peer_of(const struct camd *camd, int64_t uid)
{
	const struct user *user = roster_by_uid(camd->roster, uid);
	char *id = user != NULL ? user_id(user) : xstrdup("unknown");
	json_t *object = json_text(span_text(id));

	free(id);
	return object;
}

static uint64_t
done_of(const struct camd *camd, const struct store_transfer *transfer)
{
	const struct offer_key key = { transfer->message, transfer->number,
		transfer->uid };
	struct transfers_progress progress;

	return transfer->stage == STORE_RUNNING && camd->transfers != NULL &&
		       transfers_progress(camd->transfers, &key, &progress)
		   ? progress.done
		   : transfer->done;
}

json_t *
offer_file_object(
    const struct camd *camd, const struct store_transfer *transfer)
{
	const struct store_offer *offer = &transfer->offer;
	char *id = xasprintf("%s.%u", transfer->id, (unsigned)offer->number);
	json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:s}", "id",
	    id, "message", transfer->id, "direction",
	    transfer->received ? "in" : "out", "peer",
	    peer_of(camd, transfer->uid), "name",
	    json_text(span_text(offer->name)), "size", (json_int_t)offer->size,
	    "kind", store_kind_word(offer->kind));

	offer_add_state(object, camd, transfer);
	json_object_set_new(
	    object, "done", json_integer((json_int_t)done_of(camd, transfer)));
	json_object_set_new(object, "encryption",
	    json_string(store_encryption_word(transfer->encryption)));
	/* Threat model C6: what IPMSG encrypts anybody on the way may change.
	 */
	json_object_set_new(object, "protected",
	    json_boolean(transfer->encryption == STORE_CAM1));
	json_object_set_new(object, "signed",
	    transfer->received
		? json_string(store_signed_word(transfer->signature))
		: json_null());
	json_object_set_new(object, "sent", json_time(transfer->time_ms));
	json_object_set_new(object, "expires", json_time(offer->expires_ms));
	json_object_set_new(
	    object, "fetches", json_integer((json_int_t)transfer->fetches));
	add_reason(object, transfer->reason);
	free(id);
	return object;
}

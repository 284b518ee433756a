/* holdtaken.c: the server says that somebody has what it held for him, and
 * shows what only he can have made. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/offer/holdings_parts.h"
#include "camd/offer/offers_parts.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "link/held.h"
#include "rpc/json.h"
#include "store/message.h"

struct taken {
	struct job job;
	struct camd *camd;
	struct holdings *holdings;
	uint64_t serial; /* of the server's connection */
	json_int_t id;
	uint8_t user_key[SIGN_KEY_SIZE];
	int64_t uid;
	uint8_t message[(ID_SIZE - 1) / 2];
	uint32_t number;
	uint8_t head[HELD_HEAD_MAX];
	size_t head_len;
	uint8_t proof[HELD_PROOF];
	struct offer_rows rows;
	bool is_proved;
	int err;
};

/* Threat model 5.5: by who has the file, and the key in its envelope. */
static bool
check_proof(const struct taken *taken, const uint8_t *file_key)
{
	uint8_t receipt[CHUNK_RECEIPT_SIZE];
	struct chunk_stream *stream = NULL;
	struct chunk_header header;

	if (file_key == NULL || taken->head_len <= HELD_REQUEST_SIZE ||
	    chunk_open_new(file_key, span_of(taken->head, HELD_REQUEST_SIZE),
		span_of(taken->head + HELD_REQUEST_SIZE,
		    taken->head_len - HELD_REQUEST_SIZE),
		&header, &stream) < 0)
		return false;
	chunk_receipt(stream, receipt);
	chunk_stream_free(stream);
	return held_proof_is(receipt, taken->user_key, taken->proof);
}

static int
read_row(struct store *store, struct taken *taken)
{
	char id[ID_SIZE];
	int64_t message = 0;
	int r = 0;

	hex_encode(taken->message, sizeof taken->message, id);
	r = store_message_find(store, id, NULL, 0, NULL, &message);
	if (r == 0)
		r = offer_rows_read(
		    store, message, taken->number, &taken->rows);
	if (r == 0 && taken->rows.list[0]->received)
		r = CAM_ERR_UNKNOWN;
	if (r == 0)
		taken->is_proved =
		    check_proof(taken, taken->rows.list[0]->offer.file_key);
	return r;
}

static void
read_it(struct job *job, void *context)
{
	struct taken *taken = container_of(job, struct taken, job);

	taken->err = read_row(context, taken);
}

static const char *
settle(struct taken *taken)
{
	struct camd *camd = taken->camd;
	const struct user *user = roster_by_uid(camd->roster, taken->uid);

	if (taken->err < 0)
		return taken->err == CAM_ERR_UNKNOWN ? "unknown" : "failed";
	if (!taken->is_proved) {
		log_warn("the server says that a file was fetched, and cannot "
			 "show it");
		return "crypto";
	}
	for (size_t i = 0; i < taken->rows.count; i++) {
		const struct store_transfer *row = taken->rows.list[i];
		const struct offer_key key = { row->message, row->number,
			row->uid };

		if (user != NULL && row->stage != STORE_DONE &&
		    roster_by_uid(camd->roster, row->uid) == user)
			offers_held_done(camd->offers, &key, row->offer.size);
	}
	return NULL;
}

static void
on_read(struct job *job)
{
	struct taken *taken = container_of(job, struct taken, job);
	struct camd *camd = taken->camd;

	if (camd->holdings == taken->holdings)
		org_ferry_answer(
		    camd->org, taken->serial, taken->id, settle(taken));
	offer_rows_finish(&taken->rows);
	free(taken);
}

static int
read_params(struct taken *taken, const json_t *params)
{
	const json_t *number = json_object_get(params, "number");
	const struct user *user = NULL;

	if (json_hex_get_all(
		params, "user", taken->user_key, sizeof taken->user_key) < 0 ||
	    json_hex_get_all(
		params, "message", taken->message, sizeof taken->message) < 0 ||
	    json_hex_get_all(
		params, "proof", taken->proof, sizeof taken->proof) < 0 ||
	    json_hex_get(params, "head", taken->head, sizeof taken->head,
		&taken->head_len) < 0 ||
	    !json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > UINT32_MAX)
		return CAM_ERR_REQUEST;
	taken->number = (uint32_t)json_integer_value(number);
	user = trust_by_user_key(taken->camd->trust, taken->user_key);
	if (user == NULL)
		return CAM_ERR_UNKNOWN;
	taken->uid = user->uid;
	return 0;
}

void
holdings_hear_taken(struct holdings *holdings, const json_t *params,
    uint64_t serial, json_int_t id)
{
	struct taken *taken = NULL;

	if (holdings == NULL)
		return;
	taken = xcalloc(1, sizeof *taken);
	taken->camd = holdings->camd;
	taken->holdings = holdings;
	taken->serial = serial;
	taken->id = id;
	if (read_params(taken, params) < 0) {
		org_ferry_answer(holdings->camd->org, serial, id, "unknown");
		free(taken);
		return;
	}
	taken->job.work = read_it;
	taken->job.done = on_read;
	workers_submit(holdings->camd->readers, &taken->job);
}

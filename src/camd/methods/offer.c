/* offer.c: files and folders offered: listed, taken, ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/message/lookup.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/offer/file_object.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/reason.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/reason.h"
#include "store/message.h"
#include "store/transfer.h"

enum { PAGE = 256 };

/* -- offer.list ------------------------------------------------------------ */

struct listing {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	struct store_transfer_query query;
	struct offer_rows rows;
	int err;
};

static void
read_list(struct job *job, void *context)
{
	struct listing *listing = container_of(job, struct listing, job);

	listing->err = store_transfer_list(
	    context, &listing->query, offer_rows_add, &listing->rows);
}

/* The place behind the last one. */
static json_t *
next_of(const struct listing *listing)
{
	const struct store_transfer *last;
	char text[64];

	if (listing->rows.count < PAGE)
		return json_null();
	last = listing->rows.list[listing->rows.count - 1];
	snprintf(text, sizeof text, "%lld.%lld.%lld", (long long)last->message,
	    (long long)last->number, (long long)last->uid);
	return json_string(text);
}

static json_t *
objects_of(const struct camd *camd, const struct offer_rows *rows)
{
	json_t *objects = json_array();

	for (size_t i = 0; i < rows->count; i++)
		json_array_append_new(
		    objects, offer_file_object(camd, rows->list[i]));
	return objects;
}

static void
on_list(struct job *job)
{
	struct listing *listing = container_of(job, struct listing, job);

	if (listing->err != 0)
		method_fail(listing->call, listing->err, NULL,
		    "what is offered cannot be read: %s",
		    cam_strerror(listing->err));
	else
		rpc_reply(listing->call,
		    json_pack("{s:o, s:o}", "offers",
			objects_of(listing->camd, &listing->rows), "next",
			next_of(listing)));
	offer_rows_finish(&listing->rows);
	free(listing);
}

static bool
read_after(struct rpc_call *call, const char *after,
    struct store_transfer_query *query)
{
	struct span rest = span_text(after), part = { NULL, 0 };
	uint64_t message = 0, number = 0, uid = 0;

	if (!span_cut(&rest, '.', &part) ||
	    number_decimal(part, INT64_MAX, &message) < 0 ||
	    !span_cut(&rest, '.', &part) ||
	    number_decimal(part, UINT32_MAX, &number) < 0 ||
	    number_decimal(rest, INT64_MAX, &uid) < 0) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'after' is no 'next' of an answer");
		return false;
	}
	query->message = (int64_t)message;
	query->number = (uint32_t)number;
	query->uid = (int64_t)uid;
	return true;
}

static bool
read_stages(struct rpc_call *call, const json_t *words,
    struct store_transfer_query *query)
{
	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));
		int stage = STORE_OFFERED;

		while (stage <= STORE_EXPIRED &&
		       strcmp(store_stage_word((enum store_stage)stage),
			   word) != 0)
			stage++;
		if (stage > STORE_EXPIRED) {
			method_fail(call, CAM_ERR_REQUEST, NULL,
			    "'%s' is no state of an offer", word);
			return false;
		}
		query->stages |= 1U << stage;
	}
	return true;
}

static bool
read_query(
    struct rpc_call *call, json_t *params, struct store_transfer_query *query)
{
	const char *direction = NULL, *after = NULL;
	const json_t *state = NULL;

	if (!param_text(call, params, "direction", false, &direction) ||
	    !param_list(call, params, "state", false, &state) ||
	    !param_text(call, params, "after", false, &after) ||
	    !read_stages(call, state, query) ||
	    (after != NULL && !read_after(call, after, query)))
		return false;
	query->limit = PAGE;
	query->received = direction == NULL || strcmp(direction, "in") == 0;
	query->sent = direction == NULL || strcmp(direction, "out") == 0;
	if (query->received || query->sent)
		return true;
	method_fail(call, CAM_ERR_REQUEST, NULL, "'direction' is in or out");
	return false;
}

int
offer_list(struct rpc_call *call, json_t *params)
{
	struct listing *listing = xcalloc(1, sizeof *listing);

	listing->camd = method_camd(call);
	listing->call = call;
	listing->job.work = read_list;
	listing->job.done = on_list;
	if (read_query(call, params, &listing->query))
		workers_submit(listing->camd->readers, &listing->job);
	else
		free(listing);
	return 0;
}

/* -- one, found by its id ---------------------------------------------------
 */

struct finding {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	json_t *params;
	const char *id; /* in params */
	char *beginning;
	struct lookup lookup;
	int64_t number;
	struct offer_rows rows; /* of one offer, to all */
	bool is_several;	/* the message offers more */
	void (*go_on)(struct finding *finding);
};

static void
finding_free(struct finding *finding)
{
	offer_rows_finish(&finding->rows);
	json_decref(finding->params);
	free(finding->beginning);
	free(finding);
}

static bool
is_hidden(const struct store_transfer *row)
{
	return row->shut;
}

static void
find(struct job *job, void *context)
{
	struct finding *finding = container_of(job, struct finding, job);
	struct lookup *lookup = &finding->lookup;
	struct offer_rows *rows = &finding->rows;

	if (lookup_message(context, finding->beginning, lookup) != 0)
		return;
	lookup->err =
	    offer_rows_read(context, lookup->row, finding->number, rows);
	for (size_t i = 0; i < rows->count; i++)
		finding->is_several |=
		    rows->list[i]->number != rows->list[0]->number;
	if (rows->count > 0 && is_hidden(rows->list[0]))
		lookup->err = CAM_ERR_REFUSED;
}

static void
fail_several(struct finding *finding)
{
	const struct offer_rows *rows = &finding->rows;
	json_t *candidates = json_array();
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		char *id;

		if (i > 0 && rows->list[i]->number == rows->list[i - 1]->number)
			continue;
		id = xasprintf("%s.%u", rows->list[i]->id,
		    (unsigned)rows->list[i]->number);
		if (count++ < LOOKUP_CANDIDATES)
			json_array_append_new(candidates, json_string(id));
		free(id);
	}
	method_fail_ambiguous(
	    finding->call, "id", finding->id, candidates, count);
}

static void
on_found(struct job *job)
{
	struct finding *finding = container_of(job, struct finding, job);

	if (finding->lookup.err == 0 && !finding->is_several) {
		finding->go_on(finding);
		return;
	}
	if (finding->lookup.err == 0)
		fail_several(finding);
	else if (finding->lookup.err == CAM_ERR_REFUSED)
		method_fail_as(finding->call, CAM_ERR_REFUSED, "sealed",
		    reason_transfer_sentence("sealed"));
	else if (finding->lookup.err == CAM_ERR_UNKNOWN)
		method_fail(finding->call, CAM_ERR_UNKNOWN,
		    json_pack("{s:s, s:[]}", "id", finding->id, "candidates"),
		    "no offer matches '%s'", finding->id);
	else
		method_fail_lookup(finding->call, &finding->lookup);
	finding_free(finding);
}

/* "5f0c.7", "5f0c" */
static bool
cut_id(struct finding *finding)
{
	const char *dot = strchr(finding->id, '.');
	uint64_t number = 0;

	finding->number = OFFER_ALL;
	if (dot == NULL) {
		finding->beginning = xstrdup(finding->id);
		return true;
	}
	finding->beginning = xstrndup(finding->id, (size_t)(dot - finding->id));
	if (number_decimal(span_text(dot + 1), UINT32_MAX, &number) < 0)
		return false;
	finding->number = (int64_t)number;
	return true;
}

static int
find_one(struct rpc_call *call, json_t *params,
    void (*go_on)(struct finding *finding))
{
	struct finding *finding = xcalloc(1, sizeof *finding);

	finding->camd = method_camd(call);
	finding->call = call;
	finding->params = json_incref(params);
	finding->go_on = go_on;
	finding->job.work = find;
	finding->job.done = on_found;
	if (!param_text(call, params, "id", true, &finding->id)) {
		finding_free(finding);
	} else if (!cut_id(finding)) {
		method_fail_unknown(call, "id", finding->id, NULL);
		finding_free(finding);
	} else {
		workers_submit(finding->camd->readers, &finding->job);
	}
	return 0;
}

/* -- offer.get --------------------------------------------------------------
 */

static void
show(struct finding *finding)
{
	rpc_reply(
	    finding->call, json_pack("{s:o}", "offers",
			       objects_of(finding->camd, &finding->rows)));
	finding_free(finding);
}

int
offer_get(struct rpc_call *call, json_t *params)
{
	return find_one(call, params, show);
}

/* -- offer.accept -----------------------------------------------------------
 */

static void
on_accepted(void *arg, int err, const char *reason, json_t *object)
{
	struct finding *finding = arg;
	struct rpc_call *call = finding->call;
	struct client *client = rpc_call_owner(call);
	bool follow = json_is_true(json_object_get(finding->params, "follow"));

	if (err < 0 && strcmp(reason, "request") == 0)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'%s' is offered by oneself", finding->id);
	else if (err < 0)
		method_fail_as(
		    call, err, reason, reason_transfer_sentence(reason));
	else {
		/* Followed before anything more can be told. */
		if (follow && client != NULL)
			client_follow(client, finding->rows.list[0]->id);
		rpc_reply(call, json_pack("{s:O}", "offer", object));
	}
	finding_free(finding);
}

static void
accept_it(struct finding *finding)
{
	struct offer_accept accept = {
		.number = finding->rows.list[0]->number,
	};
	json_t *params = finding->params;
	bool follow;

	memcpy(
	    accept.message, finding->rows.list[0]->id, sizeof accept.message);
	if (!param_text(finding->call, params, "dir", false, &accept.folder) ||
	    !param_text(finding->call, params, "name", false, &accept.name) ||
	    !param_switch(finding->call, params, "again", &accept.again) ||
	    !param_switch(finding->call, params, "follow", &follow)) {
		finding_free(finding);
	} else if (accept.folder != NULL && accept.folder[0] != '/') {
		method_fail(finding->call, CAM_ERR_REQUEST, NULL,
		    "'dir' must begin with '/'");
		finding_free(finding);
	} else {
		offers_accept(
		    finding->camd->offers, &accept, on_accepted, finding);
	}
}

int
offer_accept(struct rpc_call *call, json_t *params)
{
	return find_one(call, params, accept_it);
}

/* -- offer.cancel, offer.drop -----------------------------------------------
 */

static void
on_ended(void *arg, int err, json_t *objects)
{
	struct finding *finding = arg;

	if (err == 0)
		rpc_reply(finding->call, json_pack("{s:O}", "offers", objects));
	else
		method_fail(finding->call, err, NULL,
		    "the offer cannot be ended: %s", cam_strerror(err));
	finding_free(finding);
}

static void
cancel_it(struct finding *finding)
{
	offers_end(finding->camd->offers, finding->rows.list[0]->id,
	    finding->rows.list[0]->number, false, on_ended, finding);
}

static void
drop_it(struct finding *finding)
{
	offers_end(finding->camd->offers, finding->rows.list[0]->id,
	    finding->rows.list[0]->number, true, on_ended, finding);
}

int
offer_cancel(struct rpc_call *call, json_t *params)
{
	return find_one(call, params, cancel_it);
}

int
offer_drop(struct rpc_call *call, json_t *params)
{
	return find_one(call, params, drop_it);
}

/* receipts.c: one signature for all that was stored while the last was made. */
#include "camd/message/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/message/inbox_parts.h"
#include "camd/message/outbox.h"
#include "camd/message/receipt.h"
#include "camd/people/roster.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "rpc/names.h"

/* What is to be said on one link. */
struct batch {
	struct table_link link; /* by serial */
	struct receipts *receipts;
	uint64_t serial;
	struct timer soon;
	bool signing;
	uint8_t (*ids)[ENVELOPE_ID_SIZE];
	size_t count, size;
};

struct receipts {
	struct camd *camd;
	struct table batches;
	size_t checking; /* those that came and are in the pool */
};

/* Who sends more at once sends them for nothing else than our time. */
enum { CHECKING_MAX = 1024 };

struct receipts *
receipts_new(struct camd *camd)
{
	struct receipts *receipts = xcalloc(1, sizeof *receipts);

	receipts->camd = camd;
	table_init(&receipts->batches);
	return receipts;
}

static void
batch_free(struct batch *batch)
{
	table_remove(&batch->receipts->batches, &batch->link);
	timer_finish(&batch->soon);
	free(batch->ids);
	free(batch);
}

/* The pool has ended before: nothing is being signed. */
void
receipts_free(struct receipts *receipts)
{
	struct table_link *link;

	if (receipts == NULL)
		return;
	while ((link = table_first(&receipts->batches)) != NULL)
		batch_free(container_of(link, struct batch, link));
	table_finish(&receipts->batches);
	free(receipts);
}

/* -- going out ------------------------------------------------------------ */

struct sign_job {
	struct job job;
	struct batch *batch; /* stays while it is signing */
	struct sign_key *key;
	struct receipt receipt;
	int err;
};

static void send_soon(struct batch *batch);

static void
sign(struct job *job, void *context)
{
	struct sign_job *sign = container_of(job, struct sign_job, job);

	sign->err = receipt_sign(&sign->receipt, RECEIPT_STORED, sign->key);
}

static void
on_signed(struct job *job)
{
	struct sign_job *sign = container_of(job, struct sign_job, job);
	struct batch *batch = sign->batch;
	struct link *link =
	    links_by_serial(batch->receipts->camd->links, batch->serial);

	batch->signing = false;
	if (sign->err < 0)
		log_error("cannot sign a receipt: %s", cam_strerror(sign->err));
	else if (link != NULL)
		/* One that takes nothing is about to end; then all is asked
		 * again. */
		(void)link_notify(
		    link, LINK_RECEIPTS, receipt_params(&sign->receipt));
	if (batch->count > 0)
		send_soon(batch);
	else
		batch_free(batch);
	sign_key_free(sign->key);
	free(sign);
}

static void
start_signing(struct batch *batch, const struct link *link)
{
	const struct identity *identity = batch->receipts->camd->identity;
	struct sign_job *job = xcalloc(1, sizeof *job);
	struct receipt *receipt = &job->receipt;

	receipt->count =
	    batch->count < RECEIPT_IDS_MAX ? batch->count : RECEIPT_IDS_MAX;
	memcpy(receipt->ids, batch->ids, receipt->count * ENVELOPE_ID_SIZE);
	batch->count -= receipt->count;
	memmove(batch->ids, batch->ids + receipt->count,
	    batch->count * ENVELOPE_ID_SIZE);
	memcpy(receipt->receiver, identity_device_id(identity), DEVICE_ID_SIZE);
	device_id(link_device(link), receipt->sender);
	receipt->time_ms = clock_wall_ms();
	batch->signing = true;
	job->batch = batch;
	job->key = sign_key_ref(identity_signing_key(identity));
	job->job.work = sign;
	job->job.done = on_signed;
	workers_submit(batch->receipts->camd->pool, &job->job);
}

static void
on_soon(void *arg)
{
	struct batch *batch = arg;
	const struct link *link =
	    links_by_serial(batch->receipts->camd->links, batch->serial);

	if (link != NULL)
		start_signing(batch, link);
	else
		batch_free(batch);
}

/* Not inside: a commit tells of many at once. */
static void
send_soon(struct batch *batch)
{
	if (!batch->signing && !timer_is_running(&batch->soon))
		timer_start(&batch->soon, 0);
}

static bool
is_of(const struct table_link *link, const void *key)
{
	return container_of(link, const struct batch, link)->serial ==
	       *(const uint64_t *)key;
}

static struct batch *
batch_of(struct receipts *receipts, uint64_t serial)
{
	uint64_t hash = table_hash(&receipts->batches, &serial, sizeof serial);
	struct table_link *link =
	    table_find(&receipts->batches, hash, is_of, &serial);
	struct batch *batch;

	if (link != NULL)
		return container_of(link, struct batch, link);
	batch = xcalloc(1, sizeof *batch);
	batch->receipts = receipts;
	batch->serial = serial;
	timer_init(&batch->soon, receipts->camd->loop, on_soon, batch);
	table_add(&receipts->batches, &batch->link, hash);
	return batch;
}

void
receipts_add(struct receipts *receipts, uint64_t serial,
    const uint8_t id[ENVELOPE_ID_SIZE])
{
	struct batch *batch;

	if (links_by_serial(receipts->camd->links, serial) == NULL)
		return;
	batch = batch_of(receipts, serial);
	if (batch->count == batch->size) {
		batch->size = batch->size > 0 ? 2 * batch->size : 16;
		batch->ids =
		    xreallocarray(batch->ids, batch->size, sizeof *batch->ids);
	}
	memcpy(batch->ids[batch->count++], id, ENVELOPE_ID_SIZE);
	send_soon(batch);
}

void
receipts_refuse(struct receipts *receipts, uint64_t serial,
    const uint8_t id[ENVELOPE_ID_SIZE], const char *reason)
{
	struct link *link = links_by_serial(receipts->camd->links, serial);
	uint8_t ids[1][ENVELOPE_ID_SIZE];

	if (link == NULL)
		return;
	memcpy(ids[0], id, ENVELOPE_ID_SIZE);
	(void)link_notify(link, LINK_REFUSED, refusal_params(ids, 1, reason));
}

/* -- coming in ------------------------------------------------------------ */

struct check_job {
	struct job job;
	struct camd *camd;
	int64_t uid;
	uint64_t serial;
	const char *label;
	uint8_t key[SIGN_KEY_SIZE];
	struct receipt receipt;
	bool asks; /* a request: id is to be answered */
	json_int_t id;
	int err;
};

static void
check(struct job *job, void *context)
{
	struct check_job *check = container_of(job, struct check_job, job);

	check->err = receipt_check(&check->receipt, check->label, check->key);
}

/* params and the devices of this link, for the pool. */
static int
read_receipt(struct link *link, const json_t *params, const char *label,
    struct check_job **result)
{
	struct camd *camd = link_camd(link);
	struct receipts *receipts = camd->inbox->receipts;
	struct check_job *job;
	int r;

	if (receipts->checking >= CHECKING_MAX) {
		link_close(link, "it sends too many receipts at once");
		return CAM_ERR_FULL;
	}
	job = xcalloc(1, sizeof *job);
	if ((r = receipt_parse(params, &job->receipt)) < 0) {
		free(job);
		return r;
	}
	receipts->checking++;
	job->camd = camd;
	job->uid = link_user(link)->uid;
	job->serial = link_serial(link);
	job->label = label;
	device_id(link_device(link), job->receipt.receiver);
	memcpy(job->receipt.sender, identity_device_id(camd->identity),
	    DEVICE_ID_SIZE);
	memcpy(job->key, link_device(link)->signing_key, SIGN_KEY_SIZE);
	job->job.work = check;
	*result = job;
	return 0;
}

static struct user *
user_of(const struct check_job *job)
{
	struct user *user = roster_by_uid(job->camd->roster, job->uid);

	job->camd->inbox->receipts->checking--;
	if (job->err < 0)
		log_warn("%s shows a receipt that he has not signed",
		    user != NULL ? user->peer.user : "somebody");
	return job->err < 0 ? NULL : user;
}

static void
on_checked(struct job *job)
{
	struct check_job *check = container_of(job, struct check_job, job);
	struct user *user = user_of(check);

	if (user != NULL)
		outbox_receipted(check->camd->outbox, user, check->receipt.ids,
		    check->receipt.count);
	free(check);
}

int
receipts_hear(struct link *link, json_t *params, const json_int_t *id)
{
	struct check_job *job = NULL;
	int r = read_receipt(link, params, RECEIPT_STORED, &job);

	if (r < 0)
		return r;
	job->job.done = on_checked;
	workers_submit(job->camd->pool, &job->job);
	return 0;
}

int
receipts_hear_refused(struct link *link, json_t *params, const json_int_t *id)
{
	struct receipt *receipt = xcalloc(1, sizeof *receipt);
	char reason[RECEIPT_REASON_MAX + 1];
	int r = refusal_parse(params, receipt, reason);

	if (r == 0)
		outbox_refused(link_camd(link)->outbox, link_user(link),
		    receipt->ids, receipt->count, reason);
	free(receipt);
	return r;
}

/* -- opened --------------------------------------------------------------- */

static void
answer_opened(void *arg, int err)
{
	struct check_job *check = arg;
	struct link *link = links_by_serial(check->camd->links, check->serial);

	if (link != NULL && check->asks && err == 0)
		link_reply(link, check->id, NULL);
	else if (link != NULL && check->asks)
		link_fail(link, check->id, err, cam_strerror(err));
	free(check);
}

static void
on_opened_checked(struct job *job)
{
	struct check_job *check = container_of(job, struct check_job, job);
	struct user *user = user_of(check);

	if (user != NULL)
		outbox_opened_ids(check->camd->outbox, user, check->receipt.ids,
		    check->receipt.count, answer_opened, check);
	else
		answer_opened(check, check->err < 0 ? check->err : CAM_ERR_KEY);
}

int
receipts_hear_opened(struct link *link, json_t *params, const json_int_t *id)
{
	struct check_job *job = NULL;
	int r = read_receipt(link, params, RECEIPT_OPENED, &job);

	if (r < 0)
		return r;
	job->asks = id != NULL;
	job->id = id != NULL ? *id : 0;
	job->job.done = on_opened_checked;
	workers_submit(job->camd->pool, &job->job);
	return 0;
}

/* receipts.c: one signature for all that was stored while the last was made. */
#include "camd/message/receipts.h"

#include <stdio.h>
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
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "rpc/names.h"

/* What is to be said on one link, or to one device through the relay. */
struct batch {
	struct table_link link; /* by serial, or uid */
	struct receipts *receipts;
	struct receipt_to to;
	const char *reason; /* of refusals; "": they are stored */
	bool has_digest;    /* of one that is refused alone */
	uint8_t digest[SHA256_SIZE];
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

/* A link that takes nothing is about to end; then all is asked again. */
static void
say(const struct receipts *receipts, const struct receipt_to *to,
    const char *method, json_t *params)
{
	const struct camd *camd = receipts->camd;
	struct user *user =
	    to->uid != 0 ? roster_by_uid(camd->roster, to->uid) : NULL;
	struct link *link = user != NULL
				? links_of(camd->links, user)
				: links_by_serial(camd->links, to->serial);

	if (link != NULL)
		(void)link_notify(link, method, params);
	else if (user != NULL)
		org_relay_notice(camd->org, user, method, params, NULL, NULL);
	else
		json_decref(params);
}

static void
sign(struct job *job, void *context)
{
	struct sign_job *sign = container_of(job, struct sign_job, job);

	sign->err = receipt_sign(&sign->receipt,
	    sign->receipt.has_digest	      ? RECEIPT_REFUSED_COPY
	    : sign->receipt.reason[0] != '\0' ? RECEIPT_REFUSED
					      : RECEIPT_STORED,
	    sign->key);
}

static void
on_signed(struct job *job)
{
	struct sign_job *sign = container_of(job, struct sign_job, job);
	struct batch *batch = sign->batch;

	batch->signing = false;
	if (sign->err < 0)
		log_error("cannot sign a receipt: %s", cam_strerror(sign->err));
	else
		say(batch->receipts, &batch->to,
		    batch->reason[0] != '\0' ? LINK_REFUSED : LINK_RECEIPTS,
		    receipt_params(&sign->receipt));
	if (batch->count > 0)
		send_soon(batch);
	else
		batch_free(batch);
	sign_key_free(sign->key);
	free(sign);
}

static void
start_signing(struct batch *batch)
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
	memcpy(receipt->sender, batch->to.device, DEVICE_ID_SIZE);
	receipt->time_ms = clock_wall_ms();
	snprintf(receipt->reason, sizeof receipt->reason, "%s", batch->reason);
	receipt->has_digest = batch->has_digest;
	memcpy(receipt->digest, batch->digest, sizeof receipt->digest);
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
	const struct link *link = NULL;

	if (batch->to.uid == 0) {
		link = links_by_serial(
		    batch->receipts->camd->links, batch->to.serial);
		if (link == NULL) {
			batch_free(batch);
			return;
		}
		device_id(link_device(link), batch->to.device);
	}
	start_signing(batch);
}

/* Not inside: a commit tells of many at once. */
static void
send_soon(struct batch *batch)
{
	if (!batch->signing && !timer_is_running(&batch->soon))
		timer_start(&batch->soon, 0);
}

/* Whose batch, and of what. */
struct sought {
	const struct receipt_to *to;
	const char *reason;
};

static bool
is_of(const struct table_link *link, const void *key)
{
	const struct batch *batch = container_of(link, struct batch, link);
	const struct sought *sought = key;
	const struct receipt_to *a = &batch->to, *b = sought->to;

	return !batch->has_digest && a->serial == b->serial &&
	       a->uid == b->uid && strcmp(batch->reason, sought->reason) == 0 &&
	       (a->uid == 0 ||
		   memcmp(a->device, b->device, DEVICE_ID_SIZE) == 0);
}

static uint64_t
hash_of(const struct receipts *receipts, const struct receipt_to *to)
{
	uint64_t number = to->uid != 0 ? (uint64_t)to->uid : to->serial;

	return table_hash(&receipts->batches, &number, sizeof number);
}

static struct batch *
batch_new(
    struct receipts *receipts, const struct receipt_to *to, const char *reason)
{
	struct batch *batch = xcalloc(1, sizeof *batch);

	batch->receipts = receipts;
	batch->to = *to;
	batch->reason = reason;
	timer_init(&batch->soon, receipts->camd->loop, on_soon, batch);
	table_add(&receipts->batches, &batch->link, hash_of(receipts, to));
	return batch;
}

static struct batch *
batch_of(
    struct receipts *receipts, const struct receipt_to *to, const char *reason)
{
	const struct sought sought = { to, reason };
	struct table_link *link = table_find(
	    &receipts->batches, hash_of(receipts, to), is_of, &sought);

	return link != NULL ? container_of(link, struct batch, link)
			    : batch_new(receipts, to, reason);
}

static void
add(struct batch *batch, const uint8_t id[ENVELOPE_ID_SIZE])
{
	if (batch->count == batch->size) {
		batch->size = batch->size > 0 ? 2 * batch->size : 16;
		batch->ids =
		    xreallocarray(batch->ids, batch->size, sizeof *batch->ids);
	}
	memcpy(batch->ids[batch->count++], id, ENVELOPE_ID_SIZE);
	send_soon(batch);
}

static bool
has_way(const struct receipts *receipts, const struct receipt_to *to)
{
	return to->uid != 0 ||
	       links_by_serial(receipts->camd->links, to->serial) != NULL;
}

void
receipts_add(struct receipts *receipts, const struct receipt_to *to,
    const uint8_t id[ENVELOPE_ID_SIZE])
{
	if (has_way(receipts, to))
		add(batch_of(receipts, to, ""), id);
}

void
receipts_refuse(struct receipts *receipts, const struct receipt_to *to,
    const uint8_t id[ENVELOPE_ID_SIZE], const char *reason,
    const uint8_t *digest)
{
	struct batch *batch = NULL;

	if (!has_way(receipts, to))
		return;
	batch = digest != NULL ? batch_new(receipts, to, reason)
			       : batch_of(receipts, to, reason);
	batch->has_digest = digest != NULL;
	if (digest != NULL)
		memcpy(batch->digest, digest, sizeof batch->digest);
	add(batch, id);
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

/* By that device of the user, for the pool. */
static int
read_device_receipt(struct camd *camd, const struct user *user,
    const struct device *device, const json_t *params, const char *label,
    struct check_job **result)
{
	struct receipts *receipts = camd->inbox->receipts;
	struct check_job *job;
	int r;

	if (receipts->checking >= CHECKING_MAX)
		return CAM_ERR_FULL;
	job = xcalloc(1, sizeof *job);
	r = receipt_parse(
	    params, strcmp(label, RECEIPT_REFUSED) == 0, &job->receipt);
	if (r < 0) {
		free(job);
		return r;
	}
	receipts->checking++;
	job->camd = camd;
	job->uid = user->uid;
	job->label = job->receipt.has_digest ? RECEIPT_REFUSED_COPY : label;
	device_id(device, job->receipt.receiver);
	memcpy(job->receipt.sender, identity_device_id(camd->identity),
	    DEVICE_ID_SIZE);
	memcpy(job->key, device->signing_key, SIGN_KEY_SIZE);
	job->job.work = check;
	*result = job;
	return 0;
}

/* The same by the device of this link. */
static int
read_receipt(struct link *link, const json_t *params, const char *label,
    struct check_job **result)
{
	int r = read_device_receipt(link_camd(link), link_user(link),
	    link_device(link), params, label, result);

	if (r == CAM_ERR_FULL)
		link_close(link, "it sends too many receipts at once");
	else if (r == 0)
		(*result)->serial = link_serial(link);
	return r;
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

static void
on_refusal_checked(struct job *job)
{
	struct check_job *check = container_of(job, struct check_job, job);
	const struct receipt *receipt = &check->receipt;
	struct outbox *outbox = check->camd->outbox;
	struct user *user = user_of(check);
	const struct outbox_refusal refusal = { .ids = receipt->ids,
		.count = receipt->count,
		.reason = receipt->reason,
		.digest = receipt->has_digest ? receipt->digest : NULL };

	if (user != NULL && check->serial != 0)
		outbox_refused(outbox, user, &refusal);
	else if (user != NULL)
		outbox_relay_refused(outbox, user, &refusal);
	free(check);
}

static int
hear(struct link *link, const json_t *params, const char *label,
    void (*done)(struct job *job))
{
	struct check_job *job = NULL;
	int r = read_receipt(link, params, label, &job);

	if (r < 0)
		return r;
	job->job.done = done;
	workers_submit(job->camd->pool, &job->job);
	return 0;
}

int
receipts_hear(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, params, RECEIPT_STORED, on_checked);
}

int
receipts_hear_refused(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, params, RECEIPT_REFUSED, on_refusal_checked);
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

/* -- through the relay -------------------------------------------------------
 */

int
receipts_hear_relayed(
    struct camd *camd, struct user *user, const char *method, json_t *params)
{
	static const struct {
		const char *method, *label;
		void (*done)(struct job *job);
	} kinds[] = {
		{ LINK_RECEIPTS, RECEIPT_STORED, on_checked },
		{ LINK_REFUSED, RECEIPT_REFUSED, on_refusal_checked },
		{ LINK_OPENED, RECEIPT_OPENED, on_opened_checked },
	};
	const struct device *device = trust_prekey_device(camd->trust, user);
	struct check_job *job = NULL;
	size_t i = 0;
	int r = 0;

	while (i < sizeof kinds / sizeof kinds[0] &&
	       strcmp(method, kinds[i].method) != 0)
		i++;
	if (i == sizeof kinds / sizeof kinds[0])
		return CAM_ERR_UNSUPPORTED;
	if (device == NULL)
		return CAM_ERR_KEY;
	r = read_device_receipt(
	    camd, user, device, params, kinds[i].label, &job);
	if (r < 0)
		return r;
	job->job.done = kinds[i].done;
	workers_submit(camd->pool, &job->job);
	return 0;
}

/* inbox_refused.c: what is not stored, and what was stored before but can be
 * opened no more. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/message/inbox_parts.h"
#include "camd/org/org.h"
#include "loop/worker.h"
#include "store/seen.h"

/* -- what is said of it ---------------------------------------------------- */

void
inbox_give_room_back(struct camd *camd, const struct opening *opening)
{
	struct link *link = links_by_serial(camd->links, opening->serial);

	if (opening->relayed != 0)
		org_relay_taken(camd->org, opening->relayed, opening->len);
	else if (link != NULL)
		link_credit(link, opening->len);
}

struct receipt_to
inbox_receipt_to(const struct opening *opening)
{
	struct receipt_to to = { .serial = opening->serial };

	if (opening->relayed != 0) {
		to.uid = opening->uid;
		memcpy(to.device, opening->device, DEVICE_ID_SIZE);
	}
	return to;
}

void
inbox_hash(const struct opening *opening, uint8_t hash[SHA256_SIZE])
{
	uint8_t bytes[DEVICE_ID_SIZE + ENVELOPE_ID_SIZE];

	memcpy(bytes, opening->device, DEVICE_ID_SIZE);
	memcpy(bytes + DEVICE_ID_SIZE, opening->id, ENVELOPE_ID_SIZE);
	digest_sha256(span_of(bytes, sizeof bytes), hash);
}

static void
refuse(struct inbox *inbox, struct opening *opening)
{
	static const uint8_t none[DEVICE_ID_SIZE];
	const struct receipt_to to = inbox_receipt_to(opening);

	/* Nobody could show that it is for him where no device is known. */
	if (opening->has_id && opening->reason != NULL &&
	    (to.uid == 0 || memcmp(to.device, none, sizeof none) != 0))
		receipts_refuse(inbox->receipts, &to, opening->id,
		    opening->reason,
		    opening->has_digest ? opening->digest : NULL);
	inbox_give_room_back(inbox->camd, opening);
	opening_free(opening);
}

/* -- known again ----------------------------------------------------------- */

struct look_job {
	struct job job;
	struct inbox *inbox;
	struct opening *opening;
	struct store_hash hash;
	int64_t earlier; /* -1: it was never here */
	int err;
};

static void
look(struct job *job, void *context)
{
	struct look_job *look = container_of(job, struct look_job, job);

	look->err = store_seen_find(context, &look->hash, &look->earlier);
}

/* Its prekey went with the commit of the message, whose receipt was lost. */
static void
on_looked(struct job *job)
{
	struct look_job *look = container_of(job, struct look_job, job);
	struct inbox *inbox = look->inbox;
	struct opening *opening = look->opening;
	const struct receipt_to to = inbox_receipt_to(opening);
	int err = job->batch_err < 0 ? job->batch_err : look->err;

	inbox->pending--;
	if (err < 0) {
		log_error("cannot look for a message: %s", cam_strerror(err));
		opening_free(opening);
		org_relay_failed(inbox->camd->org);
	} else if (look->earlier < 0) {
		refuse(inbox, opening);
	} else {
		receipts_add(inbox->receipts, &to, opening->id);
		inbox_give_room_back(inbox->camd, opening);
		opening_free(opening);
	}
	free(look);
}

void
inbox_refuse(struct inbox *inbox, struct opening *opening)
{
	struct look_job *job = NULL;

	if (opening->reason == NULL || opening->onetime == 0 ||
	    strcmp(opening->reason, "prekey") != 0) {
		refuse(inbox, opening);
		return;
	}
	job = xcalloc(1, sizeof *job);
	inbox->pending++;
	job->inbox = inbox;
	job->opening = opening;
	job->earlier = -1;
	inbox_hash(opening, job->hash.hash);
	job->job.work = look;
	job->job.done = on_looked;
	workers_submit(inbox->camd->writer, &job->job);
}

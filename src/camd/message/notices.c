/* notices.c: READMSG, or a signed notice over the link for what came over one,
 * repeated until it is confirmed. */
#include "camd/message/notices.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/message/receipt.h"
#include "camd/org/org.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "loop/worker.h"
#include "rpc/names.h"
#include "store/message.h"
#include "store/notice.h"

/* Some clients never confirm: after so many rounds they have been told. */
enum { ROUNDS_MAX = 3 };

struct waiting {
	TAILQ_ENTRY(waiting) entry;
	struct notices *notices;
	int64_t row;
	int64_t uid;
	uint32_t packet_no;
	unsigned rounds;
	bool telling;
	/* It came over a link: the sender is told over one, however long that
	 * takes. */
	bool by_link;
	uint8_t id[ENVELOPE_ID_SIZE];
};

struct notices {
	struct camd *camd;
	TAILQ_HEAD(, waiting) list;
};

struct done_job {
	struct job job;
	int64_t row;
};

static void
store_done(struct job *job, void *context)
{
	int r = store_notice_remove(
	    context, container_of(job, struct done_job, job)->row);

	if (r < 0)
		log_error(
		    "cannot forget an opened notice: %s", cam_strerror(r));
}

static void
on_done_stored(struct job *job)
{
	free(container_of(job, struct done_job, job));
}

static void
finish(struct waiting *waiting)
{
	struct done_job *done = xcalloc(1, sizeof *done);

	done->row = waiting->row;
	done->job.work = store_done;
	done->job.done = on_done_stored;
	workers_submit(waiting->notices->camd->writer, &done->job);
	TAILQ_REMOVE(&waiting->notices->list, waiting, entry);
	free(waiting);
}

/* -- by IPMSG -------------------------------------------------------------- */

static void
on_told(void *arg, int err)
{
	struct waiting *waiting = arg;

	waiting->telling = false;
	if (err == 0 || ++waiting->rounds >= ROUNDS_MAX)
		finish(waiting);
}

static void
tell_by_lan(struct waiting *waiting, const struct user *user)
{
	struct camd *camd = waiting->notices->camd;

	if (!waiting->telling && user->peer.addr.family != ADDR_NONE)
		waiting->telling =
		    lan_tell_opened(camd->lan, &user->peer, waiting->packet_no,
			on_told, waiting) == 0;
}

/* -- over a link ----------------------------------------------------------- */

/* Several ids in one request: signed in the pool, then sent, then answered. */
struct call {
	struct job job;
	struct notices
	    *notices; /* the notices outlive the pool and the links */
	uint64_t serial;
	int64_t uid; /* through the relay, to him; 0: over a link */
	struct sign_key *key;
	struct receipt receipt;
	int err;
};

static struct waiting *
find_id(const struct notices *notices, const uint8_t id[ENVELOPE_ID_SIZE])
{
	struct waiting *waiting;

	TAILQ_FOREACH (waiting, &notices->list, entry) {
		if (waiting->by_link &&
		    memcmp(waiting->id, id, ENVELOPE_ID_SIZE) == 0)
			return waiting;
	}
	return NULL;
}

/* What was not taken goes again over the next link. */
static void
on_answered(void *arg, int err, json_t *result, const char *message)
{
	struct call *call = arg;

	for (size_t i = 0; i < call->receipt.count; i++) {
		struct waiting *waiting =
		    find_id(call->notices, call->receipt.ids[i]);

		if (waiting == NULL)
			continue;
		waiting->telling = false;
		if (err == 0)
			finish(waiting);
	}
	sign_key_free(call->key);
	free(call);
}

static void
sign(struct job *job, void *context)
{
	struct call *call = container_of(job, struct call, job);

	call->err = receipt_sign(&call->receipt, RECEIPT_OPENED, call->key);
}

static void
on_relayed(void *arg, int err)
{
	on_answered(arg, err, NULL, NULL);
}

static void
relay(struct call *call)
{
	struct camd *camd = call->notices->camd;
	struct user *user = roster_by_uid(camd->roster, call->uid);

	if (user != NULL)
		org_relay_notice(camd->org, user, LINK_OPENED,
		    receipt_params(&call->receipt), on_relayed, call);
	else
		on_relayed(call, CAM_ERR_UNKNOWN);
}

static void
on_signed(struct job *job)
{
	struct call *call = container_of(job, struct call, job);
	struct link *link =
	    links_by_serial(call->notices->camd->links, call->serial);
	int err = call->err;

	if (err == 0 && call->uid != 0) {
		relay(call);
		return;
	}
	if (err == 0)
		err = link == NULL ? CAM_ERR_CLOSED
				   : link_call(link, LINK_OPENED,
					 receipt_params(&call->receipt),
					 on_answered, call);
	if (err < 0)
		on_answered(call, err, NULL, NULL);
}

static void
start_call(struct call *call, const struct device *sender)
{
	struct camd *camd = call->notices->camd;

	call->key = sign_key_ref(identity_signing_key(camd->identity));
	memcpy(call->receipt.receiver, identity_device_id(camd->identity),
	    DEVICE_ID_SIZE);
	device_id(sender, call->receipt.sender);
	call->receipt.time_ms = clock_wall_ms();
	call->job.work = sign;
	call->job.done = on_signed;
	workers_submit(camd->pool, &call->job);
}

/* All that he is to be told, over his link or, that NULL, through the relay. */
static void
tell_all(struct notices *notices, const struct user *user,
    const struct link *link, const struct device *sender)
{
	struct waiting *waiting;
	struct call *call = NULL;

	TAILQ_FOREACH (waiting, &notices->list, entry) {
		if (waiting->uid != user->uid || !waiting->by_link ||
		    waiting->telling)
			continue;
		if (call == NULL) {
			call = xcalloc(1, sizeof *call);
			call->notices = notices;
			call->serial = link != NULL ? link_serial(link) : 0;
			call->uid = link != NULL ? 0 : user->uid;
		}
		waiting->telling = true;
		memcpy(call->receipt.ids[call->receipt.count++], waiting->id,
		    ENVELOPE_ID_SIZE);
		if (call->receipt.count == RECEIPT_IDS_MAX) {
			start_call(call, sender);
			call = NULL;
		}
	}
	if (call != NULL)
		start_call(call, sender);
}

void
notices_link_open(
    struct notices *notices, const struct user *user, struct link *link)
{
	tell_all(notices, user, link, link_device(link));
}

/* -- waiting --------------------------------------------------------------- */

static void
tell(struct waiting *waiting)
{
	struct notices *notices = waiting->notices;
	struct camd *camd = notices->camd;
	struct user *user = roster_by_uid(camd->roster, waiting->uid);

	if (user == NULL)
		return;
	if (!waiting->by_link)
		tell_by_lan(waiting, user);
	/* At the end there is no pool any more: it waits in the database. */
	else if (camd->pool == NULL)
		return;
	else if (links_want(camd->links, user) == LINKS_OPEN)
		notices_link_open(notices, user, links_of(camd->links, user));
	else if (org_way(camd->org, user) != ORG_NO_WAY)
		tell_all(notices, user, NULL,
		    trust_prekey_device(camd->trust, user));
}

static struct waiting *
add(struct notices *notices, const struct store_message *message)
{
	struct waiting *waiting = xcalloc(1, sizeof *waiting);

	waiting->notices = notices;
	waiting->row = message->row;
	waiting->uid = message->from;
	waiting->packet_no = message->packet_no;
	waiting->by_link = message->encryption == STORE_CAM1 &&
			   hex_decode(span_text(message->id), waiting->id,
			       ENVELOPE_ID_SIZE) == 0;
	TAILQ_INSERT_TAIL(&notices->list, waiting, entry);
	return waiting;
}

void
notices_add(struct notices *notices, const struct store_message *message)
{
	tell(add(notices, message));
}

void
notices_relay_open(struct notices *notices)
{
	struct waiting *waiting;

	TAILQ_FOREACH (waiting, &notices->list, entry)
		if (waiting->by_link)
			tell(waiting);
}

void
notices_user_heard(struct notices *notices, struct user *user)
{
	struct waiting *waiting;

	TAILQ_FOREACH (waiting, &notices->list, entry) {
		if (waiting->uid == user->uid)
			tell(waiting);
	}
}

void
notices_user_merged(
    struct notices *notices, const struct user *from, const struct user *into)
{
	struct waiting *waiting;

	TAILQ_FOREACH (waiting, &notices->list, entry) {
		if (waiting->uid == from->uid)
			waiting->uid = into->uid;
	}
}

/* -- making and ending ----------------------------------------------------- */

struct loading {
	struct notices *notices;
	struct store *store;
};

static int
load(const struct store_notice *notice, void *arg)
{
	struct loading *loading = arg;
	struct store_message *message = NULL;

	if (store_message_get(loading->store, notice->message, &message) == 0)
		add(loading->notices, message);
	free(message);
	return 0;
}

struct notices *
notices_new(struct camd *camd, struct store *store)
{
	struct notices *notices = xcalloc(1, sizeof *notices);
	struct loading loading = { notices, store };

	notices->camd = camd;
	TAILQ_INIT(&notices->list);
	if (store_notice_each(store, load, &loading) < 0)
		log_error("cannot read the opened notices");
	return notices;
}

void
notices_free(struct notices *notices)
{
	struct waiting *waiting;

	if (notices == NULL)
		return;
	while ((waiting = TAILQ_FIRST(&notices->list)) != NULL) {
		TAILQ_REMOVE(&notices->list, waiting, entry);
		free(waiting);
	}
	free(notices);
}

/* notices.c: READMSG, repeated at each return of the sender until it is
 * confirmed. */
#include "camd/notices.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/roster.h"
#include "loop/worker.h"
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

static void
on_told(void *arg, int err)
{
	struct waiting *waiting = arg;

	waiting->telling = false;
	if (err == 0 || ++waiting->rounds >= ROUNDS_MAX)
		finish(waiting);
}

static void
tell(struct waiting *waiting)
{
	struct camd *camd = waiting->notices->camd;
	struct user *user = roster_by_uid(camd->roster, waiting->uid);

	if (user == NULL || waiting->telling ||
	    user->peer.addr.family == ADDR_NONE)
		return;
	waiting->telling = lan_tell_opened(camd->lan, &user->peer,
			       waiting->packet_no, on_told, waiting) == 0;
}

static struct waiting *
add(struct notices *notices, const struct store_message *message)
{
	struct waiting *waiting = xcalloc(1, sizeof *waiting);

	waiting->notices = notices;
	waiting->row = message->row;
	waiting->uid = message->from;
	waiting->packet_no = message->packet_no;
	TAILQ_INSERT_TAIL(&notices->list, waiting, entry);
	return waiting;
}

void
notices_add(struct notices *notices, const struct store_message *message)
{
	tell(add(notices, message));
}

void
notices_user_heard(struct notices *notices, const struct user *user)
{
	struct waiting *waiting;

	TAILQ_FOREACH (waiting, &notices->list, entry) {
		if (waiting->uid == user->uid)
			tell(waiting);
	}
}

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

/* accept.c: what was offered to us and is wanted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/offer/fetches.h"
#include "camd/offer/file_object.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/places.h"
#include "camd/offer/policy.h"
#include "camd/offer/reason.h"
#include "camd/people/roster.h"
#include "ipmsg/filename.h"
#include "store/message.h"

/* First it is looked at, then its row is changed, then it is fetched. */
struct accepting {
	struct job job;
	struct offers *offers;
	char message[ID_SIZE];
	uint32_t number;
	char *folder;
	bool is_chosen; /* by the user: then it must be there */
	char *spool;	/* where copies for stdout are made */
	char *wish;	/* the name, NULL: as offered */
	char name[FILE_NAME_SIZE];
	bool again;
	struct offer_rows rows;
	int err;
	void (*on_done)(void *arg, int err, const char *reason, json_t *object);
	void *arg;
};

static void
finish(struct accepting *accepting, int err, const char *reason,
    const struct store_transfer *row)
{
	json_t *object = row != NULL
			     ? offer_file_object(accepting->offers->camd, row)
			     : NULL;

	accepting->on_done(accepting->arg, err, reason, object);
	json_decref(object);
	offer_rows_finish(&accepting->rows);
	free(accepting->folder);
	free(accepting->spool);
	free(accepting->wish);
	free(accepting);
}

static void
fail(struct accepting *accepting, const char *reason)
{
	finish(accepting, offer_reason_err(reason), reason, NULL);
}

static int
read_it(struct store *store, struct accepting *accepting)
{
	int64_t message = 0;
	int r = store_message_find(
	    store, accepting->message, NULL, 0, NULL, &message);

	if (r == 0)
		r = offer_rows_read(
		    store, message, accepting->number, &accepting->rows);
	return r;
}

/* What stopped in a folder that somebody chose goes on there, and under the
 * name he chose, unless he chooses anew. */
static void
stay(struct accepting *accepting, const struct store_transfer *row)
{
	struct stat st;

	if (accepting->is_chosen || row->stage == STORE_DONE ||
	    row->folder[0] == '\0' || row->automatic ||
	    strcmp(row->folder, accepting->spool) == 0 ||
	    stat(row->folder, &st) != 0 || !S_ISDIR(st.st_mode))
		return;
	free(accepting->folder);
	accepting->folder = xstrdup(row->folder);
	if (accepting->wish == NULL && row->name[0] != '\0')
		accepting->wish = xstrdup(row->name);
}

/* Where it goes is looked at here, too: disks may be slow. */
static void
look(struct job *job, void *context)
{
	struct accepting *accepting = container_of(job, struct accepting, job);
	struct stat st;

	accepting->err = read_it(context, accepting);
	if (accepting->err != 0)
		return;
	stay(accepting, accepting->rows.list[0]);
	if (!accepting->is_chosen)
		(void)places_make(accepting->folder);
	if (stat(accepting->folder, &st) != 0)
		accepting->err = CAM_ERR_SYSTEM;
	else if (!S_ISDIR(st.st_mode))
		accepting->err = CAM_ERR_FORMAT;
}

/* NULL: it may be fetched. */
static const char *
refusal(struct accepting *accepting, const struct store_transfer *row)
{
	const struct camd *camd = accepting->offers->camd;
	const struct user *user = roster_by_uid(camd->roster, row->uid);
	const char *name =
	    accepting->wish != NULL ? accepting->wish : row->offer.name;

	if (row->shut)
		return "sealed";
	if (user != NULL && policy_of(camd, user) == USER_ACCEPT_NEVER)
		return "refused";
	if (row->stage == STORE_CANCELLED &&
	    strcmp(row->reason, "withdrawn") == 0)
		return "withdrawn";
	if (row->offer.expires_ms <= clock_wall_ms())
		return "expired";
	if (file_name_receive(span_text(name), accepting->name) < 0)
		return "name";
	return NULL;
}

static void
on_accepted(void *arg, int err, const struct store_transfer *row)
{
	struct accepting *accepting = arg;

	if (err < 0) {
		fail(accepting, "failed");
		return;
	}
	if (!accepting->offers->stopped)
		fetches_add(accepting->offers->camd->fetches, row);
	finish(accepting, 0, NULL, row);
}

static void
accept_it(struct accepting *accepting, const struct store_transfer *row)
{
	const struct offer_key key = { row->message, row->number, row->uid };
	struct offer_change change;

	/* What stopped elsewhere does not stay there. */
	if (row->stage != STORE_DONE &&
	    strcmp(row->folder, accepting->folder) != 0)
		offers_discard(accepting->offers, row);
	offer_change_init(&change);
	change.stage = STORE_WAITING;
	change.folder = accepting->folder;
	change.name = accepting->name;
	change.made = "";
	change.reason = "";
	change.has_done = row->stage == STORE_DONE;
	offers_change(accepting->offers, &key, &change, on_accepted, accepting);
}

static void
on_looked(struct job *job)
{
	struct accepting *accepting = container_of(job, struct accepting, job);
	const struct store_transfer *row;
	const char *reason;

	if (accepting->err == CAM_ERR_SYSTEM ||
	    accepting->err == CAM_ERR_FORMAT) {
		finish(accepting,
		    accepting->is_chosen ? CAM_ERR_REQUEST : CAM_ERR_SYSTEM,
		    "folder", NULL);
		return;
	}
	row = accepting->err == 0 ? accepting->rows.list[0] : NULL;
	if (row == NULL || !row->received) {
		finish(accepting,
		    row == NULL ? accepting->err : CAM_ERR_REQUEST,
		    row == NULL ? "unknown" : "request", NULL);
		return;
	}
	if (row->stage == STORE_WAITING || row->stage == STORE_RUNNING ||
	    (row->stage == STORE_DONE && !accepting->again)) {
		finish(accepting, 0, NULL, row);
		return;
	}
	reason = refusal(accepting, row);
	if (reason != NULL)
		fail(accepting, reason);
	else
		accept_it(accepting, row);
}

void
offers_accept(struct offers *offers, const struct offer_accept *accept,
    void (*on_done)(void *arg, int err, const char *reason, json_t *object),
    void *arg)
{
	struct accepting *accepting = xcalloc(1, sizeof *accepting);

	accepting->offers = offers;
	snprintf(accepting->message, sizeof accepting->message, "%s",
	    accept->message);
	accepting->number = accept->number;
	accepting->is_chosen = accept->folder != NULL;
	accepting->folder = accept->folder != NULL ? xstrdup(accept->folder)
						   : places_files(offers->camd);
	accepting->spool = offering_spool(offers->camd);
	if (accept->name != NULL)
		accepting->wish = xstrdup(accept->name);
	accepting->again = accept->again;
	accepting->on_done = on_done;
	accepting->arg = arg;
	accepting->job.work = look;
	accepting->job.done = on_looked;
	workers_submit(offers->camd->readers, &accepting->job);
}

/* keeping.c: what we belong to, in the database. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/org/org_parts.h"
#include "camd/org/ruling.h"
#include "loop/worker.h"
#include "store/directory.h"
#include "store/organisation.h"

enum { READ_AT_ONCE = 4096 };

void
org_set_text(char **place, const char *text)
{
	char *copy = xstrdup(text);

	free(*place);
	*place = copy;
}

/* -- writing -----------------------------------------------------------------
 */

struct save_job {
	struct job job;
	struct store_organisation row;
	uint8_t *charter, *head;
	char *host, *name;
	bool drop, put; /* what was there first, then what is */
	void (*on_done)(void *arg, int err);
	void *arg;
	int err;
};

static void
save(struct job *job, void *context)
{
	struct save_job *save = container_of(job, struct save_job, job);

	save->err = save->drop ? store_organisation_drop(context) : 0;
	if (save->err == 0 && save->put)
		save->err = store_organisation_put(context, &save->row);
}

static void
on_saved(struct job *job)
{
	struct save_job *save = container_of(job, struct save_job, job);
	int err = job->batch_err < 0 ? job->batch_err : save->err;

	if (err < 0)
		log_error(
		    "cannot store the organisation: %s", cam_strerror(err));
	if (save->on_done != NULL)
		save->on_done(save->arg, err);
	free(save->charter);
	free(save->head);
	free(save->host);
	free(save->name);
	free(save);
}

static void
submit_save(struct org *org, struct save_job *job,
    void (*on_done)(void *arg, int err), void *arg)
{
	job->on_done = on_done;
	job->arg = arg;
	job->job.work = save;
	job->job.done = on_saved;
	workers_submit(org->camd->writer, &job->job);
}

static struct save_job *
save_job_new(const struct org *org)
{
	struct save_job *job = xcalloc(1, sizeof *job);
	struct span charter = buf_span(&org->statement);

	job->put = true;
	job->charter = xmemdup(charter.data, charter.len);
	job->head = xmemdup(org->head, sizeof org->head);
	job->host = xstrdup(org->host);
	job->name = xstrdup(org->name);
	job->row = (struct store_organisation){
		.charter = span_of(job->charter, charter.len),
		.host = job->host,
		.name = job->name,
		.state = org->state,
		.joined_ms = org->joined_ms,
		.head = span_of(job->head, org->head_len),
		.alarm = org->alarm,
	};
	return job;
}

void
org_save(struct org *org, void (*on_done)(void *arg, int err), void *arg)
{
	submit_save(org, save_job_new(org), on_done, arg);
}

void
org_save_new(struct org *org, void (*on_done)(void *arg, int err), void *arg)
{
	struct save_job *job = save_job_new(org);

	job->drop = true;
	submit_save(org, job, on_done, arg);
}

void
org_save_none(struct org *org, void (*on_done)(void *arg, int err), void *arg)
{
	struct save_job *job = xcalloc(1, sizeof *job);

	job->drop = true;
	submit_save(org, job, on_done, arg);
}

/* -- reading -----------------------------------------------------------------
 */

static int
take_row(const struct store_organisation *row, void *arg)
{
	struct org *org = arg;

	if (charter_parse(row->charter, &org->charter) < 0) {
		log_error("the charter of the organisation is damaged");
		org->charter = (struct charter){ .serial = 0 };
		return 0;
	}
	buf_put_span(&org->statement, row->charter);
	org_set_text(&org->host, row->host);
	org_set_text(&org->name, row->name);
	org->state =
	    row->state <= ORG_REMOVED ? (enum org_state)row->state : ORG_NONE;
	org->alarm =
	    row->alarm <= ORG_SHORT ? (enum org_alarm)row->alarm : ORG_SPLIT;
	org->joined_ms = row->joined_ms;
	if (row->head.len == HEAD_BYTES) {
		memcpy(org->head, row->head.data, HEAD_BYTES);
		org->head_len = HEAD_BYTES;
	}
	return 0;
}

static int
take_change(int64_t number, struct span bytes, void *arg)
{
	struct org *org = arg;
	struct colleague *changed = NULL;

	return replica_add(org->replica, bytes, &changed);
}

int
org_load(struct org *org, struct store *store)
{
	uint64_t before = 0;
	int err = store_organisation_get(store, take_row, org);

	if (err < 0)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	do {
		before = replica_number(org->replica);
		err = store_directory_each(
		    store, (int64_t)before, READ_AT_ONCE, take_change, org);
	} while (err == 0 && replica_number(org->replica) > before);
	if (err == 0)
		err = org_acquaintance_load(org, store);
	return err == 0 ? ruling_load(org, store) : err;
}

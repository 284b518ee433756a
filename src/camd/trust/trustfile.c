/* trustfile.c: pinned keys on their way to the database. */
#include "camd/trust/trustfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/people/roster.h"
#include "camd/trust/trusted.h"
#include "loop/worker.h"
#include "store/pin.h"
#include "store/trust.h"

struct trust_job {
	struct job job;
	int (*write)(struct trust_job *write, struct store *store);
	int64_t uid;
	int64_t from; /* whose keys they were */
	bool has_row;
	struct store_trust row;
	uint8_t devices[DEVICES_BYTES_MAX];
	uint8_t prekey[PREKEY_BYTES];
	int bits;
	bool verified;
	int64_t challenger;
	void (*on_done)(void *arg, int err);
	void *arg;
	int err;
};

static void
run(struct job *job, void *context)
{
	struct trust_job *write = container_of(job, struct trust_job, job);

	write->err = write->write(write, context);
}

static void
on_written(struct job *job)
{
	struct trust_job *write = container_of(job, struct trust_job, job);
	int err = job->batch_err < 0 ? job->batch_err : write->err;

	if (err < 0)
		log_error("cannot keep whose key it is: %s", cam_strerror(err));
	if (write->on_done != NULL)
		write->on_done(write->arg, err);
	free(write);
}

static struct trust_job *
job_new(int (*write)(struct trust_job *write, struct store *store),
    struct user *user, void (*on_done)(void *arg, int err), void *arg)
{
	struct trust_job *job = xcalloc(1, sizeof *job);

	job->write = write;
	job->uid = user->uid;
	job->on_done = on_done;
	job->arg = arg;
	job->job.work = run;
	job->job.done = on_written;
	return job;
}

/* The user's own row first: others refer to it. */
static void
submit(struct camd *camd, struct trust_job *job, struct user *user)
{
	roster_changed(camd->roster, user, false);
	roster_write(camd->roster);
	workers_submit(camd->writer, &job->job);
}

static struct span
copy(uint8_t *place, size_t size, struct span bytes)
{
	size_t len = bytes.len < size ? bytes.len : size;

	if (len > 0)
		memcpy(place, bytes.data, len);
	return span_of(place, len);
}

static void
copy_row(struct trust_job *job, const struct trusted *trusted)
{
	trusted_row(trusted, &job->row);
	job->row.devices =
	    copy(job->devices, sizeof job->devices, job->row.devices);
	job->row.prekey =
	    copy(job->prekey, sizeof job->prekey, job->row.prekey);
	job->has_row = true;
}

static int
write_put(struct trust_job *job, struct store *store)
{
	return store_trust_put(store, &job->row);
}

void
trustfile_put(struct camd *camd, struct trusted *trusted,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct trust_job *job = job_new(write_put, trusted->user, on_done, arg);

	copy_row(job, trusted);
	submit(camd, job, trusted->user);
}

static int
write_rename(struct trust_job *job, struct store *store)
{
	int err = store_trust_remove(store, job->from);

	if (err == 0 || err == CAM_ERR_UNKNOWN)
		err = store_trust_put(store, &job->row);
	return err;
}

void
trustfile_rename(struct camd *camd, int64_t from, struct trusted *trusted)
{
	struct trust_job *job =
	    job_new(write_rename, trusted->user, NULL, NULL);

	job->from = from;
	copy_row(job, trusted);
	submit(camd, job, trusted->user);
}

static int
write_move(struct trust_job *job, struct store *store)
{
	int err = store_trust_remove(store, job->from);

	if (err == 0 || err == CAM_ERR_UNKNOWN)
		err = store_trust_remove(store, job->uid);
	if (err == CAM_ERR_UNKNOWN)
		err = 0;
	if (err == 0 && job->has_row)
		err = store_trust_put(store, &job->row);
	if (err == 0)
		err = store_pin_move(store, job->from, job->uid);
	return err;
}

void
trustfile_move(struct camd *camd, int64_t from, struct user *into,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct trust_job *job = job_new(write_move, into, on_done, arg);

	job->from = from;
	if (into->trusted != NULL)
		copy_row(job, into->trusted);
	submit(camd, job, into);
}

static int
write_mark(struct trust_job *job, struct store *store)
{
	return store_pin_mark(
	    store, job->uid, job->bits, job->verified, job->challenger);
}

void
trustfile_mark_pin(struct camd *camd, struct user *user,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct trust_job *job = job_new(write_mark, user, on_done, arg);

	job->bits = (int)rsa_public_size(user->peer.key) * 8;
	job->verified = user->pin->verified;
	job->challenger = user->pin->challenger;
	submit(camd, job, user);
}

/* rosterfile.c: users written in batches, loaded at start, and forgotten after
 * their time. */
#include "camd/rosterfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/roster.h"
#include "camd/settings.h"
#include "camd/upkeep.h"
#include "ipmsg/entry.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/pin.h"
#include "store/store.h"
#include "store/user.h"

/* Changes of a burst are collected for a moment, and written in pieces that
 * bound our memory. */
enum { WRITE_DELAY_MS = 500, WRITE_BATCH = 1000 };
/* Who has not been heard for roster.forget_days leaves: looked at once a day,
 * and soon after start. */
enum { FORGET_FIRST_MS = 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000 };

struct rosterfile {
	struct camd *camd;
	struct roster *roster;
	int64_t *dirty; /* uids */
	size_t dirty_count;
	size_t dirty_size;
	struct write_job
	    *running; /* a piece under way: the rest waits for it */
	struct timer write_timer;
	struct timer forget_timer;
};

/* -- writing ----------------------------------------------------------------
 */

/* Copies: the loop goes on changing its users while the writer writes. */
struct write_job {
	struct job job;
	struct rosterfile *file; /* NULL: nobody waits for it */
	size_t count;
	struct store_user users[WRITE_BATCH];
	char *texts[WRITE_BATCH]; /* one piece of memory for each user's strings
				   */
};

/* Appends a string to a user's piece and returns its copy. */
static const char *
put(char **at, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memcpy(*at, text, size);

	*at += size;
	return copy;
}

static void
copy_user(struct write_job *write, const struct user *user)
{
	struct store_user *row = &write->users[write->count];
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE],
	    addr[ADDR_TEXT_SIZE];
	const struct peer *peer = &user->peer;
	const char *alias = user->alias != NULL ? user->alias : "";
	char *at;

	(void)entry_user_split(peer->user, logon, fingerprint);
	if (peer->addr.family == ADDR_NONE)
		addr[0] = '\0';
	else
		addr_format_host(&peer->addr, addr);
	at = write->texts[write->count] =
	    xmalloc(strlen(logon) + strlen(peer->host) + strlen(fingerprint) +
		    strlen(user->nick) + strlen(user->group) + strlen(addr) +
		    strlen(user->version) + strlen(alias) + 8);
	memset(row, 0, sizeof *row);
	row->uid = user->uid;
	row->logon = put(&at, logon);
	row->host = put(&at, peer->host);
	row->fingerprint = put(&at, fingerprint);
	row->nick = put(&at, user->nick);
	row->group = put(&at, user->group);
	row->addr = put(&at, addr);
	row->version = put(&at, user->version);
	row->alias = put(&at, alias);
	row->port = peer->addr.port;
	row->status = peer->status;
	row->word = peer->word;
	row->charset = peer->charset;
	row->client = peer->client;
	row->first_seen_ms = user->first_ms;
	row->last_seen_ms = user->seen_ms;
	row->strength = peer->strength;
	row->priority = user->priority;
	row->hidden = user->hidden;
	row->second = user->second;
	row->forgotten = user->forgotten;
	write->count++;
}

static void
write_users(struct job *job, void *context)
{
	struct write_job *write = container_of(job, struct write_job, job);
	int r;

	for (size_t i = 0; i < write->count; i++) {
		if ((r = store_user_put(context, &write->users[i])) < 0) {
			log_error("cannot keep user %s: %s",
			    write->users[i].logon, cam_strerror(r));
			return;
		}
	}
}

static void write_some(struct rosterfile *file);

static void
on_written(struct job *job)
{
	struct write_job *write = container_of(job, struct write_job, job);
	struct rosterfile *file = write->file;

	if (write->job.batch_err < 0)
		log_error("cannot keep the roster: %s",
		    cam_strerror(write->job.batch_err));
	for (size_t i = 0; i < write->count; i++)
		free(write->texts[i]);
	if (file != NULL) {
		file->running = NULL;
		upkeep_touch(file->camd->upkeep);
		if (file->dirty_count > 0 &&
		    !timer_is_running(&file->write_timer))
			write_some(file);
	}
	free(write);
}

/* The last count of those that are marked. */
static struct write_job *
submit(struct rosterfile *file, size_t count)
{
	struct write_job *write = xcalloc(1, sizeof *write);
	struct user *user;

	write->job.work = write_users;
	write->job.done = on_written;
	for (size_t i = 0; i < count; i++) {
		user = roster_by_uid(
		    file->roster, file->dirty[--file->dirty_count]);
		if (user == NULL)
			continue;
		user->dirty = false;
		user->stored = true;
		copy_user(write, user);
	}
	workers_submit(file->camd->writer, &write->job);
	return write;
}

static void
submit_batch(struct rosterfile *file)
{
	size_t count = file->dirty_count;

	file->running = submit(file, count < WRITE_BATCH ? count : WRITE_BATCH);
	file->running->file = file;
}

/* One piece at a time: a thousand newcomers are no reason to hurry. */
static void
write_some(struct rosterfile *file)
{
	if (file->running == NULL && file->dirty_count > 0)
		submit_batch(file);
	if (file->dirty_count == 0) {
		free(file->dirty);
		file->dirty = NULL;
		file->dirty_size = 0;
	}
}

void
rosterfile_write(struct rosterfile *file)
{
	timer_stop(&file->write_timer);
	while (file->dirty_count > 0)
		(void)submit(file, file->dirty_count < WRITE_BATCH
				       ? file->dirty_count
				       : WRITE_BATCH);
	write_some(file);
}

static void
on_write(void *arg)
{
	write_some(arg);
}

void
rosterfile_mark(struct rosterfile *file, struct user *user)
{
	if (user->dirty || user->uid == 0)
		return;
	if (file->dirty_count == file->dirty_size) {
		file->dirty_size =
		    file->dirty_size > 0 ? 2 * file->dirty_size : 64;
		file->dirty = xreallocarray(
		    file->dirty, file->dirty_size, sizeof *file->dirty);
	}
	user->dirty = true;
	file->dirty[file->dirty_count++] = user->uid;
	if (file->running == NULL && !timer_is_running(&file->write_timer))
		timer_start(&file->write_timer, WRITE_DELAY_MS);
}

void
rosterfile_forget(struct rosterfile *file, struct user *user)
{
	for (size_t i = 0; i < file->dirty_count && user->dirty; i++) {
		if (file->dirty[i] == user->uid) {
			file->dirty[i] = file->dirty[--file->dirty_count];
			return;
		}
	}
}

/* -- forgetting -------------------------------------------------------------
 */

struct forget_job {
	struct job job;
	struct rosterfile *file;
	int64_t before_ms;
	int64_t *gone;
	size_t count;
	int err;
};

static void
on_user_left(int64_t uid, void *arg)
{
	struct forget_job *forget = arg;

	if ((forget->count & (forget->count - 1)) == 0)
		forget->gone = xreallocarray(forget->gone,
		    forget->count > 0 ? 2 * forget->count : 1,
		    sizeof *forget->gone);
	forget->gone[forget->count++] = uid;
}

static void
forget_users(struct job *job, void *context)
{
	struct forget_job *forget = container_of(job, struct forget_job, job);

	forget->err =
	    store_user_forget(context, forget->before_ms, on_user_left, forget);
}

static void
on_forgotten(struct job *job)
{
	struct forget_job *forget = container_of(job, struct forget_job, job);
	struct user *user;

	if (forget->err == 0 && job->batch_err == 0) {
		for (size_t i = 0; i < forget->count; i++) {
			user = roster_by_uid(
			    forget->file->roster, forget->gone[i]);
			/* Who came back meanwhile stays. */
			if (user != NULL && user->uid != 0 &&
			    user->seen_ms < forget->before_ms)
				roster_retire(forget->file->roster, user);
		}
	}
	free(forget->gone);
	free(forget);
}

static void
on_forget(void *arg)
{
	struct rosterfile *file = arg;
	int64_t now_ms = clock_wall_ms();
	int64_t days =
	    settings_number(file->camd->settings, "roster.forget_days");
	struct forget_job *forget = xcalloc(1, sizeof *forget);

	/* Those who are here were seen just now, however quiet they are. */
	for (struct user *user = roster_next(file->roster, NULL); user != NULL;
	     user = roster_next(file->roster, user)) {
		if (user->state != USER_OFFLINE) {
			user->seen_ms = now_ms;
			rosterfile_mark(file, user);
		}
	}
	rosterfile_write(file);
	forget->job.work = forget_users;
	forget->job.done = on_forgotten;
	forget->file = file;
	forget->before_ms = now_ms - days * DAY_MS;
	workers_submit(file->camd->writer, &forget->job);
	timer_start(&file->forget_timer, DAY_MS);
}

/* -- loading ----------------------------------------------------------------
 */

static int
load_user(const struct store_user *row, void *arg)
{
	struct rosterfile *file = arg;
	char name[PACKET_NAME_SIZE];
	struct addr addr;
	struct user *user;

	if (row->fingerprint[0] != '\0')
		entry_user_join(row->logon, row->fingerprint, name);
	else
		snprintf(name, sizeof name, "%s", row->logon);
	user = roster_place(file->roster, row->uid, name, row->host,
	    row->forgotten || row->merged_into != 0);
	user->stored = true;
	if (row->addr[0] != '\0' &&
	    addr_parse(span_text(row->addr), row->port, &addr) == 0)
		roster_set_addr(file->roster, user, &addr);
	roster_set_nick(file->roster, user, row->nick);
	roster_set_group(file->roster, user, row->group);
	roster_set_version(file->roster, user, row->version);
	user->peer.status = row->status;
	user->peer.word = row->word;
	user->peer.charset = (uint8_t)row->charset;
	user->peer.client = (uint8_t)row->client;
	user->peer.strength = (uint8_t)row->strength;
	user->first_ms = row->first_seen_ms;
	user->seen_ms = row->last_seen_ms;
	user->priority = row->priority;
	user->hidden = row->hidden;
	user->second = row->second;
	if (row->alias[0] != '\0')
		user->alias = xstrdup(row->alias);
	return 0;
}

static int
load_pin(const struct store_pin *row, void *arg)
{
	struct rosterfile *file = arg;
	struct user *user = roster_by_uid(file->roster, row->uid);
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct rsa_public *key = NULL;

	if (user == NULL || user->uid == 0 ||
	    rsa_public_new(row->n, row->e, &key) < 0)
		return 0;
	/* Of two the stronger counts. */
	if (user->peer.key != NULL &&
	    rsa_public_size(user->peer.key) > rsa_public_size(key)) {
		rsa_public_free(key);
		return 0;
	}
	rsa_public_fingerprint(key, fingerprint);
	rsa_public_free(user->peer.key);
	user->peer.key = key;
	user->peer.word = row->word;
	roster_pin(file->roster, user, fingerprint, row->verified);
	return 0;
}

int
rosterfile_load(struct rosterfile *file, struct store *store)
{
	int r = store_user_each(store, load_user, file);

	if (r == 0)
		r = store_pin_each(store, 0, load_pin, file);
	return r;
}

struct rosterfile *
rosterfile_new(struct camd *camd, struct roster *roster)
{
	struct rosterfile *file = xcalloc(1, sizeof *file);

	file->camd = camd;
	file->roster = roster;
	timer_init(&file->write_timer, camd->loop, on_write, file);
	timer_init(&file->forget_timer, camd->loop, on_forget, file);
	timer_start(&file->forget_timer, FORGET_FIRST_MS);
	return file;
}

void
rosterfile_free(struct rosterfile *file)
{
	if (file == NULL)
		return;
	if (file->running != NULL)
		file->running->file = NULL;
	timer_finish(&file->write_timer);
	timer_finish(&file->forget_timer);
	free(file->dirty);
	free(file);
}

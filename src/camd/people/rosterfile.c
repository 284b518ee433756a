/* rosterfile.c: users written in batches, and loaded at start. */
#include "camd/people/rosterfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/people/roster.h"
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

struct rosterfile {
	struct camd *camd;
	struct roster *roster;
	int64_t *dirty; /* uids */
	size_t dirty_count;
	size_t dirty_size;
	struct write_job
	    *running; /* a piece under way: the rest waits for it */
	struct timer write_timer;
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
	row->accept = user->accept;
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

/* -- loading ----------------------------------------------------------------
 */

static int
load_user(const struct store_user *row, void *arg)
{
	struct rosterfile *file = arg;
	struct addr addr;
	struct user *user;
	char *name;

	if (row->merged_into != 0) {
		roster_place_merged(file->roster, row->uid, row->merged_into);
		return 0;
	}
	/* As it was heard, not as we would shorten it. */
	name = row->fingerprint[0] != '\0'
		   ? xasprintf("%s-<%s>", row->logon, row->fingerprint)
		   : xstrdup(row->logon);
	user = roster_place(
	    file->roster, row->uid, name, row->host, row->forgotten);
	free(name);
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
	user->accept =
	    row->accept <= USER_ACCEPT_NEVER ? (uint8_t)row->accept : 0;
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
	user->pin->challenger = row->challenger;
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
	free(file->dirty);
	free(file);
}

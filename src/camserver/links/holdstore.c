/* holdstore.c: what is not wanted any more is dropped from the database, and
 * then from the disk; what neither knows goes at the start. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"
#include "camserver/links/holds_parts.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "rpc/json.h"
#include "store/store.h"

/* -- cleaned -----------------------------------------------------------------
 */

struct clean_job {
	struct job job;
	struct holds *holds;
	char **paths;
	size_t count, size;
	int err;
};

static void
add_path(const uint8_t name[HELD_NAME_SIZE], void *arg)
{
	struct clean_job *clean = arg;

	if (clean->count == clean->size) {
		clean->size = clean->size > 0 ? 2 * clean->size : 16;
		clean->paths = xreallocarray(
		    clean->paths, clean->size, sizeof *clean->paths);
	}
	clean->paths[clean->count++] = hold_path(clean->holds, name);
}

static void
clean_rows(struct job *job, void *context)
{
	struct clean_job *clean = container_of(job, struct clean_job, job);
	size_t count = 0;

	clean->err = store_held_expire(context, clock_wall_ms());
	do {
		if (clean->err == 0)
			clean->err =
			    store_held_clean(context, add_path, clean, &count);
	} while (clean->err == 0 && count > 0);
}

static void
remove_files(struct job *job, void *context)
{
	struct clean_job *clean = container_of(job, struct clean_job, job);

	for (size_t i = 0; i < clean->count; i++)
		(void)unlink(clean->paths[i]);
}

static void
on_clean(struct job *job)
{
	struct clean_job *clean = container_of(job, struct clean_job, job);
	struct holds *holds = clean->holds;

	holds->cleaning = false;
	for (size_t i = 0; i < clean->count; i++)
		free(clean->paths[i]);
	free(clean->paths);
	free(clean);
	if (holds->clean_again && !holds->stopped)
		holds_clean(holds);
}

/* A file goes once its row's end is committed; what a crash leaves between the
 * two the next start removes. */
static void
on_rows(struct job *job)
{
	struct clean_job *clean = container_of(job, struct clean_job, job);
	int err = job->batch_err < 0 ? job->batch_err : clean->err;

	if (err < 0)
		log_error("cannot forget held files: %s", cam_strerror(err));
	if (err < 0 || clean->count == 0 || clean->holds->stopped) {
		on_clean(job);
		return;
	}
	clean->job.work = remove_files;
	clean->job.done = on_clean;
	workers_submit(holds_disk(clean->holds), &clean->job);
}

void
holds_clean(struct holds *holds)
{
	struct clean_job *job = NULL;

	holds->clean_again = holds->cleaning;
	if (holds->cleaning || holds->stopped)
		return;
	holds->cleaning = true;
	job = xcalloc(1, sizeof *job);
	job->holds = holds;
	job->job.work = clean_rows;
	job->job.done = on_rows;
	workers_submit(holds->links->server->writer, &job->job);
}

/* -- dropped -----------------------------------------------------------------
 */

struct drop_job {
	struct job job;
	struct holds *holds;
	struct store_held held;
	int64_t receivers[HELD_FOR_MAX]; /* none: all */
	size_t count;
	int err;
};

static void
drop(struct job *job, void *context)
{
	struct drop_job *drop = container_of(job, struct drop_job, job);

	drop->err =
	    drop->count == 0 ? store_held_drop(context, &drop->held, 0) : 0;
	for (size_t i = 0; i < drop->count && drop->err == 0; i++)
		drop->err =
		    store_held_drop(context, &drop->held, drop->receivers[i]);
}

static void
on_dropped(struct job *job)
{
	struct drop_job *drop = container_of(job, struct drop_job, job);
	int err = job->batch_err < 0 ? job->batch_err : drop->err;

	if (err < 0)
		log_error("cannot drop a held file: %s", cam_strerror(err));
	holds_clean(drop->holds);
	free(drop);
}

static void
submit_drop(struct drop_job *drop_it)
{
	drop_it->job.work = drop;
	drop_it->job.done = on_dropped;
	workers_submit(drop_it->holds->links->server->writer, &drop_it->job);
}

void
holds_forget(
    struct holds *holds, const struct store_held *held, int64_t receiver)
{
	struct drop_job *job = xcalloc(1, sizeof *job);

	job->holds = holds;
	job->held = *held;
	job->receivers[0] = receiver;
	job->count = receiver != 0;
	submit_drop(job);
}

/* By who need not have it, or by its sender, for those whom he names. */
static int
read_drop(
    struct drop_job *job, const struct memberlink *link, const json_t *params)
{
	const struct roll *roll = job->holds->links->roll;
	const struct roll_member *sender = NULL;
	uint8_t key[SIGN_KEY_SIZE];
	int r = holds_read_named(params, &job->held);

	job->held.sender = link->member->member;
	if (r < 0 || json_object_get(params, "sender") == NULL)
		return r == 0 ? holds_read_users(roll,
				    json_object_get(params, "users"),
				    job->receivers, &job->count)
			      : r;
	if (json_hex_get_all(params, "sender", key, sizeof key) < 0)
		return CAM_ERR_REQUEST;
	sender = roll_by_key(roll, key);
	if (sender == NULL)
		return CAM_ERR_UNKNOWN;
	job->held.sender = sender->member;
	job->receivers[job->count++] = link->member->member;
	return 0;
}

int
holds_drop(struct holds *holds, struct memberlink *link, const json_t *params)
{
	struct drop_job *job = xcalloc(1, sizeof *job);
	int r = 0;

	job->holds = holds;
	r = read_drop(job, link, params);
	if (r == 0)
		submit_drop(job);
	else
		free(job);
	return r;
}

/* -- at the start ------------------------------------------------------------
 */

struct sweeping {
	const struct holds *holds;
	struct store_held *list;
	size_t count, size;
};

static int
add_held(const struct store_held *held, void *arg)
{
	struct sweeping *sweeping = arg;

	if (sweeping->count == sweeping->size) {
		sweeping->size = sweeping->size > 0 ? 2 * sweeping->size : 64;
		sweeping->list = xreallocarray(
		    sweeping->list, sweeping->size, sizeof *sweeping->list);
	}
	sweeping->list[sweeping->count++] = *held;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(((const struct store_held *)a)->name,
	    ((const struct store_held *)b)->name, HELD_NAME_SIZE);
}

/* A disk that was taken back to an earlier day may have less than was counted.
 */
static bool
is_there(const struct holds *holds, const struct store_held *held)
{
	char *path = hold_path(holds, held->name);
	struct stat st;
	bool there = held->stored == 0 ||
		     (stat(path, &st) == 0 && st.st_size >= held->stored);

	free(path);
	return there;
}

static bool
is_known(const struct sweeping *sweeping, const char *text)
{
	struct store_held key;

	if (strlen(text) != HOLD_NAME_TEXT - 1 ||
	    hex_decode(span_text(text), key.name, sizeof key.name) < 0)
		return false;
	return sweeping->count > 0 &&
	       bsearch(&key, sweeping->list, sweeping->count,
		   sizeof *sweeping->list, compare) != NULL;
}

static void
remove_unknown(const struct sweeping *sweeping)
{
	const char *folder = sweeping->holds->folder;
	DIR *dir = opendir(folder);
	const struct dirent *entry = NULL;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path = NULL;

		if (entry->d_name[0] == '.' ||
		    is_known(sweeping, entry->d_name))
			continue;
		path = path_join(folder, entry->d_name);
		log_info("a held file that nobody knows is removed");
		(void)unlink(path);
		free(path);
	}
	if (dir != NULL)
		closedir(dir);
}

int
holds_sweep(struct holds *holds)
{
	struct sweeping sweeping = { .holds = holds };
	struct store *store = holds->links->server->store;
	int err = path_make_private(holds->folder);

	if (err == 0)
		err = store_held_each(store, add_held, &sweeping);
	if (sweeping.count > 0)
		qsort(sweeping.list, sweeping.count, sizeof *sweeping.list,
		    compare);
	if (err == 0)
		remove_unknown(&sweeping);
	for (size_t i = 0; i < sweeping.count && err == 0; i++) {
		if (is_there(holds, &sweeping.list[i]))
			continue;
		log_warn("a held file is not all there and is forgotten");
		err = store_held_drop(store, &sweeping.list[i], 0);
	}
	free(sweeping.list);
	return err;
}

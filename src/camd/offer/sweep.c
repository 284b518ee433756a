/* sweep.c: what nobody needs any more. */
#include "camd/offer/sweep.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/offer/offering.h"
#include "camd/offer/places.h"
#include "loop/worker.h"
#include "store/source.h"

/* A copy that no offer names yet may be on its way into one. */
enum { COPY_AFTER_S = 24 * 3600 };
enum { DIGITS = 32 };

struct sweep_job {
	struct job job;
	struct camd *camd;
	char *spool;
	char *folders[2];
	int64_t now_s;
	/* Names in the spool that offers know: those that live, those that have
	 * ended. */
	char **kept, **ended;
	size_t kept_count, ended_count;
};

/* -- which ------------------------------------------------------------------
 */

static size_t
skip_number(const char *text)
{
	return strspn(text, "0123456789");
}

bool
sweep_is_part(const char *name)
{
	const char *at = name + 1;
	size_t len;

	if (name[0] != '.' || strspn(at, "0123456789abcdef") != DIGITS)
		return false;
	at += DIGITS;
	if (*at != 'r' || (len = skip_number(at + 1)) == 0)
		return false;
	at += 1 + len;
	if (*at != 'n' || (len = skip_number(at + 1)) == 0)
		return false;
	at += 1 + len;
	return strcmp(at, ".part") == 0 || strcmp(at, ".list") == 0 ||
	       strcmp(at, ".mark") == 0;
}

static bool
is_among(char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static bool
is_old(int folder, const char *name, int64_t before_s)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_mtim.tv_sec < before_s;
}

/* -- in the pool ------------------------------------------------------------
 */

static void
each_name(const char *path,
    void (*each)(const struct sweep_job *sweep, int folder, const char *name),
    const struct sweep_job *sweep)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct beneath_list *list = NULL;
	enum beneath_kind kind;
	const char *name;

	if (folder < 0)
		return;
	if (beneath_list_new(folder, &list) == 0) {
		while (beneath_list_next(list, &name, &kind))
			each(sweep, folder, name);
	}
	beneath_list_free(list);
	close(folder);
}

static void
sweep_copy(const struct sweep_job *sweep, int folder, const char *name)
{
	if (is_among(sweep->kept, sweep->kept_count, name))
		return;
	if (is_among(sweep->ended, sweep->ended_count, name) ||
	    is_old(folder, name, sweep->now_s - COPY_AFTER_S))
		(void)beneath_remove(folder, name);
}

static void
sweep_part(const struct sweep_job *sweep, int folder, const char *name)
{
	if (sweep_is_part(name) &&
	    is_old(folder, name, sweep->now_s - SWEEP_AFTER_S))
		(void)beneath_remove_tree(folder, name);
}

static void
sweep_all(struct job *job, void *context)
{
	const struct sweep_job *sweep =
	    container_of(job, struct sweep_job, job);

	each_name(sweep->spool, sweep_copy, sweep);
	for (size_t i = 0; i < 2; i++)
		each_name(sweep->folders[i], sweep_part, sweep);
}

static void
on_swept(struct job *job)
{
	struct sweep_job *sweep = container_of(job, struct sweep_job, job);

	for (size_t i = 0; i < sweep->kept_count; i++)
		free(sweep->kept[i]);
	for (size_t i = 0; i < sweep->ended_count; i++)
		free(sweep->ended[i]);
	free(sweep->kept);
	free(sweep->ended);
	free(sweep->folders[0]);
	free(sweep->folders[1]);
	free(sweep->spool);
	free(sweep);
}

/* -- what offers know -------------------------------------------------------
 */

static int
take_name(const struct store_source *source, void *arg)
{
	struct sweep_job *sweep = arg;
	const char *slash = strrchr(source->path, '/');
	bool lives =
	    !source->withdrawn && source->expires_ms / 1000 > sweep->now_s;
	char ***names = lives ? &sweep->kept : &sweep->ended;
	size_t *count = lives ? &sweep->kept_count : &sweep->ended_count;

	*names = xreallocarray(*names, *count + 1, sizeof **names);
	(*names)[(*count)++] = xstrdup(slash != NULL ? slash + 1 : "");
	return 0;
}

/* Nothing is removed when it is not known what is needed. */
static void
read_sources(struct job *job, void *context)
{
	struct sweep_job *sweep = container_of(job, struct sweep_job, job);

	if (store_source_each_spool(context, take_name, sweep) == 0)
		return;
	free(sweep->spool);
	sweep->spool = xstrdup("");
}

static void
on_read(struct job *job)
{
	struct sweep_job *sweep = container_of(job, struct sweep_job, job);

	if (sweep->camd->pool == NULL) {
		on_swept(job);
		return;
	}
	sweep->job.work = sweep_all;
	sweep->job.done = on_swept;
	workers_submit(sweep->camd->pool, &sweep->job);
}

void
sweep(struct camd *camd)
{
	struct sweep_job *sweep = xcalloc(1, sizeof *sweep);

	sweep->camd = camd;
	sweep->spool = offering_spool(camd);
	sweep->folders[0] = places_files(camd);
	sweep->folders[1] = places_images(camd);
	sweep->now_s = clock_wall_ms() / 1000;
	sweep->job.work = read_sources;
	sweep->job.done = on_read;
	workers_submit(camd->readers, &sweep->job);
}

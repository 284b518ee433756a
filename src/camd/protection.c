/* protection.c: the keys at rest sealed by a passphrase, and opened again. */
#include "camd/protection.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/wholefile.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/settings.h"
#include "crypto/keyfile.h"
#include "loop/worker.h"

static const char lock_name[] = "lock";

enum change { CHANGE_UNLOCK, CHANGE_MAKE, CHANGE_PASSPHRASE, CHANGE_REMOVE };

struct protection {
	struct camd *camd;
	char *folder;
	char *path; /* of the lock */
	bool on;
	struct keyfile_lock *lock; /* NULL: none, or not open */
	/* The change under way; the pool's while busy. */
	bool busy, ending;
	struct job job;
	enum change change;
	struct buf passphrase, old;
	struct keyfile_lock *made;
	int err;
	void (*done)(void *arg, int err);
	void *arg;
};

/* -- all files of keys ------------------------------------------------------
 */

static int
reseal(const char *path, const struct keyfile_lock *from,
    const struct keyfile_lock *to)
{
	int r = keyfile_reseal(path, from, to);

	/* Whatever it is, no key of ours: others may have put it there. */
	if (r == CAM_ERR_FORMAT) {
		log_warn("%s is no file of keys: left as it is", path);
		return 0;
	}
	if (r < 0)
		log_error("%s: %s", path, cam_strerror(r));
	return r;
}

/* Goes on after an error and returns the first. */
static int
reseal_all(const struct protection *protection, const struct keyfile_lock *from,
    const struct keyfile_lock *to)
{
	DIR *folder = opendir(protection->folder);
	struct dirent *entry;
	int first = 0;

	if (folder == NULL)
		return CAM_ERR_SYSTEM;
	while ((entry = readdir(folder)) != NULL) {
		char *path;
		int r;

		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, lock_name) == 0)
			continue;
		path = path_join(protection->folder, entry->d_name);
		r = reseal(path, from, to);
		if (first == 0)
			first = r;
		free(path);
	}
	closedir(folder);
	return first;
}

static bool
any_is_sealed(const struct protection *protection)
{
	DIR *folder = opendir(protection->folder);
	struct dirent *entry;
	bool any = false;

	while (folder != NULL && !any && (entry = readdir(folder)) != NULL) {
		char *path = path_join(protection->folder, entry->d_name);

		(void)keyfile_is_sealed(path, &any);
		free(path);
	}
	if (folder != NULL)
		closedir(folder);
	return any;
}

/* -- the lock ---------------------------------------------------------------
 */

static void
take_lock(struct protection *protection, struct keyfile_lock *lock)
{
	struct keyfile_lock *before = protection->lock;

	protection->on = lock != NULL;
	protection->lock = lock;
	if (protection->camd->identity != NULL)
		identity_set_lock(protection->camd->identity, lock);
	keyfile_lock_free(before);
}

/* Less the end of its line. */
static int
read_passphrase(const char *path, struct buf *passphrase)
{
	int r = wholefile_read_private(path, passphrase);

	while (r == 0 && passphrase->len > 0 &&
	       (passphrase->data[passphrase->len - 1] == '\n' ||
		   passphrase->data[passphrase->len - 1] == '\r'))
		passphrase->len--;
	return r;
}

/* What goes wrong leaves us locked: somebody can still unlock by hand. */
static void
open_unattended(struct protection *protection)
{
	const char *path = settings_text(
	    protection->camd->settings, "security.passphrase_file");
	struct keyfile_lock *lock = NULL;
	struct buf passphrase;
	int r;

	if (path[0] == '\0')
		return;
	buf_init(&passphrase, KEYFILE_PASSPHRASE_MAX + 2);
	r = read_passphrase(path, &passphrase);
	if (r == 0)
		r = keyfile_lock_open(
		    protection->path, buf_span(&passphrase), &lock);
	buf_wipe(&passphrase);
	if (r == 0)
		take_lock(protection, lock);
	else
		log_error("security.passphrase_file %s: %s", path,
		    r == CAM_ERR_UNSAFE ? "others can read it: chmod it to 600"
		    : r == CAM_ERR_KEY	? "it is not the passphrase of the keys"
					: cam_strerror(r));
}

int
protection_open(struct camd *camd, struct protection **result, char **problem)
{
	struct protection *protection = xcalloc(1, sizeof *protection);

	protection->camd = camd;
	protection->folder = path_join(camd->paths.data, "keys");
	protection->path = path_join(protection->folder, lock_name);
	buf_init(&protection->passphrase, KEYFILE_PASSPHRASE_MAX);
	buf_init(&protection->old, KEYFILE_PASSPHRASE_MAX);
	protection->on = access(protection->path, F_OK) == 0;
	if (!protection->on && any_is_sealed(protection)) {
		*problem = xasprintf(_("the keys in %s are sealed, but the "
				       "file '%s' that opens them is missing: "
				       "bring it back from a copy"),
		    protection->folder, lock_name);
		protection_free(protection);
		return CAM_ERR_KEY;
	}
	if (protection->on)
		open_unattended(protection);
	else if (settings_text(camd->settings, "security.passphrase_file")[0] !=
		 '\0')
		log_warn("security.passphrase_file is set, but no passphrase "
			 "protects the keys: 'cam key protect' makes it so");
	*result = protection;
	return 0;
}

void
protection_stop(struct protection *protection)
{
	if (protection != NULL)
		protection->ending = true;
}

void
protection_free(struct protection *protection)
{
	if (protection == NULL)
		return;
	keyfile_lock_free(protection->lock);
	buf_wipe(&protection->passphrase);
	buf_wipe(&protection->old);
	free(protection->folder);
	free(protection->path);
	free(protection);
}

bool
protection_is_on(const struct protection *protection)
{
	return protection != NULL && protection->on;
}

bool
protection_is_locked(const struct protection *protection)
{
	return protection_is_on(protection) && protection->lock == NULL;
}

const struct keyfile_lock *
protection_lock(const struct protection *protection)
{
	return protection->lock;
}

/* -- changes ----------------------------------------------------------------
 */

/* Whoever asks knows the passphrase that there is. */
static int
check_old(const struct protection *protection)
{
	struct keyfile_lock *lock = NULL;
	int r = keyfile_lock_open(
	    protection->path, buf_span(&protection->old), &lock);

	/* What it could not be is another, too. */
	if (r == CAM_ERR_LIMIT)
		r = CAM_ERR_KEY;
	keyfile_lock_free(lock);
	return r;
}

static void
work(struct job *job, void *context)
{
	struct protection *protection =
	    container_of(job, struct protection, job);
	struct span passphrase = buf_span(&protection->passphrase);

	switch (protection->change) {
	case CHANGE_UNLOCK:
		protection->err = keyfile_lock_open(
		    protection->path, passphrase, &protection->made);
		break;
	case CHANGE_MAKE:
		protection->err = keyfile_lock_make(
		    protection->path, passphrase, &protection->made);
		break;
	case CHANGE_PASSPHRASE:
		protection->err = check_old(protection);
		if (protection->err == 0)
			protection->err = keyfile_lock_change(
			    protection->lock, protection->path, passphrase);
		break;
	case CHANGE_REMOVE:
		protection->err = check_old(protection);
		break;
	}
	buf_wipe(&protection->passphrase);
	buf_wipe(&protection->old);
}

/* The lock goes last: until then all files can be read with it. */
static int
remove_lock(struct protection *protection)
{
	int r = reseal_all(protection, protection->lock, NULL);

	if (r == 0)
		r = wholefile_remove(protection->path);
	if (r == 0)
		take_lock(protection, NULL);
	return r;
}

static void
on_worked(struct job *job)
{
	struct protection *protection =
	    container_of(job, struct protection, job);
	struct keyfile_lock *made = protection->made;
	int err = protection->err;

	protection->busy = false;
	protection->made = NULL;
	if (protection->ending) {
		keyfile_lock_free(made);
		err = CAM_ERR_CLOSED;
	} else if (made != NULL) {
		take_lock(protection, made);
		if (protection->change == CHANGE_MAKE)
			err = reseal_all(protection, NULL, made);
	} else if (protection->change == CHANGE_REMOVE && err == 0) {
		err = remove_lock(protection);
	}
	protection->done(protection->arg, err);
}

static int
begin(struct protection *protection, enum change change, struct span passphrase,
    struct span old, void (*done)(void *arg, int err), void *arg)
{
	if (protection->busy)
		return CAM_ERR_FULL;
	buf_put_span(&protection->passphrase, passphrase);
	buf_put_span(&protection->old, old);
	if ((passphrase.len == 0 && change != CHANGE_REMOVE) ||
	    buf_failed(&protection->passphrase) ||
	    buf_failed(&protection->old)) {
		buf_wipe(&protection->passphrase);
		buf_wipe(&protection->old);
		return CAM_ERR_LIMIT;
	}
	protection->busy = true;
	protection->change = change;
	protection->done = done;
	protection->arg = arg;
	protection->job.work = work;
	protection->job.done = on_worked;
	workers_submit(protection->camd->pool, &protection->job);
	return 0;
}

int
protection_unlock(struct protection *protection, struct span passphrase,
    void (*done)(void *arg, int err), void *arg)
{
	return begin(
	    protection, CHANGE_UNLOCK, passphrase, span_of(NULL, 0), done, arg);
}

int
protection_protect(struct protection *protection, struct span passphrase,
    struct span old, void (*done)(void *arg, int err), void *arg)
{
	return begin(protection,
	    protection->on ? CHANGE_PASSPHRASE : CHANGE_MAKE, passphrase, old,
	    done, arg);
}

int
protection_unprotect(struct protection *protection, struct span old,
    void (*done)(void *arg, int err), void *arg)
{
	return begin(
	    protection, CHANGE_REMOVE, span_of(NULL, 0), old, done, arg);
}

void
protection_mend(struct protection *protection)
{
	if (protection->lock != NULL)
		(void)reseal_all(
		    protection, protection->lock, protection->lock);
}

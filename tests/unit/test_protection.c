/* test_protection.c: the passphrase of the keys: one change at a time, and what
 * lies in the folder beside them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/protection.h"
#include "camd/settings.h"
#include "crypto/crypto.h"
#include "crypto/keyfile.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "test.h"

static const struct worker_ops pool_ops = { .start = NULL };
static const struct span said = { (const uint8_t *)"open sesame", 11 };

struct fixture {
	struct camd camd;
	char folder[64];
	char *ini, *keys, *key, *notes, *lock;
	int told; /* by the last change; 1: nothing yet */
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	struct camd *camd = &fixture->camd;
	char *problem = NULL;
	FILE *file = NULL;

	strcpy(fixture->folder, "/tmp/cam-test-protect.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->ini = xasprintf("%s/cam.ini", fixture->folder);
	fixture->keys = xasprintf("%s/keys", fixture->folder);
	fixture->key = xasprintf("%s/user.key", fixture->keys);
	fixture->notes = xasprintf("%s/notes", fixture->keys);
	fixture->lock = xasprintf("%s/lock", fixture->keys);
	assert_int_equal(mkdir(fixture->keys, 0700), 0);
	camd->paths.data = fixture->folder;
	camd->crypto = crypto_new();
	camd->loop = loop_new();
	camd->pool = workers_new(camd->loop, 1, &pool_ops, camd);
	assert_int_equal(
	    camd_settings_open(fixture->ini, &camd->settings, &problem), 0);
	assert_int_equal(
	    keyfile_save(fixture->key, "user", said, NULL, false), 0);
	file = fopen(fixture->notes, "w");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fputs("no key at all\n", file);
	fclose(file);
	assert_int_equal(protection_open(camd, &camd->protection, &problem), 0);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct camd *camd = &fixture->camd;

	protection_stop(camd->protection);
	workers_free(camd->pool);
	protection_free(camd->protection);
	settings_free(camd->settings);
	loop_free(camd->loop);
	crypto_free(camd->crypto);
	(void)unlink(fixture->lock);
	assert_int_equal(unlink(fixture->key), 0);
	assert_int_equal(unlink(fixture->notes), 0);
	assert_int_equal(rmdir(fixture->keys), 0);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture->ini);
	free(fixture->keys);
	free(fixture->key);
	free(fixture->notes);
	free(fixture->lock);
	free(fixture);
	return 0;
}

static void
on_done(void *arg, int err)
{
	struct fixture *fixture = arg;

	fixture->told = err;
}

static int
protect(struct fixture *fixture, struct span passphrase)
{
	fixture->told = 1;
	return protection_protect(
	    fixture->camd.protection, passphrase, said, on_done, fixture);
}

static int
unprotect(struct fixture *fixture, struct span old)
{
	fixture->told = 1;
	return protection_unprotect(
	    fixture->camd.protection, old, on_done, fixture);
}

static int
outcome(struct fixture *fixture)
{
	while (fixture->told == 1)
		loop_turn(fixture->camd.loop, 1);
	return fixture->told;
}

/* As another start would find it. */
static void
open_again(struct fixture *fixture)
{
	struct camd *camd = &fixture->camd;
	char *problem = NULL;

	protection_free(camd->protection);
	camd->protection = NULL;
	assert_int_equal(protection_open(camd, &camd->protection, &problem), 0);
}

static bool
is_sealed(const struct fixture *fixture)
{
	bool sealed = false;

	assert_int_equal(keyfile_is_sealed(fixture->key, &sealed), 0);
	return sealed;
}

static void
changes_come_one_after_the_other(void **state)
{
	struct fixture *fixture = *state;
	struct protection *protection = fixture->camd.protection;

	assert_false(protection_is_on(protection));
	assert_false(protection_is_on(NULL));
	assert_int_equal(protect(fixture, said), 0);
	assert_int_equal(
	    protection_protect(protection, said, said, on_done, fixture),
	    CAM_ERR_FULL);
	assert_int_equal(
	    protection_unprotect(protection, said, on_done, fixture),
	    CAM_ERR_FULL);
	assert_int_equal(outcome(fixture), 0);
	assert_true(protection_is_on(protection));
	assert_false(protection_is_locked(protection));
	assert_true(is_sealed(fixture));
	assert_int_equal(unprotect(fixture, said), 0);
	assert_int_equal(outcome(fixture), 0);
	assert_false(protection_is_on(protection));
	assert_false(is_sealed(fixture));
	assert_int_not_equal(access(fixture->lock, F_OK), 0);
}

static void
the_passphrase_there_is_must_be_said_again(void **state)
{
	struct fixture *fixture = *state;
	struct protection *protection = fixture->camd.protection;
	static const char *const wrong[] = { "another", "", "open sesame " };

	assert_int_equal(protect(fixture, said), 0);
	assert_int_equal(outcome(fixture), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		fixture->told = 1;
		assert_int_equal(
		    protection_protect(protection, span_text("mine now"),
			span_text(wrong[i]), on_done, fixture),
		    0);
		assert_int_equal(outcome(fixture), CAM_ERR_KEY);
		assert_int_equal(unprotect(fixture, span_text(wrong[i])), 0);
		assert_int_equal(outcome(fixture), CAM_ERR_KEY);
		assert_true(protection_is_on(protection));
		assert_true(is_sealed(fixture));
	}
	/* It is the old one still. */
	assert_int_equal(unprotect(fixture, said), 0);
	assert_int_equal(outcome(fixture), 0);
	assert_false(is_sealed(fixture));
}

static void
what_a_passphrase_cannot_be_is_told_at_once(void **state)
{
	struct fixture *fixture = *state;
	char large[KEYFILE_PASSPHRASE_MAX + 1];

	memset(large, 'x', sizeof(large));
	assert_int_equal(
	    protect(fixture, span_of(large, sizeof(large))), CAM_ERR_LIMIT);
	assert_int_equal(protect(fixture, span_of(NULL, 0)), CAM_ERR_LIMIT);
	assert_false(protection_is_on(fixture->camd.protection));
}

/* A start finds the lock, and a key that was not sealed in time. */
static void
an_interrupted_change_is_mended_once_unlocked(void **state)
{
	struct fixture *fixture = *state;
	struct keyfile_lock *lock = NULL;

	assert_int_equal(keyfile_lock_make(fixture->lock, said, &lock), 0);
	keyfile_lock_free(lock);
	open_again(fixture);
	assert_true(protection_is_locked(fixture->camd.protection));
	protection_mend(fixture->camd.protection);
	assert_false(is_sealed(fixture));
	fixture->told = 1;
	assert_int_equal(protection_unlock(fixture->camd.protection,
			     span_text("another"), on_done, fixture),
	    0);
	assert_int_equal(outcome(fixture), CAM_ERR_KEY);
	assert_true(protection_is_locked(fixture->camd.protection));
	fixture->told = 1;
	assert_int_equal(
	    protection_unlock(fixture->camd.protection, said, on_done, fixture),
	    0);
	assert_int_equal(outcome(fixture), 0);
	assert_false(protection_is_locked(fixture->camd.protection));
	protection_mend(fixture->camd.protection);
	assert_true(is_sealed(fixture));
}

static void
sealed_keys_without_their_lock_are_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct protection *opened = NULL;
	char *problem = NULL;

	assert_int_equal(protect(fixture, said), 0);
	assert_int_equal(outcome(fixture), 0);
	assert_int_equal(unlink(fixture->lock), 0);
	assert_int_equal(
	    protection_open(&fixture->camd, &opened, &problem), CAM_ERR_KEY);
	assert_non_null(strstr(problem, "lock"));
	assert_null(opened);
	free(problem);
}

static void
a_change_under_way_ends_with_camd(void **state)
{
	struct fixture *fixture = *state;
	struct camd *camd = &fixture->camd;

	assert_int_equal(protect(fixture, said), 0);
	protection_stop(camd->protection);
	workers_free(camd->pool);
	camd->pool = NULL;
	assert_int_equal(fixture->told, CAM_ERR_CLOSED);
	assert_false(is_sealed(fixture));
	camd->pool = workers_new(camd->loop, 1, &pool_ops, camd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_come_one_after_the_other),
		TEST(the_passphrase_there_is_must_be_said_again),
		TEST(what_a_passphrase_cannot_be_is_told_at_once),
		TEST(an_interrupted_change_is_mended_once_unlocked),
		TEST(sealed_keys_without_their_lock_are_an_error),
		TEST(a_change_under_way_ends_with_camd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

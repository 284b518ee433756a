/* test_identity.c: our keys for other camd: made once, kept, renewed in time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/link/prekeys.h"
#include "crypto/crypto.h"
#include "crypto/keyfile.h"
#include "crypto/keyring.h"
#include "link/linkhello.h"
#include "test.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct home {
	char folder[64];
	struct camd camd;
};

static int
set_up(void **state)
{
	static struct home home;
	char *keys;

	home = (struct home){ 0 };
	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, 0);
	strcpy(home.folder, "/tmp/cam-identity-XXXXXX");
	if (mkdtemp(home.folder) == NULL ||
	    paths_find(home.folder, &home.camd.paths) != 0)
		return 1;
	home.camd.crypto = crypto_new();
	keys = path_join(home.camd.paths.data, "keys");
	if (keyring_open(keys, false, NULL, &home.camd.keyring) != 0)
		return 1;
	free(keys);
	*state = &home;
	return 0;
}

static int
tear_down(void **state)
{
	struct home *home = *state;
	char *command = xasprintf("rm -r %s", home->folder);
	int failed = system(command);

	free(command);
	keyring_free(home->camd.keyring);
	crypto_free(home->camd.crypto);
	paths_finish(&home->camd.paths);
	return failed;
}

static char *
path_of(const struct home *home, const char *name)
{
	return xasprintf("%s/keys/%s", home->camd.paths.data, name);
}

static struct identity *
open_identity(struct home *home)
{
	struct identity *identity = NULL;
	char *problem = NULL;

	if (identity_open(&home->camd, NULL, &identity, &problem) != 0)
		fail_msg("%s", problem);
	return identity;
}

static void
remove_file(const struct home *home, const char *name)
{
	char *path = path_of(home, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static struct devices
devices_of(const struct identity *identity)
{
	struct devices devices;

	assert_int_equal(
	    devices_parse(identity_devices(identity), &devices), 0);
	return devices;
}

static void
what_was_made_is_found_again(void **state)
{
	struct home *home = *state;
	struct identity *first = open_identity(home);
	struct identity *again = open_identity(home);

	assert_memory_equal(
	    identity_user_key(first), identity_user_key(again), SIGN_KEY_SIZE);
	assert_memory_equal(identity_device(first), identity_device(again),
	    sizeof(struct device));
	assert_true(
	    span_equal(identity_devices(first), identity_devices(again)));
	assert_true(span_equal(identity_prekey(first), identity_prekey(again)));
	assert_true(
	    span_equal(identity_rsa_proof(first), identity_rsa_proof(again)));
	identity_free(first);
	identity_free(again);
}

static void
the_list_names_our_device_and_our_ipmsg_key(void **state)
{
	struct home *home = *state;
	struct identity *identity = open_identity(home);
	struct devices devices = devices_of(identity);
	struct rsa_public *rsa =
	    rsa_key_public(keyring_key(home->camd.keyring, RSA_2048));
	uint8_t digest[SHA256_SIZE], claim[LINKHELLO_RSA_CLAIM_SIZE];
	struct prekey prekey;

	assert_int_equal(devices.count, 1);
	assert_memory_equal(
	    devices.user_key, identity_user_key(identity), SIGN_KEY_SIZE);
	assert_ptr_equal(devices_by_id(&devices, identity_device_id(identity)),
	    &devices.list[0]);
	rsa_public_digest(rsa, digest);
	assert_memory_equal(devices.rsa, digest, sizeof digest);
	linkhello_rsa_claim(identity_user_key(identity), claim);
	assert_memory_equal(claim, "cam/ipmsg/1\0", 12);
	assert_int_equal(
	    rsa_verify(rsa, DIGEST_SHA256, span_of(claim, sizeof claim),
		identity_rsa_proof(identity)),
	    0);
	assert_int_equal(prekey_parse(identity_prekey(identity),
			     devices.list[0].signing_key, &prekey),
	    0);
	identity_free(identity);
}

static void
no_key_serves_two_purposes(void **state)
{
	struct identity *identity = open_identity(*state);
	const struct device *device = identity_device(identity);

	assert_memory_not_equal(
	    device->link_key, device->signing_key, SIGN_KEY_SIZE);
	assert_memory_not_equal(
	    device->link_key, identity_user_key(identity), SIGN_KEY_SIZE);
	assert_memory_not_equal(
	    device->signing_key, identity_user_key(identity), SIGN_KEY_SIZE);
	identity_free(identity);
}

static void
only_we_may_read_them(void **state)
{
	static const char *const names[] = { "user.key", "link.key",
		"signing.key", "prekeys", "devices" };
	struct home *home = *state;

	identity_free(open_identity(home));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *path = path_of(home, names[i]);
		struct stat info;

		assert_int_equal(stat(path, &info), 0);
		assert_int_equal(info.st_mode & 07777, 0600);
		free(path);
	}
}

static void
a_file_that_others_may_read_is_refused_by_name(void **state)
{
	struct home *home = *state;
	char *path = path_of(home, "signing.key"), *problem = NULL;
	struct identity *identity = NULL;

	identity_free(open_identity(home));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(identity_open(&home->camd, NULL, &identity, &problem),
	    CAM_ERR_UNSAFE);
	assert_non_null(strstr(problem, path));
	free(problem);
	assert_int_equal(chmod(path, 0600), 0);
	identity_free(open_identity(home));
	free(path);
}

static void
a_damaged_key_is_never_replaced(void **state)
{
	struct home *home = *state;
	char *path = path_of(home, "user.key"), *problem = NULL;
	char *kept = path_of(home, "user.key.kept");
	struct identity *identity = open_identity(home);
	int fd;

	identity_free(identity);
	assert_int_equal(rename(path, kept), 0);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, "no key", 6), 6);
	close(fd);
	assert_true(identity_open(&home->camd, NULL, &identity, &problem) < 0);
	assert_non_null(problem);
	free(problem);
	assert_int_equal(rename(kept, path), 0);
	identity_free(open_identity(home));
	free(path);
	free(kept);
}

static void
a_lost_list_comes_back_newer(void **state)
{
	struct home *home = *state;
	struct identity *identity = open_identity(home);
	struct devices before = devices_of(identity), after;

	identity_free(identity);
	remove_file(home, "devices");
	/* The version is the time in milliseconds. */
	while (clock_wall_ms() <= (int64_t)before.version)
		;
	identity = open_identity(home);
	after = devices_of(identity);
	assert_true(after.version > before.version);
	assert_memory_equal(after.list, before.list, sizeof(struct device));
	identity_free(identity);
}

static void
a_new_link_key_is_a_new_device_in_a_newer_list(void **state)
{
	struct home *home = *state;
	struct identity *identity = open_identity(home);
	struct devices before = devices_of(identity), after;

	identity_free(identity);
	remove_file(home, "link.key");
	identity = open_identity(home);
	after = devices_of(identity);
	assert_true(after.version > before.version);
	assert_int_equal(after.count, 1);
	assert_memory_equal(after.user_key, before.user_key, SIGN_KEY_SIZE);
	assert_memory_not_equal(
	    after.list[0].link_key, before.list[0].link_key, SIGN_KEY_SIZE);
	identity_free(identity);
}

/* -- prekeys ----------------------------------------------------------------
 */

static struct prekey
current_of(const struct identity *identity)
{
	struct prekey prekey;

	assert_int_equal(prekey_parse(identity_prekey(identity),
			     identity_device(identity)->signing_key, &prekey),
	    0);
	return prekey;
}

static void
assert_opens(const struct identity *identity, const struct prekey *prekey)
{
	struct hpke_key *key = identity_prekey_private(identity, prekey->id);
	uint8_t bytes[HPKE_KEY_SIZE];

	assert_non_null(key);
	hpke_key_public(key, bytes);
	assert_memory_equal(bytes, prekey->key, sizeof bytes);
	hpke_key_free(key);
}

static void
a_prekey_is_told_for_a_week_and_kept_for_thirty_days_more(void **state)
{
	struct home *home = *state;
	struct identity *identity;
	struct prekey first, second;
	int64_t made_ms;

	identity_free(open_identity(home));
	remove_file(home, "prekeys");
	identity = open_identity(home);
	first = current_of(identity);
	made_ms = first.made_ms;
	assert_false(identity_renew(identity, made_ms + 7 * DAY_MS - 1));
	assert_true(identity_renew(identity, made_ms + 7 * DAY_MS));
	second = current_of(identity);
	assert_true(second.id > first.id);
	assert_opens(identity, &first);
	assert_opens(identity, &second);
	assert_true(identity_renew(identity, made_ms + 37 * DAY_MS - 1));
	assert_opens(identity, &first);
	assert_false(identity_renew(identity, made_ms + 37 * DAY_MS));
	assert_null(identity_prekey_private(identity, first.id));
	assert_opens(identity, &second);
	identity_free(identity);
	/* In the file as well. */
	identity = open_identity(home);
	assert_null(identity_prekey_private(identity, first.id));
	assert_opens(identity, &second);
	identity_free(identity);
}

/* Whether the file of prekeys has that secret in it. */
static bool
lies_in_file(const struct home *home, const uint8_t secret[HPKE_KEY_SIZE])
{
	char *path = path_of(home, "prekeys");
	FILE *file = fopen(path, "r");
	char bytes[16384];
	size_t len;

	assert_non_null(file);
	len = fread(bytes, 1, sizeof bytes, file);
	assert_true(len < sizeof bytes);
	fclose(file);
	free(path);
	return memmem(bytes, len, secret, HPKE_KEY_SIZE) != NULL;
}

enum { ALL_PREKEYS = 60 };

/* All that were ever made; as many as are asked for. */
struct made {
	struct prekey prekey;
	uint8_t secret[HPKE_KEY_SIZE];
};

static void
keep_current(const struct identity *identity, struct made *made)
{
	struct hpke_key *key;

	made->prekey = current_of(identity);
	key = identity_prekey_private(identity, made->prekey.id);
	assert_non_null(key);
	hpke_key_secret(key, made->secret);
	hpke_key_free(key);
}

/* A year, a day after the other, as camd looks once a day. */
static void
for_a_year_none_is_told_too_long_and_none_kept_too_long(void **state)
{
	static struct made made[ALL_PREKEYS];
	struct home *home = *state;
	struct identity *identity;
	size_t count = 1;

	remove_file(home, "prekeys");
	identity = open_identity(home);
	keep_current(identity, &made[0]);
	for (int day = 1; day <= 365; day++) {
		int64_t now_ms = made[0].prekey.made_ms + day * DAY_MS;

		if (identity_renew(identity, now_ms)) {
			assert_true(count < ALL_PREKEYS);
			keep_current(identity, &made[count++]);
		}
		assert_true(now_ms - current_of(identity).made_ms < 7 * DAY_MS);
		for (size_t i = 0; i < count; i++) {
			bool lives =
			    now_ms - made[i].prekey.made_ms < 37 * DAY_MS;
			struct hpke_key *key = identity_prekey_private(
			    identity, made[i].prekey.id);

			assert_int_equal(key != NULL, lives);
			assert_int_equal(
			    lies_in_file(home, made[i].secret), lives);
			hpke_key_free(key);
		}
	}
	assert_int_equal(count, 1 + 365 / 7);
	identity_free(identity);
}

static void
a_clock_that_was_wrong_does_not_stop_the_renewing(void **state)
{
	struct home *home = *state;
	struct identity *identity;
	struct prekey first, wrong;
	int64_t now_ms;

	remove_file(home, "prekeys");
	identity = open_identity(home);
	first = current_of(identity);
	now_ms = first.made_ms;
	assert_true(identity_renew(identity, now_ms + 20 * DAY_MS));
	wrong = current_of(identity);
	/* Right again: its week begins now, and what it took the place of is
	 * still there. */
	assert_false(identity_renew(identity, now_ms + DAY_MS));
	assert_opens(identity, &first);
	assert_false(identity_renew(identity, now_ms + 7 * DAY_MS));
	assert_true(identity_renew(identity, now_ms + 8 * DAY_MS));
	assert_true(current_of(identity).id > wrong.id);
	assert_opens(identity, &wrong);
	assert_true(identity_renew(identity, now_ms + 38 * DAY_MS));
	assert_null(identity_prekey_private(identity, wrong.id));
	assert_null(identity_prekey_private(identity, first.id));
	identity_free(identity);
}

static void
a_lost_file_of_prekeys_gives_no_number_twice(void **state)
{
	struct home *home = *state;
	struct identity *identity;
	struct prekey before, after;

	identity = open_identity(home);
	before = current_of(identity);
	identity_free(identity);
	remove_file(home, "prekeys");
	identity = open_identity(home);
	after = current_of(identity);
	assert_memory_not_equal(before.key, after.key, HPKE_KEY_SIZE);
	/* Within a minute they may be equal; a week never is. */
	assert_true(after.id >= (uint32_t)(after.made_ms / 60000));
	identity_free(identity);
}

static void
what_cannot_be_written_is_not_told(void **state)
{
	struct home *home = *state;
	struct identity *identity = open_identity(home);
	struct prekey before = current_of(identity), after;
	char *folder = xasprintf("%s/keys", home->camd.paths.data);
	char *moved = xasprintf("%s/moved", home->camd.paths.data);

	log_open(-1, LOG_LEVEL_ERROR, 0);
	assert_int_equal(rename(folder, moved), 0);
	assert_false(identity_renew(identity, before.made_ms + 8 * DAY_MS));
	assert_int_equal(rename(moved, folder), 0);
	after = current_of(identity);
	assert_int_equal(after.id, before.id);
	assert_true(identity_renew(identity, before.made_ms + 8 * DAY_MS));
	identity_free(identity);
	free(folder);
	free(moved);
}

static void
records_of_prekeys_are_checked(void **state)
{
	uint8_t bytes[1 + (PREKEYS_MAX + 1) * 44] = { 1 };
	struct prekey_record list[PREKEYS_MAX];
	size_t count = 9;

	assert_int_equal(
	    prekeys_parse(span_of(bytes, 0), list, &count), CAM_ERR_FORMAT);
	assert_int_equal(prekeys_parse(span_of(bytes, 1), list, &count), 0);
	assert_int_equal(count, 0);
	bytes[4] = 5;
	assert_int_equal(prekeys_parse(span_of(bytes, 45), list, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(list[0].id, 5);
	assert_int_equal(
	    prekeys_parse(span_of(bytes, 44), list, &count), CAM_ERR_FORMAT);
	bytes[48] = 5;
	assert_int_equal(
	    prekeys_parse(span_of(bytes, 89), list, &count), CAM_ERR_FORMAT);
	bytes[48] = 6;
	assert_int_equal(prekeys_parse(span_of(bytes, 89), list, &count), 0);
	assert_int_equal(
	    prekeys_parse(span_of(bytes, sizeof bytes), list, &count),
	    CAM_ERR_LIMIT);
	bytes[0] = 2;
	assert_int_equal(
	    prekeys_parse(span_of(bytes, 89), list, &count), CAM_ERR_VERSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_made_is_found_again),
		cmocka_unit_test(the_list_names_our_device_and_our_ipmsg_key),
		cmocka_unit_test(no_key_serves_two_purposes),
		cmocka_unit_test(only_we_may_read_them),
		cmocka_unit_test(
		    a_file_that_others_may_read_is_refused_by_name),
		cmocka_unit_test(a_damaged_key_is_never_replaced),
		cmocka_unit_test(a_lost_list_comes_back_newer),
		cmocka_unit_test(
		    a_new_link_key_is_a_new_device_in_a_newer_list),
		cmocka_unit_test(
		    a_prekey_is_told_for_a_week_and_kept_for_thirty_days_more),
		cmocka_unit_test(
		    for_a_year_none_is_told_too_long_and_none_kept_too_long),
		cmocka_unit_test(
		    a_clock_that_was_wrong_does_not_stop_the_renewing),
		cmocka_unit_test(a_lost_file_of_prekeys_gives_no_number_twice),
		cmocka_unit_test(what_cannot_be_written_is_not_told),
		cmocka_unit_test(records_of_prekeys_are_checked),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

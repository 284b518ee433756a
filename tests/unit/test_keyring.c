/* test_keyring.c: the user's own keys are made once and kept. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/crypto.h"
#include "crypto/keyring.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	struct crypto *crypto;
	char folder[64], keys[100], strong[120], weak[120];
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->crypto = crypto_new();
	strcpy(fixture->folder, "/tmp/cam-test-keyring.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	snprintf(fixture->keys, sizeof(fixture->keys), "%s/data/keys",
	    fixture->folder);
	snprintf(fixture->strong, sizeof(fixture->strong), "%s/rsa2048.pem",
	    fixture->keys);
	snprintf(fixture->weak, sizeof(fixture->weak), "%s/rsa1024.pem",
	    fixture->keys);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	char data[100];

	snprintf(data, sizeof(data), "%s/data", fixture->folder);
	unlink(fixture->strong);
	unlink(fixture->weak);
	rmdir(fixture->keys);
	rmdir(data);
	assert_int_equal(rmdir(fixture->folder), 0);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

static void
keys_are_made_once_and_found_again(void **state)
{
	struct fixture *fixture = *state;
	struct keyring *first = NULL, *second = NULL;
	char text[RSA_FINGERPRINT_SIZE];
	struct stat st;

	assert_int_equal(keyring_open(fixture->keys, true, NULL, &first), 0);
	assert_int_equal(stat(fixture->keys, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(fixture->strong, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keyring_open(fixture->keys, true, NULL, &second), 0);
	assert_string_equal(
	    keyring_fingerprint(first), keyring_fingerprint(second));
	rsa_public_fingerprint(
	    rsa_key_public(keyring_key(first, RSA_2048)), text);
	assert_string_equal(keyring_fingerprint(first), text);
	assert_true(
	    keyring_has(first, rsa_key_public(keyring_key(second, RSA_2048))));
	assert_true(
	    keyring_has(first, rsa_key_public(keyring_key(second, RSA_1024))));
	assert_int_equal(rsa_key_size(keyring_key(first, RSA_1024)), RSA_1024);
	keyring_free(first);
	keyring_free(second);
}

static void
without_legacy_there_is_no_weak_key(void **state)
{
	struct fixture *fixture = *state;
	struct keyring *keyring = NULL;
	struct rsa_key *other = NULL;

	assert_int_equal(keyring_open(fixture->keys, false, NULL, &keyring), 0);
	assert_null(keyring_key(keyring, RSA_1024));
	assert_int_not_equal(access(fixture->weak, F_OK), 0);
	assert_int_equal(rsa_key_generate(RSA_1024, &other), 0);
	assert_false(keyring_has(keyring, rsa_key_public(other)));
	rsa_key_free(other);
	keyring_free(keyring);
	keyring_free(NULL);
}

static void
a_damaged_readable_or_wrong_key_is_not_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct keyring *keyring = NULL;
	struct stat before, after;

	assert_int_equal(keyring_open(fixture->keys, true, NULL, &keyring), 0);
	keyring_free(keyring);
	keyring = NULL;
	assert_int_equal(chmod(fixture->strong, 0644), 0);
	assert_int_equal(
	    keyring_open(fixture->keys, true, NULL, &keyring), CAM_ERR_UNSAFE);
	assert_int_equal(chmod(fixture->strong, 0600), 0);
	assert_int_equal(unlink(fixture->weak), 0);
	assert_int_equal(link(fixture->strong, fixture->weak), 0);
	assert_int_equal(
	    keyring_open(fixture->keys, true, NULL, &keyring), CAM_ERR_KEY);
	assert_int_equal(truncate(fixture->strong, 100), 0);
	assert_int_equal(stat(fixture->strong, &before), 0);
	assert_int_equal(
	    keyring_open(fixture->keys, true, NULL, &keyring), CAM_ERR_KEY);
	assert_int_equal(stat(fixture->strong, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(after.st_size, 100);
	assert_null(keyring);
}

static void
a_folder_that_cannot_be_is_an_error(void **state)
{
	struct keyring *keyring = NULL;

	assert_true(keyring_open("/dev/null/keys", false, NULL, &keyring) < 0);
	assert_null(keyring);
}

static void
a_key_that_cannot_be_written_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct keyring *keyring = NULL;
	struct rlimit before, none;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(
	    keyring_open(fixture->keys, false, NULL, &keyring), CAM_ERR_SYSTEM);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_null(keyring);
	assert_int_equal(keyring_open(fixture->keys, false, NULL, &keyring), 0);
	keyring_free(keyring);
}

/* Twelve threads stand for programs that begin at once: all must see one key.
 */
static void *
open_ring(void *arg)
{
	struct keyring *keyring = NULL;

	if (keyring_open(arg, false, NULL, &keyring) < 0)
		return NULL;
	return keyring;
}

static void
those_who_begin_at_once_get_the_same_keys(void **state)
{
	struct fixture *fixture = *state;
	pthread_t threads[12];
	struct keyring *keyrings[12];
	size_t i;

	for (i = 0; i < 12; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, open_ring, fixture->keys),
		    0);
	for (i = 0; i < 12; i++)
		assert_int_equal(
		    pthread_join(threads[i], (void **)&keyrings[i]), 0);
	for (i = 0; i < 12; i++) {
		assert_non_null(keyrings[i]);
		assert_string_equal(keyring_fingerprint(keyrings[i]),
		    keyring_fingerprint(keyrings[0]));
	}
	for (i = 0; i < 12; i++)
		keyring_free(keyrings[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    keys_are_made_once_and_found_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    without_legacy_there_is_no_weak_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_damaged_readable_or_wrong_key_is_not_replaced, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_folder_that_cannot_be_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_key_that_cannot_be_written_is_an_error, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    those_who_begin_at_once_get_the_same_keys, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

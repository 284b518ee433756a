/* test_rsa.c: RSA keys from every source, fingerprints, signatures, key files.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "crypto/crypto.h"
#include "crypto/rsa.h"
#include "vectors.h"

struct fixture {
	struct crypto *crypto;
	json_t *root;
	struct rsa_key *alice, *alice_weak, *bob;
	char folder[64];
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->crypto = crypto_new();
	fixture->root = vectors_load();
	fixture->alice = vector_key(fixture->root, "alice_2048");
	fixture->alice_weak = vector_key(fixture->root, "alice_1024");
	fixture->bob = vector_key(fixture->root, "bob_2048");
	strcpy(fixture->folder, "/tmp/cam-test-rsa.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	rsa_key_free(fixture->alice);
	rsa_key_free(fixture->alice_weak);
	rsa_key_free(fixture->bob);
	rsa_key_free(NULL);
	rsa_public_free(NULL);
	json_decref(fixture->root);
	crypto_free(fixture->crypto);
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture);
	return 0;
}

/* A file of tests/data/keys. */
static char *
key_file(const char *name)
{
	char path[1000], *text = xcalloc(1, RSA_PEM_MAX);
	FILE *file = NULL;

	snprintf(path, sizeof(path), "%s/keys/%s", TEST_DATA, name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, RSA_PEM_MAX - 1, file) > 0);
	fclose(file);
	return text;
}

/* -- numbers and fingerprints ------------------------------------------------
 */

static void
keys_of_the_vectors_have_their_numbers_and_fingerprints(void **state)
{
	struct fixture *fixture = *state;
	struct rsa_public *public = rsa_key_public(fixture->alice);
	json_t *keys = json_object_get(fixture->root, "keys");
	struct bytes n = bytes_of(json_object_get(keys, "alice_2048"), "n");
	char text[RSA_FINGERPRINT_SIZE];

	assert_true(span_equal(rsa_public_modulus(public), bytes_span(n)));
	assert_int_equal(rsa_public_exponent(public), 0x10001);
	assert_int_equal(rsa_public_size(public), RSA_2048);
	assert_int_equal(rsa_key_size(fixture->alice_weak), RSA_1024);
	rsa_public_fingerprint(public, text);
	assert_string_equal(text, "cded5588dc69ce9d");
	rsa_public_fingerprint(rsa_key_public(fixture->bob), text);
	assert_string_equal(text, "0fc6d781fa844a94");
	free(n.data);
}

static void
a_key_from_the_wire_equals_the_one_it_came_from(void **state)
{
	struct fixture *fixture = *state;
	json_t *fields = json_object_get(
	    vector_named(fixture->root, "anspubkey_2048"), "fields");
	struct bytes n = bytes_of(fields, "n_hex");
	struct rsa_public *bob = NULL, *other = NULL;

	assert_int_equal(rsa_public_new(bytes_span(n), 65537, &bob), 0);
	assert_true(rsa_public_equal(bob, rsa_key_public(fixture->bob)));
	assert_false(rsa_public_equal(bob, rsa_key_public(fixture->alice)));
	assert_int_equal(rsa_public_new(bytes_span(n), 3, &other), 0);
	assert_false(rsa_public_equal(bob, other));
	rsa_public_free(bob);
	rsa_public_free(other);
	free(n.data);
}

static void
numbers_that_are_no_key_are_refused(void **state)
{
	uint8_t n[300];
	struct rsa_public *key = NULL;
	static const size_t lengths[] = { 0, 1, 64, 127, 129, 255, 257, 300 };
	static const uint64_t exponents[] = { 0, 1, 2, 4, 65536,
		UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1, UINT64_MAX };
	size_t i;

	memset(n, 0xff, sizeof(n));
	for (i = 0; i < 8; i++)
		assert_int_equal(
		    rsa_public_new(span_of(n, lengths[i]), 65537, &key),
		    CAM_ERR_KEY);
	for (i = 0; i < 8; i++)
		assert_int_equal(
		    rsa_public_new(span_of(n, 256), exponents[i], &key),
		    CAM_ERR_KEY);
	n[0] = 0x7f; /* a leading zero bit: not the length it claims */
	assert_int_equal(
	    rsa_public_new(span_of(n, 256), 65537, &key), CAM_ERR_KEY);
	n[0] = 0xff;
	n[255] = 0xfe;
	assert_int_equal(
	    rsa_public_new(span_of(n, 256), 65537, &key), CAM_ERR_KEY);
	assert_null(key);
	n[255] = 0xff;
	assert_int_equal(rsa_public_new(span_of(n, 256), UINT32_MAX, &key), 0);
	assert_int_equal(rsa_public_exponent(key), UINT32_MAX);
	rsa_public_free(key);
	assert_int_equal(rsa_public_new(span_of(n, 128), 3, &key), 0);
	assert_int_equal(rsa_public_size(key), RSA_1024);
	rsa_public_free(key);
}

/* What "openssl rsa -pubout -outform DER | sha256sum" says of the file. */
static void
the_digest_for_people_is_that_of_the_openssl_command(void **state)
{
	char *pem = key_file("win2048.pem"), hex[2 * SHA256_SIZE + 1];
	struct rsa_public *key = NULL;
	uint8_t digest[SHA256_SIZE];

	assert_int_equal(rsa_public_from_pem(span_text(pem), &key), 0);
	rsa_public_digest(key, digest);
	hex_encode(digest, sizeof(digest), hex);
	assert_string_equal(hex,
	    "9c9c85cb74406ba9648081c07bee8c9686491819047b10e14597d8a7c875a1a7");
	rsa_public_free(key);
	free(pem);
}

/* -- PEM ---------------------------------------------------------------------
 */

static void
public_and_private_files_show_the_same_public_key(void **state)
{
	static const char *const names[] = { "win2048.pem", "win2048.pub.pem",
		"win2048.pkcs1.pub.pem" };
	struct rsa_public *keys[3] = { NULL };
	size_t i;

	for (i = 0; i < 3; i++) {
		char *pem = key_file(names[i]);

		assert_int_equal(
		    rsa_public_from_pem(span_text(pem), &keys[i]), 0);
		assert_true(rsa_public_equal(keys[0], keys[i]));
		free(pem);
	}
	for (i = 0; i < 3; i++)
		rsa_public_free(keys[i]);
}

static void
pem_without_a_usable_key_is_refused(void **state)
{
	static const char *const names[] = { "refused-3072.pem",
		"refused-ec.pem", "refused-locked.pem", "refused-pss.pem",
		"refused-halves.pem", "refused-exponent.pem", "win2048.pub.pem",
		"win2048.pkcs1.pub.pem" };
	char *long_text = xcalloc(1, RSA_PEM_MAX + 1),
	     *pem = key_file("win2048.pem");
	struct rsa_key *key = NULL;
	struct rsa_public *public = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *text = key_file(names[i]);

		assert_int_equal(
		    rsa_key_from_pem(span_text(text), &key), CAM_ERR_KEY);
		free(text);
	}
	memset(long_text, '-', RSA_PEM_MAX + 1);
	assert_int_equal(
	    rsa_key_from_pem(span_of(long_text, RSA_PEM_MAX + 1), &key),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    rsa_public_from_pem(span_of(long_text, RSA_PEM_MAX + 1), &public),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    rsa_public_from_pem(span_of(long_text, RSA_PEM_MAX), &public),
	    CAM_ERR_KEY);
	assert_int_equal(
	    rsa_public_from_pem(span_of(NULL, 0), &public), CAM_ERR_KEY);
	for (i = 0; i < strlen(pem) - 60; i += 100)
		assert_int_equal(
		    rsa_key_from_pem(span_of(pem, i), &key), CAM_ERR_KEY);
	assert_null(key);
	assert_null(public);
	free(long_text);
	free(pem);
}

/* -- signatures --------------------------------------------------------------
 */

static void
signatures_equal_those_of_the_vectors(void **state)
{
	struct fixture *fixture = *state;
	json_t *vector;
	size_t i, seen = 0;

	json_array_foreach(json_object_get(fixture->root, "vectors"), i, vector)
	{
		json_t *crypto = json_object_get(vector, "crypto");
		struct bytes data = bytes_of(crypto, "signed_data_hex");
		struct bytes expected = bytes_of(crypto, "signature_hex");
		uint8_t signature[RSA_SIZE_MAX];

		if (!data.data)
			continue;
		assert_int_equal(rsa_sign(fixture->alice, DIGEST_SHA256,
				     bytes_span(data), signature),
		    0);
		assert_true(span_equal(
		    span_of(signature, RSA_2048), bytes_span(expected)));
		assert_int_equal(
		    rsa_verify(rsa_key_public(fixture->alice), DIGEST_SHA256,
			bytes_span(data), bytes_span(expected)),
		    0);
		seen++;
		free(data.data);
		free(expected.data);
	}
	assert_int_equal(seen, 8);
}

static void
a_signature_holds_for_its_key_its_bytes_and_its_digest_only(void **state)
{
	struct fixture *fixture = *state;
	struct rsa_public *alice = rsa_key_public(fixture->alice);
	struct span text = span_text("signed"), other = span_text("sinned");
	uint8_t signature[RSA_SIZE_MAX];
	struct span made = span_of(signature, RSA_2048);
	size_t i;

	assert_int_equal(
	    rsa_sign(fixture->alice, DIGEST_SHA1, text, signature), 0);
	assert_int_equal(rsa_verify(alice, DIGEST_SHA1, text, made), 0);
	assert_int_equal(
	    rsa_verify(alice, DIGEST_SHA256, text, made), CAM_ERR_CRYPTO);
	assert_int_equal(
	    rsa_verify(alice, DIGEST_SHA1, other, made), CAM_ERR_CRYPTO);
	assert_int_equal(
	    rsa_verify(rsa_key_public(fixture->bob), DIGEST_SHA1, text, made),
	    CAM_ERR_CRYPTO);
	assert_int_equal(rsa_verify(rsa_key_public(fixture->alice_weak),
			     DIGEST_SHA1, text, made),
	    CAM_ERR_CRYPTO);
	assert_int_equal(
	    rsa_verify(alice, DIGEST_SHA1, text, span_of(signature, 255)),
	    CAM_ERR_CRYPTO);
	assert_int_equal(rsa_verify(alice, DIGEST_SHA1, text, span_of(NULL, 0)),
	    CAM_ERR_CRYPTO);
	for (i = 0; i < RSA_2048; i++) {
		signature[i] ^= 1;
		assert_int_equal(
		    rsa_verify(alice, DIGEST_SHA1, text, made), CAM_ERR_CRYPTO);
		signature[i] ^= 1;
	}
}

static void *
sign_and_verify(void *arg)
{
	struct rsa_key *key = arg;
	uint8_t signature[RSA_SIZE_MAX];
	char text[32];
	intptr_t wrong = 0;
	int i;

	for (i = 0; i < 100; i++) {
		int len =
		    snprintf(text, sizeof(text), "%p %d", (void *)text, i);
		struct span span = span_of(text, (size_t)len);

		wrong += rsa_sign(key, DIGEST_SHA256, span, signature) != 0;
		wrong += rsa_verify(rsa_key_public(key), DIGEST_SHA256, span,
			     span_of(signature, rsa_key_size(key))) != 0;
	}
	rsa_key_free(key);
	return (void *)wrong;
}

static void
threads_share_a_key(void **state)
{
	struct fixture *fixture = *state;
	pthread_t threads[4];
	void *wrong = NULL;
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, sign_and_verify,
			rsa_key_ref(fixture->alice)),
		    0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

static void
a_public_key_outlives_the_pair_it_was_taken_from(void **state)
{
	struct rsa_key *key = NULL;
	struct rsa_public *public = NULL;

	assert_int_equal(rsa_key_generate(RSA_1024, &key), 0);
	public = rsa_public_ref(rsa_key_public(key));
	rsa_key_free(key);
	assert_int_equal(rsa_public_size(public), RSA_1024);
	assert_int_equal(rsa_public_exponent(public), 65537);
	rsa_public_free(public);
}

static void *
verify_first(void *arg)
{
	struct rsa_public *key = arg;
	static const uint8_t nothing[RSA_1024];

	rsa_verify(
	    key, DIGEST_SHA256, span_text("x"), span_of(nothing, RSA_1024));
	rsa_public_free(key);
	return NULL;
}

static void
threads_meet_at_the_first_use_of_a_public_key(void **state)
{
	struct fixture *fixture = *state;
	struct span modulus =
	    rsa_public_modulus(rsa_key_public(fixture->alice_weak));
	pthread_t threads[4];
	int round, i;

	for (round = 0; round < 50; round++) {
		struct rsa_public *key = NULL;

		assert_int_equal(rsa_public_new(modulus, 65537, &key), 0);
		for (i = 0; i < 4; i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
					     verify_first, rsa_public_ref(key)),
			    0);
		rsa_public_free(key);
		for (i = 0; i < 4; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
	}
}

/* -- files -------------------------------------------------------------------
 */

static char *
path_in(struct fixture *fixture, const char *name)
{
	return xasprintf("%s/%s", fixture->folder, name);
}

static void
a_saved_key_loads_and_only_its_owner_can_read_it(void **state)
{
	struct fixture *fixture = *state;
	char *path = path_in(fixture, "key");
	struct rsa_key *key = NULL;
	struct stat st;

	umask(0);
	assert_int_equal(rsa_key_save(fixture->alice, path, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(rsa_key_load(path, NULL, &key), 0);
	assert_true(rsa_public_equal(
	    rsa_key_public(key), rsa_key_public(fixture->alice)));
	rsa_key_free(key);
	unlink(path);
	free(path);
}

static void
an_existing_file_is_never_replaced(void **state)
{
	struct fixture *fixture = *state;
	char *path = path_in(fixture, "key");
	struct rsa_key *key = NULL;

	assert_int_equal(rsa_key_save(fixture->alice, path, NULL), 0);
	assert_int_equal(
	    rsa_key_save(fixture->bob, path, NULL), CAM_ERR_EXISTS);
	assert_int_equal(rsa_key_load(path, NULL, &key), 0);
	assert_true(rsa_public_equal(
	    rsa_key_public(key), rsa_key_public(fixture->alice)));
	rsa_key_free(key);
	unlink(path); /* and no temporary file is left: tear_down removes the
			 folder */
	free(path);
}

static void
a_key_goes_where_the_working_folder_is_and_nowhere_without_a_folder(
    void **state)
{
	struct fixture *fixture = *state;
	char *path = path_in(fixture, "none/key"), here[1000];
	struct rsa_key *key = NULL;

	assert_int_equal(
	    rsa_key_save(fixture->alice, path, NULL), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(rsa_key_load(path, NULL, &key), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(fixture->folder), 0);
	assert_int_equal(rsa_key_save(fixture->alice, "key", NULL), 0);
	assert_int_equal(rsa_key_load("key", NULL, &key), 0);
	unlink("key");
	assert_int_equal(chdir(here), 0);
	rsa_key_free(key);
	free(path);
}

static void
a_file_that_others_may_touch_is_unsafe(void **state)
{
	struct fixture *fixture = *state;
	char *path = path_in(fixture, "key"), *other = path_in(fixture, "link");
	static const mode_t modes[] = { 0640, 0604, 0620, 0610, 0601, 0644 };
	struct rsa_key *key = NULL;
	size_t i;

	assert_int_equal(rsa_key_save(fixture->alice, path, NULL), 0);
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(
		    rsa_key_load(path, NULL, &key), CAM_ERR_UNSAFE);
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(rsa_key_load(other, NULL, &key), CAM_ERR_UNSAFE);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(rsa_key_load(other, NULL, &key), CAM_ERR_UNSAFE);
	assert_int_equal(
	    rsa_key_load(fixture->folder, NULL, &key), CAM_ERR_UNSAFE);
	unlink(other);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(
		    rsa_key_load(path, NULL, &key), CAM_ERR_UNSAFE);
	}
	assert_null(key);
	unlink(path);
	free(path);
	free(other);
}

static void
a_file_with_no_key_in_it_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	char *path = path_in(fixture, "key");
	struct rsa_key *key = NULL;
	FILE *file = fopen(path, "w");
	int i;

	assert_non_null(file);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(rsa_key_load(path, NULL, &key), CAM_ERR_KEY);
	for (i = 0; i < 2 * RSA_PEM_MAX; i++)
		fputc('x', file);
	fclose(file);
	assert_int_equal(rsa_key_load(path, NULL, &key), CAM_ERR_LIMIT);
	unlink(path);
	free(path);
}

static void
a_full_disk_leaves_no_file(void **state)
{
	struct fixture *fixture = *state;
	char *path = path_in(fixture, "key");
	struct rlimit before, none;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(
	    rsa_key_save(fixture->alice, path, NULL), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
}

static void
a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct rsa_key *key = NULL;

	/* A plain file of ours that has nothing at its beginning, where there
	 * is such a thing. */
	if (access("/proc/self/mem", R_OK) == 0)
		assert_int_equal(
		    rsa_key_load("/proc/self/mem", NULL, &key), CAM_ERR_SYSTEM);
	assert_null(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    keys_of_the_vectors_have_their_numbers_and_fingerprints),
		cmocka_unit_test(
		    a_key_from_the_wire_equals_the_one_it_came_from),
		cmocka_unit_test(numbers_that_are_no_key_are_refused),
		cmocka_unit_test(
		    the_digest_for_people_is_that_of_the_openssl_command),
		cmocka_unit_test(
		    public_and_private_files_show_the_same_public_key),
		cmocka_unit_test(pem_without_a_usable_key_is_refused),
		cmocka_unit_test(signatures_equal_those_of_the_vectors),
		cmocka_unit_test(
		    a_signature_holds_for_its_key_its_bytes_and_its_digest_only),
		cmocka_unit_test(threads_share_a_key),
		cmocka_unit_test(threads_meet_at_the_first_use_of_a_public_key),
		cmocka_unit_test(
		    a_public_key_outlives_the_pair_it_was_taken_from),
		cmocka_unit_test(
		    a_saved_key_loads_and_only_its_owner_can_read_it),
		cmocka_unit_test(an_existing_file_is_never_replaced),
		cmocka_unit_test(
		    a_key_goes_where_the_working_folder_is_and_nowhere_without_a_folder),
		cmocka_unit_test(a_file_that_others_may_touch_is_unsafe),
		cmocka_unit_test(a_file_with_no_key_in_it_is_an_error),
		cmocka_unit_test(a_full_disk_leaves_no_file),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* test_keyfile.c: secrets in files, open and sealed, and the way between. */
#include "keyfiles.h"

/* -- help -------------------------------------------------------------------
 */

static bool
holds(const char *path, struct span bytes)
{
	struct buf buf = read_file(path);
	bool found = memmem(buf.data, buf.len, bytes.data, bytes.len) != NULL;

	buf_finish(&buf);
	return found;
}

/* -- saving and loading ------------------------------------------------------
 */

static void
a_secret_comes_back_sealed_or_not(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	save(fixture, NULL);
	assert_int_equal(stat(fixture->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(is_sealed(fixture->path));
	assert_true(holds(fixture->path, secret));
	assert_int_equal(load(fixture, "user", NULL), 0);
	save(fixture, fixture->lock);
	assert_int_equal(stat(fixture->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(is_sealed(fixture->path));
	assert_false(holds(fixture->path, secret));
	assert_int_equal(load(fixture, "user", fixture->lock), 0);
	assert_int_equal(load(fixture, "user", NULL), CAM_ERR_REFUSED);
	assert_int_equal(load(fixture, "user", fixture->other), CAM_ERR_KEY);
}

/* An interrupted change leaves some files open. */
static void
an_open_file_is_loaded_with_a_lock_too(void **state)
{
	struct fixture *fixture = *state;

	save(fixture, NULL);
	assert_int_equal(load(fixture, "user", fixture->lock), 0);
}

static void
a_file_of_another_kind_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf;

	save(fixture, NULL);
	assert_int_equal(load(fixture, "link", NULL), CAM_ERR_KEY);
	assert_int_equal(load(fixture, "use", NULL), CAM_ERR_KEY);
	assert_int_equal(load(fixture, KEYFILE_PEM, NULL), CAM_ERR_KEY);
	save(fixture, fixture->lock);
	assert_int_equal(load(fixture, "link", fixture->lock), CAM_ERR_KEY);
	/* And the kind cannot be written over. */
	buf = read_file(fixture->path);
	memcpy(buf.data + KEYFILE_MAGIC_SIZE + 2, "link", 4);
	write_file(fixture->path, buf_span(&buf));
	assert_int_equal(load(fixture, "link", fixture->lock), CAM_ERR_KEY);
	buf_finish(&buf);
}

static void
no_bit_of_a_file_can_change(void **state)
{
	struct fixture *fixture = *state;

	for (int sealed = 0; sealed <= 1; sealed++) {
		struct buf buf;

		save(fixture, sealed ? fixture->lock : NULL);
		buf = read_file(fixture->path);
		for (size_t i = 0; i < 8 * buf.len; i++) {
			buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
			write_file(fixture->path, buf_span(&buf));
			assert_int_equal(
			    load(fixture, "user", fixture->lock), CAM_ERR_KEY);
			buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
		}
		for (size_t len = 0; len < buf.len; len++) {
			write_file(fixture->path, span_of(buf.data, len));
			assert_int_equal(
			    load(fixture, "user", fixture->lock), CAM_ERR_KEY);
		}
		buf_finish(&buf);
	}
}

static void
what_is_there_is_replaced_only_when_asked(void **state)
{
	struct fixture *fixture = *state;

	save(fixture, NULL);
	assert_int_equal(
	    keyfile_save(fixture->path, "user", span_text("x"), NULL, false),
	    CAM_ERR_EXISTS);
	assert_int_equal(load(fixture, "user", NULL), 0);
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(
	    keyfile_save(fixture->path, "user", secret, NULL, false), 0);
	assert_int_equal(load(fixture, "user", NULL), 0);
}

static void
sizes_have_limits(void **state)
{
	struct fixture *fixture = *state;
	uint8_t *large = xcalloc(1, KEYFILE_SIZE_MAX + 1);
	char kind[KEYFILE_KIND_MAX + 2];
	struct buf buf;
	bool sealed;

	for (int i = 0; i <= 1; i++) {
		const struct keyfile_lock *lock = i ? fixture->lock : NULL;

		buf_init(&buf, KEYFILE_SECRET_MAX);
		assert_int_equal(
		    keyfile_save(fixture->path, "user",
			span_of(large, KEYFILE_SECRET_MAX), lock, true),
		    0);
		assert_int_equal(
		    keyfile_load(fixture->path, "user", lock, &buf), 0);
		assert_int_equal(buf.len, KEYFILE_SECRET_MAX);
		/* No room for it a second time. */
		assert_int_equal(
		    keyfile_load(fixture->path, "user", lock, &buf),
		    CAM_ERR_LIMIT);
		buf_wipe(&buf);
		assert_int_equal(
		    keyfile_save(fixture->path, "user",
			span_of(large, KEYFILE_SECRET_MAX + 1), lock, true),
		    CAM_ERR_LIMIT);
	}
	memset(kind, 'k', sizeof(kind));
	kind[KEYFILE_KIND_MAX + 1] = '\0';
	assert_int_equal(keyfile_save(fixture->path, kind, secret, NULL, true),
	    CAM_ERR_LIMIT);
	kind[KEYFILE_KIND_MAX] = '\0';
	assert_int_equal(
	    keyfile_save(fixture->path, kind, secret, NULL, true), 0);
	assert_int_equal(load(fixture, kind, NULL), 0);
	write_file(fixture->path, span_of(large, KEYFILE_SIZE_MAX + 1));
	assert_int_equal(load(fixture, "user", NULL), CAM_ERR_LIMIT);
	assert_int_equal(
	    keyfile_is_sealed(fixture->path, &sealed), CAM_ERR_FORMAT);
	free(large);
}

static void
what_does_not_fit_is_not_half_written(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t key[AEAD_KEY_SIZE] = { 1 };
	struct buf small;

	buf_init(&small, secret.len);
	keyfile_put_sealed(&small, key, secret);
	assert_true(buf_failed(&small));
	buf_finish(&small);
	buf_init(&small, 8);
	write_file(fixture->path, span_text("-----BEGIN PRIVATE KEY-----\n"));
	assert_int_equal(keyfile_load(fixture->path, KEYFILE_PEM, NULL, &small),
	    CAM_ERR_LIMIT);
	assert_int_equal(small.len, 0);
	buf_finish(&small);
}

static void
files_that_others_can_read_are_unsafe(void **state)
{
	struct fixture *fixture = *state;
	bool sealed;

	assert_int_equal(load(fixture, "user", NULL), CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(
	    keyfile_is_sealed(fixture->path, &sealed), CAM_ERR_SYSTEM);
	assert_int_equal(
	    keyfile_reseal(fixture->path, NULL, NULL), CAM_ERR_SYSTEM);
	save(fixture, NULL);
	assert_int_equal(chmod(fixture->path, 0640), 0);
	assert_int_equal(load(fixture, "user", NULL), CAM_ERR_UNSAFE);
	assert_int_equal(
	    keyfile_is_sealed(fixture->path, &sealed), CAM_ERR_UNSAFE);
	assert_int_equal(
	    keyfile_reseal(fixture->path, NULL, fixture->lock), CAM_ERR_UNSAFE);
}

static void
forms_to_come_are_not_taken(void **state)
{
	struct fixture *fixture = *state;
	struct keyfile_parts parts;
	struct buf buf;

	save(fixture, NULL);
	buf = read_file(fixture->path);
	for (int form = 0; form < 256; form++) {
		bool known = form >= KEYFILE_OPEN && form <= KEYFILE_PASSPHRASE;

		buf.data[KEYFILE_MAGIC_SIZE] = (uint8_t)form;
		assert_int_equal(keyfile_parse(buf_span(&buf), &parts),
		    known ? 0 : CAM_ERR_VERSION);
	}
	buf_finish(&buf);
}

/* -- PEM ---------------------------------------------------------------------
 */

static void
an_rsa_key_is_plain_pem_until_it_is_sealed(void **state)
{
	struct fixture *fixture = *state;
	struct rsa_key *key = NULL, *again = NULL;
	const struct span begin = span_text("-----BEGIN PRIVATE KEY-----\n");
	struct buf buf;

	assert_int_equal(rsa_key_generate(RSA_2048, &key), 0);
	assert_int_equal(rsa_key_save(key, fixture->path, NULL), 0);
	buf = read_file(fixture->path);
	assert_memory_equal(buf.data, begin.data, begin.len);
	assert_false(is_sealed(fixture->path));
	assert_int_equal(keyfile_reseal(fixture->path, NULL, fixture->lock), 0);
	assert_true(is_sealed(fixture->path));
	assert_false(holds(fixture->path, begin));
	assert_int_equal(
	    rsa_key_load(fixture->path, NULL, &again), CAM_ERR_REFUSED);
	assert_int_equal(rsa_key_load(fixture->path, fixture->lock, &again), 0);
	assert_true(
	    rsa_public_equal(rsa_key_public(key), rsa_key_public(again)));
	rsa_key_free(again);
	assert_int_equal(keyfile_reseal(fixture->path, fixture->lock, NULL), 0);
	assert_true(holds(fixture->path, buf_span(&buf)));
	assert_int_equal(rsa_key_load(fixture->path, NULL, &again), 0);
	rsa_key_free(again);
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(rsa_key_save(key, fixture->path, fixture->lock), 0);
	assert_true(is_sealed(fixture->path));
	rsa_key_free(key);
	buf_finish(&buf);
}

/* As some programs write it. */
static void
words_before_the_pem_text_stay(void **state)
{
	struct fixture *fixture = *state;
	const struct span text =
	    span_text("a key of mine\n-----BEGIN PRIVATE KEY-----\n...\n");

	write_file(fixture->path, text);
	assert_false(is_sealed(fixture->path));
	assert_int_equal(keyfile_reseal(fixture->path, NULL, fixture->lock), 0);
	assert_false(holds(fixture->path, text));
	assert_int_equal(keyfile_reseal(fixture->path, fixture->lock, NULL), 0);
	assert_true(holds(fixture->path, text));
}

/* -- sealing what is there
 * ------------------------------------------------------
 */

static void
resealing_goes_both_ways_and_twice_is_once(void **state)
{
	struct fixture *fixture = *state;
	struct stat before, after;

	save(fixture, NULL);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    keyfile_reseal(fixture->path, NULL, fixture->lock), 0);
	assert_true(is_sealed(fixture->path));
	assert_int_equal(load(fixture, "user", fixture->lock), 0);
	assert_int_equal(stat(fixture->path, &before), 0);
	assert_int_equal(
	    keyfile_reseal(fixture->path, fixture->lock, fixture->lock), 0);
	assert_int_equal(stat(fixture->path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(
	    keyfile_reseal(fixture->path, NULL, NULL), CAM_ERR_REFUSED);
	assert_int_equal(
	    keyfile_reseal(fixture->path, fixture->other, NULL), CAM_ERR_KEY);
	assert_int_equal(load(fixture, "user", fixture->lock), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    keyfile_reseal(fixture->path, fixture->lock, NULL), 0);
	assert_int_equal(load(fixture, "user", NULL), 0);
}

static void
what_is_no_file_of_keys_is_left_alone(void **state)
{
	static const char *const texts[] = { "", "notes", "camkey",
		"camkey1\1\5usr" };
	struct fixture *fixture = *state;
	bool sealed;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		write_file(fixture->path, span_text(texts[i]));
		assert_int_equal(
		    keyfile_is_sealed(fixture->path, &sealed), CAM_ERR_FORMAT);
		assert_int_equal(
		    keyfile_reseal(fixture->path, NULL, fixture->lock),
		    CAM_ERR_FORMAT);
		assert_true(holds(fixture->path, span_text(texts[i])));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_secret_comes_back_sealed_or_not),
		TEST(an_open_file_is_loaded_with_a_lock_too),
		TEST(a_file_of_another_kind_is_refused),
		TEST(no_bit_of_a_file_can_change),
		TEST(what_is_there_is_replaced_only_when_asked),
		TEST(sizes_have_limits),
		TEST(what_does_not_fit_is_not_half_written),
		TEST(files_that_others_can_read_are_unsafe),
		TEST(forms_to_come_are_not_taken),
		TEST(an_rsa_key_is_plain_pem_until_it_is_sealed),
		TEST(words_before_the_pem_text_stay),
		TEST(resealing_goes_both_ways_and_twice_is_once),
		TEST(what_is_no_file_of_keys_is_left_alone),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

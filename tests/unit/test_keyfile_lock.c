/* test_keyfile_lock.c: key files sealed by a passphrase. */
#include "keyfiles.h"

/* -- locks --------------------------------------------------------------------
 */

static void
only_the_passphrase_opens_the_lock(void **state)
{
	struct fixture *fixture = *state;
	struct keyfile_lock *lock = NULL;
	uint8_t large[KEYFILE_PASSPHRASE_MAX + 1] = { 0 };

	assert_true(is_sealed(fixture->lock_path));
	assert_int_equal(
	    keyfile_lock_open(fixture->lock_path, passphrase, &lock), 0);
	save(fixture, fixture->lock);
	assert_int_equal(load(fixture, "user", lock), 0);
	keyfile_lock_free(lock);
	lock = NULL;
	assert_int_equal(keyfile_lock_open(fixture->lock_path,
			     span_text("open sesamf"), &lock),
	    CAM_ERR_KEY);
	assert_int_equal(
	    keyfile_lock_open(fixture->lock_path, span_of(large, 0), &lock),
	    CAM_ERR_LIMIT);
	assert_int_equal(keyfile_lock_open(fixture->lock_path,
			     span_of(large, sizeof(large)), &lock),
	    CAM_ERR_LIMIT);
	assert_int_equal(keyfile_lock_make(fixture->lock_path,
			     span_of(large, sizeof(large)), &lock),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    keyfile_lock_make(fixture->lock_path, passphrase, &lock),
	    CAM_ERR_EXISTS);
	assert_int_equal(
	    keyfile_lock_open(fixture->path, passphrase, &lock), CAM_ERR_KEY);
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(keyfile_lock_open(fixture->path, passphrase, &lock),
	    CAM_ERR_SYSTEM);
	assert_null(lock);
}

static void
another_passphrase_opens_the_same_files(void **state)
{
	struct fixture *fixture = *state;
	struct keyfile_lock *lock = NULL;

	save(fixture, fixture->other);
	assert_int_equal(keyfile_lock_change(fixture->other,
			     fixture->other_path, span_text("new")),
	    0);
	assert_int_equal(
	    keyfile_lock_open(fixture->other_path, span_text("other"), &lock),
	    CAM_ERR_KEY);
	assert_int_equal(
	    keyfile_lock_open(fixture->other_path, span_text("new"), &lock), 0);
	assert_int_equal(load(fixture, "user", lock), 0);
	keyfile_lock_free(keyfile_lock_ref(lock));
	keyfile_lock_free(lock);
	assert_null(keyfile_lock_ref(NULL));
	keyfile_lock_free(NULL);
	assert_int_equal(keyfile_lock_change(fixture->other,
			     fixture->other_path, span_of(NULL, 0)),
	    CAM_ERR_LIMIT);
}

/* The file of a lock is nobody's secret and is not sealed by another. */
static void
the_file_of_a_lock_is_no_secret_of_its_own(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf;

	buf_init(&buf, KEYFILE_SECRET_MAX);
	assert_int_equal(
	    keyfile_load(fixture->lock_path, "lock", fixture->lock, &buf),
	    CAM_ERR_KEY);
	assert_int_equal(
	    keyfile_reseal(fixture->lock_path, NULL, fixture->lock),
	    CAM_ERR_KEY);
	buf_finish(&buf);
}

/* Sealed by the passphrase, but no key of 32 bytes: scrypt once more, by hand.
 */
static void
a_lock_of_another_size_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t salt[KEYFILE_SALT_SIZE] = { 1 };
	struct keyfile_lock *opened = NULL;
	uint8_t key[AEAD_KEY_SIZE];
	struct buf buf;

	assert_int_equal(
	    EVP_PBE_scrypt((const char *)passphrase.data, passphrase.len, salt,
		sizeof(salt), 1 << 10, 8, 1, 0, key, sizeof(key)),
	    1);
	for (size_t len = AEAD_KEY_SIZE - 1; len <= AEAD_KEY_SIZE; len++) {
		buf_init(&buf, KEYFILE_SIZE_MAX);
		keyfile_put_head(&buf, KEYFILE_PASSPHRASE, span_text("lock"));
		buf_put(&buf, "\x0a\x08\x01", 3);
		buf_put(&buf, salt, sizeof(salt));
		keyfile_put_sealed(&buf, key, span_of(secret.data, len));
		write_file(fixture->path, buf_span(&buf));
		assert_int_equal(
		    keyfile_lock_open(fixture->path, passphrase, &opened),
		    len == AEAD_KEY_SIZE ? 0 : CAM_ERR_KEY);
		buf_finish(&buf);
	}
	save(fixture, opened);
	assert_int_equal(load(fixture, "user", opened), 0);
	keyfile_lock_free(opened);
}

/* It has the form of a lock, and is a key sealed by a passphrase at most. */
static void
a_lock_of_another_kind_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct keyfile_lock *opened = NULL;
	struct buf buf;

	buf_init(&buf, KEYFILE_SIZE_MAX);
	keyfile_put_head(&buf, KEYFILE_PASSPHRASE, span_text("user"));
	buf_put(&buf, "\x0a\x08\x01", 3);
	write_file(fixture->path, buf_span(&buf));
	assert_int_equal(
	    keyfile_lock_open(fixture->path, passphrase, &opened), CAM_ERR_KEY);
	assert_null(opened);
	buf_finish(&buf);
}

static void
a_full_disk_leaves_the_file_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit before, none;

	save(fixture, NULL);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(
	    keyfile_reseal(fixture->path, NULL, fixture->lock), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(load(fixture, "user", NULL), 0);
	assert_false(is_sealed(fixture->path));
}

/* When a key was made is told by its file. */
static void
resealing_keeps_the_time_of_a_file(void **state)
{
	struct fixture *fixture = *state;
	const struct timespec times[] = { { 1000000000, 0 },
		{ 1000000000, 5 } };
	struct stat st;

	save(fixture, NULL);
	assert_int_equal(utimensat(AT_FDCWD, fixture->path, times, 0), 0);
	assert_int_equal(keyfile_reseal(fixture->path, NULL, fixture->lock), 0);
	assert_int_equal(stat(fixture->path, &st), 0);
	assert_int_equal(st.st_mtim.tv_sec, 1000000000);
}

/* How much work a file asks for is checked before it is done; the rest is
 * authenticated, of which some bits are tried: each takes its half second. */
static void
a_damaged_lock_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = read_file(fixture->lock_path);
	struct keyfile_lock *lock = NULL;
	const size_t work = KEYFILE_MAGIC_SIZE + 2 + 4;
	static const uint8_t wrong[][2] = { { 0, 9 }, { 0, 21 }, { 0, 255 },
		{ 1, 7 }, { 2, 0 }, { 2, 2 } };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		uint8_t *at = &buf.data[work + wrong[i][0]], kept = *at;

		*at = wrong[i][1];
		write_file(fixture->path, buf_span(&buf));
		assert_int_equal(
		    keyfile_lock_open(fixture->path, passphrase, &lock),
		    CAM_ERR_KEY);
		*at = kept;
	}
	buf.data[work] = 10; /* less work, another key */
	write_file(fixture->path, buf_span(&buf));
	assert_int_equal(
	    keyfile_lock_open(fixture->path, passphrase, &lock), CAM_ERR_KEY);
	for (size_t len = 0; len < work + 3 + KEYFILE_SALT_SIZE; len++) {
		write_file(fixture->path, span_of(buf.data, len));
		assert_int_equal(
		    keyfile_lock_open(fixture->path, passphrase, &lock),
		    CAM_ERR_KEY);
	}
	buf.data[work] = 17;
	buf.data[buf.len - 1] ^= 1;
	write_file(fixture->path, buf_span(&buf));
	assert_int_equal(
	    keyfile_lock_open(fixture->path, passphrase, &lock), CAM_ERR_KEY);
	buf.data[buf.len - 1] ^= 1;
	write_file(fixture->path, buf_span(&buf));
	assert_int_equal(
	    keyfile_lock_open(fixture->path, passphrase, &lock), 0);
	keyfile_lock_free(lock);
	buf_finish(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_the_passphrase_opens_the_lock),
		TEST(another_passphrase_opens_the_same_files),
		TEST(the_file_of_a_lock_is_no_secret_of_its_own),
		TEST(a_damaged_lock_is_refused),
		TEST(a_lock_of_another_size_is_refused),
		TEST(a_lock_of_another_kind_is_refused),
		TEST(a_full_disk_leaves_the_file_as_it_was),
		TEST(resealing_keeps_the_time_of_a_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

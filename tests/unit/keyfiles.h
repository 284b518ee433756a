/* keyfiles.h: a folder of key files. */
#ifndef CAM_TEST_KEYFILES_H
#define CAM_TEST_KEYFILES_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/crypto.h"
#include "crypto/keyfile_form.h"
#include "crypto/rsa.h"
#include "hex.h"

/* Deriving takes half a second, so the tests share two locks. */
struct fixture {
	struct crypto *crypto;
	char folder[64];
	char *path, *lock_path, *other_path;
	struct keyfile_lock *lock, *other;
};

static const struct span passphrase = { (const uint8_t *)"open sesame", 11 };

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->crypto = crypto_new();
	strcpy(fixture->folder, "/tmp/cam-test-keyfile.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->path = xasprintf("%s/key", fixture->folder);
	fixture->lock_path = xasprintf("%s/lock", fixture->folder);
	fixture->other_path = xasprintf("%s/other", fixture->folder);
	assert_int_equal(
	    keyfile_lock_make(fixture->lock_path, passphrase, &fixture->lock),
	    0);
	assert_int_equal(keyfile_lock_make(fixture->other_path,
			     span_text("other"), &fixture->other),
	    0);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	keyfile_lock_free(fixture->lock);
	keyfile_lock_free(fixture->other);
	assert_int_equal(unlink(fixture->lock_path), 0);
	assert_int_equal(unlink(fixture->other_path), 0);
	/* No temporary file is left. */
	assert_int_equal(rmdir(fixture->folder), 0);
	free(fixture->path);
	free(fixture->lock_path);
	free(fixture->other_path);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

static int
remove_file(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, remove_file)

static const struct span secret = {
	(const uint8_t *)"thirty-two bytes that are a key!", 32
};

static void
save(struct fixture *fixture, const struct keyfile_lock *lock)
{
	assert_int_equal(
	    keyfile_save(fixture->path, "user", secret, lock, true), 0);
}

/* What comes out must be the secret. */
static int
load(struct fixture *fixture, const char *kind, const struct keyfile_lock *lock)
{
	struct buf buf;
	int rc;

	buf_init(&buf, KEYFILE_SECRET_MAX);
	rc = keyfile_load(fixture->path, kind, lock, &buf);
	assert_true(rc < 0 ? buf.len == 0 : span_equal(buf_span(&buf), secret));
	buf_wipe(&buf);
	return rc;
}

static struct buf
read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf buf;

	assert_non_null(file);
	buf_init(&buf, KEYFILE_SIZE_MAX);
	buf.len = fread(
	    buf_reserve(&buf, KEYFILE_SIZE_MAX), 1, KEYFILE_SIZE_MAX, file);
	fclose(file);
	return buf;
}

static void
write_file(const char *path, struct span bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

static bool
is_sealed(const char *path)
{
	bool sealed = false;

	assert_int_equal(keyfile_is_sealed(path, &sealed), 0);
	return sealed;
}

#endif

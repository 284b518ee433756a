/* keyfile.c: files of keys: their form, sealed and open. */
#include "crypto/keyfile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/wholefile.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/keyfile_form.h"

static const char pem_begin[] = "-----BEGIN ";

/* -- the form ------------------------------------------------------------ */

void
keyfile_put_head(struct buf *buf, enum keyfile_form form, struct span kind)
{
	buf_put(buf, KEYFILE_MAGIC, KEYFILE_MAGIC_SIZE);
	buf_put_byte(buf, (uint8_t)form);
	buf_put_byte(buf, (uint8_t)kind.len);
	buf_put_span(buf, kind);
}

static int
read_head(struct span bytes, struct keyfile_parts *parts)
{
	struct fields fields = fields_of(bytes);
	unsigned form;

	(void)fields_span(&fields, KEYFILE_MAGIC_SIZE);
	form = (unsigned)fields_number(&fields, 1);
	parts->kind = fields_span(&fields, (size_t)fields_number(&fields, 1));
	if (fields.failed || parts->kind.len > KEYFILE_KIND_MAX)
		return CAM_ERR_FORMAT;
	if (form < KEYFILE_OPEN || form > KEYFILE_PASSPHRASE)
		return CAM_ERR_VERSION;
	parts->form = (enum keyfile_form)form;
	parts->head = span_of(bytes.data, bytes.len - fields.rest.len);
	parts->rest = fields.rest;
	return 0;
}

int
keyfile_parse(struct span bytes, struct keyfile_parts *parts)
{
	if (span_starts(bytes, KEYFILE_MAGIC))
		return read_head(bytes, parts);
	/* Some programs write words before it. */
	if (bytes.len == 0 ||
	    !memmem(bytes.data, bytes.len, pem_begin, sizeof(pem_begin) - 1))
		return CAM_ERR_FORMAT;
	*parts = (struct keyfile_parts){ .form = KEYFILE_BARE,
		.kind = span_text(KEYFILE_PEM),
		.rest = bytes };
	return 0;
}

/* -- what is not sealed --------------------------------------------------- */

/* A digest shows a flipped bit: any 32 bytes would make a key. */
static void
put_open(struct buf *buf, struct span kind, struct span secret)
{
	uint8_t digest[SHA256_SIZE];

	if (span_equal_text(kind, KEYFILE_PEM)) {
		buf_put_span(buf, secret);
		return;
	}
	keyfile_put_head(buf, KEYFILE_OPEN, kind);
	buf_put_span(buf, secret);
	digest_sha256(buf_span(buf), digest);
	buf_put(buf, digest, sizeof(digest));
}

static int
get_open(const struct keyfile_parts *parts, struct buf *secret)
{
	uint8_t digest[SHA256_SIZE];
	struct span text;

	if (parts->rest.len < SHA256_SIZE)
		return CAM_ERR_KEY;
	text = span_of(parts->rest.data, parts->rest.len - SHA256_SIZE);
	digest_sha256(
	    span_of(parts->head.data, parts->head.len + text.len), digest);
	if (memcmp(digest, text.data + text.len, sizeof(digest)) != 0)
		return CAM_ERR_KEY;
	buf_put_span(secret, text);
	return buf_failed(secret) ? CAM_ERR_LIMIT : 0;
}

/* -- what is -------------------------------------------------------------- */

void
keyfile_put_sealed(
    struct buf *buf, const uint8_t key[AEAD_KEY_SIZE], struct span secret)
{
	struct span head;
	uint8_t nonce[AEAD_NONCE_SIZE], *place = NULL;

	random_bytes(nonce, sizeof(nonce));
	buf_put(buf, nonce, sizeof(nonce));
	place = buf_reserve(buf, secret.len + AEAD_TAG_SIZE);
	if (!place)
		return;
	head = span_of(buf->data, buf->len - sizeof(nonce));
	aead_seal(AEAD_AES256_GCM, key, nonce, head, secret, place);
	buf->len += secret.len + AEAD_TAG_SIZE;
}

int
keyfile_get_sealed(struct span head, struct span sealed,
    const uint8_t key[AEAD_KEY_SIZE], struct buf *secret)
{
	struct fields fields = fields_of(sealed);
	struct span nonce = fields_span(&fields, AEAD_NONCE_SIZE);
	uint8_t *place = NULL;
	size_t len;

	if (fields.failed || fields.rest.len < AEAD_TAG_SIZE)
		return CAM_ERR_KEY;
	len = fields.rest.len - AEAD_TAG_SIZE;
	place = buf_reserve(secret, len);
	if (!place)
		return CAM_ERR_LIMIT;
	if (aead_open(
		AEAD_AES256_GCM, key, nonce.data, head, fields.rest, place) < 0)
		return CAM_ERR_KEY;
	secret->len += len;
	return 0;
}

/* -- files ---------------------------------------------------------------- */

static int
save(const char *path, struct span kind, struct span secret,
    const struct keyfile_lock *lock, bool replace)
{
	struct buf buf;
	int rc = CAM_ERR_LIMIT;

	if (secret.len > KEYFILE_SECRET_MAX || kind.len > KEYFILE_KIND_MAX)
		return rc;
	buf_init(&buf, KEYFILE_SIZE_MAX);
	(void)buf_reserve(&buf, KEYFILE_SIZE_MAX);
	if (lock) {
		keyfile_put_head(&buf, KEYFILE_LOCKED, kind);
		keyfile_put_sealed(&buf, keyfile_lock_key(lock), secret);
	} else {
		put_open(&buf, kind, secret);
	}
	rc = wholefile_write(path, buf_span(&buf), 0600, replace);
	buf_wipe(&buf);
	return rc;
}

int
keyfile_save(const char *path, const char *kind, struct span secret,
    const struct keyfile_lock *lock, bool replace)
{
	return save(path, span_text(kind), secret, lock, replace);
}

static int
open_parts(const struct keyfile_parts *parts, const struct keyfile_lock *lock,
    struct buf *secret)
{
	switch (parts->form) {
	case KEYFILE_BARE:
		buf_put_span(secret, parts->rest);
		return buf_failed(secret) ? CAM_ERR_LIMIT : 0;
	case KEYFILE_OPEN:
		return get_open(parts, secret);
	case KEYFILE_LOCKED:
		return lock ? keyfile_get_sealed(parts->head, parts->rest,
				  keyfile_lock_key(lock), secret)
			    : CAM_ERR_REFUSED;
	case KEYFILE_PASSPHRASE:
		break;
	}
	return CAM_ERR_KEY;
}

int
keyfile_load(const char *path, const char *kind,
    const struct keyfile_lock *lock, struct buf *secret)
{
	struct keyfile_parts parts;
	struct buf buf;
	int rc;

	buf_init(&buf, KEYFILE_SIZE_MAX);
	rc = wholefile_read_private(path, &buf);
	if (rc == 0 && (keyfile_parse(buf_span(&buf), &parts) < 0 ||
			   !span_equal_text(parts.kind, kind)))
		rc = CAM_ERR_KEY;
	if (rc == 0)
		rc = open_parts(&parts, lock, secret);
	buf_wipe(&buf);
	return rc;
}

int
keyfile_is_sealed(const char *path, bool *sealed)
{
	struct keyfile_parts parts;
	struct buf buf;
	int rc;

	buf_init(&buf, KEYFILE_SIZE_MAX);
	rc = wholefile_read_private(path, &buf);
	if (rc == 0)
		rc = keyfile_parse(buf_span(&buf), &parts);
	if (rc == 0)
		*sealed = parts.form >= KEYFILE_LOCKED;
	else if (rc != CAM_ERR_SYSTEM && rc != CAM_ERR_UNSAFE)
		rc = CAM_ERR_FORMAT;
	buf_wipe(&buf);
	return rc;
}

/* A file whose times cannot be kept is only older than it looks. */
static int
save_in_place(const char *path, struct span kind, struct span secret,
    const struct keyfile_lock *lock)
{
	struct stat st;
	bool known = stat(path, &st) == 0;
	int rc = save(path, kind, secret, lock, true);

	if (rc == 0 && known)
		(void)utimensat(AT_FDCWD, path,
		    (struct timespec[]){ st.st_atim, st.st_mtim }, 0);
	return rc;
}

static int
reseal(const char *path, const struct keyfile_parts *parts,
    const struct keyfile_lock *from, const struct keyfile_lock *to)
{
	struct buf secret;
	int rc;

	if ((parts->form == KEYFILE_LOCKED) == (to != NULL))
		return 0;
	buf_init(&secret, KEYFILE_SECRET_MAX);
	rc = open_parts(parts, from, &secret);
	if (rc == 0)
		rc = save_in_place(path, parts->kind, buf_span(&secret), to);
	buf_wipe(&secret);
	return rc;
}

int
keyfile_reseal(const char *path, const struct keyfile_lock *from,
    const struct keyfile_lock *to)
{
	struct keyfile_parts parts;
	struct buf buf;
	int rc;

	buf_init(&buf, KEYFILE_SIZE_MAX);
	rc = wholefile_read_private(path, &buf);
	if (rc == 0)
		rc = keyfile_parse(buf_span(&buf), &parts);
	if (rc == 0)
		rc = reseal(path, &parts, from, to);
	else if (rc != CAM_ERR_SYSTEM && rc != CAM_ERR_UNSAFE)
		rc = CAM_ERR_FORMAT;
	buf_wipe(&buf);
	return rc;
}

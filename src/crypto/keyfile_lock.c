/* keyfile_lock.c: the one key of all sealed files, and the passphrase that
 * opens it. */
#include <stdatomic.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/wholefile.h"
#include "crypto/evp.h"
#include "crypto/keyfile_form.h"

/* What we write, and how much work a file may ask for: 1 GiB. */
enum { LOG2_N = 17, LOG2_N_MIN = 10, LOG2_N_MAX = 20, R = 8, P = 1 };

static const char kind[] = "lock";

/* All of it lies in the locked heap. */
struct keyfile_lock {
	atomic_uint refs;
	uint8_t key[AEAD_KEY_SIZE];
};

/* -- in memory ------------------------------------------------------------- */

static struct keyfile_lock *
lock_new(void)
{
	struct keyfile_lock *lock = NULL;

	evp_ready();
	lock = OPENSSL_secure_zalloc(sizeof(*lock));
	evp_need(lock != NULL);
	atomic_init(&lock->refs, 1);
	return lock;
}

struct keyfile_lock *
keyfile_lock_ref(struct keyfile_lock *lock)
{
	if (lock)
		atomic_fetch_add(&lock->refs, 1);
	return lock;
}

void
keyfile_lock_free(struct keyfile_lock *lock)
{
	if (lock && atomic_fetch_sub(&lock->refs, 1) == 1)
		OPENSSL_secure_clear_free(lock, sizeof(*lock));
}

const uint8_t *
keyfile_lock_key(const struct keyfile_lock *lock)
{
	return lock->key;
}

/* -- passphrases ----------------------------------------------------------- */

static int
check_passphrase(struct span passphrase)
{
	return passphrase.len < 1 || passphrase.len > KEYFILE_PASSPHRASE_MAX
		   ? CAM_ERR_LIMIT
		   : 0;
}

/* RFC 7914. OpenSSL allows itself no more than 32 MiB unless told. Without
 * memory for it: CAM_ERR_CRYPTO. */
static int
stretch(struct span passphrase, struct span salt, unsigned log2_n,
    uint8_t key[AEAD_KEY_SIZE])
{
	uint64_t n = UINT64_C(1) << log2_n, most = 2 * 128 * R * n;
	uint32_t r = R, p = P;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
		    (void *)passphrase.data, passphrase.len),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_SALT, (void *)salt.data, salt.len),
		OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_construct_uint64(
		    OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	int rc =
	    context && EVP_KDF_derive(context, key, AEAD_KEY_SIZE, params) == 1
		? 0
		: CAM_ERR_CRYPTO;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return rc;
}

/* -- the file -------------------------------------------------------------- */

static int
save(const struct keyfile_lock *lock, const char *path, struct span passphrase,
    bool replace)
{
	uint8_t key[AEAD_KEY_SIZE], salt[KEYFILE_SALT_SIZE];
	struct buf buf;
	int rc = check_passphrase(passphrase);

	if (rc < 0)
		return rc;
	buf_init(&buf, KEYFILE_SIZE_MAX);
	random_bytes(salt, sizeof(salt));
	keyfile_put_head(&buf, KEYFILE_PASSPHRASE, span_text(kind));
	buf_put_byte(&buf, LOG2_N);
	buf_put_byte(&buf, R);
	buf_put_byte(&buf, P);
	buf_put(&buf, salt, sizeof(salt));
	rc = stretch(passphrase, span_of(salt, sizeof(salt)), LOG2_N, key);
	if (rc == 0) {
		keyfile_put_sealed(
		    &buf, key, span_of(lock->key, sizeof(lock->key)));
		rc = wholefile_write(path, buf_span(&buf), 0600, replace);
	}
	wipe(key, sizeof(key));
	buf_wipe(&buf);
	return rc;
}

int
keyfile_lock_make(
    const char *path, struct span passphrase, struct keyfile_lock **lock)
{
	struct keyfile_lock *made = lock_new();
	int rc;

	random_bytes(made->key, sizeof(made->key));
	rc = save(made, path, passphrase, false);
	if (rc == 0)
		*lock = made;
	else
		keyfile_lock_free(made);
	return rc;
}

int
keyfile_lock_change(
    const struct keyfile_lock *lock, const char *path, struct span passphrase)
{
	return save(lock, path, passphrase, true);
}

static int
get_lock(struct span bytes, struct span passphrase, struct buf *secret)
{
	struct keyfile_parts parts;
	struct fields fields;
	struct span salt;
	uint8_t key[AEAD_KEY_SIZE];
	unsigned log2_n, r, p;
	int rc;

	if (keyfile_parse(bytes, &parts) < 0 ||
	    parts.form != KEYFILE_PASSPHRASE ||
	    !span_equal_text(parts.kind, kind))
		return CAM_ERR_KEY;
	fields = fields_of(parts.rest);
	log2_n = (unsigned)fields_number(&fields, 1);
	r = (unsigned)fields_number(&fields, 1);
	p = (unsigned)fields_number(&fields, 1);
	salt = fields_span(&fields, KEYFILE_SALT_SIZE);
	if (fields.failed || log2_n < LOG2_N_MIN || log2_n > LOG2_N_MAX ||
	    r != R || p != P)
		return CAM_ERR_KEY;
	rc = stretch(passphrase, salt, log2_n, key);
	if (rc == 0)
		rc = keyfile_get_sealed(
		    span_of(bytes.data, bytes.len - fields.rest.len),
		    fields.rest, key, secret);
	wipe(key, sizeof(key));
	return rc;
}

int
keyfile_lock_open(
    const char *path, struct span passphrase, struct keyfile_lock **lock)
{
	struct keyfile_lock *opened = NULL;
	struct fields fields;
	struct buf buf, secret;
	int rc = check_passphrase(passphrase);

	if (rc < 0)
		return rc;
	evp_ready();
	buf_init(&buf, KEYFILE_SIZE_MAX);
	buf_init(&secret, KEYFILE_SECRET_MAX);
	rc = wholefile_read_private(path, &buf);
	if (rc == 0)
		rc = get_lock(buf_span(&buf), passphrase, &secret);
	if (rc == 0 && secret.len != AEAD_KEY_SIZE)
		rc = CAM_ERR_KEY;
	if (rc == 0) {
		opened = lock_new();
		fields = fields_of(buf_span(&secret));
		fields_copy(&fields, opened->key, sizeof(opened->key));
		*lock = opened;
	}
	buf_wipe(&buf);
	buf_wipe(&secret);
	return rc;
}

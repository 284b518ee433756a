/* rsa_pem.c: RSA keys as PEM text, and the private ones in files. */
#include "crypto/rsa.h"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/evp.h"
#include "crypto/keyfile.h"

/* -- text -------------------------------------------------------------- */

/* A locked key is refused: nobody is there to be asked for its passphrase. */
static int
on_passphrase_wanted(
    char *text, size_t size, size_t *len, const OSSL_PARAM params[], void *arg)
{
	return 0;
}

static EVP_PKEY *
decode(struct span pem)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *context = NULL;
	const unsigned char *data = pem.data;
	size_t len = pem.len;

	evp_ready();
	context = OSSL_DECODER_CTX_new_for_pkey(
	    &pkey, "PEM", NULL, "RSA", 0, NULL, NULL);
	if (context &&
	    OSSL_DECODER_CTX_set_passphrase_cb(
		context, on_passphrase_wanted, NULL) == 1 &&
	    OSSL_DECODER_from_data(context, &data, &len) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OSSL_DECODER_CTX_free(context);
	ERR_clear_error();
	return pkey;
}

/* A file with a flipped digit still parses; a signature shows whether the
 * halves belong together. */
static int
check_halves(const struct rsa_key *key)
{
	uint8_t signature[RSA_SIZE_MAX];
	struct span text = span_text("cam/key check/1");

	if (rsa_sign(key, DIGEST_SHA256, text, signature) < 0 ||
	    rsa_verify(rsa_key_public(key), DIGEST_SHA256, text,
		span_of(signature, rsa_key_size(key))) < 0)
		return CAM_ERR_KEY;
	return 0;
}

int
rsa_key_from_pem(struct span pem, struct rsa_key **key)
{
	struct rsa_key *made = NULL;
	EVP_PKEY *pkey = NULL;
	int rc;

	if (pem.len > RSA_PEM_MAX)
		return CAM_ERR_LIMIT;
	pkey = decode(pem);
	if (!pkey)
		return CAM_ERR_KEY;
	rc = rsa_key_from_pkey(pkey, &made);
	if (rc == 0)
		rc = check_halves(made);
	if (rc < 0) {
		rsa_key_free(made);
		return rc;
	}
	*key = made;
	return 0;
}

int
rsa_public_from_pem(struct span pem, struct rsa_public **key)
{
	EVP_PKEY *pkey = NULL;

	if (pem.len > RSA_PEM_MAX)
		return CAM_ERR_LIMIT;
	pkey = decode(pem);
	return pkey ? rsa_public_from_pkey(pkey, key) : CAM_ERR_KEY;
}

/* -- files ------------------------------------------------------------- */

int
rsa_key_load(
    const char *path, const struct keyfile_lock *lock, struct rsa_key **key)
{
	struct buf pem;
	int rc;

	buf_init(&pem, RSA_PEM_MAX);
	rc = keyfile_load(path, KEYFILE_PEM, lock, &pem);
	if (rc == 0)
		rc = rsa_key_from_pem(buf_span(&pem), key);
	buf_wipe(&pem);
	return rc;
}

int
rsa_key_save(const struct rsa_key *key, const char *path,
    const struct keyfile_lock *lock)
{
	BIO *bio = BIO_new(BIO_s_secmem()); /* overwritten when freed */
	char *data = NULL;
	long len = 0;
	int rc = CAM_ERR_CRYPTO;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, rsa_key_pkey(key), NULL,
		       NULL, 0, NULL, NULL) == 1) {
		len = BIO_get_mem_data(bio, &data);
		rc = keyfile_save(
		    path, KEYFILE_PEM, span_of(data, (size_t)len), lock, false);
	}
	BIO_free(bio);
	ERR_clear_error();
	return rc;
}

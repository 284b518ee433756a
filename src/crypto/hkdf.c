/* hkdf.c: HKDF over EVP. */
#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/evp.h"

static OSSL_PARAM
octets(const char *name, struct span bytes)
{
	return OSSL_PARAM_construct_octet_string(
	    name, (void *)bytes.data, bytes.len);
}

/* Looking the algorithm up takes a quarter of a microsecond: not worth a place
 * where it would be kept. */
static void
derive(int mode, struct span key, const OSSL_PARAM *extra, uint8_t *bytes,
    size_t size)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		octets(OSSL_KDF_PARAM_KEY, key),
		*extra,
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = NULL;
	EVP_KDF_CTX *context = NULL;

	evp_ready();
	kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	context = EVP_KDF_CTX_new(kdf);
	evp_need(context && EVP_KDF_derive(context, bytes, size, params) == 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

void
hkdf_extract(
    struct span salt, struct span key, uint8_t extracted[HKDF_KEY_SIZE])
{
	OSSL_PARAM extra = octets(OSSL_KDF_PARAM_SALT, salt);

	if (salt.len == 0)
		extra = OSSL_PARAM_construct_end();
	derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, key, &extra, extracted,
	    HKDF_KEY_SIZE);
}

void
hkdf_expand(const uint8_t extracted[HKDF_KEY_SIZE], struct span info,
    uint8_t *bytes, size_t size)
{
	OSSL_PARAM extra = octets(OSSL_KDF_PARAM_INFO, info);

	if (info.len == 0)
		extra = OSSL_PARAM_construct_end();
	derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, span_of(extracted, HKDF_KEY_SIZE),
	    &extra, bytes, size);
}

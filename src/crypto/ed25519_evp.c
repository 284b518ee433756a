/* ed25519_evp.c: Ed25519 by OpenSSL. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/ed25519_library.h"
#include "crypto/evp.h"

static bool
derive(const uint8_t secret[32], uint8_t public[32])
{
	EVP_PKEY *pkey;
	size_t len = 32;
	bool done;

	evp_ready();
	pkey =
	    EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, secret, 32);
	done = pkey && EVP_PKEY_get_raw_public_key(pkey, public, &len) == 1;
	EVP_PKEY_free(pkey); /* which overwrites the secret half */
	ERR_clear_error();
	return done;
}

/* With both halves: given the secret one alone, OpenSSL would compute the
 * other, which takes as long as to sign. */
static EVP_PKEY *
make_pair(const uint8_t secret[32], const uint8_t public[32])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, (void *)public, 32),
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PRIV_KEY, (void *)secret, 32),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *context;
	EVP_PKEY *pair = NULL;

	evp_ready();
	context = EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);
	if (context && EVP_PKEY_fromdata_init(context) == 1)
		(void)EVP_PKEY_fromdata(
		    context, &pair, EVP_PKEY_KEYPAIR, params);
	EVP_PKEY_CTX_free(context);
	return pair;
}

static bool
sign(const uint8_t secret[32], const uint8_t public[32], struct span data,
    uint8_t signature[64])
{
	EVP_PKEY *pkey = make_pair(secret, public);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = 64;
	bool done =
	    context && pkey &&
	    EVP_DigestSignInit(context, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestSign(context, signature, &len, data.data, data.len) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return done;
}

static bool
verify(const uint8_t public[32], struct span data, const uint8_t signature[64])
{
	EVP_PKEY *pkey;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good;

	evp_ready();
	pkey =
	    EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public, 32);
	good =
	    context && pkey &&
	    EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(context, signature, 64, data.data, data.len) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return good;
}

const struct ed25519_library ed25519_evp = {
	.derive = derive,
	.sign = sign,
	.verify = verify,
};

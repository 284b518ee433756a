/* curve_evp.c: Curve25519 by OpenSSL. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/curve_library.h"
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
make_pair(const char *kind, const uint8_t secret[32], const uint8_t public[32])
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
	context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
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
	EVP_PKEY *pkey = make_pair("ED25519", secret, public);
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

/* What our public half is makes no difference. */
static bool
x25519(const uint8_t secret[32], const uint8_t point[32], uint8_t result[32])
{
	static const uint8_t nothing[32];
	EVP_PKEY *ours = make_pair("X25519", secret, nothing);
	EVP_PKEY *theirs =
	    EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, point, 32);
	EVP_PKEY_CTX *context =
	    ours ? EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL) : NULL;
	size_t len = 32;
	bool done = context && theirs && EVP_PKEY_derive_init(context) == 1 &&
		    EVP_PKEY_derive_set_peer_ex(context, theirs, 0) == 1 &&
		    EVP_PKEY_derive(context, result, &len) == 1;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(ours);
	ERR_clear_error();
	return done;
}

const struct curve_library curve_evp = {
	.derive = derive,
	.sign = sign,
	.verify = verify,
	.x25519 = x25519,
};

/* certificate.c: self-signed X.509 around an Ed25519 key. */
#include "crypto/certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/evp.h"

/* RFC 5280, 4.1.2.5: "no well-defined expiration date". */
static const char first_moment[] = "19700101000000Z";
static const char last_moment[] = "99991231235959Z";

/* Version 3, a positive serial number; X509_NAME stays empty. */
static bool
fill(X509 *certificate, EVP_PKEY *pkey)
{
	uint8_t serial[8];
	BIGNUM *number = NULL;
	bool done = false;

	random_bytes(serial, sizeof(serial));
	serial[0] = (serial[0] & 0x3f) | 0x40;
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	done = number &&
	       BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) &&
	       X509_set_version(certificate, X509_VERSION_3) == 1 &&
	       ASN1_TIME_set_string_X509(
		   X509_getm_notBefore(certificate), first_moment) == 1 &&
	       ASN1_TIME_set_string_X509(
		   X509_getm_notAfter(certificate), last_moment) == 1 &&
	       X509_set_pubkey(certificate, pkey) == 1;
	BN_free(number);
	return done;
}

struct evp_pkey_st *
certificate_private(const struct sign_key *key)
{
	uint8_t secret[SIGN_KEY_SIZE];
	EVP_PKEY *pkey;

	evp_ready();
	sign_key_secret(key, secret);
	pkey = EVP_PKEY_new_raw_private_key_ex(
	    NULL, "ED25519", NULL, secret, sizeof(secret));
	wipe(secret, sizeof(secret));
	ERR_clear_error();
	return pkey;
}

int
certificate_make(const struct sign_key *key, struct x509_st **certificate)
{
	EVP_PKEY *pkey = certificate_private(key);
	X509 *made = X509_new();

	bool done =
	    made && pkey && fill(made, pkey) && X509_sign(made, pkey, NULL) > 0;

	EVP_PKEY_free(pkey);
	if (done)
		*certificate = made;
	else
		X509_free(made);
	ERR_clear_error();
	return done ? 0 : CAM_ERR_CRYPTO;
}

void
certificate_free(struct x509_st *certificate)
{
	X509_free(certificate);
}

int
certificate_key(const struct x509_st *certificate, uint8_t key[SIGN_KEY_SIZE])
{
	EVP_PKEY *pkey = X509_get0_pubkey(certificate);
	uint8_t bytes[SIGN_KEY_SIZE];
	size_t len = sizeof(bytes);
	size_t i;

	if (!pkey || !EVP_PKEY_is_a(pkey, "ED25519") ||
	    EVP_PKEY_get_raw_public_key(pkey, bytes, &len) != 1) {
		ERR_clear_error();
		return CAM_ERR_KEY;
	}
	for (i = 0; i < sizeof(bytes); i++)
		key[i] = bytes[i];
	return 0;
}

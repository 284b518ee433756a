/* safety.c: safety numbers. */
#include "crypto/safety.h"

#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "crypto/evp.h"

/* Of one half; a group of five digits comes from five bytes. */
enum {
	VERSION = 1,
	ROUNDS = 5200,
	SHA512_SIZE = 64,
	HALF = SAFETY_DIGITS / 2,
	GROUP = 5
};

/* The first round takes version (two bytes), key and id, the others what came
 * out of the last; each then the key. */
void
safety_fingerprint(const uint8_t key[SIGN_KEY_SIZE],
    uint8_t fingerprint[SAFETY_FINGERPRINT_SIZE])
{
	uint8_t last[2 + 2 * SIGN_KEY_SIZE] = { 0, VERSION };
	size_t len = sizeof(last);
	EVP_MD *sha512 = NULL;
	EVP_MD_CTX *context = NULL;
	int i;

	evp_ready();
	sha512 = EVP_MD_fetch(NULL, "SHA2-512", NULL);
	context = EVP_MD_CTX_new();
	evp_need(sha512 != NULL);
	evp_need(context != NULL);
	memcpy(last + 2, key, SIGN_KEY_SIZE);
	memcpy(last + 2 + SIGN_KEY_SIZE, key, SIGN_KEY_SIZE);
	for (i = 0; i < ROUNDS; i++) {
		evp_need(EVP_DigestInit_ex2(context, sha512, NULL) == 1);
		evp_need(EVP_DigestUpdate(context, last, len) == 1);
		evp_need(EVP_DigestUpdate(context, key, SIGN_KEY_SIZE) == 1);
		evp_need(EVP_DigestFinal_ex(context, last, NULL) == 1);
		len = SHA512_SIZE;
	}
	EVP_MD_CTX_free(context);
	EVP_MD_free(sha512);
	memcpy(fingerprint, last, SAFETY_FINGERPRINT_SIZE);
}

static void
write_half(const uint8_t key[SIGN_KEY_SIZE], char digits[HALF + 1])
{
	uint8_t fingerprint[SAFETY_FINGERPRINT_SIZE];
	const uint8_t *at = fingerprint;
	size_t group;

	safety_fingerprint(key, fingerprint);
	for (group = 0; group < HALF / GROUP; group++) {
		uint64_t number = fields_read(&at, GROUP);

		snprintf(digits + group * GROUP, GROUP + 1, "%05u",
		    (unsigned)(number % 100000));
	}
}

void
safety_number(const uint8_t a[SIGN_KEY_SIZE], const uint8_t b[SIGN_KEY_SIZE],
    char digits[SAFETY_DIGITS + 1])
{
	char halves[2][HALF + 1];
	int first;

	write_half(a, halves[0]);
	write_half(b, halves[1]);
	first = strcmp(halves[0], halves[1]) <= 0 ? 0 : 1;
	snprintf(digits, SAFETY_DIGITS + 1, "%s%s", halves[first],
	    halves[1 - first]);
}

void
safety_qr(const uint8_t ours[SIGN_KEY_SIZE],
    const uint8_t theirs[SIGN_KEY_SIZE], uint8_t bytes[SAFETY_QR_SIZE])
{
	bytes[0] = VERSION;
	safety_fingerprint(ours, bytes + 1);
	safety_fingerprint(theirs, bytes + 1 + SAFETY_FINGERPRINT_SIZE);
}

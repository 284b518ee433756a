/* keystream.c: AES-256-CTR over EVP. */
#include "crypto/keystream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/evp.h"

enum { PIECE_MAX = 1 << 30 };

struct keystream {
	EVP_CIPHER_CTX *context;
};

struct keystream *
keystream_new(const uint8_t key[KEYSTREAM_KEY_SIZE], uint32_t number)
{
	struct keystream *keystream = xcalloc(1, sizeof(*keystream));
	uint8_t iv[CIPHER_BLOCK_MAX];
	char text[16];

	evp_ready();
	snprintf(text, sizeof(text), "%u", (unsigned)number);
	cipher_iv(CIPHER_AES256_CTR, span_text(text), iv);
	keystream->context = EVP_CIPHER_CTX_new();
	evp_need(keystream->context != NULL);
	evp_need(EVP_CipherInit_ex2(keystream->context, EVP_aes_256_ctr(), key,
		     iv, 1, NULL) == 1);
	return keystream;
}

void
keystream_apply(struct keystream *keystream, struct span in, uint8_t *result)
{
	int len;

	while (in.len > 0) {
		size_t piece = in.len < PIECE_MAX ? in.len : PIECE_MAX;

		evp_need(EVP_CipherUpdate(keystream->context, result, &len,
			     in.data, (int)piece) == 1);
		result += piece;
		in = span_of(in.data + piece, in.len - piece);
	}
}

void
keystream_free(struct keystream *keystream)
{
	if (!keystream)
		return;
	EVP_CIPHER_CTX_free(keystream->context);
	free(keystream);
}

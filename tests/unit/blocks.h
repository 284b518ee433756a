/* blocks.h: texts that fail to open in each of the ways there are (threat model
 * C2). */
#ifndef CAM_TEST_BLOCKS_H
#define CAM_TEST_BLOCKS_H

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/random.h"
#include "crypto/evp.h"
#include "crypto/suite.h"
#include "vectors.h"

/* Encrypts a whole block of the modulus' size as it is, padding and all. */
static inline void
raw_block(const struct rsa_public *key, const uint8_t *block, uint8_t *out)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(rsa_public_pkey(key), NULL);
	size_t size = rsa_public_size(key), len = size;

	assert_int_equal(EVP_PKEY_encrypt_init(context), 1);
	assert_int_equal(
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_encrypt(context, out, &len, block, size), 1);
	assert_int_equal(len, size);
	EVP_PKEY_CTX_free(context);
}

/* A well-formed block around a key of any length: 00 02, random bytes without a
 * zero, 00, the key. */
static inline void
padded_block(const struct rsa_public *key, struct span inside,
    uint8_t block[RSA_SIZE_MAX])
{
	size_t size = rsa_public_size(key), i;

	random_bytes(block, size);
	for (i = 0; i < size; i++)
		block[i] |= 1;
	block[0] = 0;
	block[1] = 2;
	block[size - inside.len - 1] = 0;
	memcpy(block + size - inside.len, inside.data, inside.len);
}

/* The four ways, and one text that opens. */
enum failure {
	WRONG_RSA_PADDING,
	WRONG_KEY_LENGTH,
	WRONG_CBC_PADDING,
	WRONG_SIGNATURE,
	FAILURES,
	NO_FAILURE = FAILURES,
};

/* One encrypted text in memory of its own, so that every byte can be changed.
 */
struct sample {
	uint8_t key[RSA_SIZE_MAX];
	uint8_t text[600];
	uint8_t signature[RSA_SIZE_MAX];
	struct suite_parts parts;
};

struct sampler {
	struct crypto *crypto;
	struct suite suite;
	struct rsa_key *own, *sender;
	struct span packet_number;
};

/*
 * A fresh text of plain_len bytes that goes wrong in one way only: everything
 * before and after it is as it should be.
 */
static inline void
sample_make(const struct sampler *sampler, enum failure failure,
    size_t plain_len, struct sample *sample)
{
	uint8_t plain[512], key[CIPHER_KEY_MAX + 1], iv[CIPHER_BLOCK_MAX],
	    block[RSA_SIZE_MAX];
	struct rsa_public *public = rsa_key_public(sampler->own);
	size_t key_len = cipher_key_size(sampler->suite.cipher),
	       block_len = cipher_block_size(sampler->suite.cipher);
	enum digest_kind digest =
	    sampler->suite.sign == SUITE_SHA1 ? DIGEST_SHA1 : DIGEST_SHA256;
	struct buf out;

	assert_true(plain_len > 0 && plain_len <= sizeof(plain));
	random_bytes(plain, plain_len);
	plain[plain_len - 1] = '\0';
	random_bytes(key, sizeof(key));
	cipher_iv(sampler->suite.cipher, sampler->packet_number, iv);
	buf_init(&out, sizeof(sample->text));
	assert_int_equal(cipher_encrypt(sampler->crypto, sampler->suite.cipher,
			     key, iv, span_of(plain, plain_len), &out),
	    0);
	/* In the block before: then it is surely wrong. A last block of random
	 * bytes is well padded now and then, behind a text that is signed. */
	if (failure == WRONG_CBC_PADDING)
		out.data[out.len > block_len ? out.len - 1 - block_len : 0] ^=
		    0x40;
	padded_block(public,
	    span_of(key, failure == WRONG_KEY_LENGTH ? key_len + 1 : key_len),
	    block);
	if (failure == WRONG_RSA_PADDING)
		block[1] = 3;
	raw_block(public, block, sample->key);
	if (failure == WRONG_SIGNATURE)
		plain[0] ^= 1;
	assert_int_equal(rsa_sign(sampler->sender, digest,
			     span_of(plain, plain_len), sample->signature),
	    0);
	memcpy(sample->text, out.data, out.len);
	sample->parts = (struct suite_parts){
		.key = span_of(sample->key, rsa_public_size(public)),
		.text = span_of(sample->text, out.len),
		.signature =
		    span_of(sample->signature, rsa_key_size(sampler->sender)),
	};
	buf_finish(&out);
}

#endif

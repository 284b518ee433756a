/* cipher.c: the symmetric ciphers of IPMSG over EVP. */
#include "crypto/cipher.h"

#include <string.h>

#include <openssl/err.h>

#include "base/err.h"
#include "crypto/evp.h"

size_t
cipher_key_size(enum cipher_kind kind)
{
	return kind == CIPHER_BLOWFISH128_CBC ? 16 : 32;
}

size_t
cipher_block_size(enum cipher_kind kind)
{
	return kind == CIPHER_BLOWFISH128_CBC ? 8 : 16;
}

void
cipher_iv(enum cipher_kind kind, struct span packet_number,
    uint8_t iv[CIPHER_BLOCK_MAX])
{
	size_t block = cipher_block_size(kind);
	size_t len = packet_number.len < block ? packet_number.len : block;

	memset(iv, 0, CIPHER_BLOCK_MAX);
	if (len > 0)
		memcpy(iv, packet_number.data, len);
}

static int
run_cipher(const EVP_CIPHER *cipher, int encrypt, const uint8_t *key,
    const uint8_t *iv, struct span in, struct buf *out)
{
	EVP_CIPHER_CTX *context = NULL;
	uint8_t *place = NULL;
	int len = 0, rest = 0, rc = CAM_ERR_CRYPTO;

	if (in.len > INT32_MAX - CIPHER_BLOCK_MAX)
		return CAM_ERR_LIMIT;
	place = buf_reserve(out, in.len + CIPHER_BLOCK_MAX);
	if (!place)
		return CAM_ERR_LIMIT;
	context = EVP_CIPHER_CTX_new();
	if (context &&
	    EVP_CipherInit_ex2(context, cipher, key, iv, encrypt, NULL) == 1 &&
	    EVP_CipherUpdate(context, place, &len, in.data, (int)in.len) == 1 &&
	    EVP_CipherFinal_ex(context, place + len, &rest) == 1) {
		out->len += (size_t)(len + rest);
		rc = 0;
	}
	EVP_CIPHER_CTX_free(context);
	ERR_clear_error();
	return rc;
}

static int
crypt(struct crypto *crypto, enum cipher_kind kind, int encrypt,
    const uint8_t *key, const uint8_t *iv, struct span in, struct buf *out)
{
	const EVP_CIPHER *cipher = crypto_cipher(crypto, kind);

	return cipher ? run_cipher(cipher, encrypt, key, iv, in, out)
		      : CAM_ERR_UNSUPPORTED;
}

int
cipher_encrypt(struct crypto *crypto, enum cipher_kind kind, const uint8_t *key,
    const uint8_t *iv, struct span plain, struct buf *out)
{
	return crypt(crypto, kind, 1, key, iv, plain, out);
}

int
cipher_decrypt(struct crypto *crypto, enum cipher_kind kind, const uint8_t *key,
    const uint8_t *iv, struct span text, struct buf *out)
{
	return crypt(crypto, kind, 0, key, iv, text, out);
}

/* cipher.h: the symmetric ciphers of IPMSG. */
#ifndef CAM_CIPHER_H
#define CAM_CIPHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct crypto;

/* Blowfish with a 128 bit key. CBC pads as PKCS#7 does; CTR pads nothing
 * (reference 5.4, 6.1, 4.5). */
enum cipher_kind {
	CIPHER_AES256_CBC,
	CIPHER_BLOWFISH128_CBC,
	CIPHER_AES256_CTR
};

enum { CIPHER_KEY_MAX = 32, CIPHER_BLOCK_MAX = 16 };

/* In bytes. The iv is as long as the block. */
size_t cipher_key_size(enum cipher_kind kind);
size_t cipher_block_size(enum cipher_kind kind);

/*
 * The iv made of the packet number's decimal text as it stands in the packet,
 * cut or filled with NULs (reference 5.4.1); with no text all zero.
 */
void cipher_iv(enum cipher_kind kind, struct span packet_number,
    uint8_t iv[CIPHER_BLOCK_MAX]);

/*
 * Appends to out. CAM_ERR_LIMIT when out is full, CAM_ERR_UNSUPPORTED when
 * this OpenSSL has no such cipher, CAM_ERR_CRYPTO when, decrypting CBC, length
 * or padding are wrong. Text that a peer encrypted under RSA goes through
 * suite_decrypt(), which is no oracle.
 */
int cipher_encrypt(struct crypto *crypto, enum cipher_kind kind,
    const uint8_t *key, const uint8_t *iv, struct span plain, struct buf *out);
int cipher_decrypt(struct crypto *crypto, enum cipher_kind kind,
    const uint8_t *key, const uint8_t *iv, struct span text, struct buf *out);

#endif

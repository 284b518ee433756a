/* srtp_oracle.h: SRTP once more, from the RFCs and OpenSSL alone, for the tests
 * to compare with: the key derivation of RFC 3711, 4.3, and AEAD_AES_GCM of RFC
 * 7714. */
#ifndef CAM_SRTP_ORACLE_H
#define CAM_SRTP_ORACLE_H

#include <openssl/evp.h>
#include <string.h>

enum {
	ORACLE_TAG = 16,
	ORACLE_RTP_KEY = 0,
	ORACLE_RTP_AUTH = 1,
	ORACLE_RTP_SALT = 2,
	ORACLE_RTCP_KEY = 3,
	ORACLE_RTCP_SALT = 5,
};

/* AES-CM of zeros with the label in the salt (14 bytes; of GCM the last two are
 * zero). */
static inline void
oracle_derive(const uint8_t *key, size_t key_len, const uint8_t salt[14],
    uint8_t label, uint8_t *out, size_t len)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t counter[16] = { 0 }, zeros[64] = { 0 };
	int written;

	memcpy(counter, salt, 14);
	counter[7] ^= label;
	assert_true(len <= sizeof zeros);
	assert_int_equal(
	    EVP_EncryptInit_ex(context,
		key_len == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), NULL,
		key, counter),
	    1);
	assert_int_equal(
	    EVP_EncryptUpdate(context, out, &written, zeros, (int)len), 1);
	EVP_CIPHER_CTX_free(context);
}

/* text becomes the sealed text and its tag. */
static inline void
oracle_gcm(const uint8_t *key, size_t key_len, const uint8_t iv[12],
    const uint8_t *aad, size_t aad_len, uint8_t *text, size_t len)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int written;

	assert_int_equal(
	    EVP_EncryptInit_ex(context,
		key_len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), NULL,
		key, iv),
	    1);
	assert_int_equal(
	    EVP_EncryptUpdate(context, NULL, &written, aad, (int)aad_len), 1);
	assert_int_equal(
	    EVP_EncryptUpdate(context, text, &written, text, (int)len), 1);
	assert_int_equal(EVP_EncryptFinal_ex(context, text + len, &written), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG,
			     ORACLE_TAG, text + len),
	    1);
	EVP_CIPHER_CTX_free(context);
}

/* RFC 7714, 8.1: 00 00 SSRC ROC SEQ, with the salt. */
static inline void
oracle_rtp_iv(
    const uint8_t salt[12], const uint8_t *packet, uint32_t roc, uint8_t iv[12])
{
	memset(iv, 0, 12);
	memcpy(iv + 2, packet + 8, 4);
	for (int i = 0; i < 4; i++)
		iv[6 + i] = (uint8_t)(roc >> 8 * (3 - i));
	memcpy(iv + 10, packet + 2, 2);
	for (int i = 0; i < 12; i++)
		iv[i] ^= salt[i];
}

/* RFC 7714, 9.1: 00 00 SSRC 00 00 index. */
static inline void
oracle_rtcp_iv(const uint8_t salt[12], const uint8_t *packet, uint32_t index,
    uint8_t iv[12])
{
	memset(iv, 0, 12);
	memcpy(iv + 2, packet + 4, 4);
	for (int i = 0; i < 4; i++)
		iv[8 + i] = (uint8_t)(index >> 8 * (3 - i));
	for (int i = 0; i < 12; i++)
		iv[i] ^= salt[i];
}

#endif

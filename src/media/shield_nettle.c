/* shield_nettle.c: AES-256-GCM by Nettle as a cipher of libsrtp2. */
#include "media/shield_nettle.h"

#include <nettle/gcm.h>
#include <nettle/memops.h>
#include <srtp2/cipher.h>
#include <srtp2/srtp.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	SALT_SIZE = 12, /* libsrtp2 counts it as a part of the key */
	AAD_MAX = 2048, /* more than any packet of ours */
};

/* The cipher as libsrtp2 has it; its state is all of this. */
struct gcm {
	srtp_cipher_t cipher;
	struct gcm_aes256_ctx context;
	uint32_t tag_len;
	uint32_t aad_len;
	uint8_t aad[AAD_MAX]; /* what SRTCP tells in two pieces */
};

static const srtp_cipher_type_t type;

static srtp_err_status_t
make(srtp_cipher_t **cipher, int key_len, int tag_len)
{
	struct gcm *gcm = NULL;

	if (key_len != AES256_KEY_SIZE + SALT_SIZE || tag_len < 0 ||
	    tag_len > GCM_DIGEST_SIZE)
		return srtp_err_status_bad_param;
	gcm = xcalloc(1, sizeof *gcm);
	gcm->cipher = (srtp_cipher_t){ .type = &type,
		.state = gcm,
		.key_len = key_len,
		.algorithm = SRTP_AES_GCM_256 };
	gcm->tag_len = (uint32_t)tag_len;
	*cipher = &gcm->cipher;
	return srtp_err_status_ok;
}

static srtp_err_status_t
drop(srtp_cipher_t *cipher)
{
	wipe_free(cipher->state, sizeof(struct gcm));
	return srtp_err_status_ok;
}

static srtp_err_status_t
set_key(void *state, const uint8_t *key)
{
	struct gcm *gcm = state;

	gcm_aes256_set_key(&gcm->context, key);
	return srtp_err_status_ok;
}

static srtp_err_status_t
set_iv(void *state, uint8_t *iv, srtp_cipher_direction_t direction)
{
	struct gcm *gcm = state;

	gcm_aes256_set_iv(&gcm->context, GCM_IV_SIZE, iv);
	gcm->aad_len = 0;
	return srtp_err_status_ok;
}

static srtp_err_status_t
set_aad(void *state, const uint8_t *aad, uint32_t len)
{
	struct gcm *gcm = state;

	if (len > AAD_MAX - gcm->aad_len)
		return srtp_err_status_bad_param;
	memcpy(gcm->aad + gcm->aad_len, aad, len);
	gcm->aad_len += len;
	return srtp_err_status_ok;
}

static srtp_err_status_t
seal(void *state, uint8_t *text, unsigned *len)
{
	struct gcm *gcm = state;

	gcm_aes256_update(&gcm->context, gcm->aad_len, gcm->aad);
	gcm_aes256_encrypt(&gcm->context, *len, text, text);
	return srtp_err_status_ok;
}

static srtp_err_status_t
get_tag(void *state, uint8_t *tag, uint32_t *len)
{
	struct gcm *gcm = state;

	gcm_aes256_digest(&gcm->context, gcm->tag_len, tag);
	*len = gcm->tag_len;
	return srtp_err_status_ok;
}

static srtp_err_status_t
open_sealed(void *state, uint8_t *sealed, unsigned *len)
{
	struct gcm *gcm = state;
	uint8_t tag[GCM_DIGEST_SIZE];

	if (*len < gcm->tag_len)
		return srtp_err_status_bad_param;
	*len -= gcm->tag_len;
	gcm_aes256_update(&gcm->context, gcm->aad_len, gcm->aad);
	gcm_aes256_decrypt(&gcm->context, *len, sealed, sealed);
	gcm_aes256_digest(&gcm->context, gcm->tag_len, tag);
	if (memeql_sec(tag, sealed + *len, gcm->tag_len))
		return srtp_err_status_ok;
	wipe(sealed, *len);
	return srtp_err_status_auth_fail;
}

/* McGrew and Viega, The Galois/Counter Mode of Operation, B, test case 16. */
static const uint8_t vector_key[AES256_KEY_SIZE + SALT_SIZE] = { 0xfe, 0xff,
	0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30,
	0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a,
	0x8f, 0x94, 0x67, 0x30, 0x83, 0x08 };
static uint8_t vector_iv[] = { 0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad,
	0xde, 0xca, 0xf8, 0x88 };
static const uint8_t vector_aad[] = { 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe,
	0xef, 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda,
	0xd2 };
static const uint8_t vector_text[] = { 0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06,
	0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26, 0x9a, 0x86, 0xa7, 0xa9,
	0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31, 0x8a,
	0x72, 0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e,
	0x24, 0x49, 0xa6, 0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6,
	0x57, 0xba, 0x63, 0x7b, 0x39 };
static const uint8_t vector_sealed[] = { 0x52, 0x2d, 0xc1, 0xf0, 0x99, 0x56,
	0x7d, 0x07, 0xf4, 0x7f, 0x37, 0xa3, 0x2a, 0x84, 0x42, 0x7d, 0x64, 0x3a,
	0x8c, 0xdc, 0xbf, 0xe5, 0xc0, 0xc9, 0x75, 0x98, 0xa2, 0xbd, 0x25, 0x55,
	0xd1, 0xaa, 0x8c, 0xb0, 0x8e, 0x48, 0x59, 0x0d, 0xbb, 0x3d, 0xa7, 0xb0,
	0x8b, 0x10, 0x56, 0x82, 0x88, 0x38, 0xc5, 0xf6, 0x1e, 0x63, 0x93, 0xba,
	0x7a, 0x0a, 0xbc, 0xc9, 0xf6, 0x62, 0x76, 0xfc, 0x6e, 0xce, 0x0f, 0x4e,
	0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb, 0x2d, 0x55, 0x1b };

static const srtp_cipher_test_case_t vector = {
	.key_length_octets = sizeof vector_key,
	.key = vector_key,
	.idx = vector_iv,
	.plaintext_length_octets = sizeof vector_text,
	.plaintext = vector_text,
	.ciphertext_length_octets = sizeof vector_sealed,
	.ciphertext = vector_sealed,
	.aad_length_octets = sizeof vector_aad,
	.aad = vector_aad,
	.tag_length_octets = GCM_DIGEST_SIZE,
};

static const srtp_cipher_type_t type = {
	.alloc = make,
	.dealloc = drop,
	.init = set_key,
	.set_aad = set_aad,
	.encrypt = seal,
	.decrypt = open_sealed,
	.set_iv = set_iv,
	.get_tag = get_tag,
	.description = "AES-256-GCM by Nettle",
	.test_data = &vector,
	.id = SRTP_AES_GCM_256,
};

int
shield_use_nettle(void)
{
	return srtp_replace_cipher_type(&type, SRTP_AES_GCM_256) ==
		       srtp_err_status_ok
		   ? 0
		   : CAM_ERR_CRYPTO;
}

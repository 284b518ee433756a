/* envelope_form.h: what sealing and opening an envelope share; for this folder
 * and its fuzz target. */
#ifndef CAM_CRYPTO_ENVELOPE_FORM_H
#define CAM_CRYPTO_ENVELOPE_FORM_H

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"

/*
 * An envelope: the header; the number of stanzas there (4 bytes), which the
 * server may make smaller, and they; the body to the end. The header: version,
 * suite, number of escrow stanzas (2, zero until there are any), id, talk,
 * device, policy (zeros until there are any), commitment, number of stanzas at
 * sealing (4). The body: the inside and the signature, under the message key
 * with nonce zero and the header as associated data. The inside: id, talk,
 * device, sender, sequence (8), time (8), type (1), number of recipients (4),
 * each with key, length of name (2) and name; then what the message is. Numbers
 * are big-endian.
 */
enum {
	ENVELOPE_VERSION = 1,
	ENVELOPE_SUITE = 1,
	ENVELOPE_POLICY_SIZE = 32,
	ENVELOPE_COMMITMENT_SIZE = 32,
	ENVELOPE_IDS_SIZE =
	    ENVELOPE_ID_SIZE + ENVELOPE_TALK_SIZE + DEVICE_ID_SIZE,
	ENVELOPE_POLICY_AT = 4 + ENVELOPE_IDS_SIZE,
	ENVELOPE_COMMITMENT_AT = ENVELOPE_POLICY_AT + ENVELOPE_POLICY_SIZE,
	ENVELOPE_HEADER_SIZE =
	    ENVELOPE_COMMITMENT_AT + ENVELOPE_COMMITMENT_SIZE + 4,
	ENVELOPE_RECIPIENT_MIN = SIGN_KEY_SIZE + 2,
	ENVELOPE_INSIDE_MIN = ENVELOPE_IDS_SIZE + SIGN_KEY_SIZE + 8 + 8 + 1 +
			      4 + ENVELOPE_RECIPIENT_MIN,
	ENVELOPE_BODY_MIN = ENVELOPE_INSIDE_MIN + SIGN_SIZE + AEAD_TAG_SIZE,
	ENVELOPE_CEK_SIZE = 32,
	/* of a stanza, before enc: device and prekey id */
	ENVELOPE_ADDRESS_SIZE = DEVICE_ID_SIZE + 4,
	ENVELOPE_INFO_SIZE = sizeof("cam/stanza/1") + SHA256_SIZE
};

/* The signature covers this label, the hash of the header, the inside. */
extern const char envelope_label[];

/* What the content encryption key stands for. The commitment is in the header,
 * since the AEAD alone would let one body open differently under two keys. */
struct envelope_keys {
	uint8_t message[AEAD_KEY_SIZE];
	uint8_t commitment[ENVELOPE_COMMITMENT_SIZE];
};
void envelope_keys(
    const uint8_t cek[ENVELOPE_CEK_SIZE], struct envelope_keys *keys);

/* HPKE's info of every stanza below a header with this hash. */
void envelope_info(
    const uint8_t header_hash[SHA256_SIZE], uint8_t info[ENVELOPE_INFO_SIZE]);

/* NULL: none for that device. */
const uint8_t *envelope_stanza(
    const struct envelope *envelope, const uint8_t device[DEVICE_ID_SIZE]);

/*
 * The inside: content borrows from it, and its recipients are one array to
 * free(). Pure. CAM_ERR_FORMAT; CAM_ERR_LIMIT: too many recipients, or a name
 * too long.
 */
int envelope_inside_parse(struct span inside, struct envelope_content *content);

#endif

/* envelope.h: a message sealed to devices, the same bytes on a link and through
 * a server (threat model 5.3). */
#ifndef CAM_CRYPTO_ENVELOPE_H
#define CAM_CRYPTO_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "crypto/device.h"

/* Sizes in bytes. A stanza: device id, prekey id, enc, wrapped CEK. */
enum {
	ENVELOPE_ID_SIZE = 16,
	ENVELOPE_TALK_SIZE = 16,
	ENVELOPE_STANZA_SIZE = DEVICE_ID_SIZE + 4 + HPKE_ENC_SIZE + 48,
	ENVELOPE_STANZAS_MAX = 16384,
	ENVELOPE_MAX = 4 * 1024 * 1024, /* all of it but the stanzas */
	ENVELOPE_NAME_MAX = 511		/* "logon@host" */
};

/* One of all recipients, as the sender has them; key is zeros for somebody
 * without one (an IPMSG client). */
struct envelope_recipient {
	uint8_t user_key[SIGN_KEY_SIZE];
	struct span name; /* "logon@host", UTF-8, at most ENVELOPE_NAME_MAX */
};

/* What is inside, signed by the sender's device. */
struct envelope_content {
	uint8_t id[ENVELOPE_ID_SIZE];	  /* random; in the header too */
	uint8_t talk[ENVELOPE_TALK_SIZE]; /* in the header too */
	uint8_t device[DEVICE_ID_SIZE];	  /* of the sender; in the header too */
	uint8_t sender[SIGN_KEY_SIZE];	  /* user key */
	uint64_t sequence; /* in the talk, of this device, from 1 */
	int64_t time_ms;   /* wall time of the sender */
	uint8_t type;	   /* of body: what it means is the callers' */
	const struct envelope_recipient *recipients;
	size_t recipient_count; /* 1 .. ENVELOPE_STANZAS_MAX */
	struct span body;
};

/*
 * Sealed once for all its recipients: header and body; then a stanza for each
 * device. Worker threads may wrap and write one sealed by another, not at the
 * same time.
 */
struct envelope_sealed;
/* stanzas: how many will be wrapped, told in the header. CAM_ERR_LIMIT,
 * CAM_ERR_CRYPTO; CAM_ERR_FORMAT: sequence 0, a time before 1970, a name that
 * is not UTF-8. */
int envelope_seal(const struct envelope_content *content, size_t stanzas,
    const struct sign_key *signing, struct envelope_sealed **sealed);
/* CAM_ERR_CRYPTO: prekey is no key. */
int envelope_wrap(const struct envelope_sealed *sealed,
    const uint8_t device[DEVICE_ID_SIZE], uint32_t prekey_id,
    const uint8_t prekey[HPKE_KEY_SIZE], uint8_t stanza[ENVELOPE_STANZA_SIZE]);
/* The whole with these stanzas, as many as there are: others' may be left out.
 */
void envelope_write(const struct envelope_sealed *sealed,
    const uint8_t (*stanzas)[ENVELOPE_STANZA_SIZE], size_t count,
    struct buf *buf);
void envelope_sealed_free(struct envelope_sealed *sealed);

/* What can be told without a key; borrows from bytes. */
struct envelope {
	uint8_t id[ENVELOPE_ID_SIZE];
	uint8_t talk[ENVELOPE_TALK_SIZE];
	uint8_t device[DEVICE_ID_SIZE]; /* the sender's, not yet proved */
	uint32_t stanzas_said;		/* by the header */
	size_t stanza_count;		/* there */
	struct span header, stanzas, body;
};
/* Pure. CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_VERSION: another version or
 * suite, or it names a policy or escrow, which nothing here can check yet. */
int envelope_parse(struct span bytes, struct envelope *envelope);
/* By what to refuse one that cannot be parsed. False: it is of no version whose
 * header is known. */
bool envelope_peek(struct span bytes, uint8_t id[ENVELOPE_ID_SIZE]);
/* The prekey id of the stanza for that device. CAM_ERR_UNKNOWN: none is. */
int envelope_prekey(const struct envelope *envelope,
    const uint8_t device[DEVICE_ID_SIZE], uint32_t *prekey_id);

struct envelope_opened {
	struct envelope_content content; /* borrows from this struct */
	struct envelope_recipient *recipients;
	uint8_t *bytes;
	size_t len;
};
/*
 * Opens with the device's prekey and checks commitment, the signature by the
 * signing key signer, that the header says the same as the inside, and that
 * user_key is among the recipients. CAM_ERR_CRYPTO: sealed to another key,
 * changed, or signed by somebody else: one error for all; CAM_ERR_REFUSED:
 * genuine, but user_key is not in the list; CAM_ERR_FORMAT inside;
 * CAM_ERR_UNKNOWN as of envelope_prekey(). Takes two operations of Curve25519:
 * worker pool.
 */
int envelope_open(const struct envelope *envelope,
    const uint8_t device[DEVICE_ID_SIZE], const struct hpke_key *prekey,
    const uint8_t signer[SIGN_KEY_SIZE], const uint8_t user_key[SIGN_KEY_SIZE],
    struct envelope_opened *opened);
/* Wipes. */
void envelope_opened_finish(struct envelope_opened *opened);

/* The talk of these users, oneself among them: 16 bytes of SHA-256 over
 * "cam/talk/1", a zero byte and the keys in order, each once. */
void envelope_talk(const uint8_t (*user_keys)[SIGN_KEY_SIZE], size_t count,
    uint8_t talk[ENVELOPE_TALK_SIZE]);

#endif

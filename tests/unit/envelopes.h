/* envelopes.h: people with devices, and a message sealed for them. */
#ifndef CAM_TEST_ENVELOPES_H
#define CAM_TEST_ENVELOPES_H

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"
#include "hex.h"

/* Somebody with one device. */
struct person {
	struct sign_key *signing;
	struct hpke_key *prekey;
	uint8_t user_key[SIGN_KEY_SIZE];
	uint8_t signing_key[SIGN_KEY_SIZE];
	uint8_t prekey_public[HPKE_KEY_SIZE];
	uint8_t device[DEVICE_ID_SIZE];
	uint32_t prekey_id;
};

static inline void
person_init(struct person *person)
{
	assert_int_equal(sign_key_generate(&person->signing), 0);
	assert_int_equal(hpke_key_generate(&person->prekey), 0);
	sign_key_public(person->signing, person->signing_key);
	hpke_key_public(person->prekey, person->prekey_public);
	random_bytes(person->user_key, sizeof(person->user_key));
	random_bytes(person->device, sizeof(person->device));
	person->prekey_id = random_below(1000) + 1;
}

static inline void
person_finish(struct person *person)
{
	sign_key_free(person->signing);
	hpke_key_free(person->prekey);
}

/* From sender to recipients, which the content borrows. */
static inline struct envelope_content
content_of(const struct person *sender,
    const struct envelope_recipient *recipients, size_t count, struct span body)
{
	struct envelope_content content = {
		.sequence = 7,
		.time_ms = 1792000000123,
		.type = 3,
		.recipients = recipients,
		.recipient_count = count,
		.body = body,
	};

	random_bytes(content.id, sizeof(content.id));
	memset(content.talk, 0x77, sizeof(content.talk));
	memcpy(content.device, sender->device, sizeof(content.device));
	memcpy(content.sender, sender->user_key, sizeof(content.sender));
	return content;
}

static inline struct envelope_recipient
recipient_of(const struct person *person, const char *name)
{
	struct envelope_recipient recipient = { .name = span_text(name) };

	memcpy(recipient.user_key, person->user_key, SIGN_KEY_SIZE);
	return recipient;
}

static inline void
wrap_for(const struct envelope_sealed *sealed, const struct person *person,
    uint8_t stanza[ENVELOPE_STANZA_SIZE])
{
	assert_int_equal(envelope_wrap(sealed, person->device,
			     person->prekey_id, person->prekey_public, stanza),
	    0);
}

static inline int
open_as(struct span bytes, const struct person *person,
    const struct person *sender, struct envelope_opened *opened)
{
	struct envelope envelope;
	int rc = envelope_parse(bytes, &envelope);

	if (rc == 0)
		rc = envelope_open(&envelope, person->device, person->prekey,
		    sender->signing_key, person->user_key, opened);
	return rc;
}

/* For opening what must not open. */
static inline int
refusal_as(
    struct span bytes, const struct person *person, const struct person *sender)
{
	struct envelope_opened opened;
	int rc = open_as(bytes, person, sender, &opened);

	if (rc == 0)
		envelope_opened_finish(&opened);
	return rc;
}

#endif

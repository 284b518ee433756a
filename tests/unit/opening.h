/* opening.h: messages that somebody seals for us, in the tests of lan/opening.
 */
#ifndef CAM_TEST_OPENING_H
#define CAM_TEST_OPENING_H

#include "crypto/suite.h"
#include "ipmsg/enctext.h"
#include "party.h"
#include "wire.h"

enum {
	SHA256_SIGNED = 0x41900004,
	SHA1_SIGNED = 0x21900004,
	UNSIGNED_AES = 0x00900004,
	WEAK = 0x01820002
};

static struct rsa_key *annas_keys[2];

static inline int
open_keys(void **state)
{
	annas_keys[0] = test_key("other2048");
	annas_keys[1] = test_key("other1024");
	return 0;
}

static inline int
close_keys(void **state)
{
	rsa_key_free(annas_keys[0]);
	rsa_key_free(annas_keys[1]);
	return 0;
}

static inline struct member *
anna_with_key(struct party *party)
{
	struct member *anna = party_add_anna(party);

	anna->peer.key = rsa_public_ref(rsa_key_public(annas_keys[0]));
	anna->peer.word = CAPA_OURS;
	return anna;
}

/* What somebody sends: text, files and recipients sealed for us. */
struct written {
	uint32_t flags;
	uint32_t options; /* beside ENCRYPT and UTF8 */
	unsigned number;
	struct span plain;	  /* with its NULs */
	const struct rsa_key *by; /* NULL: anna's */
	const char *user;	  /* NULL: anna */
	bool spoilt;
};

static inline void
hear_sealed(
    struct party *party, const char *from, const struct written *written)
{
	struct suite suite;
	struct suite_text sealed = { 0 };
	struct addr addr = address(from);
	struct buf body, packet;
	char number[16];

	assert_int_equal(suite_from_flags(written->flags, &suite), 0);
	snprintf(number, sizeof number, "%u", written->number);
	assert_int_equal(suite_encrypt(party->crypto, &suite,
			     rsa_key_public(keyring_key(
				 party->keyring, suite_rsa_size(&suite))),
			     written->by != NULL ? written->by : annas_keys[0],
			     span_text(number), written->plain, &sealed),
	    0);
	if (written->spoilt)
		sealed.text.data[sealed.text.len - 1] ^= 0x40;
	buf_init(&body, 65000);
	buf_init(&packet, 65000);
	enctext_build(written->flags, span_of(sealed.key, sealed.key_len),
	    buf_span(&sealed.text),
	    span_of(sealed.signature, sealed.signature_len), &body);
	buf_printf(&packet, "1:%s:%s:pc1:%u:", number,
	    written->user != NULL ? written->user : "anna",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_ENCRYPT | MESSAGE_UTF8 |
		       MESSAGE_SENDCHECK | written->options));
	buf_put_span(&packet, buf_span(&body));
	buf_put_byte(&packet, 0);
	twin_hear_bytes(&party->twin, &addr, 0, buf_span(&packet));
	suite_text_finish(&sealed);
	buf_finish(&body);
	buf_finish(&packet);
}

/* "text\0" with a number of its own. */
static inline void
hear_text(
    struct party *party, uint32_t flags, unsigned number, const char *text)
{
	struct written written = { .flags = flags,
		.number = number,
		.plain = span_of(text, strlen(text) + 1) };

	hear_sealed(party, "10.77.0.3", &written);
}

static inline void
wait_for(struct party *party, size_t messages)
{
	while (party->messages < messages)
		party_turn(party);
	assert_int_equal(party->messages, messages);
}

static inline void
wait_until_nothing_is_open(struct party *party)
{
	while (lan_pending(party->lan) > 0)
		party_turn(party);
}

#endif

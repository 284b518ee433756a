/* letters.h: messages from Anna, packet by packet. */
#ifndef CAM_TEST_LETTERS_H
#define CAM_TEST_LETTERS_H

#include "ipmsg/attach.h"
#include "ipmsg/enctext.h"
#include "ipmsg/tolist.h"
#include "party.h"
#include "wire.h"

struct outcome {
	int sent, received, silent, failed, err;
	size_t total;
};

static struct rsa_key *annas_keys[2];

static void
on_outcome(void *arg, enum lan_outcome outcome, int err)
{
	struct outcome *got = arg;

	got->total++;
	got->sent += outcome == LAN_SENT;
	got->received += outcome == LAN_RECEIVED;
	got->silent += outcome == LAN_SILENT;
	got->failed += outcome == LAN_FAILED;
	got->err = err;
}

static int
open_keys(void **state)
{
	annas_keys[0] = test_key("other2048");
	annas_keys[1] = test_key("other1024");
	return 0;
}

static int
close_keys(void **state)
{
	rsa_key_free(annas_keys[0]);
	rsa_key_free(annas_keys[1]);
	return 0;
}

/* With her key of 2048 or 1024 bits pinned. */
static struct member *
anna_with_key(struct party *party, int which, uint32_t word)
{
	struct member *anna = party_add_anna(party);

	anna->peer.key = rsa_public_ref(rsa_key_public(annas_keys[which]));
	anna->peer.word = word;
	return anna;
}

static struct lan_letter
letter_to(const struct member *member, const char *text)
{
	struct lan_letter letter = { .peer = &member->peer,
		.packet_no = 1700000077,
		.text = span_text(text) };

	return letter;
}

/* Until it has left or failed. */
static void
wait_for(struct party *party, const struct outcome *outcome)
{
	while (outcome->total == 0)
		party_turn(party);
	twin_flush(&party->twin);
}

/* Opens the packet as anna does. */
static void
open_packet(struct party *party, const struct packet *packet,
    struct enctext *enctext, struct suite_opened *opened)
{
	struct suite suite;
	char number[16];

	assert_int_equal(enctext_parse(packet->parts[0], enctext), 0);
	assert_int_equal(suite_from_flags(enctext->flags, &suite), 0);
	snprintf(number, sizeof number, "%u", (unsigned)packet->number);
	struct suite_parts parts = {
		.key = span_of(enctext->key, enctext->key_len),
		.text = span_of(enctext->data, enctext->data_len),
		.signature =
		    span_of(enctext->signature, enctext->signature_len),
	};
	assert_int_equal(
	    suite_decrypt(party->crypto, &suite,
		annas_keys[suite_rsa_size(&suite) == RSA_2048 ? 0 : 1],
		rsa_key_public(keyring_key(party->keyring, RSA_2048)),
		span_text(number), &parts, opened),
	    0);
}

static uint32_t
chosen(struct party *party, const struct member *member)
{
	uint32_t flags = 0;

	return lan_protection(party->lan, &member->peer, &flags) == 0 ? flags
								      : 0;
}

#endif

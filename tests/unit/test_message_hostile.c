/* test_message_hostile.c: envelopes and receipts over a link that are not what
 * they should be: refused, counted, and the link goes on. */
#include "base/clock.h"
#include "base/err.h"
#include "base/number.h"
#include "base/random.h"
#include "camd/link/identity.h"
#include "camd/message/inbox_parts.h"
#include "camd/message/outbox_parts.h"
#include "camd/message/receipt.h"
#include "camd/message/receipts.h"
#include "camd/trust/trust.h"
#include "crypto/envelope.h"
#include "crypto/keyring.h"
#include "pair.h"
#include "store/seen.h"

/* An envelope from anna's device to bob's, right in everything until a test
 * changes it. */
struct forged {
	struct envelope_content content;
	struct envelope_recipient recipients[2];
	uint8_t body[64];
	struct sign_key *signing;
	struct buf bytes;
};

static void
say(struct forged *forged, const char *text)
{
	struct content content = { .type = CONTENT_MESSAGE,
		.text = span_text(text) };
	struct buf buf;

	buf_init(&buf, sizeof forged->body);
	content_write(&content, &buf);
	memcpy(forged->body, buf.data, buf.len);
	forged->content.body = span_of(forged->body, buf.len);
	buf_finish(&buf);
}

static void
find_talk(struct forged *forged)
{
	struct envelope_content *content = &forged->content;
	uint8_t keys[3][SIGN_KEY_SIZE];

	memcpy(keys[0], content->sender, SIGN_KEY_SIZE);
	for (size_t i = 0; i < content->recipient_count; i++)
		memcpy(keys[i + 1], content->recipients[i].user_key,
		    SIGN_KEY_SIZE);
	envelope_talk((const uint8_t(*)[SIGN_KEY_SIZE])keys,
	    content->recipient_count + 1, content->talk);
}

static void
begin(struct forged *forged, struct pair *pair)
{
	struct identity *anna = pair->anna.camd.identity;
	struct envelope_content *content = &forged->content;

	*forged = (struct forged){ .signing = identity_signing_key(anna) };
	random_bytes(content->id, sizeof content->id);
	memcpy(content->device, identity_device_id(anna), DEVICE_ID_SIZE);
	memcpy(content->sender, identity_user_key(anna), SIGN_KEY_SIZE);
	content->sequence = 1;
	content->time_ms = clock_wall_ms();
	content->type = CONTENT_MESSAGE;
	memcpy(forged->recipients[0].user_key,
	    identity_user_key(pair->bob.camd.identity), SIGN_KEY_SIZE);
	forged->recipients[0].name = span_text("bob@pc2");
	content->recipients = forged->recipients;
	content->recipient_count = 1;
	say(forged, "forged");
	find_talk(forged);
}

static void
seal(struct forged *forged, struct pair *pair)
{
	struct link *link = half_link(&pair->anna);
	uint8_t device[DEVICE_ID_SIZE], stanza[1][ENVELOPE_STANZA_SIZE];
	struct envelope_sealed *sealed = NULL;

	device_id(link_device(link), device);
	assert_int_equal(
	    envelope_seal(&forged->content, 1, forged->signing, &sealed), 0);
	assert_int_equal(envelope_wrap(sealed, device, link_prekey(link)->id,
			     link_prekey(link)->key, stanza[0]),
	    0);
	buf_init(&forged->bytes, 1024 * 1024);
	envelope_write(sealed, (const uint8_t(*)[ENVELOPE_STANZA_SIZE])stanza,
	    1, &forged->bytes);
	envelope_sealed_free(sealed);
}

/* What stands in bob's database is what was stored before. */
struct outcome {
	size_t texts;
	uint64_t refused;
};

static struct outcome
look(struct pair *pair)
{
	struct half_texts texts = half_texts(&pair->bob);
	struct outcome outcome = { texts.count,
		openings_refused(pair->bob.camd.inbox->openings) };

	half_texts_free(&texts);
	return outcome;
}

/* Sends it, and behind it a message that must arrive over the same link. */
static struct outcome
send_it(struct forged *forged, struct pair *pair)
{
	struct link *link = half_link(&pair->anna);

	assert_int_equal(link_send_envelope(link, buf_span(&forged->bytes)), 0);
	buf_finish(&forged->bytes);
	half_send(&pair->anna, "honest");
	pair_settle(pair);
	assert_ptr_equal(half_link(&pair->anna), link);
	return look(pair);
}

static void
assert_refused(struct forged *forged, struct pair *pair)
{
	struct outcome before = look(pair), after;

	seal(forged, pair);
	after = send_it(forged, pair);
	assert_int_equal(after.texts, before.texts + 1);
	assert_int_equal(after.refused, before.refused + 1);
}

static void
assert_taken(struct forged *forged, struct pair *pair)
{
	struct outcome before = look(pair), after;

	seal(forged, pair);
	after = send_it(forged, pair);
	assert_int_equal(after.texts, before.texts + 2);
	assert_int_equal(after.refused, before.refused);
}

/* -- envelopes ------------------------------------------------------------- */

static void
what_is_right_is_taken(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	assert_taken(&forged, *state);
}

static void
another_signature_is_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	assert_int_equal(sign_key_generate(&forged.signing), 0);
	assert_refused(&forged, *state);
	sign_key_free(forged.signing);
}

static void
another_device_than_the_links_is_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.content.device[3] ^= 1;
	assert_refused(&forged, *state);
}

static void
another_sender_than_whose_link_it_is_is_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.content.sender[0] ^= 1;
	find_talk(&forged);
	assert_refused(&forged, *state);
}

static void
a_talk_of_other_people_is_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.content.talk[15] ^= 1;
	assert_refused(&forged, *state);
}

static void
who_is_not_among_the_recipients_refuses(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.recipients[0].user_key[0] ^= 1;
	find_talk(&forged);
	assert_refused(&forged, *state);
}

static void
times_far_from_ours_are_refused(void **state)
{
	static const int64_t day_ms = 24 * 3600 * (int64_t)1000;
	struct forged forged;

	begin(&forged, *state);
	forged.content.time_ms += day_ms + 60000;
	assert_refused(&forged, *state);
	begin(&forged, *state);
	forged.content.time_ms -= 90 * day_ms + 60000;
	assert_refused(&forged, *state);
	/* Clocks differ, and people are away. */
	begin(&forged, *state);
	forged.content.time_ms += day_ms - 60000;
	assert_taken(&forged, *state);
	begin(&forged, *state);
	forged.content.time_ms -= 90 * day_ms - 60000;
	assert_taken(&forged, *state);
}

static void
a_time_ahead_is_not_shown_as_such(void **state)
{
	struct pair *pair = *state;
	struct forged forged;
	struct half_row row;
	char id[ID_SIZE];

	begin(&forged, pair);
	forged.content.time_ms += 3600 * 1000;
	assert_taken(&forged, pair);
	hex_encode(forged.content.id, ENVELOPE_ID_SIZE, id);
	row = half_row(&pair->bob, id);
	assert_non_null(row.message);
	assert_true(row.message->time_ms <= clock_wall_ms());
	free(row.message);
}

static void
contents_of_later_cams_are_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.content.type = 99;
	assert_refused(&forged, *state);
	begin(&forged, *state);
	forged.body[0] = 2;
	assert_refused(&forged, *state);
}

static void
no_text_and_broken_text_are_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.content.body.len = 2;
	assert_refused(&forged, *state);
	begin(&forged, *state);
	forged.body[2] = 0xff;
	assert_refused(&forged, *state);
}

static void
a_number_beyond_all_is_refused(void **state)
{
	struct forged forged;

	begin(&forged, *state);
	forged.content.sequence = (uint64_t)INT64_MAX + 1;
	assert_refused(&forged, *state);
}

static void
bytes_that_are_no_envelope_are_refused(void **state)
{
	struct pair *pair = *state;
	struct outcome before = look(pair), after;
	struct forged forged;

	begin(&forged, pair);
	seal(&forged, pair);
	forged.bytes.len -= 5;
	after = send_it(&forged, pair);
	assert_int_equal(after.texts, before.texts + 1);
	assert_int_equal(after.refused, before.refused + 1);
	buf_init(&forged.bytes, 64);
	buf_put_text(&forged.bytes, "hello");
	after = send_it(&forged, pair);
	assert_int_equal(after.refused, before.refused + 2);
}

static void
one_that_came_before_is_not_shown_again(void **state)
{
	struct pair *pair = *state;
	struct outcome before = look(pair), after;
	struct forged forged;
	struct buf copy;

	begin(&forged, pair);
	seal(&forged, pair);
	buf_init(&copy, 1024 * 1024);
	buf_put_span(&copy, buf_span(&forged.bytes));
	(void)send_it(&forged, pair);
	/* Over the next link too. */
	link_close(half_link(&pair->anna), "the test breaks it");
	while (half_link(&pair->bob) != NULL)
		pair_turn(pair);
	pair_meet(pair);
	forged.bytes = copy;
	after = send_it(&forged, pair);
	assert_int_equal(after.texts, before.texts + 3);
	assert_int_equal(after.refused, before.refused);
}

/* -- that came by IPMSG before --------------------------------------------- */

static void
remember_number(struct store *store, void *arg)
{
	struct store_hash hash = { .expires_ms = INT64_MAX };
	int64_t earlier;

	memcpy(hash.hash, arg, STORE_HASH_SIZE);
	(void)store_seen_add(store, &hash, 0, &earlier);
}

static void
what_came_by_ipmsg_is_not_shown_again(void **state)
{
	struct pair *pair = *state;
	struct outcome before = look(pair), after;
	struct user *anna = half_friend(&pair->bob);
	struct content content = { .type = CONTENT_MESSAGE,
		.packet_no = 1700000123,
		.text = span_text("twice") };
	struct forged forged;
	uint8_t hash[SHA256_SIZE];
	struct buf buf;

	/* As his camd knows who has written by IPMSG. */
	if (anna->peer.key == NULL)
		anna->peer.key =
		    rsa_public_ref((struct rsa_public *)rsa_key_public(
			keyring_key(pair->anna.camd.keyring, RSA_2048)));
	lan_signed_hash(content.packet_no, anna->peer.key, hash);
	half_look(&pair->bob, remember_number, hash);
	begin(&forged, pair);
	buf_init(&buf, sizeof forged.body);
	content_write(&content, &buf);
	memcpy(forged.body, buf.data, buf.len);
	forged.content.body = span_of(forged.body, buf.len);
	buf_finish(&buf);
	seal(&forged, pair);
	after = send_it(&forged, pair);
	assert_int_equal(after.texts, before.texts + 1);
	assert_int_equal(after.refused, before.refused);
}

/* -- receipts -------------------------------------------------------------- */

/* Says as a receipt what the test wants; true when the message is still under
 * way afterwards. */
static bool
is_passed_over(struct half *anna, struct receipt *receipt, const char *label,
    const struct sign_key *key)
{
	struct link *link = half_link(anna);
	json_t *params;

	assert_int_equal(receipt_sign(receipt, label, key), 0);
	params = receipt_params(receipt);
	assert_int_equal(receipts_hear(link, params, NULL), 0);
	json_decref(params);
	while (workers_load(anna->camd.pool) > 0)
		pair_turn(anna->pair);
	assert_ptr_equal(half_link(anna), link);
	return outbox_count(anna->camd.outbox) == 1;
}

/* While bob's camd cannot store, and so has said nothing. */
static void
only_what_he_has_signed_is_a_receipt(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	const struct sign_key *his =
	    identity_signing_key(pair->bob.camd.identity);
	struct receipt *receipt = xcalloc(1, sizeof *receipt);
	struct sign_key *other = NULL;
	struct half_block block;
	struct pair_sent sent;

	half_block(&pair->bob, &block);
	sent = half_send(anna, "waits");
	while (openings_pending(pair->bob.camd.inbox->openings) == 0)
		pair_turn(pair);
	assert_int_equal(sign_key_generate(&other), 0);
	receipt->count = 1;
	hex_decode(span_text(sent.id), receipt->ids[0], ENVELOPE_ID_SIZE);
	device_id(link_device(half_link(anna)), receipt->receiver);
	memcpy(receipt->sender, identity_device_id(anna->camd.identity),
	    DEVICE_ID_SIZE);
	assert_true(is_passed_over(anna, receipt, RECEIPT_STORED, other));
	assert_true(is_passed_over(anna, receipt, RECEIPT_OPENED, his));
	receipt->sender[0] ^= 1;
	assert_true(is_passed_over(anna, receipt, RECEIPT_STORED, his));
	receipt->sender[0] ^= 1;
	assert_false(is_passed_over(anna, receipt, RECEIPT_STORED, his));
	half_go_on(&pair->bob, &block);
	pair_settle(pair);
	sign_key_free(other);
	free(receipt);
}

static void
receipts_that_are_none_are_refused(void **state)
{
	struct link *link = half_link(&((struct pair *)*state)->anna);
	json_t *params = json_pack("{s:s}", "ids", "none");

	assert_int_equal(receipts_hear(link, params, NULL), CAM_ERR_FORMAT);
	assert_int_equal(
	    receipts_hear_refused(link, params, NULL), CAM_ERR_FORMAT);
	assert_int_equal(
	    receipts_hear_opened(link, params, NULL), CAM_ERR_FORMAT);
	json_decref(params);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(what_is_right_is_taken),
		TEST_OF_PAIR(another_signature_is_refused),
		TEST_OF_PAIR(another_device_than_the_links_is_refused),
		TEST_OF_PAIR(another_sender_than_whose_link_it_is_is_refused),
		TEST_OF_PAIR(a_talk_of_other_people_is_refused),
		TEST_OF_PAIR(who_is_not_among_the_recipients_refuses),
		TEST_OF_PAIR(times_far_from_ours_are_refused),
		TEST_OF_PAIR(a_time_ahead_is_not_shown_as_such),
		TEST_OF_PAIR(contents_of_later_cams_are_refused),
		TEST_OF_PAIR(no_text_and_broken_text_are_refused),
		TEST_OF_PAIR(a_number_beyond_all_is_refused),
		TEST_OF_PAIR(bytes_that_are_no_envelope_are_refused),
		TEST_OF_PAIR(one_that_came_before_is_not_shown_again),
		TEST_OF_PAIR(what_came_by_ipmsg_is_not_shown_again),
		TEST_OF_PAIR(only_what_he_has_signed_is_a_receipt),
		TEST_OF_PAIR(receipts_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_seal.c: envelopes of parcels, sealed once for many; and who gets none.
 */
#include "base/err.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/message/content.h"
#include "camd/message/outbox_parts.h"
#include "camd/message/parcel.h"
#include "camd/message/seal.h"
#include "greeter.h"

static struct camd *
camd_of(struct town *town)
{
	return &town->world.camd;
}

struct sealed {
	bool done;
	int err;
	struct buf bytes;
};

static void
on_sealed(void *arg, int err, struct buf *bytes)
{
	struct sealed *sealed = arg;

	assert_false(sealed->done);
	sealed->done = true;
	sealed->err = err;
	sealed->bytes = *bytes;
	buf_init(bytes, 0);
}

/* Somebody who can open what is sealed for him. */
struct reader {
	struct greeter greeter;
	struct user *user;
	struct hpke_key *key;
	struct prekey prekey;
	uint8_t device[DEVICE_ID_SIZE];
};

static void
reader_init(
    struct reader *reader, struct town *town, const char *logon, const char *at)
{
	greeter_init(&reader->greeter, logon, "pc9", at, NULL);
	assert_int_equal(hpke_key_generate(&reader->key), 0);
	reader->prekey.id = 7;
	hpke_key_public(reader->key, reader->prekey.key);
	device_id(&reader->greeter.devices.list[0], reader->device);
	reader->user = NULL;
}

static void
reader_finish(struct reader *reader)
{
	hpke_key_free(reader->key);
	greeter_finish(&reader->greeter);
}

static struct sealing *
ask_seal(struct town *town, struct parcel *parcel, const struct reader *reader,
    uint32_t packet_no, struct sealed *sealed)
{
	struct seal_to to = { .user_key = reader->greeter.devices.user_key,
		.prekey = &reader->prekey };

	memcpy(to.device, reader->device, DEVICE_ID_SIZE);
	*sealed = (struct sealed){ .done = false };
	return seals_ask(camd_of(town)->outbox->seals, parcel, packet_no, &to,
	    on_sealed, sealed);
}

static void
wait_for(struct town *town, const struct sealed *sealed)
{
	while (!sealed->done)
		world_turn(&town->world);
}

/* Opens it as that one does. */
static void
open_it(struct town *town, const struct sealed *sealed,
    const struct reader *reader, struct envelope *envelope,
    struct envelope_opened *opened)
{
	uint8_t signing[SIGN_KEY_SIZE];
	uint32_t number = 0;

	assert_int_equal(sealed->err, 0);
	sign_key_public(identity_signing_key(camd_of(town)->identity), signing);
	assert_int_equal(envelope_parse(buf_span(&sealed->bytes), envelope), 0);
	assert_int_equal(envelope_prekey(envelope, reader->device, &number), 0);
	assert_int_equal(number, 7);
	assert_int_equal(envelope_open(envelope, reader->device, reader->key,
			     signing, reader->greeter.devices.user_key, opened),
	    0);
}

static struct parcel *
make_parcel(
    struct town *town, const char *text, const int64_t *uids, size_t count)
{
	struct parcel *parcel = parcel_new(text, strlen(text));

	random_id(parcel->id);
	parcel->sequence = 5;
	parcel->time_ms = 1792000000000;
	parcel_address(parcel, camd_of(town), uids, count);
	return parcel;
}

static void
assert_talk(const struct envelope_content *content)
{
	uint8_t keys[3][SIGN_KEY_SIZE], talk[ENVELOPE_TALK_SIZE];

	assert_int_equal(content->recipient_count, 2);
	memcpy(keys[0], content->sender, SIGN_KEY_SIZE);
	for (size_t i = 0; i < 2; i++)
		memcpy(keys[i + 1], content->recipients[i].user_key,
		    SIGN_KEY_SIZE);
	envelope_talk((const uint8_t(*)[SIGN_KEY_SIZE])keys, 3, talk);
	assert_memory_equal(talk, content->talk, sizeof talk);
}

/* Bob's link is open before anything is known of carl's keys. */
static void
it_is_sealed_once_and_again_only_for_a_key_that_came_since(void **state)
{
	struct town *town = *state;
	struct user *carl = roster_add(camd_of(town)->roster, "carl", "pc9");
	struct envelope_opened opened, again;
	struct envelope envelopes[3];
	struct sealed sealed[3];
	struct reader readers[2];
	struct parcel *parcel;
	int64_t uids[2];

	reader_init(&readers[0], town, "bob", "10.77.0.3:2425");
	reader_init(&readers[1], town, "carl", "10.77.0.4:2425");
	readers[0].user = greet(town, &readers[0].greeter);
	uids[0] = readers[0].user->uid;
	uids[1] = carl->uid;
	parcel = make_parcel(town, "both", uids, 2);
	ask_seal(town, parcel, &readers[0], 0, &sealed[0]);
	wait_for(town, &sealed[0]);
	ask_seal(town, parcel, &readers[0], 0, &sealed[1]);
	wait_for(town, &sealed[1]);
	open_it(town, &sealed[0], &readers[0], &envelopes[0], &opened);
	assert_talk(&opened.content);
	assert_true(
	    span_equal_text(opened.content.recipients[1].name, "carl@pc9"));
	envelope_opened_finish(&opened);
	assert_int_equal(
	    envelope_parse(buf_span(&sealed[1].bytes), &envelopes[1]), 0);
	assert_true(span_equal(envelopes[0].body, envelopes[1].body));
	/* Now he shows one. */
	carl = greet(town, &readers[1].greeter);
	ask_seal(town, parcel, &readers[1], 0, &sealed[2]);
	wait_for(town, &sealed[2]);
	open_it(town, &sealed[2], &readers[1], &envelopes[2], &again);
	assert_talk(&again.content);
	assert_false(span_equal(envelopes[0].body, envelopes[2].body));
	envelope_opened_finish(&again);
	parcel_unref(parcel);
	for (int i = 0; i < 3; i++)
		buf_finish(&sealed[i].bytes);
	reader_finish(&readers[0]);
	reader_finish(&readers[1]);
}

static void
what_has_left_by_ipmsg_says_so_to_that_one(void **state)
{
	struct town *town = *state;
	struct envelope_opened opened;
	struct envelope envelope;
	struct content content;
	struct sealed sealed;
	struct reader bob;
	struct parcel *parcel;

	reader_init(&bob, town, "bob", "10.77.0.3:2425");
	bob.user = greet(town, &bob.greeter);
	parcel = make_parcel(town, "once more", &bob.user->uid, 1);
	ask_seal(town, parcel, &bob, 1700000123, &sealed);
	wait_for(town, &sealed);
	open_it(town, &sealed, &bob, &envelope, &opened);
	assert_int_equal(opened.content.sequence, 5);
	assert_int_equal(
	    content_parse(opened.content.type, opened.content.body, &content),
	    0);
	assert_int_equal(content.packet_no, 1700000123);
	assert_true(span_equal_text(content.text, "once more"));
	envelope_opened_finish(&opened);
	buf_finish(&sealed.bytes);
	parcel_unref(parcel);
	reader_finish(&bob);
}

static void
who_gives_up_hears_nothing(void **state)
{
	struct town *town = *state;
	struct sealed sealed, other;
	struct sealing *sealing;
	struct parcel *parcel;
	struct reader bob;

	reader_init(&bob, town, "bob", "10.77.0.3:2425");
	bob.user = greet(town, &bob.greeter);
	parcel = make_parcel(town, "never mind", &bob.user->uid, 1);
	sealing = ask_seal(town, parcel, &bob, 0, &sealed);
	ask_seal(town, parcel, &bob, 0, &other);
	sealing_cancel(sealing);
	sealing_cancel(NULL);
	parcel_unref(parcel);
	wait_for(town, &other);
	assert_false(sealed.done);
	buf_finish(&other.bytes);
	reader_finish(&bob);
}

static bool
have_all(const struct sealed *sealed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!sealed[i].done)
			return false;
	}
	return true;
}

/* Somebody in their midst has shown his key since: all before him can read what
 * was sealed before, and all of them what they get. */
static void
many_are_sealed_for_at_once(void **state)
{
	enum { MANY = 300, MIDST = 150 };
	static struct sealed sealed[MANY];
	struct town *town = *state;
	struct user *carl = roster_add(camd_of(town)->roster, "carl", "pc9");
	struct reader readers[2];
	struct parcel *parcel;
	int64_t uids[2];

	reader_init(&readers[0], town, "bob", "10.77.0.3:2425");
	reader_init(&readers[1], town, "carl", "10.77.0.4:2425");
	uids[0] = greet(town, &readers[0].greeter)->uid;
	uids[1] = carl->uid;
	parcel = make_parcel(town, "all of you", uids, 2);
	ask_seal(town, parcel, &readers[0], 0, &sealed[0]);
	wait_for(town, &sealed[0]);
	buf_finish(&sealed[0].bytes);
	(void)greet(town, &readers[1].greeter);
	for (size_t i = 0; i < MANY; i++)
		ask_seal(town, parcel, &readers[i == MIDST], 0, &sealed[i]);
	while (!have_all(sealed, MANY))
		world_turn(&town->world);
	for (size_t i = 0; i < MANY; i++) {
		struct envelope_opened opened;
		struct envelope envelope;

		open_it(
		    town, &sealed[i], &readers[i == MIDST], &envelope, &opened);
		envelope_opened_finish(&opened);
		buf_finish(&sealed[i].bytes);
	}
	parcel_unref(parcel);
	reader_finish(&readers[0]);
	reader_finish(&readers[1]);
}

static void
too_many_recipients_are_too_many(void **state)
{
	struct town *town = *state;
	size_t count = ENVELOPE_STANZAS_MAX + 1;
	int64_t *uids = xcalloc(count, sizeof *uids);
	struct sealed sealed;
	struct parcel *parcel;
	struct reader bob;

	reader_init(&bob, town, "bob", "10.77.0.3:2425");
	bob.user = greet(town, &bob.greeter);
	for (size_t i = 0; i < count; i++)
		uids[i] = bob.user->uid;
	parcel = make_parcel(town, "everybody", uids, count);
	ask_seal(town, parcel, &bob, 0, &sealed);
	wait_for(town, &sealed);
	assert_int_equal(sealed.err, CAM_ERR_LIMIT);
	buf_finish(&sealed.bytes);
	parcel_unref(parcel);
	free(uids);
	reader_finish(&bob);
}

/* -- blocked --------------------------------------------------------------- */

static void
on_verified(void *arg, int err)
{
	assert_int_equal(err, 0);
	*(bool *)arg = true;
}

static void
nothing_goes_to_who_is_blocked_and_what_waits_waits(void **state)
{
	struct town *town = *state;
	struct greeter bob, eve;
	struct user *user;
	struct asker asker;
	struct sent sent;
	bool verified = false;
	const json_t *recipient;
	json_t *reply;

	greeter_init(&bob, "bob", "pc8", "10.77.0.3:2425", NULL);
	greeter_init(&eve, "bob", "pc8", "10.77.0.66:2425", NULL);
	user = greet(town, &bob);
	user->peer.strength = PEER_CAM1;
	sent = send_to(town, user, "for bob alone");
	assert_string_equal(sent.state, "queued");
	assert_int_equal(
	    trust_verify(camd_of(town)->trust, user, on_verified, &verified),
	    0);
	while (!verified)
		world_turn(&town->world);
	(void)greet(town, &eve);
	assert_true(trust_is_blocked(camd_of(town)->trust, user));
	outbox_user_heard(camd_of(town)->outbox, user);
	town_settle(town);
	assert_int_equal(delivery_of(town, sent.id).state, STORE_QUEUED);
	asker_open(&asker, &town->world);
	reply = ask(&asker, "message.send",
	    json_pack("{s:[s], s:s, s:b}", "to", "bob@pc8", "text", "secret",
		"clear", 1));
	recipient = json_array_get(json_object_get(reply, "recipients"), 0);
	assert_string_equal(text_of(recipient, "state"), "queued");
	assert_string_equal(text_of(recipient, "reason"), "key");
	assert_int_equal(
	    json_integer_value(json_object_get(recipient, "exit")), 7);
	town_settle(town);
	assert_int_equal(
	    delivery_of(town, text_of(reply, "id")).state, STORE_QUEUED);
	json_decref(reply);
	asker_close(&asker);
	greeter_finish(&bob);
	greeter_finish(&eve);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(
		    it_is_sealed_once_and_again_only_for_a_key_that_came_since),
		TEST_OF_TOWN(what_has_left_by_ipmsg_says_so_to_that_one),
		TEST_OF_TOWN(who_gives_up_hears_nothing),
		TEST_OF_TOWN(many_are_sealed_for_at_once),
		TEST_OF_TOWN(too_many_recipients_are_too_many),
		TEST_OF_TOWN(
		    nothing_goes_to_who_is_blocked_and_what_waits_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

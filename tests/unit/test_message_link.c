/* test_message_link.c: messages between two camd over a link that breaks. */
#include "base/clock.h"
#include "camd/link/door.h"
#include "camd/message/outbox_parts.h"
#include "pair.h"

static void
a_message_goes_over_the_link(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent = half_send(&pair->anna, "h\xc3\xa9llo");
	struct half_row out, in;

	pair_settle(pair);
	out = half_row(&pair->anna, sent.id);
	assert_int_equal(out.delivery.state, STORE_DELIVERED);
	assert_int_equal(out.delivery.receipt, STORE_SIGNED_RECEIPT);
	assert_int_equal(out.delivery.encryption, STORE_CAM1);
	in = half_row(&pair->bob, sent.id);
	assert_non_null(in.message);
	assert_string_equal(in.message->text, "h\xc3\xa9llo");
	assert_int_equal(in.message->encryption, STORE_CAM1);
	assert_int_equal(in.message->signature, STORE_PINNED);
	assert_int_equal(in.message->from, half_friend(&pair->bob)->uid);
	assert_int_equal(in.message->time_ms, out.message->time_ms);
	free(in.message);
	free(out.message);
}

static void
the_longest_message_goes_too(void **state)
{
	struct pair *pair = *state;
	char *text = xmalloc(LIMIT_MESSAGE_TEXT + 1);
	struct pair_sent sent;
	struct half_row in;

	memset(text, 'x', LIMIT_MESSAGE_TEXT);
	text[LIMIT_MESSAGE_TEXT] = '\0';
	sent = half_send(&pair->bob, text);
	pair_settle(pair);
	in = half_row(&pair->anna, sent.id);
	assert_non_null(in.message);
	assert_true(strcmp(in.message->text, text) == 0);
	free(in.message);
	free(text);
}

/* Twenty of a mebibyte wait; little more than one is sealed and on its way. */
static void
little_is_under_way_at_a_time(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	struct outbox *outbox = anna->camd.outbox;
	char *text = xmalloc(LIMIT_MESSAGE_TEXT + 1);
	size_t most = 0;

	memset(text, 'y', LIMIT_MESSAGE_TEXT);
	text[LIMIT_MESSAGE_TEXT] = '\0';
	for (int i = 0; i < 20; i++) {
		(void)half_send(anna, text);
		if (outbox->freight.bytes > most)
			most = outbox->freight.bytes;
	}
	while (outbox_count(outbox) > 0) {
		pair_turn(pair);
		if (outbox->freight.bytes > most)
			most = outbox->freight.bytes;
	}
	assert_in_range(most, LIMIT_MESSAGE_TEXT, 2 * SHIPMENT_BYTES);
	assert_int_equal(outbox->freight.bytes, 0);
	pair_settle(pair);
	free(text);
}

static void
a_reply_says_what_it_answers_at_both_ends(void **state)
{
	struct pair *pair = *state;
	struct pair_sent first = half_send(&pair->anna, "question"), second;
	struct user *friend;
	struct half_row in;

	pair_settle(pair);
	friend = half_friend(&pair->bob);
	second = half_send_to(&pair->bob, &friend, 1, "answer",
	    (struct outbox_request){ .reply = first.id });
	pair_settle(pair);
	in = half_row(&pair->anna, second.id);
	assert_string_equal(in.message->reply_to, first.id);
	free(in.message);
}

/* Dialled again at once when they hear of each other. */
static void
announce(struct pair *pair)
{
	lan_enter(pair->anna.camd.lan);
	lan_enter(pair->bob.camd.lan);
}

/* A weaker way was allowed, but a link was there: it may have arrived. */
static void
what_a_link_has_taken_waits_for_a_link(void **state)
{
	struct pair *pair = *state;
	struct camd *anna = &pair->anna.camd, *bob = &pair->bob.camd;
	struct user *friend = half_friend(&pair->anna);
	struct addr at = *udp_address(lan_udp(bob->lan, ADDR_V4));
	struct half_block block;
	struct half_texts texts;
	struct pair_sent sent;
	struct half_row row;

	half_block(&pair->bob, &block);
	sent = half_send_to(&pair->anna, &friend, 1, "only once",
	    (struct outbox_request){ .clear = true });
	while (inbox_pending(bob->inbox) == 0)
		pair_turn(pair);
	/* It is there; the receipt never comes, and no other link at once. */
	door_close(bob->door);
	link_close(half_link(&pair->anna), "test");
	half_go_on(&pair->bob, &block);
	announce(pair);
	while (links_state(anna->links, friend) != LINKS_WAITING)
		pair_turn(pair);
	assert_int_equal(door_open(bob->door, &at, NULL), 0);
	announce(pair);
	pair_settle(pair);
	texts = half_texts(&pair->bob);
	assert_int_equal(texts.count, 1);
	half_texts_free(&texts);
	row = half_row(&pair->anna, sent.id);
	assert_int_equal(row.delivery.encryption, STORE_CAM1);
	assert_int_equal(row.delivery.receipt, STORE_SIGNED_RECEIPT);
	free(row.message);
}

/* -- whatever breaks ------------------------------------------------------- */

enum { MESSAGES = 1000, BREAKS = 10, RESTARTS = 3, OUTSTANDING_MAX = 400 };

struct model {
	struct half *half;
	size_t sent;
};

static uint32_t
chance(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* The same text from the same number, so that nothing need be kept. */
static char *
nth_text(const struct half *half, size_t n, uint64_t seed)
{
	uint64_t own = seed ^ (n * 0x9e3779b97f4a7c15u);
	size_t extra =
	    chance(&own, 50) == 0 ? chance(&own, 200000) : chance(&own, 200);
	char *text = xasprintf("%s %zu ", half->id, n);
	size_t len = strlen(text);

	text = xreallocarray(text, len + extra + 1, 1);
	memset(text + len, 'a' + (int)(n % 26), extra);
	text[len + extra] = '\0';
	return text;
}

static void
on_any_stored(void *arg, int err, const struct outbox_sent *sent)
{
	assert_int_equal(err, 0);
}

static void
send_some(struct model *model, uint64_t *seed, uint64_t texts)
{
	struct user *friend = half_friend(model->half);
	size_t count = 1 + chance(seed, 40);

	while (count-- > 0 && model->sent < MESSAGES &&
	       outbox_count(model->half->camd.outbox) < OUTSTANDING_MAX) {
		char *text = nth_text(model->half, model->sent++, texts);
		struct outbox_request request = { .text = text,
			.text_len = strlen(text),
			.to = &friend,
			.to_count = 1 };

		outbox_send(
		    model->half->camd.outbox, &request, on_any_stored, NULL);
		free(text);
	}
}

static void
assert_all_arrived(const struct model *model, uint64_t texts)
{
	struct half_texts got = half_texts(model->half->other);

	assert_int_equal(got.count, MESSAGES);
	assert_int_equal(got.missing, 0);
	for (size_t i = 0; i < got.count; i++) {
		char *text = nth_text(model->half, i, texts);

		if (strcmp(got.list[i], text) != 0)
			fail_msg("message %zu of %s is '%.40s'", i,
			    model->half->id, got.list[i]);
		free(text);
	}
	half_texts_free(&got);
}

static void
each_arrives_once_and_in_order_whatever_breaks(void **state)
{
	struct pair *pair = *state;
	const char *given = getenv("CAM_TEST_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261122,
		 texts = seed;
	struct model models[2] = { { &pair->anna, 0 }, { &pair->bob, 0 } };
	int breaks = BREAKS, restarts = RESTARTS;
	uint64_t announced_ms = 0;

	for (;;) {
		struct half *half = models[chance(&seed, 2)].half;
		struct link *link = half_link(half);

		for (int i = 0; i < 2; i++)
			send_some(&models[i], &seed, texts);
		pair_turn(pair);
		if (link != NULL && breaks > 0 && chance(&seed, 60) == 0 &&
		    half_link(half) == link) {
			breaks--;
			link_close(link, "the test breaks it");
		} else if (restarts > 0 && breaks < BREAKS / 2 &&
			   chance(&seed, 80) == 0) {
			restarts--;
			half_stop(half);
			half_start(half);
		}
		if (half_link(&pair->anna) == NULL &&
		    clock_now_ms() - announced_ms > 200) {
			announced_ms = clock_now_ms();
			announce(pair);
		}
		if (models[0].sent == MESSAGES && models[1].sent == MESSAGES &&
		    breaks == 0 && restarts == 0 &&
		    outbox_count(pair->anna.camd.outbox) == 0 &&
		    outbox_count(pair->bob.camd.outbox) == 0)
			break;
	}
	pair_settle(pair);
	assert_all_arrived(&models[0], texts);
	assert_all_arrived(&models[1], texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(a_message_goes_over_the_link),
		TEST_OF_PAIR(the_longest_message_goes_too),
		TEST_OF_PAIR(little_is_under_way_at_a_time),
		TEST_OF_PAIR(a_reply_says_what_it_answers_at_both_ends),
		TEST_OF_PAIR(what_a_link_has_taken_waits_for_a_link),
		TEST_OF_PAIR(each_arrives_once_and_in_order_whatever_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

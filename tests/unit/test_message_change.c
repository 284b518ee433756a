/* test_message_change.c: what becomes of a message over a link: opened, edited,
 * deleted, refused; who else got it; who is writing. */
#include "base/err.h"
#include "base/number.h"
#include "camd/message/change.h"
#include "camd/message/outbox_parts.h"
#include "pair.h"
#include "store/change.h"
#include "store/notice.h"
#include "store/talk.h"

/* -- opened ---------------------------------------------------------------- */

static void
on_opened(void *arg, int err, json_t *message)
{
	assert_int_equal(err, 0);
	*(bool *)arg = true;
}

static void
open_it(struct half *half, const char *id)
{
	bool done = false;

	inbox_open(half->camd.inbox, id, on_opened, &done);
	while (!done)
		pair_turn(half->pair);
}

static enum store_state
state_of(struct half *half, const char *id)
{
	struct half_row row = half_row(half, id);

	assert_non_null(row.message);
	free(row.message);
	return row.delivery.state;
}

static void
wait_for_state(struct half *half, const char *id, enum store_state state)
{
	while (state_of(half, id) != state)
		pair_turn(half->pair);
}

static struct pair_sent
send_sealed(struct half *half, const char *text)
{
	struct user *friend = half_friend(half);

	return half_send_to(half, &friend, 1, text,
	    (struct outbox_request){ .sealed = true, .locked = true });
}

static int
count_notice(const struct store_notice *notice, void *arg)
{
	++*(int *)arg;
	return 0;
}

static void
look_for_notices(struct store *store, void *arg)
{
	(void)store_notice_each(store, count_notice, arg);
}

static void
a_sealed_message_tells_when_it_is_opened(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent = send_sealed(&pair->anna, "secret");
	struct half_row in;
	int notices = 0;

	pair_settle(pair);
	in = half_row(&pair->bob, sent.id);
	assert_true(in.message->sealed && in.message->locked);
	assert_false(in.message->opened);
	free(in.message);
	assert_int_equal(state_of(&pair->anna, sent.id), STORE_DELIVERED);
	open_it(&pair->bob, sent.id);
	wait_for_state(&pair->anna, sent.id, STORE_OPENED);
	do {
		pair_turn(pair);
		notices = 0;
		half_look(&pair->bob, look_for_notices, &notices);
	} while (notices > 0);
}

static void
that_it_was_opened_is_told_over_a_later_link_too(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent = send_sealed(&pair->anna, "secret");

	pair_settle(pair);
	half_stop(&pair->anna);
	while (half_link(&pair->bob) != NULL)
		pair_turn(pair);
	open_it(&pair->bob, sent.id);
	half_stop(&pair->bob);
	half_start(&pair->anna);
	half_start(&pair->bob);
	pair_meet(pair);
	wait_for_state(&pair->anna, sent.id, STORE_OPENED);
}

static void
on_ids_stored(void *arg, int err)
{
	assert_int_equal(err, 0);
	*(bool *)arg = true;
}

static void
only_what_was_sealed_and_for_him_can_be_opened(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	struct user *carl = roster_add(anna->camd.roster, "carl", "pc3");
	struct pair_sent plain = half_send(anna, "not sealed");
	struct pair_sent other = half_send_to(anna, &carl, 1, "for carl",
	    (struct outbox_request){ .sealed = true, .clear = true });
	uint8_t ids[3][OUTBOX_ID_SIZE] = { { 0 } };
	bool done = false;

	while (state_of(anna, plain.id) != STORE_DELIVERED)
		pair_turn(pair);
	hex_decode(span_text(plain.id), ids[0], OUTBOX_ID_SIZE);
	hex_decode(span_text(other.id), ids[1], OUTBOX_ID_SIZE);
	outbox_opened_ids(anna->camd.outbox, half_friend(anna),
	    (const uint8_t(*)[OUTBOX_ID_SIZE])ids, 3, on_ids_stored, &done);
	while (!done)
		pair_turn(pair);
	assert_int_equal(state_of(anna, plain.id), STORE_DELIVERED);
	assert_int_equal(state_of(anna, other.id), STORE_QUEUED);
}

/* -- edited and deleted ---------------------------------------------------- */

struct changed {
	bool done;
	int err;
	char id[ID_SIZE];
	char state[16], reason[16]; /* of the first recipient */
	size_t recipients;
};

static void
on_changed(void *arg, int err, const struct outbox_sent *sent)
{
	struct changed *changed = arg;

	changed->done = true;
	changed->err = err;
	if (err != 0)
		return;
	assert_true(sent->time_ms > 0);
	changed->recipients = sent->count;
	snprintf(changed->id, sizeof changed->id, "%s", sent->id);
	if (sent->count == 0)
		return;
	snprintf(changed->reason, sizeof changed->reason, "%s",
	    sent->deliveries[0].error);
	snprintf(changed->state, sizeof changed->state, "%s",
	    store_state_word(sent->deliveries[0].state));
}

static struct changed
change_it(struct half *half, const char *id, const char *text)
{
	struct changed changed = { .done = false };

	change_message(&half->camd, id, text, on_changed, &changed);
	while (!changed.done)
		pair_turn(half->pair);
	return changed;
}

static void
assert_text(struct half *half, const char *id, const char *text, bool deleted)
{
	struct half_row row = half_row(half, id);

	assert_non_null(row.message);
	assert_string_equal(row.message->text, text);
	assert_int_equal(row.message->deleted, deleted);
	free(row.message);
}

static void
an_edit_is_seen_at_both_ends(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent = half_send(&pair->anna, "first");
	struct changed changed;

	pair_settle(pair);
	changed = change_it(&pair->anna, sent.id, "second");
	assert_int_equal(changed.err, 0);
	assert_int_equal(changed.recipients, 1);
	assert_string_equal(changed.state, "queued");
	pair_settle(pair);
	assert_text(&pair->anna, sent.id, "second", false);
	assert_text(&pair->bob, sent.id, "second", false);
	/* The change is a delivery of its own. */
	assert_int_equal(state_of(&pair->anna, changed.id), STORE_DELIVERED);
}

static void
a_deletion_is_seen_at_both_ends_and_is_final(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent = half_send(&pair->bob, "regretted");

	pair_settle(pair);
	assert_int_equal(change_it(&pair->bob, sent.id, NULL).err, 0);
	pair_settle(pair);
	assert_text(&pair->anna, sent.id, "", true);
	assert_text(&pair->bob, sent.id, "", true);
	assert_int_equal(
	    change_it(&pair->bob, sent.id, "again").err, CAM_ERR_EXISTS);
}

static void
others_messages_are_not_ours_to_change(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent = half_send(&pair->anna, "hers");

	pair_settle(pair);
	assert_int_equal(
	    change_it(&pair->bob, sent.id, "mine").err, CAM_ERR_REFUSED);
	assert_int_equal(
	    change_it(&pair->bob, "00112233445566778899aabbccddeeff", NULL).err,
	    CAM_ERR_UNKNOWN);
	assert_text(&pair->anna, sent.id, "hers", false);
}

static void
changes_wait_for_the_link_and_keep_their_order(void **state)
{
	struct pair *pair = *state;
	struct pair_sent first, second;
	struct half_row row;

	half_stop(&pair->bob);
	while (half_link(&pair->anna) != NULL)
		pair_turn(pair);
	first = half_send(&pair->anna, "one");
	second = half_send(&pair->anna, "two");
	assert_int_equal(change_it(&pair->anna, first.id, "one!").err, 0);
	assert_int_equal(change_it(&pair->anna, first.id, "one?").err, 0);
	half_stop(&pair->anna);
	half_start(&pair->anna);
	half_start(&pair->bob);
	pair_meet(pair);
	pair_settle(pair);
	assert_text(&pair->bob, first.id, "one?", false);
	assert_text(&pair->bob, second.id, "two", false);
	row = half_row(&pair->bob, second.id);
	assert_int_equal(row.message->missing, 0);
	free(row.message);
}

/* What has not left never leaves. */
static void
what_is_deleted_before_it_left_stays_here(void **state)
{
	struct pair *pair = *state;
	struct pair_sent sent, last;
	struct changed changed;
	struct half_row row;

	(void)half_send(&pair->anna, "seen");
	pair_settle(pair);
	half_stop(&pair->bob);
	while (half_link(&pair->anna) != NULL)
		pair_turn(pair);
	sent = half_send(&pair->anna, "never seen");
	changed = change_it(&pair->anna, sent.id, NULL);
	assert_int_equal(changed.err, 0);
	assert_int_equal(changed.recipients, 0);
	row = half_row(&pair->anna, sent.id);
	assert_int_equal(row.delivery.state, STORE_FAILED);
	assert_string_equal(row.delivery.error, STORE_ERROR_DELETED);
	free(row.message);
	last = half_send(&pair->anna, "last");
	half_start(&pair->bob);
	pair_meet(pair);
	pair_settle(pair);
	row = half_row(&pair->bob, sent.id);
	assert_null(row.message);
	/* Nor is it missed. */
	row = half_row(&pair->bob, last.id);
	assert_string_equal(row.message->text, "last");
	assert_int_equal(row.message->missing, 0);
	free(row.message);
}

static void
who_has_no_cam_cannot_be_sent_a_change(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	struct user *carl = roster_add(anna->camd.roster, "carl", "pc3");
	struct pair_sent sent = half_send_to(anna, &carl, 1, "by IPMSG",
	    (struct outbox_request){ .clear = true });
	struct changed changed = change_it(anna, sent.id, "edited");

	assert_int_equal(changed.err, 0);
	assert_string_equal(changed.state, "failed");
	assert_string_equal(changed.reason, "unable");
}

/* -- refused, blocked ------------------------------------------------------ */

static void
a_refusal_is_told_with_its_reason(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	struct outbox *outbox = anna->camd.outbox;
	uint8_t ids[1][OUTBOX_ID_SIZE];
	static const uint8_t digest[SHA256_SIZE] = { 1 };
	struct outbox_refusal refusal = {
		.ids = (const uint8_t(*)[OUTBOX_ID_SIZE])ids,
		.count = 1,
		.reason = "version",
	};
	struct half_block block;
	struct pair_sent sent;
	struct half_row row;

	half_block(&pair->bob, &block);
	sent = half_send(anna, "refuse me");
	hex_decode(span_text(sent.id), ids[0], OUTBOX_ID_SIZE);
	/* What has not left cannot have been refused. */
	outbox_refused(outbox, half_friend(anna), &refusal);
	assert_int_equal(outbox_count(outbox), 1);
	while (inbox_pending(pair->bob.camd.inbox) == 0)
		pair_turn(pair);
	/* Of a copy that a server had, and which says nothing of this one. */
	refusal.digest = digest;
	outbox_refused(outbox, half_friend(anna), &refusal);
	assert_int_equal(outbox_count(outbox), 1);
	refusal.digest = NULL;
	outbox_refused(outbox, half_friend(anna), &refusal);
	assert_int_equal(outbox_count(outbox), 0);
	row = half_row(anna, sent.id);
	assert_int_equal(row.delivery.state, STORE_FAILED);
	assert_string_equal(row.delivery.error, "version");
	free(row.message);
	half_go_on(&pair->bob, &block);
}

/* Somebody's disk is full, say: the link is made anew, and all goes again. */
static void
who_confirms_nothing_is_asked_anew(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	struct link *link = half_link(anna);
	struct shipment *shipment;
	struct half_block block;
	struct pair_sent sent;

	half_block(&pair->bob, &block);
	sent = half_send(anna, "once");
	shipment = outbox_find_line(anna->camd.outbox, half_friend(anna)->uid)
		       ->shipment;
	assert_non_null(shipment);
	/* Not before it has left. */
	shipment_is_stalled(shipment);
	assert_ptr_equal(half_link(anna), link);
	while (inbox_pending(pair->bob.camd.inbox) == 0)
		pair_turn(pair);
	shipment_is_stalled(shipment);
	assert_null(half_link(anna));
	half_go_on(&pair->bob, &block);
	pair_meet(pair);
	pair_settle(pair);
	assert_int_equal(state_of(anna, sent.id), STORE_DELIVERED);
	assert_text(&pair->bob, sent.id, "once", false);
}

/* Receipts for what was never sent, or has not left, change nothing. */
static void
receipts_for_other_ids_are_passed_over(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	struct user *carl = roster_add(anna->camd.roster, "carl", "pc3");
	struct pair_sent sent = half_send_to(anna, &carl, 1, "for carl",
	    (struct outbox_request){ .clear = true });
	uint8_t ids[2][OUTBOX_ID_SIZE] = { { 7 } };
	const struct outbox_refusal refusal = {
		.ids = (const uint8_t(*)[OUTBOX_ID_SIZE])ids,
		.count = 2,
		.reason = "invalid",
	};

	hex_decode(span_text(sent.id), ids[1], OUTBOX_ID_SIZE);
	outbox_receipted(anna->camd.outbox, half_friend(anna),
	    (const uint8_t(*)[OUTBOX_ID_SIZE])ids, 2);
	outbox_receipted(
	    anna->camd.outbox, carl, (const uint8_t(*)[OUTBOX_ID_SIZE])ids, 2);
	outbox_refused(anna->camd.outbox, carl, &refusal);
	assert_int_equal(state_of(anna, sent.id), STORE_QUEUED);
}

/* -- several --------------------------------------------------------------- */

struct look_others {
	const char *id;
	int64_t uids[8];
	size_t count;
};

static void
look_for_talk(struct store *store, void *arg)
{
	struct look_others *others = arg;
	struct store_message *message = NULL;
	int64_t row;

	if (store_message_find(store, others->id, NULL, 0, NULL, &row) != 0 ||
	    store_message_get(store, row, &message) != 0)
		return;
	(void)store_talk_users(
	    store, message->talk, others->uids, 8, &others->count);
	free(message);
}

static void
the_receiver_files_it_under_all_who_got_it(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna, *bob = &pair->bob;
	struct user *to[2] = { roster_add(anna->camd.roster, "carl", "pc3"),
		half_friend(anna) };
	struct pair_sent first = half_send_to(
	    anna, to, 2, "both", (struct outbox_request){ .clear = true });
	struct pair_sent alone = half_send(anna, "alone");
	struct look_others others = { .id = first.id },
			   one = { .id = alone.id };
	struct user *carl;

	while (state_of(anna, alone.id) != STORE_DELIVERED)
		pair_turn(pair);
	half_look(bob, look_for_talk, &others);
	half_look(bob, look_for_talk, &one);
	carl = roster_by_id(bob->camd.roster, "carl@pc3");
	assert_non_null(carl);
	assert_true(carl->forgotten);
	assert_int_equal(others.count, 2);
	assert_true(others.uids[0] == carl->uid || others.uids[1] == carl->uid);
	assert_int_equal(one.count, 1);
	/* The other one, who has no cam, gets it his way. */
	assert_int_equal(
	    outbox_find_line(anna->camd.outbox, to[0]->uid)->shipment == NULL,
	    1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(a_sealed_message_tells_when_it_is_opened),
		TEST_OF_PAIR(that_it_was_opened_is_told_over_a_later_link_too),
		TEST_OF_PAIR(only_what_was_sealed_and_for_him_can_be_opened),
		TEST_OF_PAIR(an_edit_is_seen_at_both_ends),
		TEST_OF_PAIR(a_deletion_is_seen_at_both_ends_and_is_final),
		TEST_OF_PAIR(others_messages_are_not_ours_to_change),
		TEST_OF_PAIR(changes_wait_for_the_link_and_keep_their_order),
		TEST_OF_PAIR(what_is_deleted_before_it_left_stays_here),
		TEST_OF_PAIR(who_has_no_cam_cannot_be_sent_a_change),
		TEST_OF_PAIR(a_refusal_is_told_with_its_reason),
		TEST_OF_PAIR(who_confirms_nothing_is_asked_anew),
		TEST_OF_PAIR(receipts_for_other_ids_are_passed_over),
		TEST_OF_PAIR(the_receiver_files_it_under_all_who_got_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_links.c: links between two camd: settled, used, ended. */
#include "links_ends.h"

#include "link/wire.h"

/* -- one link ---------------------------------------------------------------
 */

static void
a_wanted_user_is_dialled_and_both_are_greeted(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	const struct link *theirs = ends->two.last;

	assert_int_equal(links_count(ends->one.camd.links), 1);
	assert_int_equal(links_count(ends->two.camd.links), 1);
	assert_int_equal(
	    links_state(ends->one.camd.links, link_user(link)), LINKS_OPEN);
	assert_memory_equal(link_device(link),
	    identity_device(ends->two.camd.identity), sizeof(struct device));
	assert_memory_equal(link_device(theirs),
	    identity_device(ends->one.camd.identity), sizeof(struct device));
	assert_true(link_can(link, LINK_MESSAGES));
	assert_true(link_can(link, LINK_CHANGES));
	assert_true(addr_equal(link_addr(link), &ends->two.at));
	assert_true(addr_same_host(link_addr(theirs), &ends->one.at));
	assert_true(link_prekey(link)->id > 0);
	/* Wanted again it is that one. */
	assert_int_equal(
	    links_want(ends->one.camd.links, link->user), LINKS_OPEN);
	assert_int_equal(end_connections(&ends->one), 1);
	/* It is no guest at the door any more. */
	assert_int_equal(door_count(ends->two.camd.door), 0);
}

static void
simultaneous_connects_settle_on_one(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);
	struct user *one = end_know(&ends->two, &ends->one, true);

	for (int round = 0; round < 20; round++) {
		size_t before = ends->one.opened;

		links_want(ends->one.camd.links, two);
		links_want(ends->two.camd.links, one);
		UNTIL(ends, ends->one.opened > before &&
				links_count(ends->one.camd.links) == 1 &&
				links_count(ends->two.camd.links) == 1 &&
				end_connections(&ends->one) == 1 &&
				end_connections(&ends->two) == 1);
		assert_int_not_equal(
		    links_of(ends->one.camd.links, two)->connected,
		    links_of(ends->two.camd.links, one)->connected);
		link_close(links_of(ends->one.camd.links, two), "test");
		UNTIL(ends, links_count(ends->two.camd.links) == 0);
		assert_int_equal(ends->one.opened, ends->one.closed);
		assert_int_equal(ends->two.opened, ends->two.closed);
		/* Such short links make both wait. */
		links_contact(ends->one.camd.links, two)->not_before_ms = 0;
		links_contact(ends->two.camd.links, one)->not_before_ms = 0;
	}
}

static void
a_link_made_anew_takes_the_place_of_the_old_one(void **state)
{
	struct ends *ends = *state;
	struct user *two;
	struct links *forgotten;
	struct link *old;

	ends_join(ends);
	old = ends->two.last;
	/* As if the first had been lost without a word to the second. */
	forgotten = ends->one.camd.links;
	two = ends->one.last_user;
	end_links(&ends->one);
	links_want(ends->one.camd.links, two);
	UNTIL(ends, ends->two.opened == 2);
	assert_int_equal(ends->two.closed, 1);
	assert_ptr_not_equal(ends->two.last, old);
	assert_int_equal(links_count(ends->two.camd.links), 1);
	links_free(forgotten);
	assert_int_equal(links_count(ends->two.camd.links), 1);
}

static void
a_new_link_waits_while_the_one_that_would_stay_is_asked(void **state)
{
	struct ends *ends = *state;
	struct end *holder, *mover;
	struct contact *contact;
	struct links *forgotten;
	struct user *user;

	by_device(ends, &holder, &mover);
	user = end_know(holder, mover, true);
	links_want(holder->camd.links, user);
	UNTIL(ends, holder->opened == 1 && mover->opened == 1);
	/* Gone with its network, without a word; and back from another. */
	wire_pause(mover->last->wire, true);
	forgotten = mover->camd.links;
	end_links(mover);
	mover->last_user->peer.addr = holder->at;
	links_want(mover->camd.links, mover->last_user);
	contact = links_contact(holder->camd.links, user);
	UNTIL(ends, contact->spare != NULL && mover->opened == 2);
	assert_true(timer_left_ms(&contact->ping) <= 2000);
	assert_int_equal(
	    link_send_envelope(mover->last, span_text("<back>")), 0);
	ends_fire(&contact->ping);
	UNTIL(ends, holder->envelope_bytes == 6);
	assert_int_equal(holder->opened, 2);
	assert_int_equal(holder->closed, 1);
	assert_int_equal(links_count(holder->camd.links), 1);
	assert_int_equal(end_connections(holder), 1);
	assert_null(contact->spare);
	links_free(forgotten);
}

static void
a_new_link_ends_when_the_one_that_stays_lives(void **state)
{
	struct ends *ends = *state;
	struct end *holder, *mover;
	struct contact *contact;
	struct links *forgotten;
	struct user *user;

	by_device(ends, &holder, &mover);
	user = end_know(holder, mover, true);
	links_want(holder->camd.links, user);
	UNTIL(ends, holder->opened == 1 && mover->opened == 1);
	forgotten = mover->camd.links;
	end_links(mover);
	mover->last_user->peer.addr = holder->at;
	links_want(mover->camd.links, mover->last_user);
	contact = links_contact(holder->camd.links, user);
	UNTIL(ends, contact->spare != NULL);
	UNTIL(ends, mover->closed == 1 && contact->spare == NULL);
	assert_int_equal(holder->opened, 1);
	assert_int_equal(end_connections(holder), 1);
	links_free(forgotten);
	UNTIL(ends, holder->closed == 1);
}

static void
all_links_are_questioned_when_our_network_changes(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	struct links *links = ends->one.camd.links;
	struct contact *contact = links_contact(links, link->user);

	links_question(links);
	assert_true(contact->pinged);
	UNTIL(ends, !contact->pinged);
	assert_int_equal(ends->one.closed, 0);
	wire_pause(ends->two.last->wire, true);
	links_question(links);
	ends_fire(&contact->ping);
	assert_int_equal(ends->one.closed, 1);
	assert_int_equal(links_count(links), 0);
}

static void
envelopes_arrive_in_order_and_whole(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	char text[16];
	size_t sent = 0;

	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof text, "<%d>", i);
		assert_int_equal(link_send_envelope(link, span_text(text)), 0);
		sent += strlen(text);
	}
	UNTIL(ends, ends->two.envelope_bytes == sent);
	for (int i = 0, at = 0; i < 200; i++) {
		int len = snprintf(text, sizeof text, "<%d>", i);

		assert_memory_equal(ends->two.envelopes + at, text, len);
		at += len;
	}
	UNTIL(ends, ends->one.drained > 0);
	assert_int_equal(link_queued(link), 0);
}

static void
who_gives_no_room_back_stops_the_sender_but_not_the_link(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	char *big = calloc(1, CHANNEL_WINDOW);
	struct span span = span_of(big, CHANNEL_WINDOW);
	size_t before;

	ends->two.keeps_credit = true;
	assert_int_equal(link_send_envelope(link, span), 0);
	assert_int_equal(link_send_envelope(link, span), 0);
	UNTIL(ends, ends->two.envelope_bytes == CHANNEL_WINDOW);
	/* What has been asked meanwhile is answered. */
	ends->one.alive = -1;
	assert_int_equal(link_notify(link, LINK_PREKEY, json_object()), 0);
	before = ends->two.envelope_bytes;
	assert_true(link_queued(link) > 0);
	assert_int_equal(ends->two.envelope_bytes, before);
	link_credit(ends->two.last, CHANNEL_WINDOW);
	UNTIL(ends, ends->two.envelope_bytes == 2 * (size_t)CHANNEL_WINDOW);
	free(big);
}

/* -- asking -----------------------------------------------------------------
 */

static void
a_ping_is_answered_and_an_unknown_method_refused(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);

	assert_int_equal(ask(ends, link, LINK_PING).err, 0);
	assert_int_not_equal(ask(ends, link, "no.such").err, 0);
	/* A request in the form of a notification, and the other way round. */
	assert_int_equal(link_notify(link, LINK_PING, json_object()), 0);
	assert_int_not_equal(ask(ends, link, LINK_PREKEY).err, 0);
	assert_int_equal(ask(ends, link, LINK_PING).err, 0);
}

static void
a_call_on_a_link_that_ends_is_answered(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	struct answer answer = { false, 0 };

	assert_int_equal(
	    link_call(link, LINK_PING, json_object(), on_answer, &answer), 0);
	link_close(link, "test");
	UNTIL(ends, answer.there);
	assert_int_equal(answer.err, CAM_ERR_CLOSED);
}

static void
tell_prekey(struct ends *ends, struct sign_key *signing, uint32_t id)
{
	struct prekey prekey = { .id = id, .made_ms = 1700000000000 };
	uint8_t bytes[PREKEY_BYTES];
	char text[2 * PREKEY_BYTES + 1];
	struct hpke_key *key = NULL;

	assert_int_equal(hpke_key_generate(&key), 0);
	hpke_key_public(key, prekey.key);
	hpke_key_free(key);
	assert_int_equal(prekey_build(&prekey, signing, bytes), 0);
	hex_encode(bytes, sizeof bytes, text);
	assert_int_equal(link_notify(ends->one.last, LINK_PREKEY,
			     json_pack("{s:s}", "prekey", text)),
	    0);
	assert_int_equal(ask(ends, ends->one.last, LINK_PING).err, 0);
}

static void
another_prekey_is_taken_when_its_device_has_signed_it(void **state)
{
	struct ends *ends = *state;
	struct sign_key *own;

	ends_join(ends);
	own = identity_signing_key(ends->one.camd.identity);
	tell_prekey(ends, identity_link_key(ends->one.camd.identity), 77);
	assert_int_equal(ends->two.prekeys, 0);
	/* Nor are they checked as fast as they come. */
	tell_prekey(ends, own, 78);
	assert_int_equal(ends->two.prekeys, 0);
	ends->two.last->prekey_ms = 0;
	tell_prekey(ends, own, 79);
	assert_int_equal(ends->two.prekeys, 1);
	assert_int_equal(link_prekey(ends->two.last)->id, 79);
}

static void
our_new_prekey_is_told_on_every_link(void **state)
{
	struct ends *ends = *state;

	ends_join(ends);
	assert_true(identity_renew(ends->one.camd.identity,
	    clock_wall_ms() + (int64_t)8 * 24 * 60 * 60 * 1000));
	links_tell_prekey(ends->one.camd.links);
	UNTIL(ends, ends->two.prekeys == 1);
}

/* -- ending -----------------------------------------------------------------
 */

static void
an_unused_link_ends_after_ten_minutes(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);

	ends_fire(&link->timer);
	assert_true(link_is_greeted(link));
	assert_true(timer_left_ms(&link->timer) > 9 * 60 * 1000);
	link->used_ms -= 10 * 60 * 1000;
	ends_fire(&link->timer);
	assert_int_equal(ends->one.closed, 1);
	UNTIL(ends, ends->two.closed == 1);
	/* Nobody wants it now. */
	assert_int_equal(
	    links_state(ends->one.camd.links, ends->one.last_user), LINKS_NONE);
}

static void
pings_are_no_use_of_a_link(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	uint64_t used_ms = link->used_ms -= 1000;
	uint64_t theirs_ms = ends->two.last->used_ms -= 1000;

	assert_int_equal(ask(ends, link, LINK_PING).err, 0);
	assert_true(link->used_ms == used_ms);
	assert_true(ends->two.last->used_ms == theirs_ms);
}

static void
no_link_lives_for_more_than_a_day(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);

	link->greeted_ms -= (uint64_t)24 * 60 * 60 * 1000 - 5000;
	ends_fire(&link->timer);
	assert_true(link_is_greeted(link));
	assert_true(timer_left_ms(&link->timer) <= 5000);
	link->greeted_ms -= 5000;
	ends_fire(&link->timer);
	UNTIL(ends, ends->two.closed == 1);
}

static void
who_leaves_says_so(void **state)
{
	struct ends *ends = *state;

	ends_join(ends);
	links_free(ends->one.camd.links);
	end_links(&ends->one);
	UNTIL(ends, ends->two.closed == 1);
	assert_int_equal(links_count(ends->two.camd.links), 0);
	assert_int_equal(ends->one.closed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wanted_user_is_dialled_and_both_are_greeted),
		TEST(simultaneous_connects_settle_on_one),
		TEST(a_link_made_anew_takes_the_place_of_the_old_one),
		TEST(a_new_link_waits_while_the_one_that_would_stay_is_asked),
		TEST(a_new_link_ends_when_the_one_that_stays_lives),
		TEST(all_links_are_questioned_when_our_network_changes),
		TEST(envelopes_arrive_in_order_and_whole),
		TEST(who_gives_no_room_back_stops_the_sender_but_not_the_link),
		TEST(a_ping_is_answered_and_an_unknown_method_refused),
		TEST(a_call_on_a_link_that_ends_is_answered),
		TEST(another_prekey_is_taken_when_its_device_has_signed_it),
		TEST(our_new_prekey_is_told_on_every_link),
		TEST(an_unused_link_ends_after_ten_minutes),
		TEST(pings_are_no_use_of_a_link),
		TEST(no_link_lives_for_more_than_a_day),
		TEST(who_leaves_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

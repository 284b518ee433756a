/* test_links.c: links between two camd: dialled, settled, used, ended. */
#include "base/number.h"
#include "ends.h"
#include "ipmsg/camline.h"
#include "lan/lan.h"

static int
set_up(void **state)
{
	*state = ends_open();
	return 0;
}

static int
tear_down(void **state)
{
	ends_close(*state);
	return 0;
}

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

/* The end whose connections stay when both have made one, and the other. */
static void
by_device(struct ends *ends, struct end **first, struct end **second)
{
	bool one = memcmp(identity_device_id(ends->one.camd.identity),
		       identity_device_id(ends->two.camd.identity),
		       DEVICE_ID_SIZE) > 0;

	*first = one ? &ends->one : &ends->two;
	*second = one ? &ends->two : &ends->one;
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
	tls_pause(mover->last->tls, true);
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
	tls_pause(ends->two.last->tls, true);
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

struct answer {
	bool there;
	int err;
};

static void
on_answer(void *arg, int err, json_t *result, const char *message)
{
	struct answer *answer = arg;

	answer->there = true;
	answer->err = err;
	if (err == 0)
		assert_int_equal(json_object_size(result), 0);
}

static struct answer
ask(struct ends *ends, struct link *link, const char *method)
{
	struct answer answer = { false, 0 };

	assert_int_equal(
	    link_call(link, method, json_object(), on_answer, &answer), 0);
	UNTIL(ends, answer.there);
	return answer;
}

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

/* -- dialling ---------------------------------------------------------------
 */

static void
a_known_user_who_is_not_there_is_tried_again_when_heard(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);
	struct links *links = ends->one.camd.links;
	struct contact *contact;

	door_close(ends->two.camd.door);
	assert_int_equal(links_want(links, two), LINKS_DIALING);
	UNTIL(ends, ends->one.unreached == 1);
	assert_int_equal(links_state(links, two), LINKS_WAITING);
	assert_int_equal(links_want(links, two), LINKS_WAITING);
	contact = links_contact(links, two);
	assert_in_range(timer_left_ms(&contact->retry), 500, 1300);
	/* By itself, less and less often. */
	ends_fire(&contact->retry);
	UNTIL(ends, ends->one.unreached == 2);
	assert_in_range(timer_left_ms(&contact->retry), 1200, 2600);
	contact->failures = 40;
	ends_fire(&contact->retry);
	UNTIL(ends, ends->one.unreached == 3);
	assert_in_range(
	    timer_left_ms(&contact->retry), 3 * 60 * 1000, 7 * 60 * 1000);
	/* Heard again he is dialled at once. */
	end_listen(&ends->two);
	links_heard(links, two, &ends->two.at, NULL, true);
	assert_true(timer_left_ms(&contact->retry) <= 1000);
	UNTIL(ends, ends->one.opened == 1);
	assert_int_equal(links_state(links, two), LINKS_OPEN);
}

static void
a_user_never_said_to_speak_cam1_is_not_dialled(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, false);
	struct links *links = ends->one.camd.links;

	assert_int_equal(links_want(links, two), LINKS_NONE);
	links_heard(links, two, &ends->two.at, NULL, true);
	assert_int_equal(links_want(links, two), LINKS_NONE);
	assert_false(links_probe(links, two, NULL, NULL));
}

static struct lan_cam
announced(const struct end *by, const struct sign_key *key, uint16_t port,
    int64_t time_ms, struct buf *covered)
{
	struct lan_cam cam = { .line = { .port = port, .time_ms = time_ms } };

	memcpy(cam.line.device, identity_device_id(by->camd.identity),
	    DEVICE_ID_SIZE);
	buf_clear(covered);
	camline_signed(by->logon, "pc", &cam.line, covered);
	cam.signed_part = buf_span(covered);
	assert_int_equal(
	    sign_make(key, CAMLINE_LABEL, cam.signed_part, cam.line.signature),
	    0);
	return cam;
}

static void
a_hint_is_worth_one_connection(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, false);
	struct links *links = ends->one.camd.links;
	const struct sign_key *key =
	    identity_signing_key(ends->two.camd.identity);
	struct lan_cam cam;
	struct buf covered;

	buf_init(&covered, CAMLINE_SIGNED_MAX);
	cam = announced(&ends->two, key, END_PORT + 1, 1, &covered);
	links_heard(links, two, &ends->two.at, &cam, true);
	assert_int_equal(links_want(links, two), LINKS_DIALING);
	UNTIL(ends, ends->one.unreached == 1);
	assert_int_equal(links_want(links, two), LINKS_NONE);
	/* Told again, and this time true. */
	cam = announced(&ends->two, key, END_PORT, 2, &covered);
	links_heard(links, two, &ends->two.at, &cam, true);
	assert_int_equal(links_want(links, two), LINKS_DIALING);
	UNTIL(ends, ends->one.opened == 1);
	buf_finish(&covered);
}

static void
a_hint_from_elsewhere_counts_only_with_the_signature_of_his_device(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);
	struct links *links = ends->one.camd.links;
	struct identity *identity = ends->two.camd.identity;
	struct addr elsewhere = ends_address(9, END_PORT);
	struct contact *contact;
	struct lan_cam cam;
	struct buf covered;

	buf_init(&covered, CAMLINE_SIGNED_MAX);
	/* Nothing is known of his devices. */
	cam = announced(
	    &ends->two, identity_signing_key(identity), END_PORT, 1, &covered);
	links_heard(links, two, &elsewhere, &cam, false);
	assert_null(links_contact(links, two));
	assert_int_equal(devices_parse(identity_devices(identity),
			     &end_person(&ends->one, two)->devices),
	    0);
	links_heard(links, two, &ends->two.at, &cam, true);
	contact = links_contact(links, two);
	assert_true(addr_equal(&contact->announced, &ends->two.at));
	/* Signed by another key. */
	contact->checked_ms = 0;
	cam = announced(
	    &ends->two, identity_link_key(identity), END_PORT, 2, &covered);
	links_heard(links, two, &elsewhere, &cam, false);
	assert_true(addr_equal(&contact->announced, &ends->two.at));
	/* Heard before: an old one of his, sent again. */
	contact->checked_ms = 0;
	cam = announced(
	    &ends->two, identity_signing_key(identity), END_PORT, 1, &covered);
	links_heard(links, two, &elsewhere, &cam, false);
	assert_true(addr_equal(&contact->announced, &ends->two.at));
	/* Too soon after the last check, then not. */
	cam = announced(
	    &ends->two, identity_signing_key(identity), END_PORT, 3, &covered);
	contact->checked_ms = clock_now_ms();
	links_heard(links, two, &elsewhere, &cam, false);
	assert_true(addr_equal(&contact->announced, &ends->two.at));
	contact->checked_ms = 0;
	links_heard(links, two, &elsewhere, &cam, false);
	assert_true(addr_equal(&contact->announced, &elsewhere));
	/* Wherever that leads, he is found where IPMSG finds him. */
	links_want(links, two);
	UNTIL(ends, ends->one.opened == 1);
	assert_true(addr_equal(link_addr(ends->one.last), &ends->two.at));
	buf_finish(&covered);
}

static void
who_answers_elsewhere_is_not_who_was_wanted(void **state)
{
	struct ends *ends = *state;
	struct person *carol = end_add_person(&ends->one, "carol");
	struct links *links = ends->one.camd.links;

	memset(carol->devices.user_key, 7, SIGN_KEY_SIZE);
	carol->user->peer.addr = ends->two.at;
	carol->user->peer.strength = PEER_CAM1;
	links_want(links, carol->user);
	UNTIL(ends, ends->one.unreached == 1);
	/* It is a link to bob, and kept as that. */
	assert_int_equal(ends->one.opened, 1);
	assert_string_equal(ends->one.last_user->peer.user, "bob");
	assert_null(links_of(links, carol->user));
	assert_int_equal(links_state(links, carol->user), LINKS_WAITING);
}

static void
links_that_end_at_once_are_not_made_again_at_once(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	struct user *two = link_user(link);
	struct links *links = ends->one.camd.links;

	link_close(ends->two.last, "test");
	UNTIL(ends, ends->one.closed == 1);
	assert_int_equal(links_want(links, two), LINKS_WAITING);
	assert_true(timer_left_ms(&links_contact(links, two)->retry) > 500);
	UNTIL(ends, ends->one.opened == 2);
}

static void
many_are_dialled_by_turns(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);
	struct links *links = ends->one.camd.links;

	links->dialling = LIMIT_LINKS_DIALLED;
	assert_int_equal(links_want(links, two), LINKS_DIALING);
	assert_int_equal(end_connections(&ends->one), 0);
	assert_null(links_contact(links, two)->dial);
	/* One of the others ends. */
	links->dialling = 0;
	TAILQ_REMOVE(&links->queue, links_contact(links, two), entry);
	links_contact(links, two)->queued = false;
	links_want(links, two);
	UNTIL(ends, ends->one.opened == 1);
	assert_int_equal(links->dialling, 0);
}

static void
of_too_many_links_the_one_longest_unused_ends(void **state)
{
	struct ends *ends = *state;
	struct link *first = ends_join(ends);
	struct stranger *carol = stranger_new(ends);
	struct links *links = ends->one.camd.links;

	first->used_ms -= 1000;
	links->greeted += LIMIT_LINKS - 1;
	stranger_dial(carol, &ends->one, 3);
	stranger_say_hello(carol);
	UNTIL(ends, ends->one.opened == 2);
	links->greeted -= LIMIT_LINKS - 1;
	assert_int_equal(ends->one.closed, 1);
	assert_int_equal(links_count(links), 1);
	assert_string_equal(ends->one.last_user->peer.user, "mallory");
	assert_ptr_equal(links_of(links, ends->one.last_user), ends->one.last);
	UNTIL(ends, ends->two.closed == 1);
	stranger_free(carol);
}

/* -- probing ----------------------------------------------------------------
 */

static void
on_probed(void *arg, struct user *user, bool alive)
{
	((struct end *)arg)->alive = alive;
}

static int
probe(struct ends *ends, struct user *user)
{
	ends->one.alive = -1;
	assert_true(
	    links_probe(ends->one.camd.links, user, on_probed, &ends->one));
	assert_int_equal(ends->one.alive, -1);
	UNTIL(ends, ends->one.alive != -1);
	return ends->one.alive;
}

static void
a_probe_asks_over_the_link_or_makes_one(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);

	assert_true(probe(ends, two));
	assert_int_equal(ends->one.opened, 1);
	assert_true(probe(ends, two));
	assert_int_equal(ends->one.opened, 1);
}

static void
who_has_gone_answers_no_probe(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);

	assert_true(probe(ends, two));
	UNTIL(ends, ends->two.opened == 1);
	door_close(ends->two.camd.door);
	link_close(ends->two.last, "test");
	assert_false(probe(ends, two));
	assert_int_equal(links_state(ends->one.camd.links, two), LINKS_NONE);
	assert_int_equal(ends->one.unreached, 0);
}

static void
a_link_whose_other_end_is_dumb_is_dead(void **state)
{
	struct ends *ends = *state;
	struct stranger *mallory = stranger_new(ends);
	struct user *user;

	mallory->answers_pings = false;
	stranger_dial(mallory, &ends->one, 3);
	stranger_say_hello(mallory);
	UNTIL(ends, ends->one.opened == 1);
	user = ends->one.last_user;
	assert_true(
	    links_probe(ends->one.camd.links, user, on_probed, &ends->one));
	/* Another one who asks meanwhile causes no other ping. */
	assert_true(
	    links_probe(ends->one.camd.links, user, on_probed, &ends->one));
	UNTIL(ends, mallory->pings == 1);
	ends_fire(&links_contact(ends->one.camd.links, user)->ping);
	UNTIL(ends, ends->one.alive == 0);
	assert_int_equal(ends->one.closed, 1);
	assert_int_equal(mallory->pings, 1);
	stranger_free(mallory);
}

static void
a_user_heard_anew_is_pinged_for_his_old_link_may_be_dead(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	struct user *two = link_user(link);
	struct links *links = ends->one.camd.links;
	struct contact *contact = links_contact(links, two);

	/* Just used it lives. */
	links_heard(links, two, &ends->two.at, NULL, true);
	assert_false(contact->pinged);
	link->used_ms -= 60 * 1000;
	links_heard(links, two, &ends->two.at, NULL, true);
	assert_true(contact->pinged);
	UNTIL(ends, !contact->pinged);
	assert_true(link_is_greeted(link));
	/* Nor twice within seconds. */
	links_heard(links, two, &ends->two.at, NULL, true);
	assert_false(contact->pinged);
}

/* -- users who change -------------------------------------------------------
 */

static void
a_user_who_goes_takes_his_links_along(void **state)
{
	struct ends *ends = *state;
	struct user *two = link_user(ends_join(ends));

	links_user_gone(ends->one.camd.links, two);
	assert_int_equal(ends->one.closed, 1);
	assert_null(links_contact(ends->one.camd.links, two));
	assert_int_equal(links_count(ends->one.camd.links), 0);
	UNTIL(ends, ends->two.closed == 1);
}

static void
a_merged_user_keeps_the_link(void **state)
{
	struct ends *ends = *state;
	struct link *link = ends_join(ends);
	struct user *newcomer = link_user(link);
	struct user *known = end_add_person(&ends->one, "bob")->user;
	struct links *links = ends->one.camd.links;

	links_user_merged(links, newcomer, known);
	assert_ptr_equal(link_user(link), known);
	assert_ptr_equal(links_of(links, known), link);
	assert_null(links_contact(links, newcomer));
	assert_int_equal(links_count(links), 1);
	assert_int_equal(ends->one.opened, 2);
	assert_int_equal(ends->one.closed, 0);
}

/* The hello on the very connection that was dialled for the newcomer tells that
 * he is somebody known. */
static void
a_user_merged_while_he_is_greeted_gets_that_link(void **state)
{
	struct ends *ends = *state;
	struct person *newcomer = end_add_person(&ends->one, "newcomer");
	struct links *links = ends->one.camd.links;

	memset(newcomer->devices.user_key, 7, SIGN_KEY_SIZE);
	newcomer->user->peer.addr = ends->two.at;
	newcomer->user->peer.strength = PEER_CAM1;
	ends->one.merged = newcomer->user;
	assert_int_equal(links_want(links, newcomer->user), LINKS_DIALING);
	UNTIL(ends, ends->one.opened == 1 && ends->two.opened == 1);
	assert_null(links_contact(links, newcomer->user));
	assert_string_equal(ends->one.last_user->peer.user, "bob");
	assert_ptr_equal(links_of(links, ends->one.last_user), ends->one.last);
	assert_int_equal(ask(ends, ends->one.last, LINK_PING).err, 0);
	assert_int_equal(end_connections(&ends->one), 1);
	assert_int_equal(ends->one.closed, 0);
	assert_int_equal(links->dialling, 0);
}

/* One end takes the other for two users, with a link to each: first has made
 * the older, that end the other. When they are found to be one, one link stays,
 * the same at both ends. */
static void
merge_linked(struct ends *ends, struct end *first, struct end *merging)
{
	struct end *other = merging == &ends->one ? &ends->two : &ends->one;
	struct end *second = first == &ends->one ? &ends->two : &ends->one;
	struct links *links = merging->camd.links;
	struct user *known, *newcomer;

	links_want(first->camd.links, end_know(first, second, true));
	UNTIL(ends, first->opened == 1 && second->opened == 1);
	known = merging->last_user;
	newcomer = end_know(merging, other, true);
	memset(end_person(merging, known)->devices.user_key, 7, SIGN_KEY_SIZE);
	merging->becomes = known;
	links_want(links, newcomer);
	UNTIL(ends, merging->becomes == NULL);
	UNTIL(ends, links_count(links) == 1 && end_connections(merging) == 1 &&
			links_count(other->camd.links) == 1 &&
			end_connections(other) == 1);
	assert_null(links_contact(links, newcomer));
	assert_ptr_equal(link_user(links_of(links, known)), known);
	assert_int_equal(ask(ends, links_of(links, known), LINK_PING).err, 0);
	assert_int_equal(other->opened - other->closed, 1);
	assert_int_equal(links->dialling, 0);
}

static void
of_two_links_one_end_made_to_two_who_are_one_the_later_stays(void **state)
{
	struct ends *ends = *state;

	merge_linked(ends, &ends->one, &ends->one);
}

static void
of_two_links_both_ends_made_to_two_who_are_one_the_older_stays(void **state)
{
	struct end *first, *second;

	by_device(*state, &first, &second);
	merge_linked(*state, first, second);
}

static void
of_two_links_both_ends_made_to_two_who_are_one_the_newer_stays(void **state)
{
	struct end *first, *second;

	by_device(*state, &first, &second);
	merge_linked(*state, second, first);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
		TEST(a_known_user_who_is_not_there_is_tried_again_when_heard),
		TEST(a_user_never_said_to_speak_cam1_is_not_dialled),
		TEST(a_hint_is_worth_one_connection),
		TEST(
		    a_hint_from_elsewhere_counts_only_with_the_signature_of_his_device),
		TEST(who_answers_elsewhere_is_not_who_was_wanted),
		TEST(links_that_end_at_once_are_not_made_again_at_once),
		TEST(many_are_dialled_by_turns),
		TEST(of_too_many_links_the_one_longest_unused_ends),
		TEST(a_probe_asks_over_the_link_or_makes_one),
		TEST(who_has_gone_answers_no_probe),
		TEST(a_link_whose_other_end_is_dumb_is_dead),
		TEST(a_user_heard_anew_is_pinged_for_his_old_link_may_be_dead),
		TEST(a_user_who_goes_takes_his_links_along),
		TEST(a_merged_user_keeps_the_link),
		TEST(a_user_merged_while_he_is_greeted_gets_that_link),
		TEST(
		    of_two_links_one_end_made_to_two_who_are_one_the_later_stays),
		TEST(
		    of_two_links_both_ends_made_to_two_who_are_one_the_older_stays),
		TEST(
		    of_two_links_both_ends_made_to_two_who_are_one_the_newer_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

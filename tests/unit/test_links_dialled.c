/* test_links_dialled.c: whom links are made to, and when again. */
#include "links_ends.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_known_user_who_is_not_there_is_tried_again_when_heard),
		TEST(a_user_never_said_to_speak_cam1_is_not_dialled),
		TEST(a_hint_is_worth_one_connection),
		TEST(
		    a_hint_from_elsewhere_counts_only_with_the_signature_of_his_device),
		TEST(who_answers_elsewhere_is_not_who_was_wanted),
		TEST(links_that_end_at_once_are_not_made_again_at_once),
		TEST(many_are_dialled_by_turns),
		TEST(of_too_many_links_the_one_longest_unused_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

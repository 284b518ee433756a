/* test_links_users.c: links asked whether they live, and users who change. */
#include "links_ends.h"

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
	const struct CMUnitTest tests[] = {
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

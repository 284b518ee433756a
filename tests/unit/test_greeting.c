/* test_greeting.c: strangers who begin a link wrongly, or as somebody else. */
#include "crypto/keyfile.h"
#include "ends.h"

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

/* He has reached the first end, and nothing was said yet. */
static struct stranger *
stranger_there(struct ends *ends)
{
	struct stranger *stranger = stranger_new(ends);

	stranger_dial(stranger, &ends->one, 3);
	assert_true(stranger->is_ready);
	return stranger;
}

/* He is sent away, and nothing of him was kept. */
static void
assert_sent_away(struct stranger *stranger)
{
	struct end *one = &stranger->ends->one;

	UNTIL(stranger->ends, stranger->is_closed);
	UNTIL(stranger->ends, end_connections(one) == 0);
	assert_int_equal(one->person_count, 0);
	assert_int_equal(one->opened, 0);
	assert_int_equal(one->closed, 0);
	assert_int_equal(one->envelope_bytes, 0);
	assert_int_equal(links_count(one->camd.links), 0);
	assert_int_equal(door_count(one->camd.door), 0);
	stranger_free(stranger);
}

/* The same, with an answer that names the reason. */
static void
assert_refused(struct stranger *stranger, const char *word)
{
	UNTIL(stranger->ends, stranger->is_answered || stranger->is_closed);
	assert_true(stranger->is_answered);
	assert_true(stranger->answer < 0);
	if (strstr(stranger->message, word) == NULL)
		fail_msg("'%s' has no '%s'", stranger->message, word);
	assert_sent_away(stranger);
}

static void
a_stranger_with_keys_of_his_own_is_admitted(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_there(ends);

	stranger_say_hello(carol);
	UNTIL(ends, carol->is_answered && ends->one.opened == 1);
	assert_int_equal(carol->answer, 0);
	assert_int_equal(ends->one.admitted, 1);
	assert_true(link_can(ends->one.last, LINK_MESSAGES));
	assert_false(link_can(ends->one.last, LINK_CHANGES));
	assert_false(link_can(ends->one.last, LINK_TYPING));
	stranger_free(carol);
	UNTIL(ends, ends->one.closed == 1);
}

static void
who_comes_in_is_found_at_the_port_he_names(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_there(ends);
	const struct addr *at;

	carol->hello.port = 4242;
	stranger_say_hello(carol);
	UNTIL(ends, ends->one.opened == 1);
	at = &ends->one.last_user->peer.addr;
	assert_true(addr_same_host(at, link_addr(ends->one.last)));
	assert_int_equal(at->port, 4242);
	stranger_free(carol);
}

static void
nothing_is_greeted_before_our_hello_was_answered(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_there(ends);

	carol->answers = false;
	stranger_say_hello(carol);
	UNTIL(ends, carol->is_answered);
	assert_int_equal(carol->answer, 0);
	assert_int_equal(ends->one.opened, 0);
	/* He believes himself greeted; we do not. */
	stranger_call(carol, LINK_PING, json_object());
	UNTIL(ends, carol->is_closed);
	assert_int_equal(ends->one.opened, 0);
	assert_int_equal(ends->one.closed, 0);
	stranger_free(carol);
}

static void
whoever_does_not_admit_us_is_left(void **state)
{
	struct ends *ends = *state;
	struct user *two = end_know(&ends->one, &ends->two, true);

	ends->two.admit_err = CAM_ERR_FULL;
	links_want(ends->one.camd.links, two);
	UNTIL(ends, ends->one.unreached == 1);
	assert_int_equal(ends->one.opened, 0);
	assert_int_equal(ends->two.opened, 0);
	assert_int_equal(links_state(ends->one.camd.links, two), LINKS_WAITING);
}

static void
before_hello_nothing_is_answered(void **state)
{
	static const char *const methods[] = { LINK_PING, LINK_PREKEY,
		LINK_RECEIPTS, LINK_OPENED, "no.such" };
	struct ends *ends = *state;

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		struct stranger *stranger = stranger_there(ends);

		stranger_call(stranger, methods[i], json_object());
		UNTIL(ends, stranger->is_closed);
		assert_false(stranger->is_answered);
		assert_sent_away(stranger);
	}
}

static void
before_the_greeting_no_stream_is_opened(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	uint16_t id = 0;

	assert_int_equal(
	    channel_open(stranger->channel, "envelopes", CHANNEL_URGENT, &id),
	    0);
	assert_int_equal(
	    channel_send(stranger->channel, id, span_text("envelope")), 0);
	UNTIL(ends, stranger->refused_streams == 1);
	assert_int_equal(ends->one.envelope_bytes, 0);
	stranger_hang_up(stranger);
	stranger->is_closed = true;
	assert_sent_away(stranger);
}

static void
other_kinds_of_streams_and_a_second_one_are_refused(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_there(ends);
	uint16_t one = 0, second = 0, other = 0;

	stranger_say_hello(carol);
	UNTIL(ends, carol->is_answered && ends->one.opened == 1);
	assert_int_equal(
	    channel_open(carol->channel, "envelopes", CHANNEL_URGENT, &one), 0);
	assert_int_equal(
	    channel_open(carol->channel, "envelopes", CHANNEL_URGENT, &second),
	    0);
	assert_int_equal(
	    channel_open(carol->channel, "files", CHANNEL_BULK, &other), 0);
	UNTIL(ends, carol->refused_streams == 2);
	assert_int_equal(
	    channel_send(carol->channel, one, span_text("envelope")), 0);
	UNTIL(ends, ends->one.envelope_bytes == 8);
	stranger_free(carol);
}

static void
who_says_hello_twice_is_sent_away(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);

	stranger_say_hello(stranger);
	stranger_say_hello(stranger);
	UNTIL(ends, stranger->is_closed);
	stranger_free(stranger);
	UNTIL(ends, end_connections(&ends->one) == 0);
	assert_int_equal(ends->one.opened, ends->one.closed);
}

static void
who_says_hello_again_once_greeted_is_sent_away(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_there(ends);

	stranger_say_hello(carol);
	UNTIL(ends, carol->is_answered && ends->one.opened == 1);
	stranger_say_hello(carol);
	UNTIL(ends, carol->is_closed && ends->one.closed == 1);
	assert_int_equal(ends->one.admitted, 1);
	stranger_free(carol);
}

static void
a_hello_that_wants_no_answer_is_none(void **state)
{
	struct stranger *stranger = stranger_there(*state);

	assert_int_equal(channel_notify(stranger->channel, LINK_HELLO,
			     linkhello_write(&stranger->hello)),
	    0);
	assert_sent_away(stranger);
}

static void
broken_hellos_are_refused(void **state)
{
	static const char *const fields[] = { "devices", "prekey", "user",
		"capabilities", "protocol" };
	struct ends *ends = *state;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct stranger *stranger = stranger_there(ends);
		json_t *params = linkhello_write(&stranger->hello);

		json_object_set_new(params, fields[i], json_true());
		stranger_call(stranger, LINK_HELLO, params);
		assert_refused(stranger, "field");
	}
	assert_int_equal(ends->one.admitted, 0);
}

static void
a_later_protocol_is_refused_by_name(void **state)
{
	struct stranger *stranger = stranger_there(*state);
	json_t *params = linkhello_write(&stranger->hello);

	json_object_set_new(params, "protocol", json_integer(2));
	stranger_call(stranger, LINK_HELLO, params);
	assert_refused(stranger, "protocol");
}

static void
the_list_of_another_over_ones_own_tls_is_refused(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	struct stranger *victim = stranger_new(ends);

	/* All that the victim has shown to others, word for word. */
	stranger->hello = victim->hello;
	stranger_say_hello(stranger);
	assert_refused(stranger, "link key");
	assert_int_equal(ends->one.admitted, 0);
	stranger_free(victim);
}

static void
forged_signatures_are_refused(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);

	stranger->hello.devices[stranger->hello.devices_len - 1] ^= 1;
	stranger_say_hello(stranger);
	assert_refused(stranger, "signature");
	stranger = stranger_there(ends);
	stranger->hello.prekey[0] ^= 1;
	stranger_say_hello(stranger);
	assert_refused(stranger, "signature");
	assert_int_equal(ends->one.admitted, 0);
}

static void
an_rsa_key_without_its_signature_is_refused(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	struct rsa_public *theirs =
	    rsa_key_public(keyring_key(ends->two.camd.keyring, RSA_2048));
	struct linkhello *hello = &stranger->hello;

	rsa_public_digest(theirs, stranger->devices.rsa);
	stranger_sign(stranger);
	hello->rsa_len = RSA_2048;
	hello->rsa_exponent = rsa_public_exponent(theirs);
	memcpy(hello->rsa_modulus, rsa_public_modulus(theirs).data, RSA_2048);
	/* What bob has shown to others. */
	memcpy(hello->rsa_proof,
	    identity_rsa_proof(ends->two.camd.identity).data, RSA_2048);
	stranger_say_hello(stranger);
	assert_refused(stranger, "signature");
	assert_int_equal(ends->one.admitted, 0);
}

static void
an_older_list_is_refused(void **state)
{
	struct ends *ends = *state;
	struct stranger *carol = stranger_there(ends);

	carol->devices.version = 7;
	stranger_sign(carol);
	stranger_say_hello(carol);
	UNTIL(ends, carol->is_answered && ends->one.opened == 1);
	carol->devices.version = 6;
	stranger_sign(carol);
	stranger_dial(carol, &ends->one, 3);
	stranger_say_hello(carol);
	UNTIL(ends, carol->is_answered);
	assert_true(carol->answer < 0);
	assert_non_null(strstr(carol->message, "newest list"));
	assert_int_equal(ends->one.opened, 1);
	stranger_free(carol);
}

static void
where_there_is_no_room_strangers_are_told_so(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);

	ends->one.admit_err = CAM_ERR_FULL;
	stranger_say_hello(stranger);
	assert_refused(stranger, "room");
}

/* -- copies of ourselves ----------------------------------------------------
 */

static void
a_copy_of_our_link_key_is_left_at_once(void **state)
{
	struct ends *ends = *state;
	struct stranger *copy = stranger_new(ends);
	uint8_t secret[SIGN_KEY_SIZE];

	sign_key_free(copy->link);
	sign_key_secret(identity_link_key(ends->one.camd.identity), secret);
	assert_int_equal(sign_key_new(secret, &copy->link), 0);
	stranger_dial(copy, &ends->one, 3);
	stranger_say_hello(copy);
	UNTIL(ends, copy->is_closed);
	assert_false(copy->is_answered);
	assert_int_equal(copy->requests, 0);
	assert_true(ends->one.camd.links->copied_ms > 0);
	assert_sent_away(copy);
}

static void
our_user_key_under_another_link_key_is_a_copy_too(void **state)
{
	struct ends *ends = *state;
	struct stranger *copy = stranger_new(ends);
	char *path = xasprintf("%s/keys/user.key", ends->one.camd.paths.data);
	struct buf secret;

	buf_init(&secret, KEYFILE_SECRET_MAX);
	assert_int_equal(keyfile_load(path, "user", NULL, &secret), 0);
	sign_key_free(copy->user);
	assert_int_equal(sign_key_new(secret.data, &copy->user), 0);
	sign_key_public(copy->user, copy->devices.user_key);
	buf_wipe(&secret);
	free(path);
	stranger_sign(copy);
	stranger_dial(copy, &ends->one, 3);
	stranger_say_hello(copy);
	UNTIL(ends, copy->is_answered);
	assert_non_null(strstr(copy->message, "copy"));
	assert_int_equal(ends->one.admitted, 0);
	assert_sent_away(copy);
}

static void
two_camd_with_one_folder_make_no_link(void **state)
{
	struct ends *ends = *state;
	struct identity *kept = ends->two.camd.identity;
	struct user *self = end_know(&ends->one, &ends->two, true);

	links_free(ends->two.camd.links);
	ends->two.camd.identity = ends->one.camd.identity;
	end_links(&ends->two);
	links_want(ends->one.camd.links, self);
	UNTIL(ends, ends->one.unreached == 1);
	UNTIL(ends, end_connections(&ends->two) == 0);
	assert_true(ends->one.camd.links->copied_ms > 0);
	assert_true(ends->two.camd.links->copied_ms > 0);
	assert_int_equal(ends->one.opened, 0);
	assert_int_equal(ends->two.opened, 0);
	ends->two.camd.identity = kept;
}

/* -- too much, too long -----------------------------------------------------
 */

static void
who_talks_much_before_the_greeting_is_cut_short(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	json_t *params = linkhello_write(&stranger->hello);
	char *text = malloc(200001);

	/* One object below the limit of a channel, and far over ours. */
	memset(text, 'a', 200000);
	text[200000] = '\0';
	json_object_set_new(params, "padding", json_string(text));
	free(text);
	stranger_call(stranger, LINK_HELLO, params);
	while (!stranger->is_closed)
		ends_turn(ends);
	assert_false(stranger->is_answered);
	assert_sent_away(stranger);
}

static void
who_keeps_silent_is_sent_away_in_time(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	struct link *link = TAILQ_FIRST(&ends->one.camd.links->list);

	assert_int_equal(door_count(ends->one.camd.door), 1);
	assert_true(timer_left_ms(&link->timer) <= DOOR_MS);
	ends_fire(&link->timer);
	assert_sent_away(stranger);
}

static void
a_half_hello_wins_no_time(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	struct link *link = TAILQ_FIRST(&ends->one.camd.links->list);
	uint64_t left_ms;

	/* It is admitted, and never answers our hello. */
	stranger->answers = false;
	stranger_say_hello(stranger);
	UNTIL(ends, stranger->is_answered);
	left_ms = timer_left_ms(&link->timer);
	assert_true(left_ms <= DOOR_MS);
	ends_fire(&link->timer);
	UNTIL(ends, stranger->is_closed);
	assert_int_equal(ends->one.opened, 0);
	assert_int_equal(door_count(ends->one.camd.door), 0);
	stranger_free(stranger);
}

static void
who_hangs_up_while_his_hello_is_checked_leaves_nothing(void **state)
{
	struct ends *ends = *state;
	struct stranger *stranger = stranger_there(ends);
	struct link *link = TAILQ_FIRST(&ends->one.camd.links->list);

	stranger_say_hello(stranger);
	UNTIL(ends, link->said);
	link_close(link, "test");
	assert_sent_away(stranger);
	while (workers_load(ends->one.camd.pool) > 0)
		ends_turn(ends);
	assert_int_equal(ends->one.admitted, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_stranger_with_keys_of_his_own_is_admitted),
		TEST(who_comes_in_is_found_at_the_port_he_names),
		TEST(nothing_is_greeted_before_our_hello_was_answered),
		TEST(whoever_does_not_admit_us_is_left),
		TEST(before_hello_nothing_is_answered),
		TEST(before_the_greeting_no_stream_is_opened),
		TEST(other_kinds_of_streams_and_a_second_one_are_refused),
		TEST(who_says_hello_twice_is_sent_away),
		TEST(who_says_hello_again_once_greeted_is_sent_away),
		TEST(a_hello_that_wants_no_answer_is_none),
		TEST(broken_hellos_are_refused),
		TEST(a_later_protocol_is_refused_by_name),
		TEST(the_list_of_another_over_ones_own_tls_is_refused),
		TEST(forged_signatures_are_refused),
		TEST(an_rsa_key_without_its_signature_is_refused),
		TEST(an_older_list_is_refused),
		TEST(where_there_is_no_room_strangers_are_told_so),
		TEST(a_copy_of_our_link_key_is_left_at_once),
		TEST(our_user_key_under_another_link_key_is_a_copy_too),
		TEST(two_camd_with_one_folder_make_no_link),
		TEST(who_talks_much_before_the_greeting_is_cut_short),
		TEST(who_keeps_silent_is_sent_away_in_time),
		TEST(a_half_hello_wins_no_time),
		TEST(who_hangs_up_while_his_hello_is_checked_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

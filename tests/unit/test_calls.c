/* test_calls.c: calls of several camd, without network and processes. */
#include "callers_rest.h"

/* -- two --------------------------------------------------------------------
 */

static void
a_call_is_answered_and_hung_up(void **state)
{
	struct callers *callers = callers_open(2);
	struct call *call = callers_start(callers, 0, (int64_t[]){ 2 }, 1);

	callers_settle(callers);
	assert_string_equal(callers->list[0].last, EVENT_CALL_RINGING);
	assert_string_equal(callers->list[1].last, EVENT_CALL_INCOMING);
	check_all(callers);
	assert_int_equal(
	    call_answer(callers_call(callers, 1), devices_new()), 0);
	callers_settle(callers);
	assert_int_equal(call->state, CALL_ACTIVE);
	assert_int_equal(callers_call(callers, 1)->state, CALL_ACTIVE);
	check_all(callers);
	call_hangup(callers_call(callers, 1));
	callers_settle(callers);
	for (size_t i = 0; i < 2; i++) {
		assert_null(callers_call(callers, i));
		assert_string_equal(callers->list[i].last, EVENT_CALL_ENDED);
		assert_int_equal(callers->list[i].reason, CALL_HANGUP);
	}
	callers_close(callers);
}

static void
who_declines_says_why(void **state)
{
	struct callers *callers = callers_open(2);

	callers_start(callers, 0, (int64_t[]){ 2 }, 1);
	callers_settle(callers);
	assert_int_equal(
	    call_decline(callers_call(callers, 1), "in a meeting"), 0);
	callers_settle(callers);
	assert_int_equal(callers->list[0].reason, CALL_DECLINED);
	assert_string_equal(callers->list[0].text, "in a meeting");
	callers_close(callers);
}

static void
who_gives_up_leaves_a_missed_call(void **state)
{
	struct callers *callers = callers_open(2);
	struct call *call = callers_start(callers, 0, (int64_t[]){ 2 }, 1);

	callers_settle(callers);
	call_hangup(call);
	callers_settle(callers);
	assert_int_equal(callers->list[0].reason, CALL_CANCELLED);
	assert_int_equal(callers->list[1].reason, CALL_CANCELLED);
	callers_close(callers);
}

static void
it_rings_for_a_while(void **state)
{
	struct callers *callers = callers_open(2);
	struct call *call = callers_start(callers, 0, (int64_t[]){ 2 }, 1);
	struct timer *timer = &call->legs[0]->timer;

	callers_settle(callers);
	assert_true(timer_is_running(timer));
	timer_stop(timer);
	timer->fn(timer->arg);
	callers_settle(callers);
	assert_int_equal(callers->list[0].reason, CALL_TIMEOUT);
	assert_int_equal(callers->list[1].reason, CALL_TIMEOUT);
	assert_null(callers_call(callers, 1));
	callers_close(callers);
}

static void
some_cannot_be_called(void **state)
{
	struct callers *callers = callers_open(3);

	callers->list[1].stranger = true;
	callers_start(callers, 0, (int64_t[]){ 2 }, 1);
	callers_settle(callers);
	assert_int_equal(callers->list[0].reason, CALL_UNABLE);
	callers->list[2].unfriendly = true;
	callers_start(callers, 0, (int64_t[]){ 3 }, 1);
	callers_settle(callers);
	assert_int_equal(callers->list[0].reason, CALL_REFUSED);
	assert_null(callers_call(callers, 2));
	callers_close(callers);
}

static void
without_a_free_port_he_is_busy(void **state)
{
	struct callers *callers = callers_open(3);

	callers->port_max = 1;
	callers_start(callers, 0, (int64_t[]){ 3 }, 1);
	callers_settle(callers);
	callers_start(callers, 1, (int64_t[]){ 3 }, 1);
	callers_settle(callers);
	assert_int_equal(callers->list[1].reason, CALL_BUSY);
	assert_non_null(callers_call(callers, 0));
	assert_null(callers_start(callers, 0, (int64_t[]){ 2 }, 1));
	callers_close(callers);
}

static void
who_calls_each_other_at_once_has_one_call(void **state)
{
	for (int round = 0; round < 20; round++) {
		struct callers *callers = callers_open(2);
		struct call *one =
		    callers_start(callers, 0, (int64_t[]){ 2 }, 1);
		struct call *other =
		    callers_start(callers, 1, (int64_t[]){ 1 }, 1);

		callers_settle(callers);
		assert_int_equal(one->state, CALL_ACTIVE);
		assert_int_equal(other->state, CALL_ACTIVE);
		assert_int_equal(callers->list[0].calls->count, 1);
		assert_int_equal(callers->list[1].calls->count, 1);
		assert_string_equal(one->wire, other->wire);
		assert_string_not_equal(one->id, other->id);
		check_all(callers);
		callers_close(callers);
	}
}

static void
a_second_call_rings_and_holds_the_first(void **state)
{
	struct callers *callers = callers_open(3);
	struct call *first = NULL, *second = NULL;

	callers_start(callers, 0, (int64_t[]){ 2 }, 1);
	callers_settle(callers);
	first = callers_call(callers, 1);
	assert_int_equal(call_answer(first, devices_new()), 0);
	callers_settle(callers);
	callers_start(callers, 2, (int64_t[]){ 2 }, 1);
	callers_settle(callers);
	assert_int_equal(callers->list[1].calls->count, 2);
	second = TAILQ_NEXT(first, entry);
	assert_int_equal(call_answer(second, devices_new()), 0);
	callers_settle(callers);
	assert_int_equal(first->state, CALL_HELD);
	assert_int_equal(second->state, CALL_ACTIVE);
	assert_true(callers_call(callers, 0)->legs[0]->status.hold);
	check_all(callers);
	assert_int_equal(call_hold(first, false), 0);
	callers_settle(callers);
	assert_int_equal(second->state, CALL_HELD);
	assert_false(callers_call(callers, 0)->legs[0]->status.hold);
	check_all(callers);
	callers_close(callers);
}

/* -- pictures ---------------------------------------------------------------
 */

static void
who_is_called_with_pictures_shows_none_unasked(void **state)
{
	const int64_t other = 2;
	struct callers *callers = callers_open(2);
	struct call_wish wish = {
		.uids = &other, .count = 1, .devices = showing(true)
	};
	struct call *call = NULL, *theirs = NULL;

	assert_int_equal(calls_start(callers->list[0].calls, &wish, &call), 0);
	callers_settle(callers);
	theirs = callers_call(callers, 1);
	assert_true(theirs->video);
	assert_int_equal(call_show(theirs, showing(true)), CAM_ERR_EXISTS);
	assert_int_equal(call_answer(theirs, devices_new()), 0);
	callers_settle(callers);
	assert_true(theirs->legs[0]->status.video);
	assert_int_equal(theirs->showing, DEVICES_SHOW_NOTHING);
	assert_false(call->legs[0]->status.video);
	/* Then he does, and she does no more; nobody changes a key for it. */
	assert_int_equal(call_show(theirs, showing(true)), 0);
	assert_int_equal(call_show(call, showing(false)), 0);
	callers_settle(callers);
	assert_true(call->legs[0]->status.video);
	assert_true(theirs->process->shows);
	assert_false(theirs->legs[0]->status.video);
	assert_memory_equal(
	    call->process->own, call->own.secret, sizeof call->own.secret);
	check_all(callers);
	callers_close(callers);
}

/* -- more -------------------------------------------------------------------
 */

static void
all_of_three_and_of_six_hear_each_other(void **state)
{
	struct callers *callers = speaking(3);

	expect_mesh(callers, 0, 2);
	callers_close(callers);
	callers = speaking(6);
	expect_mesh(callers, 0, 5);
	assert_int_equal(call_add(callers_call(callers, 0), 7), CAM_ERR_LIMIT);
	callers_close(callers);
}

static void
leaving_does_not_end_it_for_the_others_and_changes_their_keys(void **state)
{
	struct callers *callers = speaking(4);
	uint8_t before[MEDIA_SECRET_SIZE];

	memcpy(before, callers_call(callers, 1)->own.secret, sizeof before);
	/* Even the one who has called. */
	call_hangup(callers_call(callers, 0));
	callers_settle(callers);
	assert_null(callers_call(callers, 0));
	expect_mesh(callers, 1, 3);
	assert_memory_not_equal(
	    before, callers_call(callers, 1)->own.secret, sizeof before);
	call_hangup(callers_call(callers, 1));
	callers_settle(callers);
	expect_mesh(callers, 2, 3);
	call_hangup(callers_call(callers, 2));
	callers_settle(callers);
	assert_null(callers_call(callers, 3));
	callers_close(callers);
}

static void
who_is_added_later_hears_everybody(void **state)
{
	struct callers *callers = speaking(3);

	/* By one who has not begun it. */
	assert_int_equal(call_add(callers_call(callers, 2), uid(3)), 0);
	callers_settle(callers);
	assert_int_equal(
	    call_answer(callers_call(callers, 3), devices_new()), 0);
	callers_settle(callers);
	expect_mesh(callers, 0, 3);
	assert_int_equal(
	    call_add(callers_call(callers, 0), uid(3)), CAM_ERR_EXISTS);
	/* And again, after leaving. */
	call_hangup(callers_call(callers, 3));
	callers_settle(callers);
	expect_mesh(callers, 0, 2);
	assert_int_equal(call_add(callers_call(callers, 0), uid(3)), 0);
	callers_settle(callers);
	assert_int_equal(
	    call_answer(callers_call(callers, 3), devices_new()), 0);
	callers_settle(callers);
	expect_mesh(callers, 0, 3);
	callers_close(callers);
}

static void
nobody_joins_of_whom_nobody_in_the_call_has_told(void **state)
{
	struct callers *callers = speaking(2);
	const struct call *call = callers_call(callers, 0);
	struct signal signal;
	json_t *params, *result = NULL;
	const char *word = NULL;

	memset(&signal, 0, sizeof signal);
	memcpy(signal.call, call->wire, sizeof signal.call);
	media_random(&signal.media, 1234);
	params = signal_build(&signal, SIGNAL_MEDIA);
	assert_int_equal(calls_hear(callers->list[0].calls, uid(2),
			     LINK_CALL_JOIN, params, &result, &word),
	    CAM_ERR_REFUSED);
	assert_null(result);
	assert_string_equal(word, "refused");
	json_decref(params);
	callers_close(callers);
}

/* Who has told of him has told us, and the other end hears of us later. */
static void
who_is_refused_asks_again_until_he_is_known(void **state)
{
	struct callers *callers = callers_open(3);
	struct call *call = NULL;
	struct leg *leg;

	/* The last one is who asks. */
	memset(callers->list[0].key, 0x70, SIGN_KEY_SIZE);
	call = callers_start(callers, 0, (int64_t[]){ 2 }, 1);

	callers_settle(callers);
	assert_int_equal(
	    call_answer(callers_call(callers, 1), devices_new()), 0);
	callers_settle(callers);
	/* Nothing of it reaches the first. */
	assert_int_equal(call_add(callers_call(callers, 1), uid(2)), 0);
	callers_drop_letters(callers, 1, 0);
	callers_deliver_all(callers);
	assert_int_equal(
	    call_answer(callers_call(callers, 2), devices_new()), 0);
	while (!TAILQ_EMPTY(&callers->letters[2][1]))
		callers_deliver(callers, 2, 1);
	while (!TAILQ_EMPTY(&callers->letters[1][2]))
		callers_deliver(callers, 1, 2);
	assert_null(call_leg(call, uid(2)));
	leg = call_leg(callers_call(callers, 2), uid(0));
	assert_int_equal(leg->state, LEG_JOINING);
	for (int times = 0; times < 3; times++) {
		while (!TAILQ_EMPTY(&callers->letters[2][0]))
			callers_deliver(callers, 2, 0);
		while (!TAILQ_EMPTY(&callers->letters[0][2]))
			callers_deliver(callers, 0, 2);
		assert_int_equal(leg->state, LEG_JOINING);
		assert_int_equal(leg->tries, times + 1);
		timer_stop(&leg->timer);
		leg->timer.fn(leg);
	}
	callers_settle(callers);
	expect_mesh(callers, 0, 2);
	callers_close(callers);
}

/* -- trouble ----------------------------------------------------------------
 */

static void
a_link_that_breaks_does_not_end_it(void **state)
{
	struct callers *callers = speaking(2);
	struct leg *leg = callers_call(callers, 0)->legs[0];

	callers_break(callers, 0, 1);
	assert_true(timer_is_running(&leg->timer));
	assert_int_equal(call_mute(callers_call(callers, 0), true), 0);
	callers_link(callers, 0, 1);
	callers_settle(callers);
	/* What was said meanwhile is told. */
	assert_false(timer_is_running(&leg->timer));
	expect_mesh(callers, 0, 1);
	callers_close(callers);
}

static void
without_link_and_sound_it_ends(void **state)
{
	struct callers *callers = speaking(2);
	struct leg *leg = callers_call(callers, 0)->legs[0];

	callers_break(callers, 0, 1);
	leg->timer.fn(leg);
	assert_int_equal(leg->state, LEG_ACTIVE);
	leg->flows = false;
	leg->timer.fn(leg);
	callers_settle(callers);
	assert_int_equal(callers->list[0].reason, CALL_LOST);
	/* The other hears of it when the link is back. */
	callers_link(callers, 0, 1);
	callers_settle(callers);
	assert_null(callers_call(callers, 1));
	callers_close(callers);
}

static void
a_camd_that_forgot_it_ends_it(void **state)
{
	struct callers *callers = speaking(2);

	callers_break(callers, 0, 1);
	calls_stop(callers->list[1].calls);
	calls_free(callers->list[1].calls);
	callers->list[1].calls = calls_new(callers->loop, &callers_ops,
	    &callers->list[1], callers->list[1].key);
	callers_link(callers, 0, 1);
	callers_settle(callers);
	assert_null(callers_call(callers, 0));
	callers_close(callers);
}

static void
a_media_process_that_dies_is_started_again_once(void **state)
{
	struct callers *callers = speaking(3);
	struct call *call = callers_call(callers, 1);
	uint8_t before[MEDIA_SECRET_SIZE];

	memcpy(before, call->own.secret, sizeof before);
	call->process->dead = true;
	callers_settle(callers);
	assert_memory_not_equal(before, call->own.secret, sizeof before);
	expect_mesh(callers, 0, 2);
	call->process->dead = true;
	callers_settle(callers);
	assert_int_equal(callers->list[1].reason, CALL_MEDIA);
	assert_null(callers_call(callers, 1));
	/* The others go on. */
	assert_non_null(callers_call(callers, 0));
	assert_non_null(callers_call(callers, 2));
	check_all(callers);
	callers_close(callers);
}

static void
note_done(void *arg, int err, const char *message)
{
	int *result = arg;

	*result = err;
}

static void
a_device_asked_for_while_the_process_is_replaced_is_the_next_ones(void **state)
{
	struct callers *callers = speaking(2);
	struct call *call = callers_call(callers, 0);
	struct call_devices *devices = devices_new();
	int err = 1;

	assert_int_equal(devices_set(devices, DEVICES_AUDIO_OUT, "another"), 0);
	call->has_devices = true;
	call->process->slow = true;
	assert_int_equal(call_switch(call, devices, note_done, &err), 0);
	assert_int_equal(err, 1);
	sound_be_silent(call);
	assert_int_equal(err, 0);
	callers_settle(callers);
	expect_mesh(callers, 0, 1);
	assert_string_equal(json_string_value(json_object_get(
				json_object_get(call->audio, "out"), "name")),
	    "another");
	callers_close(callers);
}

static void
a_device_asked_for_of_a_process_that_dies_is_not_used(void **state)
{
	struct callers *callers = speaking(2);
	struct call *call = callers_call(callers, 0);
	struct call_devices *devices = devices_new();
	int err = 1;

	assert_int_equal(devices_set(devices, DEVICES_AUDIO_OUT, "none"), 0);
	call->process->slow = true;
	assert_int_equal(call_switch(call, devices, note_done, &err), 0);
	callers_kill(call->process);
	assert_int_equal(err, CAM_ERR_CLOSED);
	callers_settle(callers);
	expect_mesh(callers, 0, 1);
	callers_close(callers);
}

static void
without_a_media_process_nobody_calls(void **state)
{
	struct callers *callers = callers_open(2);

	callers->no_process = true;
	assert_null(callers_start(callers, 0, (int64_t[]){ 2 }, 1));
	callers_close(callers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_answered_and_hung_up),
		cmocka_unit_test(who_declines_says_why),
		cmocka_unit_test(who_gives_up_leaves_a_missed_call),
		cmocka_unit_test(it_rings_for_a_while),
		cmocka_unit_test(some_cannot_be_called),
		cmocka_unit_test(without_a_free_port_he_is_busy),
		cmocka_unit_test(who_calls_each_other_at_once_has_one_call),
		cmocka_unit_test(a_second_call_rings_and_holds_the_first),
		cmocka_unit_test(
		    who_is_called_with_pictures_shows_none_unasked),
		cmocka_unit_test(all_of_three_and_of_six_hear_each_other),
		cmocka_unit_test(
		    leaving_does_not_end_it_for_the_others_and_changes_their_keys),
		cmocka_unit_test(who_is_added_later_hears_everybody),
		cmocka_unit_test(
		    nobody_joins_of_whom_nobody_in_the_call_has_told),
		cmocka_unit_test(who_is_refused_asks_again_until_he_is_known),
		cmocka_unit_test(a_link_that_breaks_does_not_end_it),
		cmocka_unit_test(without_link_and_sound_it_ends),
		cmocka_unit_test(a_camd_that_forgot_it_ends_it),
		cmocka_unit_test(
		    a_media_process_that_dies_is_started_again_once),
		cmocka_unit_test(
		    a_device_asked_for_while_the_process_is_replaced_is_the_next_ones),
		cmocka_unit_test(
		    a_device_asked_for_of_a_process_that_dies_is_not_used),
		cmocka_unit_test(without_a_media_process_nobody_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

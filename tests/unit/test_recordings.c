/* test_recordings.c: calls recorded, and what is sent for others, too. */
#include "callers_rest.h"
#include "folders.h"

struct ended {
	unsigned count;
	int err;
	bool records;
};

static void
on_ended(void *arg, int err, const struct call *call)
{
	struct ended *ended = arg;

	ended->count++;
	ended->err = err;
	ended->records = call_records(call);
}

static void
expect_recorded(struct callers *callers, size_t by, bool recorded)
{
	callers_settle(callers);
	check_all(callers);
	assert_int_equal(call_records(callers_call(callers, by)), recorded);
}

static void
who_records_tells_all_and_whole_is_what_has_ended(void **state)
{
	struct callers *callers = speaking(3);
	struct call *call = callers_call(callers, 0);
	struct ended ended = { 0 };
	struct folders folders;
	char path[128];

	assert_int_equal(folders_make(&folders), 0);
	snprintf(path, sizeof path, "%s/talk.MKA", folders.path);
	assert_int_equal(
	    call_record_stop(call, on_ended, &ended), CAM_ERR_EXISTS);
	assert_int_equal(
	    call_record_start(call, "/nowhere/talk"), CAM_ERR_FORMAT);
	assert_int_equal(
	    call_record_start(call, "/nowhere/a.webm/talk"), CAM_ERR_FORMAT);
	assert_int_equal(
	    call_record_start(call, "/nowhere/talk.webm"), CAM_ERR_SYSTEM);
	assert_int_equal(call_record_start(call, path), 0);
	assert_false(call->recording->webm);
	assert_int_equal(call_record_start(call, path), CAM_ERR_REFUSED);
	expect_recorded(callers, 0, true);
	assert_true(callers_call(callers, 2)->recorded);
	assert_int_equal(call_record_stop(call, on_ended, &ended), 0);
	assert_int_equal(
	    call_record_stop(call, on_ended, &ended), CAM_ERR_EXISTS);
	assert_int_equal(ended.count, 0);
	expect_recorded(callers, 0, false);
	assert_int_equal(ended.count, 1);
	assert_int_equal(ended.err, 0);
	assert_int_equal(call->recording_end, RECORDING_WHOLE);
	/* What is there is not written over. */
	assert_int_equal(call_record_start(call, path), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EEXIST);
	folders_remove(&folders);
	callers_close(callers);
}

static void
a_recording_that_ends_by_itself_is_told_of_and_the_call_goes_on(void **state)
{
	struct callers *callers = speaking(2);
	struct call *call = callers_call(callers, 0);
	struct folders folders;
	char path[128];

	assert_int_equal(folders_make(&folders), 0);
	snprintf(path, sizeof path, "%s/talk.webm", folders.path);
	assert_int_equal(call_record_start(call, path), 0);
	assert_true(call->recording->webm);
	expect_recorded(callers, 0, true);
	call->recording->err = CAM_ERR_FULL;
	expect_recorded(callers, 0, false);
	assert_int_equal(call->recording_end, RECORDING_FULL);
	assert_int_equal(call->state, CALL_ACTIVE);
	(void)unlink(path);
	assert_int_equal(call_record_start(call, path), 0);
	assert_int_equal(call->recording_end, RECORDING_WHOLE);
	call->process->dead = true;
	expect_recorded(callers, 0, false);
	assert_int_equal(call->recording_end, RECORDING_FAILED);
	/* The end of a call waits for what it wrote. */
	(void)unlink(path);
	assert_int_equal(call_record_start(call, path), 0);
	call_hangup(call);
	assert_string_not_equal(callers->list[0].last, EVENT_CALL_ENDED);
	callers_settle(callers);
	assert_string_equal(callers->list[0].last, EVENT_CALL_ENDED);
	folders_remove(&folders);
	callers_close(callers);
}

static void
what_is_tapped_sealed_ends_with_its_key(void **state)
{
	struct callers *callers = speaking(3);
	struct call *call = callers_call(callers, 0);
	uint8_t before[MEDIA_SECRET_SIZE];
	char *sdp = NULL;

	memcpy(before, call->own.secret, sizeof before);
	assert_int_equal(call_tap(call, 65535, false, &sdp), CAM_ERR_LIMIT);
	assert_int_equal(call_tap(call, 5004, true, &sdp), 0);
	assert_non_null(strstr(sdp, "a=crypto:1 AEAD_AES_256_GCM inline:"));
	free(sdp);
	/* It opens nothing that was said before. */
	assert_memory_not_equal(before, call->own.secret, sizeof before);
	callers_settle(callers);
	check_all(callers);
	assert_int_equal(call->tap_port, 5004);
	call_hangup(callers_call(callers, 2));
	callers_settle(callers);
	assert_int_equal(call->tap_port, 0);
	assert_int_equal(call_tap(call, 6004, false, &sdp), 0);
	assert_null(strstr(sdp, "crypto"));
	free(sdp);
	call->process->dead = true;
	callers_settle(callers);
	assert_int_equal(call->tap_port, 6004);
	assert_int_equal(call_tap(call, 0, false, &sdp), 0);
	assert_int_equal(call->tap_port, 0);
	check_all(callers);
	callers_close(callers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_records_tells_all_and_whole_is_what_has_ended),
		cmocka_unit_test(
		    a_recording_that_ends_by_itself_is_told_of_and_the_call_goes_on),
		cmocka_unit_test(what_is_tapped_sealed_ends_with_its_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

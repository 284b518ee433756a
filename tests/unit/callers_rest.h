/* callers_rest.h: what holds of calls when nothing is under way. */
#ifndef CAM_TEST_CALLERS_REST_H
#define CAM_TEST_CALLERS_REST_H

#include "callers.h"

static inline int64_t
uid(size_t place)
{
	return (int64_t)place + 1;
}

/* -- what holds when nothing is under way ------------------------------------
 */

static inline struct call *
same_call(struct callers *callers, size_t place, const char *wire)
{
	struct call *call;

	TAILQ_FOREACH (call, &callers->list[place].calls->list, entry) {
		if (strcmp(call->wire, wire) == 0)
			return call;
	}
	return NULL;
}

/* Whom one hears has the key that the other uses. */
static inline void
check_active(struct callers *callers, const struct leg *leg, size_t place)
{
	const struct call *theirs =
	    same_call(callers, (size_t)leg->uid - 1, leg->call->wire);
	const struct leg *other =
	    theirs != NULL ? call_leg(theirs, uid(place)) : NULL;

	assert_non_null(other);
	assert_int_equal(other->state, LEG_ACTIVE);
	assert_true(leg->call->process->opened);
	assert_true(leg->call->process->hears[leg->number]);
	assert_memory_equal(leg->call->process->secrets[leg->number],
	    theirs->process->own, MEDIA_SECRET_SIZE);
	assert_int_equal(leg->status.hold, theirs->state == CALL_HELD);
	assert_int_equal(leg->status.mute, theirs->muted);
	assert_int_equal(
	    leg->status.video, theirs->showing == DEVICES_SHOW_VIDEO);
	assert_int_equal(leg->status.recording, call_records(theirs));
}

static inline void
check_leg(struct callers *callers, const struct leg *leg, size_t place)
{
	const struct call *theirs =
	    same_call(callers, (size_t)leg->uid - 1, leg->call->wire);

	switch (leg->state) {
	case LEG_ACTIVE:
		check_active(callers, leg, place);
		break;
	case LEG_INVITED:
		assert_non_null(theirs);
		assert_false(theirs->joined);
		break;
	case LEG_INVITER:
		assert_false(leg->call->joined);
		assert_non_null(theirs);
		break;
	case LEG_ACCEPTING:
		fail_msg("an accept that is never answered");
		break;
	default:
		break;
	}
}

static inline void
check_call(struct callers *callers, const struct call *call, size_t place)
{
	size_t with = 0;

	for (size_t i = 0; i < call->leg_count; i++) {
		const struct leg *leg = call->legs[i];

		check_leg(callers, leg, place);
		with +=
		    call->joined ? leg_counts(leg) : leg->state == LEG_INVITER;
	}
	assert_true(with > 0);
	if (call->process->opened) {
		assert_memory_equal(
		    call->process->own, call->own.secret, MEDIA_SECRET_SIZE);
		assert_int_equal(call->process->hold, call->state == CALL_HELD);
		assert_int_equal(call->process->mute, call->muted);
	}
}

static inline void
check_all(struct callers *callers)
{
	for (size_t i = 0; i < callers->count; i++) {
		struct call *call;
		size_t spoken = 0;

		TAILQ_FOREACH (call, &callers->list[i].calls->list, entry) {
			check_call(callers, call, i);
			spoken += call->state == CALL_ACTIVE;
		}
		assert_in_range(spoken, 0, 8);
	}
	assert_true(LIST_EMPTY(&callers->questions));
}

static inline struct call_devices *
showing(bool on)
{
	struct call_devices *devices = devices_new();

	if (on)
		assert_int_equal(
		    devices_set(devices, DEVICES_VIDEO_IN, "pattern"), 0);
	return devices;
}

static inline struct callers *
speaking(size_t count)
{
	const int64_t uids[] = { 2, 3, 4, 5, 6 };
	struct callers *callers = callers_open(count + 1);

	callers_start(callers, 0, uids, count - 1);
	callers_settle(callers);
	for (size_t i = 1; i < count; i++) {
		assert_int_equal(
		    call_answer(callers_call(callers, i), devices_new()), 0);
		callers_settle(callers);
	}
	return callers;
}

static inline void
expect_mesh(struct callers *callers, size_t first, size_t last)
{
	for (size_t i = first; i <= last; i++) {
		const struct call *call = callers_call(callers, i);
		size_t active = 0;

		assert_non_null(call);
		for (size_t k = 0; k < call->leg_count; k++)
			active += call->legs[k]->state == LEG_ACTIVE;
		assert_int_equal(active, last - first);
	}
	check_all(callers);
}

#endif

/* test_calls_chance.c: calls of several camd: anything in any order, as a seed
 * has it. */
#include "callers_rest.h"
#include "folders.h"

#include "base/random.h"

struct chance {
	uint64_t state;
};

static size_t
below(struct chance *chance, size_t limit)
{
	chance->state =
	    chance->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (size_t)(chance->state >> 33) % limit;
}

static struct call *
any_call(struct callers *callers, struct chance *chance)
{
	struct calls *calls =
	    callers->list[below(chance, callers->count)].calls;
	size_t skip = calls->count > 0 ? below(chance, calls->count) : 0;
	struct call *call = TAILQ_FIRST(&calls->list);

	while (call != NULL && skip-- > 0)
		call = TAILQ_NEXT(call, entry);
	return call;
}

static void
start_some(struct callers *callers, struct chance *chance)
{
	size_t from = below(chance, callers->count), count = 0;
	int64_t uids[CALL_LEGS];

	for (size_t i = 0; i < callers->count && count < CALL_LEGS; i++) {
		if (i != from && below(chance, 3) == 0)
			uids[count++] = uid(i);
	}
	if (count > 0)
		callers_start(callers, from, uids, count);
}

static void
fire_a_timer(struct call *call, struct chance *chance)
{
	struct leg *leg = call->legs[below(chance, call->leg_count)];

	if (leg->state == LEG_ACTIVE)
		leg->flows = below(chance, 2);
	if (timer_is_running(&leg->timer)) {
		timer_stop(&leg->timer);
		leg->timer.fn(leg);
	}
}

static void
on_whole(void *arg, int err, const struct call *call)
{
}

static void
record(struct call *call, struct chance *chance)
{
	if (below(chance, 2) == 0) {
		(void)call_record_stop(call, on_whole, NULL);
	} else {
		struct folders folders;
		char path[128];

		assert_int_equal(folders_make(&folders), 0);
		snprintf(path, sizeof path, "%s/talk.webm", folders.path);
		(void)call_record_start(call, path);
		(void)unlink(path);
		folders_remove(&folders);
	}
}

static void
on_switched(void *arg, int err, const char *message)
{
}

static void
switch_devices(struct call *call, struct chance *chance)
{
	struct call_devices *devices = devices_new();

	assert_int_equal(devices_set(devices, DEVICES_AUDIO_OUT, "none"), 0);
	if (call->process != NULL)
		call->process->slow = below(chance, 2);
	(void)call_switch(call, devices, on_switched, NULL);
}

static void
change_something(struct callers *callers, struct chance *chance)
{
	struct call *call = any_call(callers, chance);
	size_t other;

	if (call == NULL)
		return;
	switch (below(chance, 18)) {
	case 0:
		call_hangup(call);
		break;
	case 1:
		(void)call_decline(call, "no");
		break;
	case 2:
		(void)call_hold(call, below(chance, 2));
		break;
	case 3:
		(void)call_mute(call, below(chance, 2));
		(void)call_show(call, showing(below(chance, 2)));
		break;
	case 4:
	case 5:
		other = below(chance, callers->count);
		if (callers->list[other].calls != call->calls)
			(void)call_add(call, uid(other));
		break;
	case 6:
		if (call->process != NULL)
			callers_kill(call->process);
		break;
	case 7:
		if (call->leg_count > 0)
			fire_a_timer(call, chance);
		break;
	case 8:
		record(call, chance);
		break;
	case 9:
		if (call->recording != NULL)
			call->recording->err = CAM_ERR_FULL;
		break;
	case 10:
		switch_devices(call, chance);
		break;
	case 11:
		if (call->process != NULL && call->opened &&
		    call->state != CALL_ENDED)
			sound_be_silent(call);
		break;
	default:
		(void)call_answer(call, devices_new());
		break;
	}
}

static void
do_something(struct callers *callers, struct chance *chance)
{
	size_t a = below(chance, callers->count),
	       b = below(chance, callers->count);

	switch (below(chance, 10)) {
	case 0:
		start_some(callers, chance);
		break;
	case 1:
	case 2:
		change_something(callers, chance);
		break;
	case 3:
		if (a != b && below(chance, 4) == 0)
			callers_break(callers, a, b);
		else if (a != b)
			callers_link(callers, a, b);
		break;
	case 4:
		callers_end_processes(callers);
		loop_turn(callers->loop, 0);
		break;
	default:
		if (!TAILQ_EMPTY(&callers->letters[a][b]))
			callers_deliver(callers, a, b);
		break;
	}
}

/* For something that comes within seconds, or not at all. */
static bool
waits(const struct leg *leg)
{
	return leg->state == LEG_JOINING ||
	       (leg->state == LEG_INVITER &&
		   timer_left_ms(&leg->timer) <= 5000);
}

/* All links are up, and who waits to join has waited for long enough. */
static void
come_to_rest(struct callers *callers)
{
	for (size_t i = 0; i < callers->count; i++) {
		for (size_t k = 0; k < i; k++)
			callers_link(callers, i, k);
	}
	for (int round = 0; round < 12; round++) {
		callers_settle(callers);
		for (size_t i = 0; i < callers->count; i++) {
			struct call *call, *next;

			for (call = callers_call(callers, i); call != NULL;
			     call = next) {
				next = TAILQ_NEXT(call, entry);
				for (size_t k = 0; k < call->leg_count &&
						   call->state != CALL_ENDED;
				     k++) {
					struct leg *leg = call->legs[k];

					if (waits(leg)) {
						timer_stop(&leg->timer);
						leg->timer.fn(leg);
					}
				}
			}
		}
	}
	callers_settle(callers);
}

static void
whatever_happens_both_ends_agree(void **state)
{
	const char *seed = getenv("CALLS_SEED");
	const char *lives = getenv("CALLS_LIVES");
	uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	uint64_t count = lives != NULL ? strtoull(lives, NULL, 10) : 300;

	for (uint64_t life = first; life < first + count; life++) {
		struct chance chance = { life * 7919 };
		struct callers *callers = callers_open(2 + life % 5);

		if (seed != NULL)
			print_message("seed %llu\n", (unsigned long long)life);
		for (int phase = 0; phase < 4; phase++) {
			for (int step = 0; step < 200; step++)
				do_something(callers, &chance);
			come_to_rest(callers);
			check_all(callers);
		}
		callers_close(callers);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_happens_both_ends_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

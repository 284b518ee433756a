/* test_bandwidth.c: links of known width, simulated: how near the estimate
 * comes, and how long that takes. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "media/bandwidth.h"

enum {
	PACKET = 1200,
	STEP_US = 1000,
	FEEDBACK_US = 50000,
	PICTURE_US = 33333,
	CHOOSE_US = 200000,
	PADDING = 319,
	UNDER_WAY = 4096,
};

struct flight {
	uint16_t number;
	int64_t comes_us; /* 0: lost */
};

/* One bottleneck with a queue of so many ms; jitter on top, which reorders. */
struct path {
	double bitrate;
	double loss;
	int64_t delay_us, jitter_us, queue_us;
	int64_t free_us; /* when the bottleneck is */
	uint32_t random;
	struct flight flights[UNDER_WAY];
	size_t count;
};

struct run {
	struct path path;
	struct bandwidth bandwidth;
	struct arrivals arrivals;
	int64_t now_us;
	uint16_t number;
	double owed_bits;
	double need;   /* of the pictures, bits a second; 0: all there is */
	double wanted; /* probes try to get to it; 0: none are sent */
	double train;  /* bits a second at which one leaves; 0: none does */
	unsigned train_left;
	unsigned trains;
	double worst_queue_ms;
	uint64_t came;
};

static uint32_t
chance(struct path *path)
{
	path->random ^= path->random << 13;
	path->random ^= path->random >> 17;
	path->random ^= path->random << 5;
	return path->random;
}

static void
leave_with(struct run *run, uint16_t size)
{
	struct path *path = &run->path;
	struct flight *flight = &path->flights[path->count];
	int64_t begins_us =
	    path->free_us > run->now_us ? path->free_us : run->now_us;
	double waits_ms = (double)(begins_us - run->now_us) / 1000;

	bandwidth_sent(&run->bandwidth, run->number, size, run->now_us);
	flight->number = run->number++;
	flight->comes_us = 0;
	if (begins_us - run->now_us > path->queue_us) {
		path->count++;
		return; /* no room in the queue */
	}
	path->free_us = begins_us + (int64_t)(size * 8e6 / path->bitrate);
	if (waits_ms > run->worst_queue_ms)
		run->worst_queue_ms = waits_ms;
	if (chance(path) % 10000 >= path->loss * 10000)
		flight->comes_us =
		    path->free_us + path->delay_us +
		    (path->jitter_us > 0 ? chance(path) % path->jitter_us : 0);
	path->count++;
	assert_in_range(path->count, 1, UNDER_WAY - 1);
}

static void
leave(struct run *run)
{
	leave_with(run, PACKET);
}

/* A probe, as the estimate wants one; while it leaves no picture does. */
static bool
try_more(struct run *run)
{
	unsigned bitrate = 0;

	if (run->train_left == 0 && run->now_us % CHOOSE_US == 0 &&
	    run->wanted > 0)
		bitrate = bandwidth_wants_probe(
		    &run->bandwidth, (unsigned)run->wanted, run->now_us);
	if (bitrate > 0) {
		run->train = bitrate;
		run->train_left = probe_packets(bitrate, PADDING);
		run->trains++;
		bandwidth_probe(&run->bandwidth, run->number,
		    (uint16_t)run->train_left, bitrate, run->now_us);
		run->owed_bits = 0;
	}
	if (run->train_left == 0)
		return false;
	run->owed_bits += run->train * STEP_US / 1e6;
	while (run->train_left > 0 && run->owed_bits >= PADDING * 8) {
		run->owed_bits -= PADDING * 8;
		run->train_left--;
		leave_with(run, PADDING);
	}
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const struct flight *x = a, *y = b;

	return (x->comes_us > y->comes_us) - (x->comes_us < y->comes_us);
}

static void
arrive(struct run *run)
{
	struct path *path = &run->path;
	size_t kept = 0;

	qsort(path->flights, path->count, sizeof path->flights[0], by_time);
	for (size_t i = 0; i < path->count; i++) {
		if (path->flights[i].comes_us > run->now_us) {
			path->flights[kept++] = path->flights[i];
			continue;
		}
		if (path->flights[i].comes_us == 0)
			continue;
		/* A clock of its own. */
		arrivals_add(&run->arrivals, path->flights[i].number,
		    path->flights[i].comes_us + 777000000);
		run->came++;
	}
	path->count = kept;
}

static void
tell(struct run *run)
{
	struct feedback_arrival list[FEEDBACK_ARRIVALS_MAX];
	struct rtcp_packet packet;
	struct buf out;
	struct span rest;
	size_t count = 0;

	buf_init(&out, 4096);
	arrivals_put(&run->arrivals, &out, 1, 2);
	rest = buf_span(&out);
	if (rest.len > 0) {
		assert_int_equal(rtcp_next(&rest, &packet), 0);
		assert_int_equal(
		    feedback_read_transport(&packet, list, &count), 0);
		bandwidth_feedback(&run->bandwidth, list, count, run->now_us);
	}
	buf_finish(&out);
}

/* Sends pictures at the estimate, 30 a second, each spread over half of its
 * time. */
static void
go_on(struct run *run, double seconds)
{
	int64_t until_us = run->now_us + (int64_t)(seconds * 1e6);

	run->worst_queue_ms = 0;
	for (; run->now_us < until_us; run->now_us += STEP_US) {
		double bitrate = bandwidth_bitrate(&run->bandwidth);
		bool is_probing = try_more(run);

		if (run->need > 0 && run->need < bitrate)
			bitrate = run->need;
		if (!is_probing && run->now_us % PICTURE_US < PICTURE_US / 2)
			run->owed_bits += bitrate * 2 * STEP_US / 1e6;
		while (!is_probing && run->owed_bits >= PACKET * 8) {
			run->owed_bits -= PACKET * 8;
			leave(run);
		}
		arrive(run);
		if (run->now_us % FEEDBACK_US == 0)
			tell(run);
	}
}

static struct run *
begin(double bitrate, double loss, int64_t jitter_us)
{
	struct run *run = calloc(1, sizeof *run);

	assert_non_null(run);
	run->path = (struct path){ .bitrate = bitrate,
		.loss = loss,
		.delay_us = 20000,
		.jitter_us = jitter_us,
		.queue_us = 300000,
		.random = 12345 };
	run->now_us = 1000000;
	bandwidth_init(&run->bandwidth, 300000, 50000, 8000000);
	return run;
}

static void
estimate_is_within(struct run *run, double low, double high)
{
	double bitrate = bandwidth_bitrate(&run->bandwidth);

	if (bitrate < low || bitrate > high)
		print_message(
		    "estimate %.0f of %.0f .. %.0f, queue %.0f ms, loss %.2f\n",
		    bitrate, low, high, run->bandwidth.queue_ms,
		    run->bandwidth.loss);
	assert_true(bitrate >= low && bitrate <= high);
}

static const double widths[] = { 300000, 1000000, 4000000 };

/* The mean of some seconds: single moments go up and down. */
static double
mean_of(struct run *run, unsigned seconds)
{
	double sum = 0;

	for (unsigned i = 0; i < seconds * 10; i++) {
		go_on(run, 0.1);
		sum += bandwidth_bitrate(&run->bandwidth);
	}
	return sum / (seconds * 10);
}

static void
uses_a_link(double loss, int64_t jitter_us, double least)
{
	for (unsigned i = 0; i < 3; i++) {
		struct run *run = begin(widths[i], loss, jitter_us);
		double mean;

		go_on(run, 10);
		mean = mean_of(run, 20);
		print_message("%.0f kbit/s, loss %.0f %%, jitter %d ms: "
			      "%.0f kbit/s, queue %.0f ms\n",
		    widths[i] / 1000, loss * 100, (int)(jitter_us / 1000),
		    mean / 1000, run->bandwidth.queue_ms);
		assert_true(mean >= widths[i] * least);
		assert_true(mean <= widths[i] * 1.05);
		free(run);
	}
}

static void
a_quiet_link_is_used_well(void **state)
{
	uses_a_link(0, 0, 0.65);
}

static void
jitter_is_not_taken_for_a_queue(void **state)
{
	uses_a_link(0, 10000, 0.5);
}

static void
loss_without_a_queue_does_not_stop_it(void **state)
{
	uses_a_link(0.05, 0, 0.6);
	uses_a_link(0.15, 5000, 0.5);
}

static void
a_link_that_becomes_narrow_is_followed_within_a_second(void **state)
{
	struct run *run = begin(4000000, 0, 0);

	go_on(run, 20);
	estimate_is_within(run, 2000000, 4500000);
	run->path.bitrate = 1000000;
	go_on(run, 1);
	estimate_is_within(run, 200000, 1100000);
	go_on(run, 5);
	assert_true(run->worst_queue_ms <= 300);
	/* And wide again: most of it within ten seconds. */
	run->path.bitrate = 4000000;
	go_on(run, 10);
	estimate_is_within(run, 2500000, 4500000);
	free(run);
}

static void
a_link_that_breaks_down_is_left_almost_alone(void **state)
{
	struct run *run = begin(1000000, 0, 0);

	go_on(run, 10);
	run->path.loss = 0.6;
	go_on(run, 5);
	estimate_is_within(run, 50000, 300000);
	run->path.loss = 0;
	go_on(run, 20);
	estimate_is_within(run, 500000, 1250000);
	free(run);
}

static void
what_is_never_sent_is_never_promised(void **state)
{
	struct run *run = begin(4000000, 0, 0);
	uint16_t i;

	/* 30 kbit/s of packets for half a minute. */
	for (i = 0; i < 100; i++) {
		leave(run);
		run->now_us += 320000;
		arrive(run);
		tell(run);
	}
	estimate_is_within(run, 50000, 300000);
	free(run);
}

/* A call begins: at 1 Mbit/s, of which the pictures need a part. */
static struct run *
begin_call(double bitrate, double need, double wanted)
{
	struct run *run = begin(bitrate, 0, 0);

	bandwidth_init(&run->bandwidth, 1000000, 50000, 20000000);
	run->need = need;
	run->wanted = wanted;
	return run;
}

static void
a_wide_path_is_known_within_a_second_however_little_is_sent(void **state)
{
	struct run *run = begin_call(100000000, 300000, 2950000);

	go_on(run, 1.5);
	estimate_is_within(run, 2950000, 2950000);
	assert_int_equal(run->trains, 2);
	/* It is known now. */
	go_on(run, 20);
	assert_int_equal(run->trains, 2);
	free(run);
}

static void
a_probe_finds_no_more_than_there_is(void **state)
{
	static const double between[] = { 1200000, 1700000, 2500000 };

	for (unsigned i = 0; i < 3; i++) {
		struct run *run = begin_call(between[i], 300000, 20000000);

		go_on(run, 3);
		estimate_is_within(run, between[i] * 0.7, between[i] * 1.05);
		go_on(run, 30);
		estimate_is_within(run, between[i] * 0.7, between[i] * 1.05);
		/* And costs little. */
		assert_in_range(run->trains, 1, 12);
		assert_true(run->worst_queue_ms < 60);
		free(run);
	}
}

static void
a_narrow_path_is_not_probed_while_it_is_full(void **state)
{
	struct run *run = begin_call(300000, 0, 2950000);

	go_on(run, 5);
	assert_int_equal(run->trains, 0);
	estimate_is_within(run, 100000, 330000);
	go_on(run, 30);
	estimate_is_within(run, 100000, 330000);
	free(run);
}

static void
after_a_fall_a_probe_finds_what_is_there_again(void **state)
{
	struct run *run = begin_call(10000000, 300000, 2950000);

	go_on(run, 3);
	run->path.bitrate = 200000;
	go_on(run, 3);
	estimate_is_within(run, 50000, 250000);
	run->path.bitrate = 10000000;
	run->need = 300000;
	go_on(run, 15);
	estimate_is_within(run, 600000, 2950000);
	go_on(run, 15);
	estimate_is_within(run, 2500000, 2950000);
	free(run);
}

static void
nonsense_moves_nothing(void **state)
{
	struct bandwidth *bandwidth = calloc(1, sizeof *bandwidth);
	struct feedback_arrival list[3] = { { 1, true, 5 }, { 2, true, -9 },
		{ 3, false, 0 } };

	assert_non_null(bandwidth);
	bandwidth_init(bandwidth, 300000, 50000, 1000000);
	bandwidth_feedback(bandwidth, list, 3, 1000);
	assert_int_equal(bandwidth_bitrate(bandwidth), 300000);
	for (unsigned i = 0; i < 1000; i++) {
		bandwidth_sent(bandwidth, (uint16_t)i, 1200, i * 1000);
		list[0] = (struct feedback_arrival){ (uint16_t)i, true,
			(int64_t)(i * 2654435761u) - (1 << 30) };
		bandwidth_feedback(bandwidth, list, 1, i * 1000);
		assert_in_range(bandwidth_bitrate(bandwidth), 50000, 1000000);
	}
	free(bandwidth);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quiet_link_is_used_well),
		cmocka_unit_test(jitter_is_not_taken_for_a_queue),
		cmocka_unit_test(loss_without_a_queue_does_not_stop_it),
		cmocka_unit_test(
		    a_link_that_becomes_narrow_is_followed_within_a_second),
		cmocka_unit_test(a_link_that_breaks_down_is_left_almost_alone),
		cmocka_unit_test(what_is_never_sent_is_never_promised),
		cmocka_unit_test(
		    a_wide_path_is_known_within_a_second_however_little_is_sent),
		cmocka_unit_test(a_probe_finds_no_more_than_there_is),
		cmocka_unit_test(a_narrow_path_is_not_probed_while_it_is_full),
		cmocka_unit_test(
		    after_a_fall_a_probe_finds_what_is_there_again),
		cmocka_unit_test(nonsense_moves_nothing),
	};

	return cmocka_run_group_tests_name("bandwidth", tests, NULL, NULL);
}

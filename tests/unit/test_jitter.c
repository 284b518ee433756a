/* test_jitter.c: packets as networks bring them, and what is played of them. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/jitter.h"

enum { FRAME_US = JITTER_FRAME_US, STEP = 960, TRIES = 50 };

/* A sender of a packet each 20 ms, a way to us, and our taking of frames. */
struct line {
	struct jitter jitter;
	uint32_t random;
	unsigned loss, jitter_ms, copies; /* percent; ms; more of each */
	uint64_t stall_us;		  /* all packets wait until then */
	unsigned speaks, pauses;	  /* frames; 0: without end */
	uint64_t sent;			  /* frames */
	uint64_t now_us;
	uint16_t sequence;
	uint64_t phase_us;
	struct {
		uint64_t due_us;
		struct rtp_packet packet;
		uint8_t payload[8];
		bool used;
	} way[256];
	uint64_t last_played; /* frame, one past */
	uint64_t made_up;     /* frames of no packet, in a row */
	uint64_t longest;
	int64_t delay_us; /* of the last */
};

static unsigned
next_random(struct line *line, unsigned below)
{
	line->random = line->random * 1664525 + 1013904223;
	return (line->random >> 8) % below;
}

static struct line *
line_new(unsigned loss, unsigned jitter_ms, unsigned seed)
{
	struct line *line = calloc(1, sizeof *line);

	jitter_init(&line->jitter, 48000);
	line->random = seed + 1;
	line->loss = loss;
	line->jitter_ms = jitter_ms;
	line->now_us = 1000000000;
	line->phase_us = next_random(line, FRAME_US);
	line->sequence = (uint16_t)(65530 + seed);
	return line;
}

static void
send_one(struct line *line)
{
	size_t free = 0;
	uint64_t delay_us = line->jitter_ms == 0
				? 0
				: next_random(line, line->jitter_ms * 1000);

	if (line->pauses > 0 &&
	    line->sent % (line->speaks + line->pauses) >= line->speaks)
		return;
	line->sequence++;
	if (next_random(line, 100) < line->loss)
		return;
	for (unsigned copy = 0; copy <= line->copies; copy++) {
		while (line->way[free].used)
			free++;
		line->way[free].used = true;
		line->way[free].due_us = line->now_us + delay_us;
		if (line->way[free].due_us < line->stall_us)
			line->way[free].due_us = line->stall_us;
		memcpy(line->way[free].payload, &line->sent, 8);
		line->way[free].packet = (struct rtp_packet){
			.sequence = line->sequence,
			/* They go round, too. */
			.timestamp = (uint32_t)(0xffffff00 + line->sent * STEP),
			.payload = span_of(line->way[free].payload, 8),
		};
	}
}

static void
arrive(struct line *line, uint64_t until_us)
{
	for (;;) {
		size_t first = 256;

		for (size_t i = 0; i < 256; i++) {
			if (line->way[i].used &&
			    line->way[i].due_us <= until_us &&
			    (first == 256 ||
				line->way[i].due_us < line->way[first].due_us))
				first = i;
		}
		if (first == 256)
			return;
		line->way[first].used = false;
		(void)jitter_put(&line->jitter, &line->way[first].packet,
		    line->way[first].due_us);
	}
}

/* What is played is played in order, and once. */
static void
note_played(struct line *line, const struct jitter_frame *frame)
{
	uint64_t number;

	if (frame->kind == JITTER_CONCEAL || frame->kind == JITTER_NOTHING) {
		line->made_up++;
		if (line->last_played > 0 && line->made_up > line->longest)
			line->longest = line->made_up;
		return;
	}
	line->made_up = 0;
	if (frame->kind == JITTER_RECOVER)
		return;
	assert_int_equal(frame->payload.len, 8);
	memcpy(&number, frame->payload.data, 8);
	assert_true(number >= line->last_played);
	line->last_played = number + 1;
	line->delay_us =
	    (int64_t)(line->sent - number) * FRAME_US + (int64_t)line->phase_us;
}

static void
run(struct line *line, uint64_t frames)
{
	for (uint64_t i = 0; i < frames; i++) {
		struct jitter_frame frame;

		send_one(line);
		arrive(line, line->now_us + line->phase_us);
		/* Speech has its short pauses. */
		frame = jitter_take(&line->jitter,
		    line->now_us + line->phase_us, line->sent % 16 == 0);
		note_played(line, &frame);
		if (frame.kind == JITTER_DROP) {
			frame = jitter_take(&line->jitter,
			    line->now_us + line->phase_us, false);
			assert_int_equal(frame.kind, JITTER_PACKET);
			note_played(line, &frame);
		}
		arrive(line, line->now_us + FRAME_US - 1);
		line->sent++;
		line->now_us += FRAME_US;
	}
}

static void
a_calm_network_costs_one_packet(void **state)
{
	for (unsigned seed = 0; seed < TRIES; seed++) {
		struct line *line = line_new(0, 0, seed);

		run(line, 500);
		assert_true(line->delay_us <= 30000);
		assert_int_equal(line->jitter.counters.concealed, 0);
		assert_int_equal(line->jitter.counters.late, 0);
		assert_int_equal(line->last_played > 495, true);
		free(line);
	}
}

static void
jitter_of_30_ms_costs_60_at_most_and_few_frames(void **state)
{
	uint64_t concealed = 0, late = 0, longer = 0;

	for (unsigned seed = 0; seed < TRIES; seed++) {
		struct line *line = line_new(1, 30, seed);

		run(line, 1500);
		longer += line->delay_us > 60000;
		assert_true(line->delay_us <= 80000);
		concealed += line->jitter.counters.concealed;
		late += line->jitter.counters.late;
		free(line);
	}
	assert_true(longer <= TRIES / 20);
	/* Of all frames at most one in a hundred. */
	assert_true(concealed + late <= TRIES * 1500 / 100);
}

static void
at_5_percent_loss_no_gap_is_above_120_ms(void **state)
{
	for (unsigned seed = 0; seed < TRIES; seed++) {
		struct line *line = line_new(5, 20, seed);

		run(line, 1500);
		assert_true(line->longest <= 6);
		assert_true(line->jitter.counters.recovered > 0);
		free(line);
	}
}

/* A second in which nothing arrives, and then everything at once. */
static void
after_a_stall_the_delay_comes_back(void **state)
{
	struct line *line = line_new(0, 5, 3);

	run(line, 200);
	line->stall_us = line->now_us + 300000;
	run(line, 15);
	assert_true(line->delay_us > 0);
	run(line, 2500);
	assert_true(line->delay_us <= 45000);
	free(line);
}

static void
a_pause_of_the_speaker_is_no_loss(void **state)
{
	struct line *line = line_new(0, 10, 5);

	line->speaks = 50;
	line->pauses = 20;
	run(line, 1400);
	assert_int_equal(line->jitter.counters.concealed, 0);
	assert_true(line->jitter.counters.silent > 300);
	assert_true(line->jitter.loss < 0.001);
	free(line);
}

static void
copies_are_played_once(void **state)
{
	struct line *line = line_new(0, 10, 7);

	line->copies = 3;
	run(line, 500);
	assert_true(line->jitter.counters.played <= 500);
	assert_true(
	    line->jitter.counters.duplicates + line->jitter.counters.late >=
	    3 * 490);
	free(line);
}

static void
a_speaker_who_starts_anew_is_heard(void **state)
{
	struct line *line = line_new(0, 0, 9);
	struct rtp_packet packet = {
		.sequence = 5, .timestamp = 77, .payload = span_of("x", 1)
	};

	run(line, 100);
	assert_true(jitter_put(&line->jitter, &packet, line->now_us));
	assert_int_equal(
	    jitter_take(&line->jitter, line->now_us + FRAME_US, false).kind,
	    JITTER_PACKET);
	free(line);
}

static void
who_says_nothing_for_a_second_is_silent(void **state)
{
	struct line *line = line_new(0, 0, 9);

	assert_int_equal(
	    jitter_take(&line->jitter, 1, false).kind, JITTER_NOTHING);
	run(line, 100);
	line->loss = 100;
	run(line, 100);
	assert_int_equal(
	    jitter_take(&line->jitter, line->now_us + line->phase_us, false)
		.kind,
	    JITTER_NOTHING);
	line->loss = 0;
	run(line, 20);
	assert_true(line->delay_us <= 30000);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_calm_network_costs_one_packet),
		cmocka_unit_test(
		    jitter_of_30_ms_costs_60_at_most_and_few_frames),
		cmocka_unit_test(at_5_percent_loss_no_gap_is_above_120_ms),
		cmocka_unit_test(after_a_stall_the_delay_comes_back),
		cmocka_unit_test(a_pause_of_the_speaker_is_no_loss),
		cmocka_unit_test(copies_are_played_once),
		cmocka_unit_test(a_speaker_who_starts_anew_is_heard),
		cmocka_unit_test(who_says_nothing_for_a_second_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

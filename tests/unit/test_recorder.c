/* test_recorder.c: what is said and shown, as cam-record gets it. */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "media/recorder.h"
#include "media/sound.h"

enum { FRAME_US = VOICE_FRAME_MS * 1000, BYTES_MAX = 1024 * 1024 };

struct ends {
	struct loop *loop;
	struct recorder *recorder;
	int fd; /* cam-record's */
	unsigned ended;
	uint64_t now_us;
};

static void
on_ended(void *arg)
{
	struct ends *ends = arg;

	ends->ended++;
}

static void
ends_open(struct ends *ends)
{
	int pair[2];

	memset(ends, 0, sizeof *ends);
	ends->loop = loop_new();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ends->fd = pair[0];
	ends->now_us = 1000 * 1000;
	assert_int_equal(
	    recorder_new(ends->loop, pair[1], on_ended, ends, &ends->recorder),
	    0);
}

static void
ends_close(struct ends *ends)
{
	recorder_free(ends->recorder);
	if (ends->fd >= 0)
		close(ends->fd);
	loop_free(ends->loop);
}

static void
read_whole(int fd, void *data, size_t len)
{
	uint8_t *at = data;

	while (len > 0) {
		ssize_t got = read(fd, at, len);

		assert_true(got > 0);
		at += got;
		len -= (size_t)got;
	}
}

/* The next piece; its bytes are in bytes. */
static struct piece
next_piece(struct ends *ends, uint8_t *bytes)
{
	uint8_t header[PIECE_HEADER_SIZE];
	struct piece piece;

	loop_turn(ends->loop, 0);
	read_whole(ends->fd, header, sizeof header);
	assert_int_equal(piece_parse(header, &piece), 0);
	assert_in_range(piece.len, 0, BYTES_MAX);
	read_whole(ends->fd, bytes, piece.len);
	return piece;
}

/* Twenty milliseconds in which we say one thing and the others another. */
static void
say(struct ends *ends, int16_t ours, int32_t theirs)
{
	int16_t pcm[VOICE_FRAME];
	int32_t sum[VOICE_FRAME];

	for (size_t i = 0; i < VOICE_FRAME; i++) {
		pcm[i] = i / 48 % 2 == 0 ? ours : (int16_t)-ours;
		sum[i] = i / 24 % 2 == 0 ? theirs : -theirs;
	}
	recorder_said(ends->recorder, pcm);
	recorder_heard(ends->recorder, sum, ends->now_us);
	ends->now_us += FRAME_US;
}

static void
both_are_mixed_and_time_goes_on_where_some_is_lost(void **state)
{
	uint8_t *bytes = xmalloc(BYTES_MAX);
	int16_t pcm[VOICE_FRAME];
	struct voice_decoder *decoder = NULL;
	struct ends ends;
	struct piece piece;

	ends_open(&ends);
	assert_int_equal(voice_decoder_new(&decoder), 0);
	piece = next_piece(&ends, bytes);
	assert_int_equal(piece.kind, PIECE_TRACK);
	assert_int_equal(piece.codec, MEDIA_OPUS);
	for (uint64_t i = 0; i < 20; i++) {
		say(&ends, 8000, 100000);
		piece = next_piece(&ends, bytes);
		assert_int_equal(piece.kind, PIECE_FRAME);
		assert_int_equal(piece.track, 0);
		assert_int_equal(piece.time_us, i * FRAME_US);
		assert_int_equal(
		    voice_decode(decoder, span_of(bytes, piece.len), pcm), 0);
	}
	/* What is too loud is cut, and not turned over. */
	assert_in_range(sound_level(pcm), 0, 6);
	for (int i = 0; i < 20; i++) {
		say(&ends, 8000, 0);
		piece = next_piece(&ends, bytes);
		voice_decode(decoder, span_of(bytes, piece.len), pcm);
	}
	assert_in_range(sound_level(pcm), 6, 20);
	/* A second in which nothing was done. */
	ends.now_us += 1000 * 1000;
	say(&ends, 8000, 0);
	piece = next_piece(&ends, bytes);
	assert_int_equal(piece.time_us, 40 * FRAME_US + 1000 * 1000);
	say(&ends, 8000, 0);
	piece = next_piece(&ends, bytes);
	assert_int_equal(piece.time_us, 41 * FRAME_US + 1000 * 1000);
	voice_decoder_free(decoder);
	ends_close(&ends);
	free(bytes);
}

static void
show(struct ends *ends, unsigned member, const char *picture, bool is_key)
{
	recorder_picture(ends->recorder, member, MEDIA_VP9, span_text(picture),
	    is_key, ends->now_us);
}

static void
expect_picture(
    struct ends *ends, uint8_t *bytes, unsigned track, const char *picture)
{
	struct piece piece = next_piece(ends, bytes);

	/* Sound goes on beside them. */
	while (piece.track == 0)
		piece = next_piece(ends, bytes);
	assert_int_equal(piece.kind, PIECE_FRAME);
	assert_int_equal(piece.track, track);
	assert_int_equal(piece.len, strlen(picture));
	assert_memory_equal(bytes, picture, piece.len);
	assert_int_equal(piece.is_key, picture[0] == 'k');
}

static void
pictures_begin_with_a_key_one_of_who_has_a_track(void **state)
{
	uint8_t *bytes = xmalloc(BYTES_MAX);
	struct ends ends;
	struct piece piece;

	ends_open(&ends);
	recorder_show(ends.recorder, 0, MEDIA_VP9, 640, 360);
	recorder_show(ends.recorder, 7, MEDIA_VP9, 0, 0);
	recorder_show(ends.recorder, 7, MEDIA_VP9, 320, 180);
	(void)next_piece(&ends, bytes);
	piece = next_piece(&ends, bytes);
	assert_int_equal(piece.kind, PIECE_TRACK);
	assert_int_equal(piece.track, 1);
	assert_int_equal(piece.width, 640);
	assert_int_equal(piece.height, 360);
	piece = next_piece(&ends, bytes);
	assert_int_equal(piece.track, 2);
	assert_true(piece.width > 0);
	assert_true(recorder_waits_for(ends.recorder, 7));
	assert_false(recorder_waits_for(ends.recorder, 3));
	/* Before the first sound there is no time. */
	show(&ends, 0, "key too early", true);
	say(&ends, 8000, 0);
	show(&ends, 7, "before a key one", false);
	show(&ends, 3, "key of one without a track", true);
	show(&ends, 7, "key", true);
	assert_false(recorder_waits_for(ends.recorder, 7));
	show(&ends, 7, "next", false);
	recorder_picture(ends.recorder, 7, MEDIA_VP8, span_text("key of VP8"),
	    true, ends.now_us);
	show(&ends, 0, "key of ours", true);
	expect_picture(&ends, bytes, 2, "key");
	expect_picture(&ends, bytes, 2, "next");
	expect_picture(&ends, bytes, 1, "key of ours");
	ends_close(&ends);
	free(bytes);
}

static void
it_is_told_when_nobody_takes_it_any_more(void **state)
{
	struct ends ends;

	ends_open(&ends);
	close(ends.fd);
	ends.fd = -1;
	for (int i = 0; i < 100 && ends.ended == 0; i++) {
		say(&ends, 8000, 0);
		loop_turn(ends.loop, 1);
	}
	assert_int_equal(ends.ended, 1);
	ends_close(&ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    both_are_mixed_and_time_goes_on_where_some_is_lost),
		cmocka_unit_test(
		    pictures_begin_with_a_key_one_of_who_has_a_track),
		cmocka_unit_test(it_is_told_when_nobody_takes_it_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

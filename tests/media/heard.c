/* heard.c: how much of what one WAV file says is in another: a tool of tests.
 *
 *	heard SAID.wav HEARD.wav
 *
 * prints {"correlation": 0.97, "offset_ms": 41.2, "wander_ms": 3.1,
 * "gap_ms": 0, "heard_ms": 3900}: of pieces of 120 ms in which something is
 * said the mean of their best correlations; where the second file has the first
 * one; by how much that place moves (95 of 100 pieces); the longest stretch in
 * which less than half is left; and how long what is said is.
 *
 * Both have 16 bits a sample and the same rate; channels are added up. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RATE = 8000, /* compared at that rate */
	PIECE_MS = 120,
	STEP_MS = 60,
	OFFSET_MAX_MS = 30000,
	WANDER_MAX_MS = 100,
	FRAME = RATE / 100, /* of what is compared first: how loud it is */
	ROUGH_MS = 40,
	FILE_MAX = 256 * 1024 * 1024,
	PIECES_MAX = 100000,
};

struct sound {
	float *samples;
	size_t count;
};

static _Noreturn void
die(const char *path, const char *why)
{
	fprintf(stderr, "heard: %s: %s\n", path, why);
	exit(2);
}

static uint32_t
little(const uint8_t *at, int bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

/* The mean of as many samples as become one. */
static void
reduce(struct sound *sound, const uint8_t *data, size_t frames,
    unsigned channels, unsigned rate)
{
	size_t ratio = rate / RATE;

	sound->count = frames / ratio;
	sound->samples = calloc(sound->count + 1, sizeof *sound->samples);
	for (size_t i = 0; i < sound->count * ratio * channels; i++)
		sound->samples[i / ratio / channels] +=
		    (float)(int16_t)little(data + 2 * i, 2) /
		    (float)(32768 * ratio * channels);
}

static void
parse(const char *path, const uint8_t *bytes, size_t len, struct sound *sound)
{
	unsigned channels = 0, rate = 0, bits = 0;

	if (len < 12 || memcmp(bytes, "RIFF", 4) != 0 ||
	    memcmp(bytes + 8, "WAVE", 4) != 0)
		die(path, "no WAV file");
	for (size_t at = 12; at + 8 <= len;) {
		size_t size = little(bytes + at + 4, 4);
		const uint8_t *data = bytes + at + 8;

		if (size > len - at - 8)
			size = len - at - 8;
		if (memcmp(bytes + at, "fmt ", 4) == 0 && size >= 16) {
			channels = little(data + 2, 2);
			rate = little(data + 4, 4);
			bits = little(data + 14, 2);
		} else if (memcmp(bytes + at, "data", 4) == 0) {
			if (channels == 0 || bits != 16 || rate % RATE != 0)
				die(path, "not 16 bits, or an odd rate");
			reduce(
			    sound, data, size / 2 / channels, channels, rate);
			return;
		}
		at += 8 + size + size % 2;
	}
	die(path, "without data");
}

static struct sound
read_sound(const char *path)
{
	struct sound sound = { NULL, 0 };
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(FILE_MAX);
	size_t len;

	if (file == NULL)
		die(path, "cannot be read");
	if (bytes == NULL)
		die(path, "no memory");
	len = fread(bytes, 1, FILE_MAX, file);
	fclose(file);
	parse(path, bytes, len, &sound);
	free(bytes);
	return sound;
}

/* Of count samples; 0 where either is silent or ends before. */
static double
correlation(const struct sound *said, size_t at, const struct sound *heard,
    long place, size_t count)
{
	double product = 0, of_said = 0, of_heard = 0;

	if (place < 0 || (size_t)place + count > heard->count)
		return 0;
	for (size_t i = 0; i < count; i++) {
		double a = said->samples[at + i],
		       b = heard->samples[place + (long)i];

		product += a * b;
		of_said += a * a;
		of_heard += b * b;
	}
	if (of_said < 1e-9 || of_heard < 1e-9)
		return 0;
	return product / sqrt(of_said * of_heard);
}

/* The best place between first and last. */
static double
best(const struct sound *said, size_t at, const struct sound *heard, long first,
    long last, size_t count, long *place)
{
	double most = -1;

	*place = first;
	for (long i = first; i <= last; i++) {
		double now = correlation(said, at, heard, i, count);

		if (now > most) {
			most = now;
			*place = i;
		}
	}
	return most;
}

/* How loud it is, frame by frame. */
static struct sound
loudness(const struct sound *sound)
{
	struct sound result = { NULL, sound->count / FRAME };
	double mean = 0;

	result.samples = calloc(result.count + 1, sizeof *result.samples);
	for (size_t i = 0; i < result.count * FRAME; i++)
		result.samples[i / FRAME] +=
		    sound->samples[i] * sound->samples[i];
	for (size_t i = 0; i < result.count; i++) {
		result.samples[i] = sqrtf(result.samples[i]);
		mean += (double)result.samples[i] / (double)result.count;
	}
	for (size_t i = 0; i < result.count; i++)
		result.samples[i] -= (float)mean;
	return result;
}

/* What both have of the time, if the second begins so many frames later. */
static double
alike(const struct sound *said, const struct sound *heard, long offset)
{
	size_t at = offset < 0 ? (size_t)-offset : 0;
	size_t room = (long)heard->count > (long)at + offset
			  ? heard->count - (size_t)((long)at + offset)
			  : 0;
	size_t count = said->count > at ? said->count - at : 0;

	size_t shorter =
	    said->count < heard->count ? said->count : heard->count;

	count = count < room ? count : room;
	/* By chance a little is like anything. */
	if (count < shorter / 2)
		return -1;
	return correlation(said, at, heard, (long)at + offset, count);
}

static long
find_offset(const struct sound *said, const struct sound *heard)
{
	struct sound a = loudness(said), b = loudness(heard);
	long limit = OFFSET_MAX_MS / 10, found = 0;
	double most = -1;

	for (long i = -limit; i <= limit; i++) {
		double now = alike(&a, &b, i);

		if (now > most) {
			most = now;
			found = i;
		}
	}
	free(a.samples);
	free(b.samples);
	return found * FRAME;
}

/* The same to a sample, by the pieces that are there best. */
static long
refine(const struct sound *said, const struct sound *heard, long rough)
{
	size_t piece = (size_t)PIECE_MS * RATE / 1000;
	long reach = (long)ROUGH_MS * RATE / 1000, found = rough, place = 0;
	double most = -1;

	for (size_t at = 0; at + piece <= said->count; at += 4 * piece) {
		double now = best(said, at, heard, (long)at + rough - reach,
		    (long)at + rough + reach, piece, &place);

		if (now > most) {
			most = now;
			found = place - (long)at;
		}
	}
	return found;
}

static bool
is_loud(const struct sound *said, size_t at, size_t count)
{
	double power = 0;

	for (size_t i = 0; i < count; i++)
		power += said->samples[at + i] * said->samples[at + i];
	return power / (double)count > 1e-4;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(const struct sound *said, const struct sound *heard, long offset)
{
	static double moved[PIECES_MAX];
	size_t piece = (size_t)PIECE_MS * RATE / 1000,
	       step = (size_t)STEP_MS * RATE / 1000, count = 0;
	long wander = (long)WANDER_MAX_MS * RATE / 1000, place;
	double sum = 0;
	unsigned gap_ms = 0, longest_ms = 0, good = 0;

	for (size_t at = 0; at + piece <= said->count && count < PIECES_MAX;
	     at += step) {
		long expected = (long)at + offset;
		double now;

		/* What was said before or after the call is none of its. */
		if (expected < 0 ||
		    (size_t)expected + piece + (size_t)wander > heard->count ||
		    !is_loud(said, at, piece))
			continue;
		now = best(said, at, heard, expected - wander,
		    expected + wander, piece, &place);
		sum += now;
		count++;
		if (now >= 0.5)
			moved[good++] = fabs((double)(place - expected));
		gap_ms = now >= 0.5 ? 0 : gap_ms + STEP_MS;
		longest_ms = gap_ms > longest_ms ? gap_ms : longest_ms;
	}
	qsort(moved, good, sizeof moved[0], by_size);
	printf("{\"correlation\":%.3f,\"offset_ms\":%.1f,\"wander_ms\":%.1f,"
	       "\"gap_ms\":%u,\"heard_ms\":%u}\n",
	    count > 0 ? sum / (double)count : 0, (double)offset * 1000 / RATE,
	    good > 0 ? moved[good * 95 / 100] * 1000 / RATE : 0, longest_ms,
	    (unsigned)count * STEP_MS);
}

int
main(int argc, char **argv)
{
	struct sound said, heard;

	if (argc != 3) {
		fprintf(stderr, "usage: heard SAID.wav HEARD.wav\n");
		return 2;
	}
	said = read_sound(argv[1]);
	heard = read_sound(argv[2]);
	report(
	    &said, &heard, refine(&said, &heard, find_offset(&said, &heard)));
	free(said.samples);
	free(heard.samples);
	return 0;
}

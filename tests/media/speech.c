/* speech.c: something like speech as a WAV file: a tool of tests.
 *
 *	speech SEED SECONDS FILE.wav
 *
 * Syllables of random length and pitch with pauses between them, so that every
 * piece of it is unlike all others; each seed is another speaker. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000 };

static uint64_t state;

static double
chance(double from, double to)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return from + (to - from) * (double)(state >> 40) / (double)(1 << 24);
}

static size_t
syllable(int16_t *samples, size_t room)
{
	double pitch = chance(95, 280), slope = chance(-0.3, 0.3), phase = 0;
	double second = chance(0.2, 0.8), third = chance(0.1, 0.6);
	size_t count = (size_t)(RATE * chance(0.08, 0.25));
	size_t pause = (size_t)(RATE * chance(0.02, 0.12));

	count = count < room ? count : room;
	for (size_t i = 0; i < count; i++) {
		double part = (double)i / (double)count;
		double value;

		phase += 2 * M_PI * pitch * (1 + slope * part) / RATE;
		value = sin(phase) + second * sin(2 * phase) +
			third * sin(3 * phase) + 0.2 * sin(7 * phase);
		samples[i] = (int16_t)(9000 * sin(M_PI * part) * value / 2.6);
	}
	return count + pause < room ? count + pause : room;
}

static void
put(FILE *file, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		putc((int)(value >> 8 * i & 0xff), file);
}

int
main(int argc, char **argv)
{
	size_t count, at = 0;
	int16_t *samples = NULL;
	FILE *file = NULL;

	if (argc != 4 || (count = strtoul(argv[2], NULL, 10) * RATE) == 0 ||
	    count > 3600UL * RATE)
		return 2;
	state = strtoull(argv[1], NULL, 10) * 7919 + 1;
	samples = calloc(count, sizeof *samples);
	file = fopen(argv[3], "wb");
	if (samples == NULL || file == NULL)
		return 1;
	while (at < count)
		at += syllable(samples + at, count - at);
	fputs("RIFF", file);
	put(file, (uint32_t)(36 + 2 * count), 4);
	fputs("WAVEfmt ", file);
	put(file, 16, 4);
	put(file, 1, 2);
	put(file, 1, 2);
	put(file, RATE, 4);
	put(file, 2 * RATE, 4);
	put(file, 2, 2);
	put(file, 16, 2);
	fputs("data", file);
	put(file, (uint32_t)(2 * count), 4);
	for (size_t i = 0; i < count; i++)
		put(file, (uint16_t)samples[i], 2);
	free(samples);
	return fclose(file) == 0 ? 0 : 1;
}

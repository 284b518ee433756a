/* likeness.h: how alike two sounds are, and how much later one is. */
#ifndef CAM_TEST_LIKENESS_H
#define CAM_TEST_LIKENESS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	RATE = 48000,
	COARSE = 6,		    /* samples in one that is compared */
	WINDOW = RATE / COARSE / 2, /* half a second */
	LAG_MAX = RATE / COARSE / 2,
	FRAME = RATE / COARSE / 50,
};

static inline double *
coarse(const int16_t *pcm, size_t count)
{
	double *out = xcalloc(count / COARSE + 1, sizeof *out);

	for (size_t i = 0; i < count / COARSE * COARSE; i++)
		out[i / COARSE] += pcm[i] / (double)COARSE;
	return out;
}

static inline double
correlate(const double *a, const double *b, size_t count)
{
	double ab = 0, aa = 1e-9, bb = 1e-9;

	for (size_t i = 0; i < count; i++) {
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return ab / sqrt(aa * bb);
}

static inline int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static inline double
quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof values[0], by_value);
	return count > 0 ? values[(size_t)(part * (double)(count - 1))] : -1;
}

/* The longest stretch, in ms, that does not sound as it was said. */
static inline double
longest_gap(const double *said, const double *heard, size_t count, size_t lag)
{
	size_t run = 0, longest = 0;

	for (size_t i = 0; i + FRAME + LAG_MAX < count; i += FRAME) {
		double loud = 0;
		double best = -1;

		for (size_t k = 0; k < FRAME; k++)
			loud += fabs(said[i + k]) / FRAME;
		/* The delay moves by frames, and a little. */
		for (size_t l = lag > 400 ? lag - 400 : 0;
		     l < lag + 400 && i + l + FRAME < count; l++) {
			double c = correlate(said + i, heard + i + l, FRAME);

			best = c > best ? c : best;
		}
		run = loud > 300 && best < 0.6 ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return (double)longest * 20;
}

#endif

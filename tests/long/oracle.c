/*
 * oracle.c: whether the time that opening a text takes tells how it failed
 * (threat model C2). Measures the four ways of failing in random order and
 * compares each two by Welch's t-test, as dudect does; 4.5 and more would tell.
 *
 *	oracle [TIMINGS]	1,000,000 unless told: some ten minutes
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blocks.h"
#include "crypto/crypto.h"
#include "crypto/suite.h"

enum { SAMPLES = 64, TEXT_LEN = 200, CALIBRATION = 2000 };

static const double T_LIMIT = 4.5;
static const char *const names[FAILURES] = { "RSA padding", "key length",
	"CBC padding", "signature" };

struct statistics {
	double count, mean, squares;
};

static void
statistics_add(struct statistics *statistics, double value)
{
	double delta = value - statistics->mean;

	statistics->count++;
	statistics->mean += delta / statistics->count;
	statistics->squares += delta * (value - statistics->mean);
}

static double
welch(const struct statistics *a, const struct statistics *b)
{
	double a_error = a->squares / (a->count - 1) / a->count;
	double b_error = b->squares / (b->count - 1) / b->count;

	return (a->mean - b->mean) / sqrt(a_error + b_error);
}

static double
now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double
time_one(const struct sampler *sampler, const struct sample *sample)
{
	struct rsa_public *sender = rsa_key_public(sampler->sender);
	struct suite_opened opened;
	double begun = now_ns();
	int rc = suite_decrypt(sampler->crypto, &sampler->suite, sampler->own,
	    sender, sampler->packet_number, &sample->parts, &opened);
	double took = now_ns() - begun;

	if (rc == 0) {
		fprintf(stderr, "oracle: a text that must not open did\n");
		exit(2);
	}
	return took;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What takes longer was interrupted by something else and is left out. */
static double
cutoff(const struct sampler *sampler, struct sample samples[FAILURES][SAMPLES])
{
	static double took[CALIBRATION];
	size_t i;

	for (i = 0; i < CALIBRATION; i++)
		took[i] = time_one(sampler,
		    &samples[random_below(FAILURES)][random_below(SAMPLES)]);
	qsort(took, CALIBRATION, sizeof(*took), by_size);
	return took[CALIBRATION * 9 / 10];
}

static double
report(const struct statistics statistics[FAILURES])
{
	double worst = 0;
	int a, b;

	for (a = 0; a < FAILURES; a++)
		printf("%-12s %8.0f timings, mean %8.0f ns\n", names[a],
		    statistics[a].count, statistics[a].mean);
	for (a = 0; a < FAILURES; a++)
		for (b = a + 1; b < FAILURES; b++) {
			double t = welch(&statistics[a], &statistics[b]);

			printf("%-12s against %-12s t = %6.2f\n", names[a],
			    names[b], t);
			worst = fmax(worst, fabs(t));
		}
	return worst;
}

int
main(int argc, char **argv)
{
	static struct sample samples[FAILURES][SAMPLES];
	struct statistics statistics[FAILURES] = { 0 };
	long timings = argc > 1 ? atol(argv[1]) : 1000000, i;
	struct sampler sampler = { crypto_new(),
		{ CIPHER_AES256_CBC, SUITE_SHA256, SUITE_IV_PACKETNO }, NULL,
		NULL, span_text("1700000104") };
	double longest, worst;
	int failure, k;

	if (rsa_key_generate(RSA_2048, &sampler.own) < 0 ||
	    rsa_key_generate(RSA_2048, &sampler.sender) < 0)
		return 2;
	for (failure = 0; failure < FAILURES; failure++)
		for (k = 0; k < SAMPLES; k++)
			sample_make(
			    &sampler, failure, TEXT_LEN, &samples[failure][k]);
	longest = cutoff(&sampler, samples);
	for (i = 0; i < timings; i++) {
		double took;

		failure = (int)random_below(FAILURES);
		took = time_one(
		    &sampler, &samples[failure][random_below(SAMPLES)]);
		if (took < longest)
			statistics_add(&statistics[failure], took);
	}
	worst = report(statistics);
	printf("%s: worst |t| = %.2f, limit %.1f\n",
	    worst < T_LIMIT ? "ok" : "FAILED", worst, T_LIMIT);
	rsa_key_free(sampler.own);
	rsa_key_free(sampler.sender);
	crypto_free(sampler.crypto);
	return worst < T_LIMIT ? 0 : 1;
}

/* made_voice.h: sound like speech, the same for the same seed: for what plays
 * calls and for what measures them. */
#ifndef CAM_MADE_VOICE_H
#define CAM_MADE_VOICE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { MADE_RATE = 48000 };

static inline uint32_t
made_random(uint64_t *random)
{
	*random = *random * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*random >> 33);
}

static inline double
made_chance(uint64_t *random)
{
	return made_random(random) / 2147483648.;
}

/* Syllables of random pitch and colour, with pauses: no two stretches are
 * alike. */
static inline void
made_voice(uint64_t *random, int16_t *pcm, size_t count)
{
	const size_t syllable = MADE_RATE * 23 / 100;
	double phase = 0, low = 0, pitch = 120, colour = 0;

	for (size_t i = 0; i < count; i++) {
		double at = (double)(i % syllable) / (double)syllable, sum = 0;
		int pause = i / syllable % 6 == 5;

		if (i % syllable == 0) {
			pitch = 90 + 120 * made_chance(random);
			colour = 6 * made_chance(random);
		}
		phase += pitch * (1 + at / 8) / MADE_RATE;
		for (int k = 1; k < 14; k++)
			sum += sin(2 * M_PI * phase * k) / k *
			       (1 + cos(k * .9 + colour));
		low += .3 * (2 * made_chance(random) - 1 - low);
		pcm[i] = (int16_t)((pause ? 0 : 6000 * sin(M_PI * at)) *
				       (sum * .3 + low * .3) +
				   10 * low);
	}
}

#endif

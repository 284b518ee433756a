/* test_speech.c: voices without echo and noise, by each engine there is. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "config.h"
#include "media/sound.h"
#include "media/speech.h"

static const enum speech_engine engines[] = {
	SPEECH_SPEEXDSP,
#ifdef HAVE_WEBRTC
	SPEECH_WEBRTC,
#endif
};

enum { ENGINES = sizeof engines / sizeof engines[0] };

static uint32_t
next_random(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 16;
}

static void
noise(int16_t pcm[VOICE_FRAME], uint32_t *random, int amplitude)
{
	for (size_t i = 0; i < VOICE_FRAME; i++)
		pcm[i] = (int16_t)((int)(next_random(random) %
					 (2U * (unsigned)amplitude)) -
				   amplitude);
}

static void
noise_becomes_quieter(void **state)
{
	for (size_t k = 0; k < ENGINES; k++) {
		struct speech *speech =
		    speech_new(engines[k], false, true, false);
		int16_t pcm[VOICE_FRAME];
		uint32_t random = 1;
		uint8_t before = 0;

		for (unsigned i = 0; i < 150; i++) {
			noise(pcm, &random, 1000);
			before = sound_level(pcm, VOICE_FRAME);
			speech_clean(speech, pcm);
		}
		assert_true(sound_level(pcm, VOICE_FRAME) >= before + 8);
		speech_free(speech);
	}
}

/* What the speaker plays comes back into the microphone, fainter and later. */
static void
add_echo(int16_t pcm[VOICE_FRAME], const int16_t before[VOICE_FRAME],
    const int16_t played[VOICE_FRAME])
{
	for (size_t k = 0; k < VOICE_FRAME; k++)
		pcm[k] = (int16_t)(pcm[k] + (k < 300 ? before[k + 660]
						     : played[k - 300]) /
						4);
}

static void
echo_becomes_quieter(void **state)
{
	for (size_t e = 0; e < ENGINES; e++) {
		struct speech *speech =
		    speech_new(engines[e], true, false, false);
		int16_t played[VOICE_FRAME] = { 0 },
			before[VOICE_FRAME] = { 0 }, pcm[VOICE_FRAME];
		uint32_t random = 2;
		unsigned echo_level = 0, level = 0;

		for (unsigned i = 0; i < 300; i++) {
			memset(pcm, 0, sizeof pcm);
			add_echo(pcm, before, played);
			echo_level = sound_level(pcm, VOICE_FRAME);
			speech_clean(speech, pcm);
			level = sound_level(pcm, VOICE_FRAME);
			memcpy(before, played, sizeof before);
			noise(played, &random, 8000);
			speech_heard(speech, played);
		}
		assert_true(level >= echo_level + 10);
		speech_free(speech);
	}
}

static void
add_tone(int16_t pcm[VOICE_FRAME], unsigned frame, double hz, double amplitude)
{
	for (unsigned i = 0; i < VOICE_FRAME; i++)
		pcm[i] = (int16_t)(pcm[i] +
				   amplitude * sin(2 * M_PI * hz *
						   (frame * VOICE_FRAME + i) /
						   VOICE_RATE));
}

static double
amplitude_at(const int16_t pcm[VOICE_FRAME], double hz)
{
	double re = 0, im = 0;

	for (unsigned i = 0; i < VOICE_FRAME; i++) {
		re += pcm[i] * cos(2 * M_PI * hz * i / VOICE_RATE);
		im += pcm[i] * sin(2 * M_PI * hz * i / VOICE_RATE);
	}
	return 2 * sqrt(re * re + im * im) / VOICE_FRAME;
}

/* Both speak at once: the far end in tones of 1000 Hz over a little noise, the
 * near end at 400. */
static void
the_far_end_is_taken_out_of_what_the_near_end_says(void **state)
{
	for (size_t e = 0; e < ENGINES; e++) {
		struct speech *speech =
		    speech_new(engines[e], true, false, false);
		int16_t played[VOICE_FRAME] = { 0 },
			before[VOICE_FRAME] = { 0 }, pcm[VOICE_FRAME];
		double echo = 0, left = 0, near_before = 0, near_after = 0;
		uint32_t random = 3;

		for (unsigned i = 0; i < 600; i++) {
			bool both = i >= 300 && i % 50 < 25;

			memset(pcm, 0, sizeof pcm);
			add_echo(pcm, before, played);
			if (both)
				add_tone(pcm, i, 400, 3000);
			echo += amplitude_at(pcm, 1000) * (i >= 300);
			near_before += amplitude_at(pcm, 400) * both;
			speech_clean(speech, pcm);
			left += amplitude_at(pcm, 1000) * (i >= 300);
			near_after += amplitude_at(pcm, 400) * both;
			memcpy(before, played, sizeof before);
			noise(played, &random, 2000);
			if (i % 20 < 12)
				add_tone(played, i, 1000, 6000);
			speech_heard(speech, played);
		}
		assert_true(left < echo / 3);
		assert_true(near_after > near_before / 3);
		speech_free(speech);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_becomes_quieter),
		cmocka_unit_test(echo_becomes_quieter),
		cmocka_unit_test(
		    the_far_end_is_taken_out_of_what_the_near_end_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

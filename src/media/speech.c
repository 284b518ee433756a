/* speech.c: a voice without the echo of its room, noise and differences of
 * loudness. */
#include "media/speech.h"

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	ECHO_TAIL = VOICE_RATE / 5, /* samples that a room goes on sounding */
	NOISE_DB = -25,
	GAIN_LEVEL = 8000,
	GAIN_MAX_DB = 24,
};

struct speech {
	SpeexEchoState *echo; /* NULL: not wanted */
	SpeexPreprocessState *preprocess;
	int16_t heard[VOICE_FRAME]; /* what the speaker played before */
};

static void
set(struct speech *speech, int what, int value)
{
	speex_preprocess_ctl(speech->preprocess, what, &value);
}

struct speech *
speech_new(bool echo, bool noise, bool gain)
{
	struct speech *speech = xcalloc(1, sizeof *speech);
	float level = GAIN_LEVEL;
	int rate = VOICE_RATE;

	speech->preprocess =
	    speex_preprocess_state_init(VOICE_FRAME, VOICE_RATE);
	set(speech, SPEEX_PREPROCESS_SET_DENOISE, noise);
	set(speech, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, NOISE_DB);
	set(speech, SPEEX_PREPROCESS_SET_AGC, gain);
	set(speech, SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, GAIN_MAX_DB);
	speex_preprocess_ctl(
	    speech->preprocess, SPEEX_PREPROCESS_SET_AGC_LEVEL, &level);
	if (!echo)
		return speech;
	speech->echo = speex_echo_state_init(VOICE_FRAME, ECHO_TAIL);
	speex_echo_ctl(speech->echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
	speex_preprocess_ctl(
	    speech->preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, speech->echo);
	return speech;
}

void
speech_free(struct speech *speech)
{
	if (speech == NULL)
		return;
	speex_preprocess_state_destroy(speech->preprocess);
	if (speech->echo != NULL)
		speex_echo_state_destroy(speech->echo);
	free(speech);
}

void
speech_clean(struct speech *speech, int16_t pcm[VOICE_FRAME])
{
	int16_t cleaned[VOICE_FRAME];

	if (speech->echo != NULL) {
		speex_echo_cancellation(
		    speech->echo, pcm, speech->heard, cleaned);
		memcpy(pcm, cleaned, sizeof cleaned);
	}
	speex_preprocess_run(speech->preprocess, pcm);
}

void
speech_heard(struct speech *speech, const int16_t pcm[VOICE_FRAME])
{
	memcpy(speech->heard, pcm, sizeof speech->heard);
}

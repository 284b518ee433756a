/* speech_speexdsp.c: speech by speexdsp. */
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "media/speech_parts.h"

enum {
	ECHO_TAIL = SPEECH_RATE / 5, /* samples that a room goes on sounding */
	NOISE_DB = -25,
	GAIN_LEVEL = 8000,
	GAIN_MAX_DB = 24,
};

struct speexdsp {
	SpeexEchoState *echo; /* NULL: not wanted */
	SpeexPreprocessState *preprocess;
};

static void
set(struct speexdsp *speexdsp, int what, int value)
{
	speex_preprocess_ctl(speexdsp->preprocess, what, &value);
}

static void *
make(bool echo, bool noise, bool gain)
{
	struct speexdsp *speexdsp = xcalloc(1, sizeof *speexdsp);
	float level = GAIN_LEVEL;
	int rate = SPEECH_RATE;

	speexdsp->preprocess =
	    speex_preprocess_state_init(SPEECH_FRAME, SPEECH_RATE);
	set(speexdsp, SPEEX_PREPROCESS_SET_DENOISE, noise);
	set(speexdsp, SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, NOISE_DB);
	set(speexdsp, SPEEX_PREPROCESS_SET_AGC, gain);
	set(speexdsp, SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, GAIN_MAX_DB);
	speex_preprocess_ctl(
	    speexdsp->preprocess, SPEEX_PREPROCESS_SET_AGC_LEVEL, &level);
	if (!echo)
		return speexdsp;
	speexdsp->echo = speex_echo_state_init(SPEECH_FRAME, ECHO_TAIL);
	speex_echo_ctl(speexdsp->echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
	speex_preprocess_ctl(speexdsp->preprocess,
	    SPEEX_PREPROCESS_SET_ECHO_STATE, speexdsp->echo);
	return speexdsp;
}

static void
finish(void *engine)
{
	struct speexdsp *speexdsp = engine;

	speex_preprocess_state_destroy(speexdsp->preprocess);
	if (speexdsp->echo != NULL)
		speex_echo_state_destroy(speexdsp->echo);
	free(speexdsp);
}

static void
clean(
    void *engine, const int16_t heard[SPEECH_FRAME], int16_t pcm[SPEECH_FRAME])
{
	struct speexdsp *speexdsp = engine;
	int16_t cleaned[SPEECH_FRAME];

	if (speexdsp->echo != NULL) {
		speex_echo_cancellation(speexdsp->echo, pcm, heard, cleaned);
		memcpy(pcm, cleaned, sizeof cleaned);
	}
	speex_preprocess_run(speexdsp->preprocess, pcm);
}

const struct speech_ops speech_speexdsp = { make, finish, clean };

/* audio_tone.c: a sine, to hear that a call works. */
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "media/audio.h"
#include "media/sound.h"

enum { TONE_HZ = 440, TONE_AMPLITUDE = 8192 };

struct tone {
	struct audio audio;
	double phase; /* of one turn */
	double step;
};

static enum audio_state
tone_read(struct audio *audio, int16_t *pcm)
{
	struct tone *tone = (struct tone *)audio;

	for (size_t i = 0; i < VOICE_FRAME; i++) {
		pcm[i] =
		    (int16_t)(TONE_AMPLITUDE * sin(2 * M_PI * tone->phase));
		tone->phase = fmod(tone->phase + tone->step, 1);
	}
	if (audio->channels == 2)
		sound_spread(pcm);
	return AUDIO_GOES_ON;
}

static void
tone_close(struct audio *audio)
{
	free(audio);
}

static const struct audio_ops tone_ops = { tone_read, NULL, tone_close };

struct audio *
audio_tone_new(const struct audio_choice *choice)
{
	unsigned hz = choice->hz;
	struct tone *tone = xcalloc(1, sizeof *tone);

	tone->audio.ops = &tone_ops;
	tone->audio.clock_fd = -1;
	tone->audio.channels = choice->channels;
	if (hz == 0 || hz > LIMIT_TONE_HZ)
		hz = TONE_HZ;
	tone->step = (double)hz / VOICE_RATE;
	return &tone->audio;
}

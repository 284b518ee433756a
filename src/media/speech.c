/* speech.c: a voice without the echo of its room, noise and differences of
 * loudness. */
#include "media/speech.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config.h"
#include "media/speech_parts.h"

struct speech {
	const struct speech_ops *ops;
	void *engine;
	int16_t heard[VOICE_FRAME]; /* what the speaker played before */
};

static const struct speech_ops *
find_engine(enum speech_engine engine)
{
#ifdef HAVE_WEBRTC
	if (engine != SPEECH_SPEEXDSP)
		return &speech_webrtc;
#endif
	return engine != SPEECH_WEBRTC ? &speech_speexdsp : NULL;
}

struct speech *
speech_new(enum speech_engine engine, bool echo, bool noise, bool gain)
{
	const struct speech_ops *ops = find_engine(engine);
	struct speech *speech = NULL;

	if (ops == NULL)
		return NULL;
	speech = xcalloc(1, sizeof *speech);
	speech->ops = ops;
	speech->engine = ops->make(echo, noise, gain);
	return speech;
}

void
speech_free(struct speech *speech)
{
	if (speech == NULL)
		return;
	speech->ops->free(speech->engine);
	free(speech);
}

void
speech_clean(struct speech *speech, int16_t pcm[VOICE_FRAME])
{
	speech->ops->clean(speech->engine, speech->heard, pcm);
}

void
speech_heard(struct speech *speech, const int16_t pcm[VOICE_FRAME])
{
	memcpy(speech->heard, pcm, sizeof speech->heard);
}

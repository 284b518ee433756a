/* sound.c: frames of samples: mixed, merged, measured. */
#include "media/sound.h"

#include <math.h>

#include "media/rtp.h"

void
sound_add(int32_t *sum, const int16_t *pcm, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += pcm[i];
}

void
sound_clip(const int32_t *sum, int16_t *pcm, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int32_t sample = sum[i];

		if (sample > INT16_MAX)
			sample = INT16_MAX;
		if (sample < INT16_MIN)
			sample = INT16_MIN;
		pcm[i] = (int16_t)sample;
	}
}

void
sound_merge(const int16_t *first, const int16_t *second, int16_t *pcm,
    unsigned channels)
{
	for (int32_t i = 0; i < VOICE_FRAME; i++) {
		for (unsigned k = 0; k < channels; k++) {
			*pcm++ = (int16_t)((*first++ * (VOICE_FRAME - i) +
					       *second++ * i) /
					   VOICE_FRAME);
		}
	}
}

void
sound_spread(int16_t pcm[VOICE_SAMPLES_MAX])
{
	for (size_t i = VOICE_FRAME; i > 0; i--)
		pcm[2 * i - 1] = pcm[2 * i - 2] = pcm[i - 1];
}

void
sound_fold(int16_t pcm[VOICE_SAMPLES_MAX])
{
	for (size_t i = 0; i < VOICE_FRAME; i++)
		pcm[i] = (int16_t)((pcm[2 * i] + pcm[2 * i + 1]) / 2);
}

uint8_t
sound_level(const int16_t *pcm, size_t count)
{
	int64_t squares = 0;
	double level;

	for (size_t i = 0; i < count; i++)
		squares += (int32_t)pcm[i] * pcm[i];
	if (squares == 0)
		return RTP_LEVEL_SILENT;
	level = -10 * log10((double)squares / (double)count /
			    ((double)INT16_MAX * INT16_MAX));
	if (level < 0)
		return 0;
	return level < RTP_LEVEL_SILENT ? (uint8_t)level : RTP_LEVEL_SILENT;
}

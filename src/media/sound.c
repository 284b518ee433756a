/* sound.c: frames of samples: mixed, merged, measured. */
#include "media/sound.h"

#include <math.h>

#include "media/rtp.h"

void
sound_add(int32_t sum[VOICE_FRAME], const int16_t pcm[VOICE_FRAME])
{
	for (size_t i = 0; i < VOICE_FRAME; i++)
		sum[i] += pcm[i];
}

void
sound_clip(const int32_t sum[VOICE_FRAME], int16_t pcm[VOICE_FRAME])
{
	for (size_t i = 0; i < VOICE_FRAME; i++) {
		int32_t sample = sum[i];

		if (sample > INT16_MAX)
			sample = INT16_MAX;
		if (sample < INT16_MIN)
			sample = INT16_MIN;
		pcm[i] = (int16_t)sample;
	}
}

void
sound_merge(const int16_t first[VOICE_FRAME], const int16_t second[VOICE_FRAME],
    int16_t pcm[VOICE_FRAME])
{
	for (int32_t i = 0; i < VOICE_FRAME; i++)
		pcm[i] =
		    (int16_t)((first[i] * (VOICE_FRAME - i) + second[i] * i) /
			      VOICE_FRAME);
}

uint8_t
sound_level(const int16_t pcm[VOICE_FRAME])
{
	int64_t squares = 0;
	double level;

	for (size_t i = 0; i < VOICE_FRAME; i++)
		squares += (int32_t)pcm[i] * pcm[i];
	if (squares == 0)
		return RTP_LEVEL_SILENT;
	level = -10 * log10((double)squares / VOICE_FRAME /
			    ((double)INT16_MAX * INT16_MAX));
	if (level < 0)
		return 0;
	return level < RTP_LEVEL_SILENT ? (uint8_t)level : RTP_LEVEL_SILENT;
}

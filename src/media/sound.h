/* sound.h: frames of samples: mixed, merged, measured. */
#ifndef CAM_SOUND_H
#define CAM_SOUND_H

#include <stddef.h>
#include <stdint.h>

#include "media/voice.h"

/* The sum of voices; each is added, then the sum is cut to what can be played.
 * count is in samples of all channels. */
void sound_add(int32_t *sum, const int16_t *pcm, size_t count);
void sound_clip(const int32_t *sum, int16_t *pcm, size_t count);

/* Two frames in the time of one: the first fades out while the second fades in.
 * pcm may be either. */
void sound_merge(const int16_t *first, const int16_t *second, int16_t *pcm,
    unsigned channels);

/* A frame of one channel, in place, as one of two, and the other way round. */
void sound_spread(int16_t pcm[VOICE_SAMPLES_MAX]);
void sound_fold(int16_t pcm[VOICE_SAMPLES_MAX]);

/* 0 .. RTP_LEVEL_SILENT, dB below full scale (RFC 6464, 3). */
uint8_t sound_level(const int16_t *pcm, size_t count);

#endif

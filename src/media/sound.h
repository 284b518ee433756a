/* sound.h: frames of samples: mixed, merged, measured. */
#ifndef CAM_SOUND_H
#define CAM_SOUND_H

#include <stdint.h>

#include "media/voice.h"

/* The sum of voices; each is added, then the sum is cut to what can be played.
 */
void sound_add(int32_t sum[VOICE_FRAME], const int16_t pcm[VOICE_FRAME]);
void sound_clip(const int32_t sum[VOICE_FRAME], int16_t pcm[VOICE_FRAME]);

/* Two frames in the time of one: the first fades out while the second fades in.
 * pcm may be either. */
void sound_merge(const int16_t first[VOICE_FRAME],
    const int16_t second[VOICE_FRAME], int16_t pcm[VOICE_FRAME]);

/* 0 .. RTP_LEVEL_SILENT, dB below full scale (RFC 6464, 3). */
uint8_t sound_level(const int16_t pcm[VOICE_FRAME]);

#endif

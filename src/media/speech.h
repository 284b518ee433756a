/* speech.h: a voice without the echo of its room, noise and differences of
 * loudness, by webrtc-audio-processing where it is there, else by speexdsp. */
#ifndef CAM_SPEECH_H
#define CAM_SPEECH_H

#include <stdbool.h>
#include <stdint.h>

#include "media/voice.h"

struct speech;

enum speech_engine { SPEECH_BEST, SPEECH_SPEEXDSP, SPEECH_WEBRTC };

/* What is to be done. NULL: this program is built without the engine. */
struct speech *speech_new(
    enum speech_engine engine, bool echo, bool noise, bool gain);
void speech_free(struct speech *speech);
/* A frame of the microphone, in place. */
void speech_clean(struct speech *speech, int16_t pcm[VOICE_FRAME]);
/* A frame that goes to the speaker: what of it comes back in the microphone's
 * next ones is echo. */
void speech_heard(struct speech *speech, const int16_t pcm[VOICE_FRAME]);

#endif

/* speech_parts.h: the engines of speech.c; for nobody else. */
#ifndef CAM_SPEECH_PARTS_H
#define CAM_SPEECH_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SPEECH_RATE = 48000, SPEECH_FRAME = 960 };

/* Each is given a frame of the microphone to clean in place, and what the
 * speaker has been given before it. */
struct speech_ops {
	void *(*make)(bool echo, bool noise, bool gain);
	void (*free)(void *engine);
	void (*clean)(void *engine, const int16_t heard[SPEECH_FRAME],
	    int16_t pcm[SPEECH_FRAME]);
};

extern const struct speech_ops speech_speexdsp;
#ifdef HAVE_WEBRTC
extern const struct speech_ops speech_webrtc;
#endif

#ifdef __cplusplus
}
#endif

#endif

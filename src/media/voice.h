/* voice.h: frames of sound as Opus packets, and back (RFC 6716, 7587). */
#ifndef CAM_VOICE_H
#define CAM_VOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Sound inside cam-media: 48 kHz, 16 bits, frames of 20 ms; one channel, or two
 * in turn. */
enum {
	VOICE_RATE = 48000,
	VOICE_FRAME_MS = 20,
	VOICE_FRAME = VOICE_RATE / 1000 * VOICE_FRAME_MS, /* samples */
	VOICE_SAMPLES_MAX = 2 * VOICE_FRAME,
	VOICE_PACKET_MAX = 1275, /* bytes */
	VOICE_BITRATE = 32000,
	VOICE_BITRATE_STEREO = 64000,
	VOICE_BITRATE_MIN = 6000,
	VOICE_BITRATE_MAX = 128000,
};

struct voice_encoder;
struct voice_decoder;

/* channels: 1 or 2. bitrate 0: as is usual for them. CAM_ERR_SYSTEM: no memory.
 */
int voice_encoder_new(
    unsigned channels, unsigned bitrate, struct voice_encoder **encoder);
void voice_encoder_free(struct voice_encoder *encoder);
/* The bytes of a packet; 0: there is nothing to send, for nobody speaks; or
 * CAM_ERR_FORMAT. */
int voice_encode(struct voice_encoder *encoder, const int16_t *pcm,
    uint8_t packet[VOICE_PACKET_MAX]);
/* Whether long stretches without speech may go unsent: not where it is loud,
 * for Opus takes an even tone for noise. */
void voice_allow_silence(struct voice_encoder *encoder, bool allowed);
/* What of it gets lost on the way at worst: so much of each packet is said
 * again in the next. */
void voice_expect_loss(struct voice_encoder *encoder, unsigned percent);
void voice_set_bitrate(struct voice_encoder *encoder, unsigned bitrate);

/* What was sent in one channel is heard in both, and the other way round. */
int voice_decoder_new(unsigned channels, struct voice_decoder **decoder);
void voice_decoder_free(struct voice_decoder *decoder);
/* Always fills pcm: a packet that is none, or no frame of 20 ms, sounds like a
 * lost one, and CAM_ERR_FORMAT is returned. */
int voice_decode(
    struct voice_decoder *decoder, struct span packet, int16_t *pcm);
/* A lost frame from what the packet after it says of it. */
int voice_recover(
    struct voice_decoder *decoder, struct span next, int16_t *pcm);
/* A lost frame made up, or the noise of a silence. */
void voice_conceal(struct voice_decoder *decoder, int16_t *pcm);

#endif

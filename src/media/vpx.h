/* vpx.h: pictures to VP8 and VP9 and back, in real time, by libvpx; the only
 * place that knows it. */
#ifndef CAM_VPX_H
#define CAM_VPX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "picture/i420.h"

enum vpx_codec { VPX_VP8, VPX_VP9 };

/* From most careful to fastest: each step costs less time and a little quality.
 */
enum { VPX_SPEED_MAX = 4 };

/* -- encoding ----------------------------------------------------------------
 */

struct vpx_encoder;

struct vpx_settings {
	enum vpx_codec codec;
	unsigned width, height;
	unsigned rate;	  /* pictures a second */
	unsigned bitrate; /* bits a second */
	unsigned speed;	  /* 0 .. VPX_SPEED_MAX */
};

struct vpx_encoded {
	struct span bytes; /* until the next call */
	bool is_key;
	unsigned quantizer; /* 1 (fine) .. 63 (coarse) */
};

/* CAM_ERR_LIMIT: a size or rate that cannot be; CAM_ERR_UNSUPPORTED. */
int vpx_encoder_new(
    const struct vpx_settings *settings, struct vpx_encoder **encoder);
void vpx_encoder_free(struct vpx_encoder *encoder);
/* Another rate, bitrate, speed, or size: of VP8 and VP9 only a size that is
 * larger than the first asks for a new encoder: CAM_ERR_LIMIT. */
int vpx_encoder_set(
    struct vpx_encoder *encoder, const struct vpx_settings *settings);
/*
 * A picture of the settings' size, ticks of 90 kHz after the one before. With
 * key all that follows can be decoded without what came before. CAM_ERR_MORE:
 * left out, so that the bitrate is kept; CAM_ERR_FORMAT.
 */
int vpx_encode(struct vpx_encoder *encoder, const struct i420 *picture,
    unsigned ticks, bool key, struct vpx_encoded *encoded);

/* -- decoding ----------------------------------------------------------------
 */

struct vpx_decoder;

int vpx_decoder_new(enum vpx_codec codec, struct vpx_decoder **decoder);
void vpx_decoder_free(struct vpx_decoder *decoder);
/* The picture is the decoder's until the next call. CAM_ERR_FORMAT: nothing
 * that it can show; CAM_ERR_LIMIT: too large. */
int vpx_decode(
    struct vpx_decoder *decoder, struct span bytes, struct i420 *picture);

#endif

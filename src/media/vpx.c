/* vpx.c: pictures to VP8 and VP9 and back, in real time, by libvpx. */
#include "media/vpx.h"

#include <stdlib.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	CLOCK = 90000, /* of RTP, and of the encoder's time */
	RATE_MAX = 60,
	BITRATE_MIN = 20000,
	BITRATE_MAX = 100000000,
	/* Of the bitrate's buffer, in ms: a call has no time to wait. */
	BUFFER_MS = 600,
	QUANTIZER_MIN = 4,
	QUANTIZER_MAX = 56,
	/* Bilinear prediction (RFC 6386, 9.1): cheaper at both ends than six
	 * taps, and what sensors and slopes of grey make comes out better. */
	VP8_PROFILE = 2,
	/* Squared differences of a macroblock of 16x16 that nobody sees: about
	 * one level a pixel. */
	STILL = 300,
};

/* libvpx's "cpu used" of each step. */
static const int speeds[][VPX_SPEED_MAX + 1] = {
	[VPX_VP8] = { -4, -8, -10, -12, -16 },
	[VPX_VP9] = { 5, 6, 7, 8, 9 },
};

/* -- encoding ----------------------------------------------------------------
 */

struct vpx_encoder {
	struct vpx_settings settings;
	vpx_codec_ctx_t codec;
	vpx_codec_enc_cfg_t config;
	bool is_open;
	unsigned width, height; /* of the first picture */
	int64_t time;
};

static bool
is_valid(const struct vpx_settings *settings)
{
	return i420_is_valid_size(settings->width, settings->height) &&
	       settings->rate > 0 && settings->rate <= RATE_MAX &&
	       settings->bitrate <= BITRATE_MAX &&
	       settings->speed <= VPX_SPEED_MAX;
}

static void
fill_config(vpx_codec_enc_cfg_t *config, const struct vpx_settings *settings)
{
	unsigned bitrate =
	    settings->bitrate > BITRATE_MIN ? settings->bitrate : BITRATE_MIN;

	config->g_w = settings->width;
	config->g_h = settings->height;
	config->g_timebase.num = 1;
	config->g_timebase.den = CLOCK;
	config->g_threads = 1;
	config->g_profile = settings->codec == VPX_VP8 ? VP8_PROFILE : 0;
	config->g_lag_in_frames = 0;
	config->g_pass = VPX_RC_ONE_PASS;
	/* Key pictures only when somebody asks for one. */
	config->kf_mode = VPX_KF_DISABLED;
	config->rc_end_usage = VPX_CBR;
	config->rc_target_bitrate = bitrate / 1000;
	config->rc_min_quantizer = QUANTIZER_MIN;
	config->rc_max_quantizer = QUANTIZER_MAX;
	config->rc_undershoot_pct = 100;
	config->rc_overshoot_pct = 5;
	config->rc_buf_sz = BUFFER_MS;
	config->rc_buf_initial_sz = BUFFER_MS / 2;
	config->rc_buf_optimal_sz = BUFFER_MS / 2;
	config->rc_dropframe_thresh = 30;
}

/* A key picture of at most so many percent of what an average one may have:
 * half a second's worth, which a link takes without long waiting. */
static unsigned
key_percent(const struct vpx_settings *settings)
{
	unsigned percent = settings->rate * 100 / 2;

	return percent > 300 ? percent : 300;
}

static bool
set_controls(struct vpx_encoder *encoder)
{
	vpx_codec_ctx_t *codec = &encoder->codec;
	const struct vpx_settings *settings = &encoder->settings;

	if (vpx_codec_control(codec, VP8E_SET_CPUUSED,
		speeds[settings->codec][settings->speed]) != VPX_CODEC_OK ||
	    vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT,
		key_percent(settings)) != VPX_CODEC_OK)
		return false;
	return true;
}

static bool
set_first_controls(struct vpx_encoder *encoder)
{
	vpx_codec_ctx_t *codec = &encoder->codec;
	bool done = vpx_codec_control(codec, VP8E_SET_STATIC_THRESHOLD,
			STILL) == VPX_CODEC_OK;

	if (encoder->settings.codec == VPX_VP8)
		return done &&
		       vpx_codec_control(codec, VP8E_SET_NOISE_SENSITIVITY,
			   0) == VPX_CODEC_OK;
	return done &&
	       vpx_codec_control(codec, VP9E_SET_AQ_MODE, 3) == VPX_CODEC_OK &&
	       vpx_codec_control(codec, VP9E_SET_FRAME_PARALLEL_DECODING, 0) ==
		   VPX_CODEC_OK;
}

static int
open_encoder(struct vpx_encoder *encoder)
{
	vpx_codec_iface_t *interface = encoder->settings.codec == VPX_VP8
					   ? vpx_codec_vp8_cx()
					   : vpx_codec_vp9_cx();

	if (vpx_codec_enc_config_default(interface, &encoder->config, 0) !=
	    VPX_CODEC_OK)
		return CAM_ERR_UNSUPPORTED;
	fill_config(&encoder->config, &encoder->settings);
	if (vpx_codec_enc_init(&encoder->codec, interface, &encoder->config,
		0) != VPX_CODEC_OK)
		return CAM_ERR_UNSUPPORTED;
	encoder->is_open = true;
	return set_first_controls(encoder) && set_controls(encoder)
		   ? 0
		   : CAM_ERR_UNSUPPORTED;
}

int
vpx_encoder_new(
    const struct vpx_settings *settings, struct vpx_encoder **encoder)
{
	struct vpx_encoder *made;
	int err;

	if (!is_valid(settings))
		return CAM_ERR_LIMIT;
	made = xcalloc(1, sizeof *made);
	made->settings = *settings;
	made->width = settings->width;
	made->height = settings->height;
	err = open_encoder(made);
	if (err < 0) {
		vpx_encoder_free(made);
		return err;
	}
	*encoder = made;
	return 0;
}

void
vpx_encoder_free(struct vpx_encoder *encoder)
{
	if (encoder == NULL)
		return;
	if (encoder->is_open)
		vpx_codec_destroy(&encoder->codec);
	free(encoder);
}

int
vpx_encoder_set(
    struct vpx_encoder *encoder, const struct vpx_settings *settings)
{
	if (!is_valid(settings) || settings->codec != encoder->settings.codec ||
	    settings->width > encoder->width ||
	    settings->height > encoder->height)
		return CAM_ERR_LIMIT;
	encoder->settings = *settings;
	fill_config(&encoder->config, settings);
	if (vpx_codec_enc_config_set(&encoder->codec, &encoder->config) !=
		VPX_CODEC_OK ||
	    !set_controls(encoder))
		return CAM_ERR_UNSUPPORTED;
	return 0;
}

static void
wrap(const struct i420 *picture, vpx_image_t *image)
{
	vpx_img_wrap(image, VPX_IMG_FMT_I420, picture->width, picture->height,
	    1, picture->planes[0]);
	for (int i = 0; i < 3; i++) {
		image->planes[i] = picture->planes[i];
		image->stride[i] = (int)picture->strides[i];
	}
}

static unsigned
last_quantizer(struct vpx_encoder *encoder)
{
	int quantizer = 0;

	if (vpx_codec_control(&encoder->codec, VP8E_GET_LAST_QUANTIZER_64,
		&quantizer) != VPX_CODEC_OK ||
	    quantizer < 1)
		return 1;
	return (unsigned)quantizer;
}

int
vpx_encode(struct vpx_encoder *encoder, const struct i420 *picture,
    unsigned ticks, bool key, struct vpx_encoded *encoded)
{
	vpx_codec_iter_t iterator = NULL;
	const vpx_codec_cx_pkt_t *packet;
	vpx_image_t image;

	if (picture->width != encoder->settings.width ||
	    picture->height != encoder->settings.height || ticks == 0)
		return CAM_ERR_FORMAT;
	wrap(picture, &image);
	if (vpx_codec_encode(&encoder->codec, &image, encoder->time, ticks,
		key ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME) != VPX_CODEC_OK)
		return CAM_ERR_FORMAT;
	encoder->time += ticks;
	while ((packet = vpx_codec_get_cx_data(&encoder->codec, &iterator)) !=
	       NULL) {
		if (packet->kind != VPX_CODEC_CX_FRAME_PKT)
			continue;
		encoded->bytes =
		    span_of(packet->data.frame.buf, packet->data.frame.sz);
		encoded->quantizer = last_quantizer(encoder);
		encoded->is_key =
		    (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
		return 0;
	}
	return CAM_ERR_MORE;
}

/* -- decoding ----------------------------------------------------------------
 */

struct vpx_decoder {
	vpx_codec_ctx_t codec;
	vpx_codec_iface_t *interface;
	bool is_open;
};

int
vpx_decoder_new(enum vpx_codec codec, struct vpx_decoder **decoder)
{
	const vpx_codec_dec_cfg_t config = { .threads = 1 };
	struct vpx_decoder *made = xcalloc(1, sizeof *made);

	made->interface =
	    codec == VPX_VP8 ? vpx_codec_vp8_dx() : vpx_codec_vp9_dx();
	if (vpx_codec_dec_init(&made->codec, made->interface, &config, 0) !=
	    VPX_CODEC_OK) {
		vpx_decoder_free(made);
		return CAM_ERR_UNSUPPORTED;
	}
	made->is_open = true;
	*decoder = made;
	return 0;
}

void
vpx_decoder_free(struct vpx_decoder *decoder)
{
	if (decoder == NULL)
		return;
	if (decoder->is_open)
		vpx_codec_destroy(&decoder->codec);
	free(decoder);
}

/* What a key picture says of its size is looked at before memory is taken for
 * it. */
static bool
is_too_large(const struct vpx_decoder *decoder, struct span bytes)
{
	vpx_codec_stream_info_t info = { .sz = sizeof info };

	return vpx_codec_peek_stream_info(decoder->interface, bytes.data,
		   (unsigned)bytes.len, &info) == VPX_CODEC_OK &&
	       info.is_kf && !i420_is_valid_size(info.w, info.h);
}

int
vpx_decode(struct vpx_decoder *decoder, struct span bytes, struct i420 *picture)
{
	vpx_codec_iter_t iterator = NULL;
	vpx_image_t *image;

	if (bytes.len == 0 || bytes.len > UINT32_MAX)
		return CAM_ERR_FORMAT;
	if (is_too_large(decoder, bytes))
		return CAM_ERR_LIMIT;
	if (vpx_codec_decode(&decoder->codec, bytes.data, (unsigned)bytes.len,
		NULL, 0) != VPX_CODEC_OK)
		return CAM_ERR_FORMAT;
	image = vpx_codec_get_frame(&decoder->codec, &iterator);
	if (image == NULL || image->fmt != VPX_IMG_FMT_I420)
		return CAM_ERR_FORMAT;
	if (!i420_is_valid_size(image->d_w, image->d_h))
		return CAM_ERR_LIMIT;
	*picture = (struct i420){ .width = image->d_w, .height = image->d_h };
	for (int i = 0; i < 3; i++) {
		picture->planes[i] = image->planes[i];
		picture->strides[i] = (unsigned)image->stride[i];
	}
	return 0;
}

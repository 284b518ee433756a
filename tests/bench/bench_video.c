/* bench_video.c: what a picture of a call costs to take, to code, to decode and
 * to convert, beside libvpx and libyuv alone (goal 11a: V + Y). */
#include <libyuv.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include "../unit/call_video.h"
#include "bench.h"

#include "base/mem.h"
#include "media/payload.h"
#include "media/reassembly.h"
#include "media/vpx.h"
#include "picture/convert.h"
#include "picture/frames.h"

enum { RATE = 30, PICTURES = 30, ROUNDS = 5, TICKS = 90000 / RATE };

/* A camera of 1080p, sent in a smaller size. */
enum { CAMERA_WIDTH = 1920, CAMERA_HEIGHT = 1080 };

struct size {
	const char *name;
	unsigned width, height, bitrate;
};

static double
processor_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* -- ours: scaled, coded, cut into packets, put together, decoded, shared ----
 */

struct ours {
	struct vpx_encoder *encoder;
	struct vpx_decoder *decoder;
	struct reassembly *reassembly;
	struct frames *frames;
	struct i420 scaled;
	uint16_t sequence, picture;
	unsigned shown;
};

static void
pass_packets(struct ours *ours, enum vpx_codec codec,
    const struct vpx_encoded *encoded, uint32_t timestamp)
{
	size_t count = payload_count(encoded->bytes.len);

	for (size_t i = 0; i < count; i++) {
		uint8_t bytes[PAYLOAD_HEADER_MAX + PAYLOAD_PART_MAX];
		struct payload_part part =
		    payload_cut(encoded, ours->picture, count, i);
		size_t len = payload_write(codec, &part, bytes);
		struct rtp_packet packet = {
			.marker = part.ends,
			.sequence = ours->sequence++,
			.timestamp = timestamp,
			.payload = { bytes, len + part.bytes.len },
		};

		memcpy(bytes + len, part.bytes.data, part.bytes.len);
		reassembly_put(ours->reassembly, &packet, timestamp);
	}
	ours->picture++;
}

static void
pass_ours(struct ours *ours, enum vpx_codec codec, const struct i420 *taken,
    uint32_t timestamp)
{
	const struct i420 *picture = taken;
	struct reassembly_picture whole;
	struct vpx_encoded encoded;
	struct i420 decoded;

	if (ours->scaled.width != taken->width) {
		convert_scale(taken, &ours->scaled);
		picture = &ours->scaled;
	}
	if (vpx_encode(ours->encoder, picture, TICKS, false, &encoded) < 0)
		return;
	pass_packets(ours, codec, &encoded, timestamp);
	while (reassembly_take(ours->reassembly, timestamp, &whole))
		if (vpx_decode(ours->decoder, whole.bytes, &decoded) == 0) {
			frames_put(ours->frames, &decoded, timestamp);
			ours->shown++;
		}
}

static double
measure_ours(
    enum vpx_codec codec, const struct size *size, const struct i420 *pictures)
{
	const struct vpx_settings settings = { codec, size->width, size->height,
		RATE, size->bitrate, VPX_SPEED_MAX };
	struct ours ours = { .reassembly = reassembly_new(codec) };
	double begin;

	if (vpx_encoder_new(&settings, &ours.encoder) < 0 ||
	    vpx_decoder_new(codec, &ours.decoder) < 0 ||
	    frames_new(size->width, size->height, &ours.frames) < 0 ||
	    i420_init(&ours.scaled, size->width, size->height) < 0)
		die("cannot prepare");
	pass_ours(&ours, codec, &pictures[0], 0);
	begin = processor_ms();
	for (unsigned i = 1; i < PICTURES; i++)
		pass_ours(&ours, codec, &pictures[i], i * TICKS);
	begin = processor_ms() - begin;
	if (ours.shown < PICTURES / 2)
		die("only %u pictures came through", ours.shown);
	vpx_encoder_free(ours.encoder);
	vpx_decoder_free(ours.decoder);
	reassembly_free(ours.reassembly);
	frames_free(ours.frames);
	i420_finish(&ours.scaled);
	return begin / (PICTURES - 1);
}

/* -- the libraries alone, with the same settings -----------------------------
 *
 * That of the bitrate's buffer too: after a key picture of a call the next ones
 * refine it, which they do not have to where it may take seconds' worth of
 * bits.
 */

struct bare {
	vpx_codec_ctx_t encoder, decoder;
	struct i420 scaled;
	uint8_t *copy;
};

static void
open_bare(struct bare *bare, enum vpx_codec codec, const struct size *size)
{
	vpx_codec_iface_t *coding =
	    codec == VPX_VP8 ? vpx_codec_vp8_cx() : vpx_codec_vp9_cx();
	vpx_codec_enc_cfg_t config;

	vpx_codec_enc_config_default(coding, &config, 0);
	config.g_w = size->width;
	config.g_h = size->height;
	config.g_timebase.num = 1;
	config.g_timebase.den = 90000;
	config.g_threads = 1;
	config.g_profile = codec == VPX_VP8 ? 2 : 0;
	config.g_lag_in_frames = 0;
	config.kf_mode = VPX_KF_DISABLED;
	config.rc_end_usage = VPX_CBR;
	config.rc_target_bitrate = size->bitrate / 1000;
	config.rc_min_quantizer = 4;
	config.rc_max_quantizer = 56;
	config.rc_undershoot_pct = 100;
	config.rc_overshoot_pct = 5;
	config.rc_buf_sz = 600;
	config.rc_buf_initial_sz = 300;
	config.rc_buf_optimal_sz = 300;
	config.rc_dropframe_thresh = 30;
	if (vpx_codec_enc_init(&bare->encoder, coding, &config, 0) != 0 ||
	    vpx_codec_dec_init(&bare->decoder,
		codec == VPX_VP8 ? vpx_codec_vp8_dx() : vpx_codec_vp9_dx(),
		NULL, 0) != 0)
		die("cannot open libvpx");
	vpx_codec_control(
	    &bare->encoder, VP8E_SET_CPUUSED, codec == VPX_VP8 ? -16 : 9);
	vpx_codec_control(&bare->encoder, VP8E_SET_STATIC_THRESHOLD, 300);
	vpx_codec_control(
	    &bare->encoder, VP8E_SET_MAX_INTRA_BITRATE_PCT, RATE * 100 / 2);
	if (codec == VPX_VP9)
		vpx_codec_control(&bare->encoder, VP9E_SET_AQ_MODE, 3);
	i420_init(&bare->scaled, size->width, size->height);
	bare->copy = xmalloc(i420_size(size->width, size->height));
}

static void
decode_bare(struct bare *bare, const vpx_codec_cx_pkt_t *packet)
{
	vpx_codec_iter_t iterator = NULL;
	vpx_image_t *image;
	struct i420 copy;

	vpx_codec_decode(&bare->decoder, packet->data.frame.buf,
	    (unsigned)packet->data.frame.sz, NULL, 0);
	image = vpx_codec_get_frame(&bare->decoder, &iterator);
	if (image == NULL)
		return;
	i420_over(&copy, image->d_w, image->d_h, bare->copy);
	I420Copy(image->planes[0], image->stride[0], image->planes[1],
	    image->stride[1], image->planes[2], image->stride[2],
	    copy.planes[0], (int)copy.strides[0], copy.planes[1],
	    (int)copy.strides[1], copy.planes[2], (int)copy.strides[2],
	    (int)image->d_w, (int)image->d_h);
}

static void
pass_bare(struct bare *bare, const struct i420 *taken, int64_t time)
{
	const struct i420 *picture = taken;
	const vpx_codec_cx_pkt_t *packet;
	vpx_codec_iter_t iterator = NULL;
	vpx_image_t image;

	if (bare->scaled.width != taken->width) {
		struct i420 *to = &bare->scaled;

		I420Scale(taken->planes[0], (int)taken->strides[0],
		    taken->planes[1], (int)taken->strides[1], taken->planes[2],
		    (int)taken->strides[2], (int)taken->width,
		    (int)taken->height, to->planes[0], (int)to->strides[0],
		    to->planes[1], (int)to->strides[1], to->planes[2],
		    (int)to->strides[2], (int)to->width, (int)to->height,
		    kFilterBox);
		picture = to;
	}
	vpx_img_wrap(&image, VPX_IMG_FMT_I420, picture->width, picture->height,
	    1, picture->planes[0]);
	for (int i = 0; i < 3; i++) {
		image.planes[i] = picture->planes[i];
		image.stride[i] = (int)picture->strides[i];
	}
	vpx_codec_encode(
	    &bare->encoder, &image, time, TICKS, 0, VPX_DL_REALTIME);
	while ((packet = vpx_codec_get_cx_data(&bare->encoder, &iterator)))
		if (packet->kind == VPX_CODEC_CX_FRAME_PKT)
			decode_bare(bare, packet);
}

static double
measure_bare(
    enum vpx_codec codec, const struct size *size, const struct i420 *pictures)
{
	struct bare bare = { 0 };
	double begin;

	open_bare(&bare, codec, size);
	pass_bare(&bare, &pictures[0], 0);
	begin = processor_ms();
	for (unsigned i = 1; i < PICTURES; i++)
		pass_bare(&bare, &pictures[i], i * TICKS);
	begin = processor_ms() - begin;
	vpx_codec_destroy(&bare.encoder);
	vpx_codec_destroy(&bare.decoder);
	i420_finish(&bare.scaled);
	free(bare.copy);
	return begin / (PICTURES - 1);
}

int
main(void)
{
	static const struct size sizes[] = { { "1080p", 1920, 1080, 2800000 },
		{ "720p", 1280, 720, 950000 }, { "360p", 640, 360, 450000 } };
	static const char *const names[] = { "VP8", "VP9" };
	static struct i420 pictures[PICTURES];

	for (unsigned i = 0; i < PICTURES; i++) {
		if (i420_init(&pictures[i], CAMERA_WIDTH, CAMERA_HEIGHT) < 0)
			die("no memory");
		call_video(&pictures[i], i);
	}
	for (unsigned codec = 0; codec < 2; codec++)
		for (unsigned i = 0; i < 3; i++) {
			double ours[ROUNDS], bare[ROUNDS];
			char what[80];

			for (unsigned k = 0; k < ROUNDS; k++) {
				ours[k] =
				    measure_ours(codec, &sizes[i], pictures);
				bare[k] =
				    measure_bare(codec, &sizes[i], pictures);
			}
			snprintf(what, sizeof what,
			    "video, %s %s: processor time a picture",
			    names[codec], sizes[i].name);
			report_rounds(what, ours, "ms", "libvpx and libyuv",
			    bare, ROUNDS, 1.25);
		}
	for (unsigned i = 0; i < PICTURES; i++)
		i420_finish(&pictures[i]);
	return 0;
}

/* test_vpx.c: pictures that are coded come back alike, at the rate asked for.
 */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "call_video.h"
#include "media/vpx.h"
#include "ssim.h"

enum { WIDTH = 320, HEIGHT = 180, RATE = 30, TICKS = 90000 / RATE };

static const enum vpx_codec codecs[] = { VPX_VP8, VPX_VP9 };

struct pair {
	struct vpx_encoder *encoder;
	struct vpx_decoder *decoder;
	struct i420 picture;
	struct vpx_settings settings;
};

static void
begin(struct pair *pair, enum vpx_codec codec, unsigned bitrate)
{
	*pair = (struct pair){ .settings = { codec, WIDTH, HEIGHT, RATE,
				   bitrate, VPX_SPEED_MAX } };
	assert_int_equal(vpx_encoder_new(&pair->settings, &pair->encoder), 0);
	assert_int_equal(vpx_decoder_new(codec, &pair->decoder), 0);
	assert_int_equal(i420_init(&pair->picture, WIDTH, HEIGHT), 0);
}

static void
end(struct pair *pair)
{
	vpx_encoder_free(pair->encoder);
	vpx_decoder_free(pair->decoder);
	i420_finish(&pair->picture);
}

/* Codes a picture; its bytes, or 0 where it was left out. */
static size_t
pass(struct pair *pair, unsigned number, bool key, double *alike, bool *is_key)
{
	struct vpx_encoded encoded = { 0 };
	struct i420 decoded = { 0 };
	int err;

	call_video(&pair->picture, number);
	err = vpx_encode(pair->encoder, &pair->picture, TICKS, key, &encoded);
	if (err == CAM_ERR_MORE)
		return 0;
	assert_int_equal(err, 0);
	*is_key = encoded.is_key;
	assert_int_equal(vpx_decode(pair->decoder, encoded.bytes, &decoded), 0);
	assert_int_equal(decoded.width, pair->picture.width);
	assert_int_equal(decoded.height, pair->picture.height);
	*alike = ssim(&pair->picture, &decoded);
	return encoded.bytes.len;
}

static void
pictures_come_back_alike_at_the_bitrate_asked_for(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;
		size_t bytes = 0;
		double alike = 0;
		bool is_key = false;

		begin(&pair, codecs[i], 200000);
		for (unsigned n = 0; n < 90; n++) {
			size_t len = pass(&pair, n, false, &alike, &is_key);

			if (n >= 30)
				bytes += len;
			if (len > 0)
				assert_true(alike > 0.85);
			assert_true(is_key == (n == 0) || len == 0);
		}
		/* Two seconds. */
		assert_in_range(bytes * 8 / 2, 140000, 240000);
		end(&pair);
	}
}

static void
a_key_picture_comes_when_it_is_asked_for_and_needs_nothing(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;
		double alike = 0;
		bool is_key = false;

		begin(&pair, codecs[i], 300000);
		for (unsigned n = 0; n < 10; n++)
			pass(&pair, n, false, &alike, &is_key);
		vpx_decoder_free(pair.decoder);
		assert_int_equal(vpx_decoder_new(codecs[i], &pair.decoder), 0);
		assert_true(pass(&pair, 10, true, &alike, &is_key) > 0);
		assert_true(is_key);
		assert_true(alike > 0.8);
		end(&pair);
	}
}

static void
bitrate_speed_and_size_change_on_the_way(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pair pair;
		double alike = 0;
		bool is_key = false;
		size_t much = 0, little = 0;

		begin(&pair, codecs[i], 600000);
		for (unsigned n = 0; n < 30; n++)
			much += pass(&pair, n, false, &alike, &is_key);
		pair.settings.bitrate = 100000;
		pair.settings.speed = 0;
		assert_int_equal(
		    vpx_encoder_set(pair.encoder, &pair.settings), 0);
		for (unsigned n = 30; n < 60; n++)
			little += pass(&pair, n, false, &alike, &is_key);
		assert_in_range(little, 1, much / 2);
		pair.settings.width = 160;
		pair.settings.height = 90;
		assert_int_equal(
		    vpx_encoder_set(pair.encoder, &pair.settings), 0);
		i420_finish(&pair.picture);
		assert_int_equal(i420_init(&pair.picture, 160, 90), 0);
		for (unsigned n = 60; n < 70; n++)
			pass(&pair, n, false, &alike, &is_key);
		assert_true(alike > 0.8);
		end(&pair);
	}
}

static void
what_cannot_be_is_refused(void **state)
{
	struct vpx_settings settings = { VPX_VP8, WIDTH, HEIGHT, RATE, 100000,
		0 };
	struct vpx_encoder *encoder = NULL;
	struct vpx_encoded encoded;
	struct i420 picture;

	assert_int_equal(vpx_encoder_new(&settings, &encoder), 0);
	settings.width = WIDTH * 2;
	assert_int_equal(vpx_encoder_set(encoder, &settings), CAM_ERR_LIMIT);
	settings.width = LIMIT_PICTURE_SIDE + 2;
	assert_int_equal(vpx_encoder_set(encoder, &settings), CAM_ERR_LIMIT);
	assert_int_equal(i420_init(&picture, 16, 16), 0);
	assert_int_equal(vpx_encode(encoder, &picture, TICKS, false, &encoded),
	    CAM_ERR_FORMAT);
	i420_finish(&picture);
	vpx_encoder_free(encoder);
	settings.rate = 0;
	assert_int_equal(vpx_encoder_new(&settings, &encoder), CAM_ERR_LIMIT);
}

/* 16383 x 16383 is what a key picture of VP8 may say in ten bytes. */
static void
a_picture_that_says_it_is_huge_is_not_decoded(void **state)
{
	static const uint8_t huge[] = { 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a,
		0xff, 0x3f, 0xff, 0x3f, 0, 0, 0, 0, 0, 0 };
	struct vpx_decoder *decoder = NULL;
	struct i420 picture;

	assert_int_equal(vpx_decoder_new(VPX_VP8, &decoder), 0);
	assert_int_equal(
	    vpx_decode(decoder, span_of(huge, sizeof huge), &picture),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    vpx_decode(decoder, span_of(huge, 3), &picture), CAM_ERR_FORMAT);
	assert_int_equal(
	    vpx_decode(decoder, span_of(huge, 0), &picture), CAM_ERR_FORMAT);
	vpx_decoder_free(decoder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    pictures_come_back_alike_at_the_bitrate_asked_for),
		cmocka_unit_test(
		    a_key_picture_comes_when_it_is_asked_for_and_needs_nothing),
		cmocka_unit_test(bitrate_speed_and_size_change_on_the_way),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_picture_that_says_it_is_huge_is_not_decoded),
	};

	return cmocka_run_group_tests_name("vpx", tests, NULL, NULL);
}

/* image.c: pixels out of a file from anywhere: PNG, JPEG, WebP. */
#include "cam-show/image.h"

#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include "base/err.h"
#include "cam-show/orientation.h"

/* A JPEG is decoded to about this, which is cheaper than all of it. */
enum { JPEG_SIDE = 4096 };

/* CAM_ERR_LIMIT before anything is allocated. */
static int
prepare(struct image *image, uint32_t width, uint32_t height)
{
	if (width == 0 || height == 0)
		return CAM_ERR_FORMAT;
	if (width > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX ||
	    (uint64_t)width * height > IMAGE_PIXELS_MAX)
		return CAM_ERR_LIMIT;
	/* Zeroed: what a broken file leaves out is no memory of ours. */
	image->pixels = calloc((size_t)width * height, 4);
	if (image->pixels == NULL)
		return CAM_ERR_FULL;
	image->width = width;
	image->height = height;
	return 0;
}

/* -- PNG ---------------------------------------------------------------------
 */

static bool
is_png(struct span file)
{
	return span_starts(file, "\x89PNG\r\n\x1a\n");
}

static int
decode_png(struct span file, struct image *image)
{
	png_image png = { .version = PNG_IMAGE_VERSION };
	int err = 0;

	if (png_image_begin_read_from_memory(&png, file.data, file.len) == 0)
		return CAM_ERR_FORMAT;
	err = prepare(image, png.width, png.height);
	png.format = PNG_FORMAT_RGBA;
	if (err == 0 &&
	    png_image_finish_read(&png, NULL, image->pixels, 0, NULL) == 0)
		err = CAM_ERR_FORMAT;
	png_image_free(&png);
	return err;
}

/* -- JPEG --------------------------------------------------------------------
 */

static bool
is_jpeg(struct span file)
{
	return span_starts(file, "\xff\xd8\xff");
}

/* The largest that is not larger than need be. */
static tjscalingfactor
choose_scale(int width, int height)
{
	tjscalingfactor best = { 1, 1 };
	int count = 0;
	const tjscalingfactor *factors = tjGetScalingFactors(&count);
	int side = width > height ? width : height;

	for (int i = 0; i < count; i++) {
		if (TJSCALED(side, factors[i]) >= JPEG_SIDE &&
		    TJSCALED(side, factors[i]) < TJSCALED(side, best))
			best = factors[i];
	}
	return best;
}

static int
decode_jpeg(struct span file, struct image *image)
{
	tjhandle jpeg = tjInitDecompress();
	int width = 0, height = 0, sampling = 0, colours = 0;
	int err = CAM_ERR_FORMAT;

	if (jpeg == NULL)
		return CAM_ERR_FULL;
	if (tjDecompressHeader3(jpeg, file.data, file.len, &width, &height,
		&sampling, &colours) == 0 &&
	    width > 0 && height > 0) {
		tjscalingfactor scale = choose_scale(width, height);

		width = TJSCALED(width, scale);
		height = TJSCALED(height, scale);
		err = prepare(image, (uint32_t)width, (uint32_t)height);
	}
	/* What is cut off at its end is shown as far as it goes. */
	if (err == 0 &&
	    tjDecompress2(jpeg, file.data, file.len, image->pixels, width, 0,
		height, TJPF_RGBA, TJFLAG_LIMITSCANS) < 0 &&
	    tjGetErrorCode(jpeg) == TJERR_FATAL)
		err = CAM_ERR_FORMAT;
	tjDestroy(jpeg);
	/* Without the memory for that it is shown as it lies. */
	if (err == 0)
		(void)orientation_apply(orientation_of_jpeg(file), image);
	return err;
}

/* -- WebP --------------------------------------------------------------------
 */

static bool
is_webp(struct span file)
{
	return file.len > 12 && span_starts(file, "RIFF") &&
	       memcmp(file.data + 8, "WEBP", 4) == 0;
}

static int
decode_webp(struct span file, struct image *image)
{
	WebPBitstreamFeatures features;
	int err;

	if (WebPGetFeatures(file.data, file.len, &features) != VP8_STATUS_OK)
		return CAM_ERR_FORMAT;
	if (features.has_animation)
		return CAM_ERR_UNSUPPORTED;
	err =
	    prepare(image, (uint32_t)features.width, (uint32_t)features.height);
	if (err == 0 && WebPDecodeRGBAInto(file.data, file.len, image->pixels,
			    (size_t)image->width * image->height * 4,
			    features.width * 4) == NULL)
		err = CAM_ERR_FORMAT;
	return err;
}

/* ----------------------------------------------------------------------------
 */

int
image_decode(struct span file, struct image *image)
{
	struct image made = { 0 };
	int err = CAM_ERR_UNSUPPORTED;

	if (file.len > IMAGE_FILE_MAX)
		return CAM_ERR_LIMIT;
	if (is_png(file))
		err = decode_png(file, &made);
	else if (is_jpeg(file))
		err = decode_jpeg(file, &made);
	else if (is_webp(file))
		err = decode_webp(file, &made);
	if (err == 0)
		*image = made;
	else
		image_finish(&made);
	return err;
}

void
image_finish(struct image *image)
{
	free(image->pixels);
	image->pixels = NULL;
}

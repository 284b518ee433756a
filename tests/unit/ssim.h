/* ssim.h: how alike two pictures are to the eye: the structural similarity of
 * their luma (Wang et al. 2004), by blocks of 8 x 8. */
#ifndef CAM_TEST_SSIM_H
#define CAM_TEST_SSIM_H

#include "picture/i420.h"

static inline double
ssim_block(
    const uint8_t *a, unsigned a_stride, const uint8_t *b, unsigned b_stride)
{
	const double c1 = 6.5025, c2 = 58.5225; /* (0.01, 0.03 of 255)^2 */
	double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
	double mean_a, mean_b, var_a, var_b, cov;

	for (unsigned y = 0; y < 8; y++)
		for (unsigned x = 0; x < 8; x++) {
			double va = a[y * a_stride + x],
			       vb = b[y * b_stride + x];

			sum_a += va;
			sum_b += vb;
			aa += va * va;
			bb += vb * vb;
			ab += va * vb;
		}
	mean_a = sum_a / 64;
	mean_b = sum_b / 64;
	var_a = aa / 64 - mean_a * mean_a;
	var_b = bb / 64 - mean_b * mean_b;
	cov = ab / 64 - mean_a * mean_b;
	return (2 * mean_a * mean_b + c1) * (2 * cov + c2) /
	       ((mean_a * mean_a + mean_b * mean_b + c1) *
		   (var_a + var_b + c2));
}

/* 1: the same; of pictures of one size, at least 8 x 8. */
static inline double
ssim(const struct i420 *a, const struct i420 *b)
{
	double sum = 0;
	unsigned blocks = 0;

	for (unsigned y = 0; y + 8 <= a->height; y += 8)
		for (unsigned x = 0; x + 8 <= a->width; x += 8) {
			sum += ssim_block(
			    a->planes[0] + (size_t)y * a->strides[0] + x,
			    a->strides[0],
			    b->planes[0] + (size_t)y * b->strides[0] + x,
			    b->strides[0]);
			blocks++;
		}
	return sum / blocks;
}

#endif

/* pattern_number.h: reads the number that the pattern of media/video.h carries.
 */
#ifndef CAM_TEST_PATTERN_NUMBER_H
#define CAM_TEST_PATTERN_NUMBER_H

#include "media/video.h"

/* False: no pattern, or too much has become of it. */
static inline bool
pattern_number(const struct i420 *picture, unsigned *number)
{
	unsigned side = picture->width / VIDEO_PATTERN_SQUARES;
	unsigned bits = 0, sum = 0;

	for (unsigned i = 0; i < VIDEO_PATTERN_SQUARES; i++)
		bits = bits << 1 |
		       (picture->planes[0][side / 2 * picture->strides[0] +
					   i * side + side / 2] > 125);
	for (unsigned i = 1; i < 5; i++)
		sum += bits >> (4 * i) & 15;
	*number = bits >> 4;
	return (sum & 15) == (bits & 15);
}

#endif

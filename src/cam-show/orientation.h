/* orientation.h: which way up a photograph is, as its camera has noted (Exif
 * 2.32, tag 0x0112). */
#ifndef CAM_ORIENTATION_H
#define CAM_ORIENTATION_H

#include "base/span.h"
#include "cam-show/image.h"

/*
 * 1 to 8: it lies upright (1), upside down (3), on its left side (6: to be
 * turned clockwise) or on its right (8); 2, 4, 5 and 7 are mirrored besides. 1,
 * too, where the JPEG does not say.
 */
unsigned orientation_of_jpeg(struct span file);
/* Turns and mirrors it so that it is upright. CAM_ERR_FULL: no memory, and it
 * is as it was. */
int orientation_apply(unsigned orientation, struct image *image);

#endif

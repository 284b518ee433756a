/* decoder.h: an image decoded by a process of its own, which can do nothing
 * else. */
#ifndef CAM_DECODER_H
#define CAM_DECODER_H

#include "cam-show/image.h"

/*
 * The errors of image_decode(); CAM_ERR_UNSAFE: there is no sandbox;
 * CAM_ERR_FORMAT also where the decoder died of it. fd is a file open for
 * reading.
 */
int decoder_run(int fd, struct image *image);

#endif

/* picture.h: images in the terminal, drawn by cam-show. */
#ifndef CAM_CAM_PICTURE_H
#define CAM_CAM_PICTURE_H

struct cam;

/* Draws the image at path on the terminal that stdout is. 0, or EXIT_FAILED
 * after saying why not. */
int picture_show(struct cam *cam, const char *path);

#endif

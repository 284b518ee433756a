/* version.h: what this cam is. */
#ifndef CAM_VERSION_H
#define CAM_VERSION_H

struct cam;

/* Prints it, as JSON where asked; returns 0. */
int version_print(struct cam *cam);

#endif

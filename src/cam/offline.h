/* offline.h: settings while no camd runs: cam.ini, with what camd itself makes
 * of it. */
#ifndef CAM_OFFLINE_H
#define CAM_OFFLINE_H

#include <jansson.h>

struct cam;

/* Each returns 0, or the exit code after saying what is wrong. */

/* Every setting as {key, value, source}, as a camd that starts would have it.
 */
int offline_list(struct cam *cam, json_t **settings);
/* One of the list, borrowed. */
int offline_find(const json_t *settings, const char *key, json_t **setting);
/* Writes cam.ini, keeping its comments; NULL takes the line out. What camd
 * would refuse is not left there. */
int offline_set(struct cam *cam, const char *key, const char *value);

#endif

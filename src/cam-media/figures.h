/* figures.h: what there is to tell of a call, as JSON. */
#ifndef CAM_MEDIA_FIGURES_H
#define CAM_MEDIA_FIGURES_H

#include <jansson.h>

struct mesh;

/* The answer to media.stats, the params of media.levels, the answer to
 * media.devices. */
json_t *figures_stats(struct mesh *mesh);
json_t *figures_levels(const struct mesh *mesh);
json_t *figures_devices(void);

#endif

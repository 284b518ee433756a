/* places.h: the folders of received files. */
#ifndef CAM_CAMD_PLACES_H
#define CAM_CAMD_PLACES_H

struct camd;

/* file.dir, and where pictures of messages go; free(). */
char *places_files(const struct camd *camd);
char *places_images(const struct camd *camd);
/* Makes the folder, and what lacks above it, as its user would: blocks.
 * CAM_ERR_SYSTEM. */
int places_make(const char *path);

#endif

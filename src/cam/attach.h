/* attach.h: what a message offers, put into the request to send it. */
#ifndef CAM_CAM_ATTACH_H
#define CAM_CAM_ATTACH_H

#include <jansson.h>
#include <stdbool.h>

struct cam;

/* Each adds to request's files: 0, or the exit code after saying what is wrong.
 */

/* The file or folder at path, under another name where name is not NULL. */
int attach_path(
    struct cam *cam, json_t *request, const char *path, const char *name);
/* What stdin holds, as a file of that name. */
int attach_stdin(struct cam *cam, json_t *request, const char *name);
/* A PNG image, shown in the text where recipients can; "-": stdin. */
int attach_image(struct cam *cam, json_t *request, const char *path);

/* The request was not taken: nobody needs the copies that were made for it. */
void attach_discard(struct cam *cam, const json_t *request);

#endif

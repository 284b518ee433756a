/* expiry.h: what waited too long for its receiver is forgotten, by the hour. */
#ifndef CAM_CAMSERVER_EXPIRY_H
#define CAM_CAMSERVER_EXPIRY_H

struct expiry;
struct memberlinks;

struct expiry *expiry_new(struct memberlinks *links);
void expiry_free(struct expiry *expiry);

#endif

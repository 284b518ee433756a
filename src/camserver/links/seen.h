/* seen.h: when members were last connected, on its way to the database: many in
 * one write, since nobody waits for it. */
#ifndef CAM_CAMSERVER_SEEN_H
#define CAM_CAMSERVER_SEEN_H

#include <stdint.h>

struct seen;
struct server;

struct seen *seen_new(struct server *server);
/* The member with that row is connected, or was until now. */
void seen_note(struct seen *seen, int64_t member);
/* What is noted goes to the writer, which takes nothing later. */
void seen_stop(struct seen *seen);
void seen_free(struct seen *seen);

#endif

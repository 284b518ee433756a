/* segments.h: the server among IPMSG programs: it collects who is there in
 * several segments, and lists them for those who ask (protocol reference 6.3,
 * 6.4). To members who look for it, it says where it is. */
#ifndef CAM_CAMSERVER_SEGMENTS_H
#define CAM_CAMSERVER_SEGMENTS_H

#include <stddef.h>

struct segments;
struct server;

/* Silent until segments_apply(). */
struct segments *segments_new(struct server *server);
/* As ipmsg.serve, server.announce and the settings beside them say now. On an
 * error *problem is a sentence for people (free it), and what was heard before
 * is heard on. */
int segments_apply(struct segments *segments, char **problem);
/* Says goodbye: before the pool ends. */
void segments_stop(struct segments *segments);
/* After it. */
void segments_free(struct segments *segments);

/* Users of IPMSG programs who are there. */
size_t segments_count(const struct segments *segments);

#endif

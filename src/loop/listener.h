/* listener.h: a socket that listens, and the connections that come to it. */
#ifndef CAM_LISTENER_H
#define CAM_LISTENER_H

#include <sys/socket.h>

struct loop;
struct listener;

/* A connection came; fd is the callee's now: non-blocking, close-on-exec. The
 * listener may be freed inside. */
typedef void listener_on_accept(
    void *arg, int fd, const struct sockaddr_storage *from, socklen_t from_len);

/* Takes a socket that listens, and makes it non-blocking. Connections that come
 * while descriptors have run out wait. */
struct listener *listener_new(
    struct loop *loop, int fd, listener_on_accept *on_accept, void *arg);
/* Closes the socket; NULL is fine. */
void listener_free(struct listener *listener);

#endif

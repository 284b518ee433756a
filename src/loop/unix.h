/* unix.h: Unix stream sockets that only their owner can use (threat model U1).
 */
#ifndef CAM_UNIX_H
#define CAM_UNIX_H

#include <sys/types.h>

struct loop;
struct listener;

/*
 * Listens on path, mode 0600, close-on-exec. A socket file nobody answers on
 * is replaced; CAM_ERR_EXISTS where somebody does.
 */
int unix_listen(const char *path, int *fd);
/* Connects, blocking. CAM_ERR_UNREACHABLE when nobody listens there. */
int unix_connect(const char *path, int *fd);
/* The uid and pid at the other end. */
int unix_peer(int fd, uid_t *uid, pid_t *pid);

/* Takes a listening fd; on_accept gets each new connection, which it owns. */
struct listener *listener_new(
    struct loop *loop, int fd, void (*on_accept)(int fd, void *arg), void *arg);
void listener_free(struct listener *listener);

#endif

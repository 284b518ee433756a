/* unix.h: Unix stream sockets that only their owner can use (threat model U1).
 */
#ifndef CAM_UNIX_H
#define CAM_UNIX_H

#include <sys/types.h>

/*
 * Listens on path, mode 0600, close-on-exec. A socket file nobody answers on
 * is replaced; CAM_ERR_EXISTS where somebody does.
 */
int unix_listen(const char *path, int *fd);
/* Connects, blocking. CAM_ERR_UNREACHABLE when nobody listens there. */
int unix_connect(const char *path, int *fd);
/* The uid and pid at the other end. */
int unix_peer(int fd, uid_t *uid, pid_t *pid);

#endif

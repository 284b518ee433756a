/* serverhome.h: where the camserver of this machine is asked, and by whom it
 * must be answered. */
#ifndef CAM_RPC_SERVERHOME_H
#define CAM_RPC_SERVERHOME_H

#include <sys/types.h>

#define SERVER_HOME "/var/lib/camserver"

/*
 * The socket of the camserver whose home that is, a new string. A server is
 * another user's program: whose, the owner of its home says. That is only worth
 * something where nobody else can put things there: else CAM_ERR_UNSAFE.
 * CAM_ERR_UNKNOWN: there is none.
 */
int serverhome_find(const char *home, char **socket, uid_t *owner);

/* Why it cannot be asked, for people; a new string. Reads errno. */
char *serverhome_problem(const char *home, int err);

#endif

/* port_owner.h: who has a port of this machine, as /proc tells. */
#ifndef CAM_PORT_OWNER_H
#define CAM_PORT_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"

enum { PORT_OWNERS_MAX = 32 };

struct port_owner {
	bool tcp;
	char address[48]; /* as text; "0.0.0.0" and "::" for all */
	bool any;	  /* one of those */
	uid_t uid;
	uint64_t inode;
	pid_t pid;	  /* 0: not to be seen by us */
	char program[32]; /* its name; empty: not to be seen. Not ours: print it
			     through text_print */
};

/*
 * Sockets that take what comes for the port: UDP, and TCP that listen. Writes
 * at most max and returns how many there are. proc is "/proc" but in tests. 0
 * also where there is no /proc.
 */
size_t port_owners(
    const char *proc, uint16_t port, struct port_owner *owners, size_t max);

/* Pure: one line of /proc/net/udp, udp6, tcp or tcp6. False when it is no
 * socket for the port. */
bool port_owner_parse(
    struct span line, bool tcp, uint16_t port, struct port_owner *owner);

/* A name for uid from /etc/passwd, else the number; release with free(). */
char *port_owner_user(uid_t uid);

#endif

/* lobby.h: TCP connections that have come in, counted until it is known whose
 * they are. */
#ifndef CAM_NET_LOBBY_H
#define CAM_NET_LOBBY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

struct lobby;
struct loop;

/* A connection that has said its first byte. */
struct lobby_guest {
	struct addr from;
	struct addr source; /* addr_source() of it: what is counted by */
	uint8_t first;
	uint64_t deadline_ms; /* of clock_now_ms(): known by then, or closed */
};

struct lobby_ops {
	/* Whether it may go on; false: closed, and counted as refused. */
	bool (*admit)(void *arg, const struct lobby_guest *guest);
	/* Takes fd. on_known(known_arg) must follow once, when it is known who
	 * it is or it has ended: until then it is counted. */
	void (*take)(void *arg, int fd, const struct lobby_guest *guest,
	    void (*on_known)(void *arg), void *known_arg);
};

/* patience_ms: from the beginning of a connection to its being known. Of one
 * source LIMIT_TCP_SOURCE may wait, of all LIMIT_TCP (threat model L2). */
struct lobby *lobby_new(struct loop *loop, uint64_t patience_ms,
    const struct lobby_ops *ops, void *arg);
/* After whoever has taken its guests. */
void lobby_free(struct lobby *lobby);

/* Listens there too; as tcp_listen(). CAM_ERR_FULL: two already. */
int lobby_open(
    struct lobby *lobby, const struct addr *address, const char *interface);
/* Listens nowhere any more; who has come in stays. */
void lobby_close(struct lobby *lobby);
/* Where it listens, with the real port; NULL past the end. */
const struct addr *lobby_address(const struct lobby *lobby, size_t i);

/* Connections not yet known; refused ones so far. */
size_t lobby_count(const struct lobby *lobby);
uint64_t lobby_refused(const struct lobby *lobby);

#endif

/* interface.h: the network interfaces of this machine, and word when they
 * change. */
#ifndef CAM_INTERFACE_H
#define CAM_INTERFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "net/addr.h"

struct loop;

enum {
	INTERFACE_UP = 1, /* up, with a carrier */
	INTERFACE_LOOPBACK = 2,
	INTERFACE_BROADCAST = 4, /* its kind of network knows broadcasts */
	INTERFACE_MULTICAST = 8,
	INTERFACE_POINT_TO_POINT = 16,
};

struct interface_address {
	struct addr address;
	struct addr broadcast; /* ADDR_NONE where it has none */
	unsigned bits;	       /* prefix length */
};

struct interface {
	char name[IF_NAMESIZE];
	unsigned index;
	unsigned flags;
	struct interface_address *addresses;
	size_t count;
};

struct interfaces {
	struct interface *list; /* by index */
	size_t count;
};

/* Asks the system. Release with interfaces_finish(). */
int interfaces_read(struct interfaces *interfaces);
void interfaces_finish(struct interfaces *interfaces);

/* NULL when there is none. */
const struct interface *interface_by_name(
    const struct interfaces *interfaces, const char *name);
const struct interface *interface_by_index(
    const struct interfaces *interfaces, unsigned index);
/* The one that has the address (whatever the port); address itself in *own
 * where own is not NULL. */
const struct interface *interface_by_address(
    const struct interfaces *interfaces, const struct addr *addr,
    const struct interface_address **own);

/* One of our addresses, or in 127.0.0.0/8. */
bool interfaces_own(
    const struct interfaces *interfaces, const struct addr *addr);
/* 255.255.255.255 or an interface's directed broadcast. */
bool interfaces_broadcast(
    const struct interfaces *interfaces, const struct addr *addr);
/* The same names, indexes, flags and addresses. */
bool interfaces_equal(const struct interfaces *a, const struct interfaces *b);

/*
 * Calls on_change on the loop when an address, link or route came or went,
 * once for all that happens within INTERFACE_SETTLE_MS. Call interfaces_read()
 * there. On systems without rtnetlink CAM_ERR_UNSUPPORTED: then nothing is ever
 * told. on_change may free the watch.
 */
enum { INTERFACE_SETTLE_MS = 100 };
struct interface_watch;
int interface_watch_new(struct loop *loop, void (*on_change)(void *arg),
    void *arg, struct interface_watch **watch);
void interface_watch_free(struct interface_watch *watch);

#endif

/* target.h: addresses, networks and wildcards as users list them in
 * net.broadcast and net.list_for. */
#ifndef CAM_TARGET_H
#define CAM_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/* What a list may hold, and how many hosts a walk over it may give. */
enum {
	TARGETS_MAX = 1024,
	TARGETS_HOSTS_MAX = 65536,
	TARGETS_TEXT_MAX = 65536
};

enum target_kind {
	TARGET_ADDRESS,	 /* 10.1.2.3, 10.1.2.255, [fe80::1%eth0]:2426 */
	TARGET_NETWORK,	 /* 10.1.2.0/24, fd00:1::/120; bits below the prefix are
			    ignored */
	TARGET_WILDCARD, /* 10.1.2.*, 10.1.*.7: each * is one whole number */
};

/* An item of the list. An address matches where it equals address in every bit
 * of mask. */
struct target {
	enum target_kind kind;
	struct addr address; /* free bits are 0; port as given, else the list's
				default */
	uint8_t mask[16];
	unsigned bits; /* of TARGET_NETWORK: its prefix */
};

struct targets {
	struct target *list;
	size_t count;
};

/*
 * Items are separated by commas, blanks or both; each may end in :port
 * (an IPv6 address then stands in brackets). An empty text is an empty list.
 * With walked, as for net.broadcast, the hosts of all items together must not
 * exceed TARGETS_HOSTS_MAX; without, as for net.list_for, any network will do.
 * CAM_ERR_FORMAT or CAM_ERR_LIMIT; then *error is a sentence for people that
 * names the item (printable; release with free()). Release with
 * targets_finish().
 */
int targets_parse(const char *text, uint16_t default_port, bool walked,
    struct targets *targets, char **error);
void targets_finish(struct targets *targets);
/* What is wrong with the text of a list, as targets_parse() says; NULL:
 * nothing. For a setting's check. */
char *targets_check(const char *text);
char *targets_check_walked(const char *text);

/* Some item covers the address, whatever the port. */
bool targets_match(const struct targets *targets, const struct addr *addr);
/*
 * Hosts a walk gives: a network without its first and last address (IPv4, /30
 * or shorter), a wildcard whose last number is * without .0 and .255.
 */
uint64_t target_count(const struct target *target);
/* The last address of an IPv4 network, or of a wildcard such as 10.1.2.*
 * or 10.1.*.*: false where there is none. */
bool target_broadcast(const struct target *target, struct addr *addr);

/* Goes over all hosts of a list without ever holding them; to be set to zero
 * but for targets. */
struct target_walk {
	const struct targets *targets; /* borrowed while the walk lasts */
	size_t item;
	uint64_t next;
};
/* The next host with its port; false at the end. */
bool target_walk_next(struct target_walk *walk, struct addr *addr);

#endif

/* addr.h: an IP address with a port, small enough to keep a hundred thousand
 * of. */
#ifndef CAM_ADDR_H
#define CAM_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/span.h"

enum addr_family { ADDR_NONE = 0, ADDR_V4 = 4, ADDR_V6 = 6 };

/*
 * All zero is no address (ADDR_NONE). An IPv4 address lies in the first four
 * bytes, the rest is zero; one that arrives mapped into IPv6 is stored as
 * IPv4. There is no padding, and two equal addresses are equal bytes: bytes
 * up to family may be hashed and compared as they are.
 */
struct addr {
	uint8_t bytes[16]; /* network order */
	uint32_t
	    scope; /* interface index of a link-local IPv6 address, else 0 */
	uint16_t port;	/* host order; 0: none */
	uint8_t family; /* enum addr_family */
	uint8_t zero;
};

/*
 * "10.1.2.3", "10.1.2.3:2426", "fe80::1%eth0", "[fe80::1%eth0]:2425", "[::1]".
 * No names are looked up, but an interface after % must exist or be a number.
 * default_port is taken where the text has none. CAM_ERR_FORMAT.
 */
int addr_parse(struct span text, uint16_t default_port, struct addr *addr);

/* The longest is a bracketed IPv6 address with an interface name and a port. */
enum { ADDR_TEXT_SIZE = 72 };
/* With the port where there is one: "10.1.2.3:2425", "[fe80::1%eth0]:2425".
 * Returns text. */
const char *addr_format(const struct addr *addr, char text[ADDR_TEXT_SIZE]);
/* Without the port: "10.1.2.3", "fe80::1%eth0"; "-" for ADDR_NONE. Returns
 * text. */
const char *addr_format_host(
    const struct addr *addr, char text[ADDR_TEXT_SIZE]);

/* The bytes are those of a, in host order: 10.1.2.3 is 0x0a010203. */
struct addr addr_v4(uint32_t a, uint16_t port);
/* The address as a number in host order; 0 where it is not IPv4. */
uint32_t addr_v4_number(const struct addr *addr);
/* 0.0.0.0 or ::, for binding. */
struct addr addr_any(enum addr_family family, uint16_t port);

/* With family, scope and port. */
bool addr_equal(const struct addr *a, const struct addr *b);
/* Whatever the ports. */
bool addr_same_host(const struct addr *a, const struct addr *b);
/* A total order (IPv4 first, then by address, scope and port): negative, 0,
 * positive. */
int addr_compare(const struct addr *a, const struct addr *b);

/* CAM_ERR_FORMAT for a family other than IP, or a sockaddr that is too short.
 */
int addr_from_sockaddr(
    const struct sockaddr *sa, socklen_t len, struct addr *addr);
/* Returns the length used in sa; 0 for ADDR_NONE. */
socklen_t addr_to_sockaddr(
    const struct addr *addr, struct sockaddr_storage *sa);

/* The first bits bits agree, in the same family; a scope of network must be
 * that of addr. */
bool addr_in_prefix(
    const struct addr *addr, const struct addr *network, unsigned bits);
/* Keeps the first bits bits; port and scope become 0. */
struct addr addr_network(const struct addr *addr, unsigned bits);
/* What budgets count by (threat model L2): its /24 or /64. */
struct addr addr_neighbourhood(const struct addr *addr);
/* What connections are counted by: the address without its port; of IPv6 its
 * /64, for who has one of these has them all. */
struct addr addr_source(const struct addr *addr);

bool addr_is_any(const struct addr *addr);
bool addr_is_loopback(const struct addr *addr);
bool addr_is_multicast(const struct addr *addr);
/* fe80::/10 or 169.254.0.0/16. */
bool addr_is_link_local(const struct addr *addr);
/* 255.255.255.255; the directed ones depend on the interface (interface.h). */
bool addr_is_broadcast(const struct addr *addr);
/* A datagram may be answered to it: not any, multicast or broadcast, and with a
 * port. */
bool addr_is_answerable(const struct addr *addr);

#endif

/* ports.h: the UDP ports of calls, shared by all camd of this machine. */
#ifndef CAM_CAMD_CALL_PORTS_H
#define CAM_CAMD_CALL_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Binds the first port of range ("22224-22229", checked) that nobody has: of
 * IPv6 and IPv4 at once where ipv6, else of IPv4; at bind where that is an
 * address (net.bind; NULL: any). The descriptor is the caller's. CAM_ERR_FULL:
 * all of them are taken. CAM_ERR_SYSTEM.
 */
int port_bind(
    const char *range, const char *bind, bool ipv6, int *fd, uint16_t *port);

#endif

/* bus.h: the notification service of the desktop, as the freedesktop.org
 * Desktop Notifications Specification 1.2 has it. Blocks. */
#ifndef CAM_NOTIFY_BUS_H
#define CAM_NOTIFY_BUS_H

#include <stdint.h>

struct bus;

/* CAM_ERR_UNREACHABLE: there is no session bus, or no such service on it. */
int bus_open(struct bus **bus);
void bus_free(struct bus *bus);

/*
 * Shows a notification, instead of the one with the number in *id where that is
 * not 0, and puts its number there. body is plain text. CAM_ERR_CLOSED: the bus
 * has gone; CAM_ERR_REFUSED.
 */
int bus_show(
    struct bus *bus, const char *title, const char *body, uint32_t *id);
/* What has been closed already is no error. CAM_ERR_CLOSED. */
int bus_withdraw(struct bus *bus, uint32_t id);

#endif

/* announcement.h: what our entry packets say of cam/1 (the CM line). */
#ifndef CAM_CAMD_ANNOUNCEMENT_H
#define CAM_CAMD_ANNOUNCEMENT_H

#include <stdint.h>

struct announcement;
struct buf;
struct identity;

/* identity is borrowed. */
struct announcement *announcement_new(const struct identity *identity);
void announcement_free(struct announcement *announcement);

/* Appends the line for these wire names and that TCP port. One signature serves
 * the packets of a second: answers to many cost one. */
void announcement_write(struct announcement *announcement, const char *user,
    const char *host, uint16_t port, int64_t now_ms, struct buf *line);

#endif

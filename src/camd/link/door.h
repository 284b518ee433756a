/* door.h: our TCP port: who may come in, and what he wants by his first byte
 * (architecture, section 7; threat model L2). */
#ifndef CAM_CAMD_DOOR_H
#define CAM_CAMD_DOOR_H

#include <stddef.h>
#include <stdint.h>

struct addr;
struct camd;
struct door;

/* A connection must be greeted within this, from its beginning. */
enum { DOOR_MS = 10 * 1000 };

/* Hands connections to camd->links (as many a second as a source may make:
 * threat model L2), camd->tickets and camd->fileserver, which must be gone
 * before the door is. patience_ms is DOOR_MS but in tests. */
struct door *door_new(struct camd *camd, uint64_t patience_ms);
void door_free(struct door *door);

/* Listens there too; as tcp_listen(). CAM_ERR_FULL: two already. */
int door_open(
    struct door *door, const struct addr *address, const char *interface);
/* Listens nowhere any more; who has come in stays. */
void door_close(struct door *door);

/* Connections not yet greeted; refused ones so far. */
size_t door_count(const struct door *door);
uint64_t door_refused(const struct door *door);

#endif

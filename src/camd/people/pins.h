/* pins.h: the IPMSG keys pinned to users, found by their fingerprints. */
#ifndef CAM_CAMD_PINS_H
#define CAM_CAMD_PINS_H

#include <stdbool.h>

struct table;
struct user;

/* Makes user->pin, or changes it; its challenger stays. */
void pins_put(struct table *pins, struct user *user, const char *fingerprint,
    bool verified);
/* Frees user->pin, where there is one. */
void pins_remove(struct table *pins, struct user *user);

#endif

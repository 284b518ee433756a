/* origins.h: from where members have come: who comes from there again is hardly
 * a stranger. */
#ifndef CAM_CAMSERVER_ORIGINS_H
#define CAM_CAMSERVER_ORIGINS_H

#include <stdbool.h>

#include "net/addr.h"

struct origins;

struct origins *origins_new(void);
void origins_free(struct origins *origins);

/* Whatever the port; of more than 20,000 no more is learnt. */
void origins_add(struct origins *origins, const struct addr *addr);
bool origins_know(const struct origins *origins, const struct addr *addr);

#endif

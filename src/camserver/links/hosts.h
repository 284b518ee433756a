/* hosts.h: from where members have come: who comes from there again is hardly a
 * stranger. */
#ifndef CAM_CAMSERVER_HOSTS_H
#define CAM_CAMSERVER_HOSTS_H

#include <stdbool.h>

#include "net/addr.h"

struct hosts;

struct hosts *hosts_new(void);
void hosts_free(struct hosts *hosts);

/* Whatever the port; of more than 20,000 no more is learnt. */
void hosts_add(struct hosts *hosts, const struct addr *addr);
bool hosts_know(const struct hosts *hosts, const struct addr *addr);

#endif

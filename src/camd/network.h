/* network.h: what lan asks of camd, and tells it. */
#ifndef CAM_CAMD_NETWORK_H
#define CAM_CAMD_NETWORK_H

#include "lan/lan.h"

/* For lan_new(); its arg is struct camd *. */
extern const struct lan_ops network_ops;

#endif

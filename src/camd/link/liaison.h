/* liaison.h: what links ask of the rest of camd, and tell it. */
#ifndef CAM_CAMD_LIAISON_H
#define CAM_CAMD_LIAISON_H

#include "camd/link/links.h"

/* For links_new(); its arg is struct camd *. */
extern const struct links_ops liaison_ops;

#endif

/* cage.h: the sandbox of cam-media (threat model M4): it keeps the sockets and
 * files that camd has handed over, and can come by no others. */
#ifndef CAM_MEDIA_CAGE_H
#define CAM_MEDIA_CAGE_H

#include <stdbool.h>

/*
 * Before the first packet, and before threads are started. devices: of sound
 * are used; what they need can be opened, and no more. pictures: they may be
 * coded, decoded and shared. For good. Any error: the
 * process must not go on.
 */
int cage_enter(bool devices, bool pictures);

#endif

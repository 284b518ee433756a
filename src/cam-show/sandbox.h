/* sandbox.h: a process that can no more than compute and use the descriptors it
 * has. */
#ifndef CAM_SANDBOX_H
#define CAM_SANDBOX_H

#include <stdint.h>

/*
 * From here on this process opens, starts, connects and maps as a program
 * nothing, and ends when it has used so many seconds of the processor. bytes is
 * the most memory it may have. For good. CAM_ERR_SYSTEM: it is as it was, and
 * must not go on.
 */
int sandbox_enter(uint64_t bytes, unsigned seconds);

#endif

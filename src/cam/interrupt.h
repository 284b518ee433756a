/* interrupt.h: waiting for events in a way that an interrupt ends cleanly. */
#ifndef CAM_INTERRUPT_H
#define CAM_INTERRUPT_H

#include <signal.h>
#include <stdint.h>

#include "cam/daemon.h"

enum { INTERRUPT_SIGNALS = 3 };

/* Between begin and end SIGINT, SIGTERM and SIGHUP wait until they are looked
 * for; afterwards they are what they were. */
struct interrupt {
	sigset_t mask; /* as it was */
	struct sigaction before[INTERRUPT_SIGNALS];
	int fd; /* one that interrupts as well once it is readable; -1 */
};

void interrupt_begin(struct interrupt *interrupt);
void interrupt_end(const struct interrupt *interrupt);

/* daemon_next(), or EXIT_INTERRUPTED, without a word, at such a signal. */
int interrupt_next(const struct interrupt *interrupt, struct cam *cam,
    struct rpc_client *client, int64_t deadline_ms, const char **event,
    json_t **params);

#endif

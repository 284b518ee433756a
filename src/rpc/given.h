/* given.h: descriptors that come beside bytes over a Unix socket, for who reads
 * without an event loop (loop/stream.h has the same for the others). */
#ifndef CAM_RPC_GIVEN_H
#define CAM_RPC_GIVEN_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

/* Kept until they are taken; the oldest is let go for a new one. */
enum { GIVEN_MAX = 16 };

struct given {
	int fds[GIVEN_MAX]; /* -1: taken */
	json_int_t count;   /* that have come since the beginning */
};

void given_init(struct given *given);
void given_finish(struct given *given);
/* As recv() without waiting, and keeps what comes beside the bytes. */
ssize_t given_receive(struct given *given, int fd, void *data, size_t size);
/* That of this number, the first is 0; close-on-exec, the caller's. -1: none.
 */
int given_take(struct given *given, json_int_t number);

#endif

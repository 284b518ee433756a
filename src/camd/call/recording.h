/* recording.h: cam-record, one for each call that is recorded. */
#ifndef CAM_CAMD_CALL_RECORDING_H
#define CAM_CAMD_CALL_RECORDING_H

#include <stdbool.h>

struct loop;
struct recording;

/* The real one is recording_real; tests have another. */
struct recording_ops {
	/*
	 * Writes to fd (a new file, the caller's still) what is sent on socket,
	 * which is the caller's and for cam-media. It ends, with the file
	 * whole, when the other end of socket is closed: then on_ended with 0,
	 * CAM_ERR_FULL or CAM_ERR_SYSTEM, never inside; it is still the owner's
	 * to free then. CAM_ERR_UNSUPPORTED: cam-record is not there.
	 * CAM_ERR_SYSTEM.
	 */
	int (*start)(struct loop *loop, int fd, bool webm,
	    void (*on_ended)(void *arg, int err), void *arg, int *socket,
	    struct recording **recording);
	/* It should end by now: it is killed should it not. */
	void (*leave)(struct recording *recording);
	/* Forgets it; it ends by itself. NULL is fine. */
	void (*free)(struct recording *recording);
};

extern const struct recording_ops recording_real;

#endif

/* capture.h: what another program prints. */
#ifndef CAM_CAPTURE_H
#define CAM_CAPTURE_H

#include <stdbool.h>

#include "base/buf.h"

/* Where a program is: on PATH, or where administrators' programs lie. NULL when
 * nowhere; release with free(). */
char *capture_find(const char *program);

/*
 * Runs argv[0] (found as above) in the C locale without input and gives what it
 * printed on stdout, at most out's limit, and its exit status (128 + signal).
 * CAM_ERR_UNKNOWN: no such program; CAM_ERR_TIMEOUT: it took longer and was
 * ended; CAM_ERR_LIMIT; CAM_ERR_SYSTEM.
 */
int capture_run(const char *const argv[], unsigned timeout_ms, struct buf *out,
    int *status);

#endif

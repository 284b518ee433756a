/* program.h: what handles the media of a call, as children of camd. */
#ifndef CAM_CAMD_CALL_PROGRAM_H
#define CAM_CAMD_CALL_PROGRAM_H

#include <sys/types.h>

/* What it is given: its end of the socket and, perhaps, a file behind it. */
enum { PROGRAM_FD = 3, PROGRAM_FDS = 2 };

/*
 * Runs it from where it is installed, or from beside this camd as it was built,
 * with a word (NULL: none) and a file (-1: none; the caller's still) that it is
 * given, and no more of ours. *socket is our end, the caller's to close.
 * CAM_ERR_UNSUPPORTED: it is not there; CAM_ERR_SYSTEM.
 */
int program_start(
    const char *name, const char *word, int fd, int *socket, pid_t *pid);

#endif

/* program.h: what handles the media of a call, as children of camd. */
#ifndef CAM_CAMD_CALL_PROGRAM_H
#define CAM_CAMD_CALL_PROGRAM_H

#include <stddef.h>
#include <sys/types.h>

/* The first descriptor that it is given. */
enum { PROGRAM_FD = 3, PROGRAM_FDS = 2 };

/* Where it is installed, or beside this camd as it was built; a new string.
 * NULL: it is not there. */
char *program_find(const char *name);
/*
 * Runs argv[0] (a path) with fds (the caller's still) as PROGRAM_FD and those
 * after it, at most PROGRAM_FDS, and no more of ours. CAM_ERR_SYSTEM, with
 * errno.
 */
int program_start(
    const char *const argv[], const int *fds, size_t count, pid_t *pid);

#endif

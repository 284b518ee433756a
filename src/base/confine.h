/* confine.h: what a process gives up for good: system calls (seccomp), files
 * (Landlock), resources. Only built where libseccomp is. */
#ifndef CAM_CONFINE_H
#define CAM_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

/* Of one resource, RLIMIT_*. CAM_ERR_SYSTEM. */
int confine_limit(int resource, rlim_t most);

/*
 * From here on every thread of this process may make the calls of the lists
 * (which end with -1), get memory that cannot be run, and end; every other call
 * fails with EPERM: libraries can live with that, and where one cannot it must
 * end. lists ends with NULL. CAM_ERR_SYSTEM, with errno: all is as before.
 */
int confine_calls(const int *const *lists);

/* A file, or a folder and all beneath it. */
struct confine_path {
	const char *path; /* one that is not there is no matter */
	bool writable;
};

/*
 * From here on this thread, and those it starts, open nothing but these (the
 * list ends with a NULL path), bind and connect no TCP port, and signal nobody
 * else, as far as this kernel can (Landlock). CAM_ERR_UNSUPPORTED: it cannot at
 * all; CAM_ERR_SYSTEM.
 */
int confine_files(const struct confine_path *paths);

#endif

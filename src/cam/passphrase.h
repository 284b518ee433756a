/* passphrase.h: the passphrase of the keys, asked for or read, never shown. */
#ifndef CAM_PASSPHRASE_H
#define CAM_PASSPHRASE_H

#include <stdbool.h>

#include "base/buf.h"

struct args;

/* In bytes; what camd takes. */
enum { PASSPHRASE_MAX = 1024 };

struct passphrase_source {
	const char *option;   /* names a file, "-": stdin */
	const char *question; /* for people */
	bool twice;	      /* asked again to be sure */
};

/*
 * From the first line of the option's file less its end, or the next one of
 * stdin; else from the terminal without echo.
 * Neither an argument nor the environment is a place for it. 0, EXIT_USAGE,
 * EXIT_FAILED or EXIT_INTERRUPTED after saying what is wrong; wipe the buf in
 * any case.
 */
int passphrase_get(const struct args *args,
    const struct passphrase_source *source, struct buf *passphrase);

#endif

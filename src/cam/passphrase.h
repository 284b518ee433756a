/* passphrase.h: the passphrase of the keys, asked for or read, never shown. */
#ifndef CAM_PASSPHRASE_H
#define CAM_PASSPHRASE_H

#include <stdbool.h>

#include "base/buf.h"

struct args;
struct cam;

/* In bytes; what camd takes. */
enum { PASSPHRASE_MAX = 1024 };

/*
 * From the file of --passphrase-file ("-": stdin) less the end of its line,
 * else from the terminal without echo, with twice a second time to be sure.
 * Neither an argument nor the environment is a place for it. 0, EXIT_USAGE,
 * EXIT_FAILED or EXIT_INTERRUPTED after saying what is wrong; wipe the buf in
 * any case.
 */
int passphrase_get(struct cam *cam, const struct args *args, bool twice,
    struct buf *passphrase);

#endif

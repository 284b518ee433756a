/* internal.h: what the files of this folder know of libev; nobody else includes
 * it. */
#ifndef CAM_LOOP_INTERNAL_H
#define CAM_LOOP_INTERNAL_H

#include <ev.h>

struct loop;

struct ev_loop *loop_ev(const struct loop *loop);

#endif

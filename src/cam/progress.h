/* progress.h: one line at the bottom of a terminal that shows how far it is. */
#ifndef CAM_PROGRESS_H
#define CAM_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct cam;

#define PROGRESS_UNKNOWN UINT64_MAX

struct progress_view {
	const char *name; /* from anywhere */
	const char *note; /* shown instead of numbers; or NULL */
	uint64_t done;	  /* bytes */
	uint64_t size;	  /* or PROGRESS_UNKNOWN */
	uint64_t rate;	  /* bytes a second */
};

/* The line without its end, at most columns wide: name, part, bar, bytes, rate
 * and time left, as many of them as there is room for. */
void progress_line(struct buf *out, const struct progress_view *view,
    size_t columns, bool colour);

/* On stderr, where that is a terminal and neither --quiet nor --json is given:
 * else nothing happens. */
struct progress {
	bool enabled;
	bool colour;
	bool shown; /* a line stands there */
	size_t columns;
};

void progress_init(struct progress *progress, const struct cam *cam);
/* In place of what stood there. */
void progress_show(struct progress *progress, const struct progress_view *view);
/* Takes the line away: before other output, and at the end. */
void progress_clear(struct progress *progress);

#endif

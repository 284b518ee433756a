/* logfile.h: what camserver says of itself, kept in logs/ as well. */
#ifndef CAM_CAMSERVER_LOGFILE_H
#define CAM_CAMSERVER_LOGFILE_H

#include <stdbool.h>

#include "base/buf.h"

struct home;
struct logfile;
struct loop;

/* A file that has grown to the first is put aside, and the one before it is
 * gone; of the tail no more than the second is read. */
enum {
	LOGFILE_SIZE_MAX = 8 * 1024 * 1024,
	LOGFILE_TAIL_MAX = 1024 * 1024,
};

/* Closed until logfile_set(). */
struct logfile *logfile_new(struct loop *loop, const struct home *home);
void logfile_free(struct logfile *logfile);
/* From here on lines are kept, or no more; opens the file anew, for it may have
 * been moved. */
void logfile_set(struct logfile *logfile, bool on);
/* Appends whole lines of JSON, the last ones. CAM_ERR_SYSTEM (ENOENT: none). */
int logfile_tail(const struct logfile *logfile, struct buf *lines);

#endif

/* shown.h: what a member's pictures become: memory that those who show them
 * share, and perhaps a file. */
#ifndef CAM_SHOWN_H
#define CAM_SHOWN_H

#include "picture/i420.h"

struct shown;

/* CAM_ERR_SYSTEM. */
int shown_new(struct shown **shown);
/* Those who put pictures hold it as well; the last who frees it releases it. On
 * the loop. */
struct shown *shown_ref(struct shown *shown);
void shown_free(struct shown *shown);

/* The next picture, of whichever stream of the member; by one thread at a time.
 */
void shown_put(struct shown *shown, const struct i420 *picture);
/* Of the memory (picture/frames.h), into which pictures go from now on; stays
 * its own. */
int shown_fd(struct shown *shown);
/* Pictures are also written there as raw video, in the size of the first; takes
 * fd. */
void shown_record(struct shown *shown, int fd);

#endif

/* muxer.h: a Matroska or WebM file written as it comes. The only place that
 * knows libavformat. */
#ifndef CAM_RECORD_MUXER_H
#define CAM_RECORD_MUXER_H

#include "media/piece.h"

struct muxer;

enum muxer_form { MUXER_MATROSKA, MUXER_WEBM };

/*
 * Writes to fd, which stays the caller's and can be sought. What has been
 * written can be played whenever the process ends; one second at most is held
 * back. CAM_ERR_SYSTEM.
 */
int muxer_new(int fd, enum muxer_form form, struct muxer **muxer);
/* The index is written, and the file closed; CAM_ERR_FULL, CAM_ERR_SYSTEM. The
 * muxer is gone in either case; NULL is fine. */
int muxer_finish(struct muxer *muxer);
/*
 * A track or a frame with its bytes. CAM_ERR_FORMAT: a frame of no track, or a
 * track after the first frame; CAM_ERR_FULL: no room on the disk or for this
 * user; CAM_ERR_SYSTEM.
 */
int muxer_put(
    struct muxer *muxer, const struct piece *piece, const uint8_t *bytes);

#endif

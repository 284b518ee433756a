/* viewer.h: one stream of a member's pictures: from packets to pictures. */
#ifndef CAM_VIEWER_H
#define CAM_VIEWER_H

#include <stdbool.h>
#include <stdint.h>

#include "media/reassembly.h"

struct shown;
struct viewer;
struct workers;

/* Decoding is done by the workers, one picture at a time, which is then put
 * into shown. CAM_ERR_UNSUPPORTED. */
int viewer_new(struct workers *workers, enum vpx_codec codec,
    struct shown *shown, struct viewer **viewer);
/* What is being decoded is finished first, by and by. */
void viewer_free(struct viewer *viewer);

void viewer_put(
    struct viewer *viewer, const struct rtp_packet *packet, uint64_t now_us);
/* Now and then: the next pictures are decoded. */
void viewer_go_on(struct viewer *viewer, uint64_t now_us);
struct reassembly *viewer_reassembly(struct viewer *viewer);
/* Each whole picture, in order, before it is decoded; inside viewer_go_on() and
 * when the one before it has been. */
void viewer_watch(struct viewer *viewer,
    void (*on_whole)(
	void *arg, const struct reassembly_picture *picture, uint64_t now_us),
    void *arg);

struct viewer_figures {
	unsigned width, height; /* of the last picture; 0: none yet */
	uint64_t pictures;
	double delay_ms; /* from the newest packet of a picture to its sight */
};
struct viewer_figures viewer_figures(const struct viewer *viewer);

#endif

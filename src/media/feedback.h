/* feedback.h: what receivers of video tell its sender at once: packets that are
 * missing (RFC 4585, 6.2.1), that only a key picture helps (6.3.1), and when
 * each packet came (transport-wide feedback,
 * draft-holmer-rmcat-transport-wide-cc-extensions-01). Pure. */
#ifndef CAM_FEEDBACK_H
#define CAM_FEEDBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "media/rtcp.h"

/* Forms of feedback, in rtcp_packet's count. */
enum { FEEDBACK_NACK = 1, FEEDBACK_PLI = 1, FEEDBACK_TRANSPORT = 15 };

enum {
	FEEDBACK_MISSING_MAX = 128, /* packets in one NACK */
	FEEDBACK_ARRIVALS_MAX = 512,
};

/* Appends a packet from ssrc about the stream media_ssrc; sequences go up, at
 * most FEEDBACK_MISSING_MAX of them. */
void feedback_put_nack(struct buf *out, uint32_t ssrc, uint32_t media_ssrc,
    const uint16_t *sequences, size_t count);
void feedback_put_pli(struct buf *out, uint32_t ssrc, uint32_t media_ssrc);

/* The stream that feedback is about. CAM_ERR_FORMAT. */
int feedback_read_media(const struct rtcp_packet *packet, uint32_t *media_ssrc);
/* Those it asks for, at most max; count is how many. CAM_ERR_FORMAT. */
int feedback_read_nack(const struct rtcp_packet *packet, uint16_t *sequences,
    size_t max, size_t *count);

/* -- when packets came -------------------------------------------------------
 */

struct feedback_arrival {
	uint16_t number; /* of the packet, transport-wide */
	bool is_there;
	int64_t at_us; /* by the receiver's clock, in steps of 250 us */
};

/* What has come since the last feedback. All zero at first. */
struct arrivals {
	bool started;
	uint16_t begin, end; /* numbers; end is behind the newest */
	int64_t at_us[FEEDBACK_ARRIVALS_MAX]; /* 0: not come */
	uint8_t round;
};

/* at_us > 0. */
void arrivals_add(struct arrivals *arrivals, uint16_t number, int64_t at_us);
/* Appends feedback of them, if there are any, and forgets them. */
void arrivals_put(struct arrivals *arrivals, struct buf *out, uint32_t ssrc,
    uint32_t media_ssrc);

/* list: room for FEEDBACK_ARRIVALS_MAX. CAM_ERR_FORMAT; CAM_ERR_LIMIT: more. */
int feedback_read_transport(const struct rtcp_packet *packet,
    struct feedback_arrival *list, size_t *count);

#endif

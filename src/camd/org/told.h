/* told.h: what a server tells of members, as it is written. */
#ifndef CAM_CAMD_TOLD_H
#define CAM_CAMD_TOLD_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/addr.h"

enum { TOLD_AWAY_MAX = 1024 };
enum told_state { TOLD_OFFLINE, TOLD_AWAY, TOLD_ONLINE };

/* One item of DIRECTORY_PRESENCE: [member, state, card, addr, away]. */
struct told {
	uint64_t member;
	enum told_state state;
	uint32_t card;	  /* version, 0: there is none */
	struct addr addr; /* ADDR_NONE: not said, or none to be answered */
	const char *away; /* borrowed; NULL: not said */
};
/* All pure. CAM_ERR_REQUEST. */
int told_parse(const json_t *item, struct told *told);
/* One of its runs, [first, text]: a state for each number of a member from
 * first on, as in link/states.h; appended. */
int told_run_parse(const json_t *item, uint64_t *first, struct buf *states);
/* One of DIRECTORY_CHANGES: hex digits of a membership; appended. Also
 * CAM_ERR_FORMAT, CAM_ERR_LIMIT. */
int told_change(const json_t *item, struct buf *bytes);

#endif

/* inbox_parts.h: what the parts of the inbox do for each other. */
#ifndef CAM_CAMD_INBOX_PARTS_H
#define CAM_CAMD_INBOX_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "camd/message/inbox.h"
#include "camd/message/opening.h"
#include "camd/message/receipts.h"

struct inbox {
	struct camd *camd;
	size_t pending; /* being stored */
	struct openings *openings;
	struct receipts *receipts;
	/* People known only because somebody wrote to them, too. */
	uint64_t strangers_since_ms;
	unsigned strangers;
};

/* Takes one that has been opened, or is refused. */
void inbox_opened(void *inbox, struct opening *opening);

#endif

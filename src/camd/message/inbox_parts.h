/* inbox_parts.h: what the parts of the inbox do for each other. */
#ifndef CAM_CAMD_INBOX_PARTS_H
#define CAM_CAMD_INBOX_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "camd/message/inbox.h"
#include "camd/message/opening.h"
#include "camd/message/receipts.h"
#include "crypto/digest.h"

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

/* -- inbox_refused.c ---------------------------------------------------------
 */

/* One that has a reason: its sender is told, unless it turns out that it was
 * stored before. Takes it. */
void inbox_refuse(struct inbox *inbox, struct opening *opening);
/* By what an envelope is known again. */
void inbox_hash(const struct opening *opening, uint8_t hash[SHA256_SIZE]);
/* To whom and over what its receipt goes. */
struct receipt_to inbox_receipt_to(const struct opening *opening);
void inbox_give_room_back(struct camd *camd, const struct opening *opening);

#endif

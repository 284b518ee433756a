/* known.h: what a camd knows of its organisation's members, in short: a digest
 * for each page of them, so that the server tells it only what differs. */
#ifndef CAM_LINK_KNOWN_H
#define CAM_LINK_KNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "net/addr.h"

enum {
	KNOWN_PAGE = 128,	/* numbers of members: the first has 1 .. 128 */
	KNOWN_DIGEST_SIZE = 8,	/* the first bytes of a SHA-256 */
	KNOWN_PAGES_MAX = 2048, /* what comes behind is told as if unknown */
	KNOWN_MEMBERS_MAX = 1000 /* in one DIRECTORY_PRESENCE */
};

struct digest;

/* Digests being made, in order of the pages. */
struct known {
	struct buf *digests;
	struct digest *digest; /* of the page that is open */
	size_t page;
};

/* digests is appended to, which KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE bytes must
 * find room in. */
void known_begin(struct known *known, struct buf *digests);
/* In order of numbers, those who have a card: its version, and where that
 * member's camd listens. */
void known_add(struct known *known, uint64_t number, uint32_t card,
    const struct addr *addr);
void known_end(struct known *known);

/* On which page somebody is. */
size_t known_page(uint64_t number);

#endif

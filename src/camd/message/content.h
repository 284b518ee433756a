/* content.h: what the body of an envelope says between two camd. */
#ifndef CAM_CAMD_CONTENT_H
#define CAM_CAMD_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"
#include "crypto/chunk.h"
#include "crypto/digest.h"
#include "store/word.h"

/* The type of an envelope's body. */
enum content_type {
	CONTENT_MESSAGE = 1,
	CONTENT_EDIT = 2, /* another text for target, a message of the sender */
	CONTENT_DELETION = 3, /* target is gone */
};

enum {
	CONTENT_ID_SIZE = 16,
	/* One offer, in bytes; a body without offers and text. */
	CONTENT_OFFER_MAX = 4 + 1 + 8 + 8 + 4 + CHUNK_KEY_SIZE + 1 +
			    SHA256_SIZE + 1 + LIMIT_NAME,
	CONTENT_HEAD_MAX = 2 + CONTENT_ID_SIZE + 4 + 2
};

/* A file or folder that a message offers. */
struct content_offer {
	uint32_t number;
	enum store_kind kind;
	uint64_t size;	   /* of a folder: of all in it, when it was offered */
	int64_t mtime;	   /* seconds since 1970 */
	uint32_t position; /* of an image: characters of the text before it */
	uint8_t file_key[CHUNK_KEY_SIZE];
	bool has_digest;
	uint8_t digest[SHA256_SIZE];
	struct span name; /* UTF-8, one component: no '/', "." or ".." */
};

struct content {
	enum content_type type;
	bool sealed; /* these four of CONTENT_MESSAGE only */
	bool locked;
	bool automatic;	 /* an automatic answer: never answered automatically */
	bool question;	 /* a script waits for the answer; base/choice.h reads
			    the choices in text */
	bool has_target; /* of a message: it is a reply to target */
	uint8_t target[CONTENT_ID_SIZE];
	/* Of a message that has also left by IPMSG, perhaps in vain: its number
	 * there, by which it is known again. 0: it has not. */
	uint32_t packet_no;
	/* 0 .. LIMIT_ATTACHMENTS, of a message: content_offer_write() wrote
	 * them, content_offer_read() reads them. */
	unsigned offer_count;
	struct span offers;
	struct span text; /* UTF-8, 1 .. LIMIT_MESSAGE_TEXT; none in a deletion,
			     or, if it likes, in a message with offers */
};

void content_offer_write(const struct content_offer *offer, struct buf *buf);
/* Takes the next one off rest; name borrows. CAM_ERR_FORMAT, CAM_ERR_LIMIT,
 * CAM_ERR_CHARSET; none of a body that content_parse() has accepted. */
int content_offer_read(struct span *rest, struct content_offer *offer);

/* version (1), flags (1), then where the flags say so target (16), packet
 * number (4) and offers (their count (2), each as below); text. An offer:
 * number (4), kind (1), size (8), mtime (8), position (4), key (32), whether
 * there is a digest (1), digest (32 or 0), length of the name (1), name. All
 * numbers are big-endian. */
void content_write(const struct content *content, struct buf *buf);
/* Pure; text borrows from body. CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_CHARSET
 * (not UTF-8, or with a NUL), CAM_ERR_VERSION: a type, version or flag of later
 * cams. */
int content_parse(uint8_t type, struct span body, struct content *content);

#endif

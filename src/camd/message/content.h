/* content.h: what the body of an envelope says between two camd. */
#ifndef CAM_CAMD_CONTENT_H
#define CAM_CAMD_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* The type of an envelope's body. */
enum content_type {
	CONTENT_MESSAGE = 1,
	CONTENT_EDIT = 2, /* another text for target, a message of the sender */
	CONTENT_DELETION = 3, /* target is gone */
};

enum {
	CONTENT_ID_SIZE = 16,
	/* A body without its text, in bytes. */
	CONTENT_HEAD_MAX = 2 + CONTENT_ID_SIZE + 4
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
	struct span
	    text; /* UTF-8, 1 .. LIMIT_MESSAGE_TEXT; none in a deletion */
};

/* version (1), flags (1), target (16) and packet number (4, big-endian) where
 * the flags say so, text. */
void content_write(const struct content *content, struct buf *buf);
/* Pure; text borrows from body. CAM_ERR_FORMAT, CAM_ERR_LIMIT, CAM_ERR_CHARSET
 * (not UTF-8, or with a NUL), CAM_ERR_VERSION: a type, version or flag of later
 * cams. */
int content_parse(uint8_t type, struct span body, struct content *content);

#endif

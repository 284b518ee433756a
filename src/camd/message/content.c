/* content.c: what the body of an envelope says between two camd. */
#include "camd/message/content.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"

enum { CONTENT_VERSION = 1 };

enum {
	FLAG_SEALED = 0x01,
	FLAG_LOCKED = 0x02,
	FLAG_AUTOMATIC = 0x04,
	FLAG_TARGET = 0x08,
	FLAG_PACKET = 0x10,
	FLAG_QUESTION = 0x40,
	FLAGS_ALL = 0x5f
};

/* -- writing -------------------------------------------------------------- */

static uint8_t
flags_of(const struct content *content)
{
	return (uint8_t)((content->sealed ? FLAG_SEALED : 0U) |
			 (content->locked ? FLAG_LOCKED : 0U) |
			 (content->automatic ? FLAG_AUTOMATIC : 0U) |
			 (content->has_target ? FLAG_TARGET : 0U) |
			 (content->packet_no != 0 ? FLAG_PACKET : 0U) |
			 (content->question ? FLAG_QUESTION : 0U));
}

void
content_write(const struct content *content, struct buf *buf)
{
	uint32_t number = content->packet_no;

	buf_put_byte(buf, CONTENT_VERSION);
	buf_put_byte(buf, flags_of(content));
	if (content->has_target)
		buf_put(buf, content->target, CONTENT_ID_SIZE);
	for (int shift = 24; number != 0 && shift >= 0; shift -= 8)
		buf_put_byte(buf, (uint8_t)(number >> shift));
	buf_put_span(buf, content->text);
}

/* -- reading -------------------------------------------------------------- */

static bool
take(struct span *rest, void *bytes, size_t len)
{
	if (rest->len < len)
		return false;
	memcpy(bytes, rest->data, len);
	*rest = span_of(rest->data + len, rest->len - len);
	return true;
}

/* Each thing is written in one way only: what has no meaning is refused. */
static bool
is_sensible(const struct content *content)
{
	bool message = content->type == CONTENT_MESSAGE;

	if (!message && (content->sealed || content->locked ||
			    content->automatic || content->question ||
			    content->packet_no != 0 || !content->has_target))
		return false;
	return (!content->locked || content->sealed) &&
	       (content->text.len == 0) == (content->type == CONTENT_DELETION);
}

static int
parse_numbers(struct span *rest, uint8_t flags, struct content *content)
{
	uint8_t number[4];

	if (content->has_target &&
	    !take(rest, content->target, CONTENT_ID_SIZE))
		return CAM_ERR_FORMAT;
	if ((flags & FLAG_PACKET) == 0)
		return 0;
	if (!take(rest, number, sizeof number))
		return CAM_ERR_FORMAT;
	content->packet_no = (uint32_t)number[0] << 24 |
			     (uint32_t)number[1] << 16 |
			     (uint32_t)number[2] << 8 | number[3];
	return content->packet_no != 0 ? 0 : CAM_ERR_FORMAT;
}

static int
check_text(struct span text)
{
	if (text.len > LIMIT_MESSAGE_TEXT)
		return CAM_ERR_LIMIT;
	if (text.len > 0 &&
	    (memchr(text.data, '\0', text.len) != NULL || !utf8_is_valid(text)))
		return CAM_ERR_CHARSET;
	return 0;
}

int
content_parse(uint8_t type, struct span body, struct content *content)
{
	struct content parsed = { .type = (enum content_type)type };
	uint8_t version = 0, flags = 0;
	int r;

	if (type < CONTENT_MESSAGE || type > CONTENT_DELETION)
		return CAM_ERR_VERSION;
	if (!take(&body, &version, 1))
		return CAM_ERR_FORMAT;
	if (version != CONTENT_VERSION)
		return CAM_ERR_VERSION;
	if (!take(&body, &flags, 1))
		return CAM_ERR_FORMAT;
	if ((flags & ~FLAGS_ALL) != 0)
		return CAM_ERR_VERSION;
	parsed.sealed = (flags & FLAG_SEALED) != 0;
	parsed.locked = (flags & FLAG_LOCKED) != 0;
	parsed.automatic = (flags & FLAG_AUTOMATIC) != 0;
	parsed.question = (flags & FLAG_QUESTION) != 0;
	parsed.has_target = (flags & FLAG_TARGET) != 0;
	if ((r = parse_numbers(&body, flags, &parsed)) < 0)
		return r;
	parsed.text = body;
	if (!is_sensible(&parsed))
		return CAM_ERR_FORMAT;
	if ((r = check_text(body)) < 0)
		return r;
	*content = parsed;
	return 0;
}

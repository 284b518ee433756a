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
	FLAG_OFFERS = 0x20,
	FLAGS_ALL = 0x3f
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
			 (content->offer_count > 0 ? FLAG_OFFERS : 0U));
}

static void
put_number(struct buf *buf, uint64_t number, int bytes)
{
	while (bytes-- > 0)
		buf_put_byte(buf, (uint8_t)(number >> 8 * bytes));
}

void
content_offer_write(const struct content_offer *offer, struct buf *buf)
{
	put_number(buf, offer->number, 4);
	buf_put_byte(buf, (uint8_t)offer->kind);
	put_number(buf, offer->size, 8);
	put_number(buf, (uint64_t)offer->mtime, 8);
	put_number(buf, offer->position, 4);
	buf_put(buf, offer->file_key, sizeof offer->file_key);
	buf_put_byte(buf, offer->has_digest);
	if (offer->has_digest)
		buf_put(buf, offer->digest, sizeof offer->digest);
	buf_put_byte(buf, (uint8_t)offer->name.len);
	buf_put_span(buf, offer->name);
}

void
content_write(const struct content *content, struct buf *buf)
{
	buf_put_byte(buf, CONTENT_VERSION);
	buf_put_byte(buf, flags_of(content));
	if (content->has_target)
		buf_put(buf, content->target, CONTENT_ID_SIZE);
	if (content->packet_no != 0)
		put_number(buf, content->packet_no, 4);
	if (content->offer_count > 0)
		put_number(buf, content->offer_count, 2);
	buf_put_span(buf, content->offers);
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

static bool
take_number(struct span *rest, int bytes, uint64_t *number)
{
	uint8_t digits[8];

	if (!take(rest, digits, (size_t)bytes))
		return false;
	*number = 0;
	for (int i = 0; i < bytes; i++)
		*number = *number << 8 | digits[i];
	return true;
}

/* What every file system takes for one name, and no more (F1). */
static int
check_name(struct span name)
{
	if (name.len == 0 || memchr(name.data, '\0', name.len) != NULL ||
	    memchr(name.data, '/', name.len) != NULL ||
	    span_equal_text(name, ".") || span_equal_text(name, ".."))
		return CAM_ERR_FORMAT;
	return utf8_is_valid(name) ? 0 : CAM_ERR_CHARSET;
}

static bool
is_sensible_offer(const struct content_offer *offer)
{
	return offer->kind <= STORE_IMAGE &&
	       (offer->kind == STORE_IMAGE || offer->position == 0) &&
	       (offer->kind != STORE_FOLDER || !offer->has_digest);
}

int
content_offer_read(struct span *rest, struct content_offer *result)
{
	struct content_offer offer = { .number = 0 };
	uint64_t number = 0, kind = 0, mtime = 0, position = 0, flag = 0,
		 len = 0;

	if (!take_number(rest, 4, &number) || !take_number(rest, 1, &kind) ||
	    !take_number(rest, 8, &offer.size) ||
	    !take_number(rest, 8, &mtime) || !take_number(rest, 4, &position) ||
	    !take(rest, offer.file_key, sizeof offer.file_key) ||
	    !take_number(rest, 1, &flag) || flag > 1 ||
	    (flag == 1 && !take(rest, offer.digest, sizeof offer.digest)) ||
	    !take_number(rest, 1, &len) || rest->len < len)
		return CAM_ERR_FORMAT;
	offer.number = (uint32_t)number;
	offer.kind = (enum store_kind)kind;
	offer.mtime = (int64_t)mtime;
	offer.position = (uint32_t)position;
	offer.has_digest = flag == 1;
	offer.name = span_of(rest->data, (size_t)len);
	*rest = span_of(rest->data + len, rest->len - (size_t)len);
	if (offer.size > INT64_MAX)
		return CAM_ERR_LIMIT;
	if (!is_sensible_offer(&offer))
		return CAM_ERR_FORMAT;
	*result = offer;
	return check_name(offer.name);
}

static int
parse_offers(struct span *rest, uint8_t flags, struct content *content)
{
	struct content_offer offer;
	struct span left;
	uint64_t count = 0;
	int r = 0;

	if ((flags & FLAG_OFFERS) == 0)
		return 0;
	if (!take_number(rest, 2, &count) || count == 0)
		return CAM_ERR_FORMAT;
	if (count > LIMIT_ATTACHMENTS)
		return CAM_ERR_LIMIT;
	left = *rest;
	for (uint64_t i = 0; i < count && r == 0; i++)
		r = content_offer_read(&left, &offer);
	content->offer_count = (unsigned)count;
	content->offers = span_of(rest->data, rest->len - left.len);
	*rest = left;
	return r;
}

/* Each thing is written in one way only: what has no meaning is refused. */
static bool
is_sensible(const struct content *content)
{
	bool message = content->type == CONTENT_MESSAGE;

	if (!message && (content->sealed || content->locked ||
			    content->automatic || content->packet_no != 0 ||
			    content->offer_count > 0 || !content->has_target))
		return false;
	return (!content->locked || content->sealed) &&
	       (content->offer_count > 0 ||
		   (content->text.len == 0) ==
		       (content->type == CONTENT_DELETION));
}

static int
parse_numbers(struct span *rest, uint8_t flags, struct content *content)
{
	uint64_t number = 0;

	if (content->has_target &&
	    !take(rest, content->target, CONTENT_ID_SIZE))
		return CAM_ERR_FORMAT;
	if ((flags & FLAG_PACKET) == 0)
		return 0;
	if (!take_number(rest, 4, &number))
		return CAM_ERR_FORMAT;
	content->packet_no = (uint32_t)number;
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
	parsed.has_target = (flags & FLAG_TARGET) != 0;
	if ((r = parse_numbers(&body, flags, &parsed)) < 0 ||
	    (r = parse_offers(&body, flags, &parsed)) < 0)
		return r;
	parsed.text = body;
	if (!is_sensible(&parsed))
		return CAM_ERR_FORMAT;
	if ((r = check_text(body)) < 0)
		return r;
	*content = parsed;
	return 0;
}

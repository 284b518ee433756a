/* content.c: what the body of an envelope says between two camd. */
#include "camd/message/content.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
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
	FLAG_QUESTION = 0x40,
	FLAGS_ALL = 0x7f
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
			 (content->offer_count > 0 ? FLAG_OFFERS : 0U) |
			 (content->question ? FLAG_QUESTION : 0U));
}

void
content_offer_write(const struct content_offer *offer, struct buf *buf)
{
	fields_put_number(buf, offer->number, 4);
	buf_put_byte(buf, (uint8_t)offer->kind);
	fields_put_number(buf, offer->size, 8);
	fields_put_number(buf, (uint64_t)offer->mtime, 8);
	fields_put_number(buf, offer->position, 4);
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
		fields_put_number(buf, content->packet_no, 4);
	if (content->offer_count > 0)
		fields_put_number(buf, content->offer_count, 2);
	buf_put_span(buf, content->offers);
	buf_put_span(buf, content->text);
}

/* -- reading -------------------------------------------------------------- */

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
	struct fields fields = fields_of(*rest);
	struct content_offer offer = { .number = 0 };
	uint64_t flag;

	offer.number = (uint32_t)fields_number(&fields, 4);
	offer.kind = (enum store_kind)fields_number(&fields, 1);
	offer.size = fields_number(&fields, 8);
	offer.mtime = (int64_t)fields_number(&fields, 8);
	offer.position = (uint32_t)fields_number(&fields, 4);
	fields_copy(&fields, offer.file_key, sizeof offer.file_key);
	flag = fields_number(&fields, 1);
	offer.has_digest = flag == 1;
	if (offer.has_digest)
		fields_copy(&fields, offer.digest, sizeof offer.digest);
	offer.name = fields_span(&fields, fields_number(&fields, 1));
	if (fields.failed || flag > 1)
		return CAM_ERR_FORMAT;
	if (offer.size > INT64_MAX)
		return CAM_ERR_LIMIT;
	if (!is_sensible_offer(&offer))
		return CAM_ERR_FORMAT;
	*rest = fields.rest;
	*result = offer;
	return check_name(offer.name);
}

static int
parse_offers(struct fields *fields, struct content *content)
{
	uint64_t count = fields_number(fields, 2);
	struct content_offer offer;
	struct span left = fields->rest;
	int r = 0;

	if (count == 0)
		return CAM_ERR_FORMAT;
	if (count > LIMIT_ATTACHMENTS)
		return CAM_ERR_LIMIT;
	for (uint64_t i = 0; i < count && r == 0; i++)
		r = content_offer_read(&left, &offer);
	content->offer_count = (unsigned)count;
	content->offers = fields_span(fields, fields->rest.len - left.len);
	return r;
}

/* Each thing is written in one way only: what has no meaning is refused. */
static bool
is_sensible(const struct content *content)
{
	bool message = content->type == CONTENT_MESSAGE;

	if (!message &&
	    (content->sealed || content->locked || content->automatic ||
		content->question || content->packet_no != 0 ||
		content->offer_count > 0 || !content->has_target))
		return false;
	return (!content->locked || content->sealed) &&
	       (content->offer_count > 0 ||
		   (content->text.len == 0) ==
		       (content->type == CONTENT_DELETION));
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

/* What the flags say that there is before the text. */
static int
parse_parts(struct fields *fields, uint8_t flags, struct content *content)
{
	content->sealed = (flags & FLAG_SEALED) != 0;
	content->locked = (flags & FLAG_LOCKED) != 0;
	content->automatic = (flags & FLAG_AUTOMATIC) != 0;
	content->question = (flags & FLAG_QUESTION) != 0;
	content->has_target = (flags & FLAG_TARGET) != 0;
	if (content->has_target)
		fields_copy(fields, content->target, CONTENT_ID_SIZE);
	if ((flags & FLAG_PACKET) != 0) {
		content->packet_no = (uint32_t)fields_number(fields, 4);
		if (content->packet_no == 0)
			return CAM_ERR_FORMAT;
	}
	if (fields->failed)
		return CAM_ERR_FORMAT;
	return (flags & FLAG_OFFERS) != 0 ? parse_offers(fields, content) : 0;
}

int
content_parse(uint8_t type, struct span body, struct content *content)
{
	struct content parsed = { .type = (enum content_type)type };
	struct fields fields = fields_of(body);
	uint64_t version, flags;
	int r;

	if (type < CONTENT_MESSAGE || type > CONTENT_DELETION)
		return CAM_ERR_VERSION;
	version = fields_number(&fields, 1);
	if (fields.failed)
		return CAM_ERR_FORMAT;
	if (version != CONTENT_VERSION)
		return CAM_ERR_VERSION;
	flags = fields_number(&fields, 1);
	if (fields.failed)
		return CAM_ERR_FORMAT;
	if ((flags & ~(uint64_t)FLAGS_ALL) != 0)
		return CAM_ERR_VERSION;
	if ((r = parse_parts(&fields, (uint8_t)flags, &parsed)) < 0)
		return r;
	parsed.text = fields.rest;
	if (!is_sensible(&parsed))
		return CAM_ERR_FORMAT;
	if ((r = check_text(parsed.text)) < 0)
		return r;
	*content = parsed;
	return 0;
}

/* fuzz_content.c: any bytes as the body of an envelope; the first is its type.
 */
#include <string.h>

#include "camd/message/content.h"
#include "fuzz.h"

/* As many as it says, and each is written in the one way that there is. */
static void
check_offers(const struct content *content)
{
	struct span rest = content->offers;
	struct content_offer offer;
	struct buf again;

	must(content->offer_count <= LIMIT_ATTACHMENTS);
	buf_init(&again, LIMIT_ATTACHMENTS * CONTENT_OFFER_MAX);
	for (unsigned i = 0; i < content->offer_count; i++) {
		must(content_offer_read(&rest, &offer) == 0);
		must(offer.size <= INT64_MAX && offer.name.len > 0);
		must(memchr(offer.name.data, '/', offer.name.len) == NULL);
		content_offer_write(&offer, &again);
	}
	must(rest.len == 0);
	must(span_equal(buf_span(&again), content->offers));
	buf_finish(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct content content;
	struct buf again;
	struct span body;

	if (size == 0)
		return 0;
	body = span_of(data + 1, size - 1);
	if (content_parse(data[0], body, &content) < 0)
		return 0;
	must(content.text.len <= LIMIT_MESSAGE_TEXT);
	must(utf8_is_valid(content.text));
	must(content.text.len > 0 || content.type == CONTENT_DELETION ||
	     content.offer_count > 0);
	must(content.text.len == 0 || content.type != CONTENT_DELETION);
	check_offers(&content);
	must(content.type == CONTENT_MESSAGE || content.has_target);
	/* There is one way only to write it. */
	buf_init(&again, CONTENT_HEAD_MAX +
			     LIMIT_ATTACHMENTS * CONTENT_OFFER_MAX +
			     LIMIT_MESSAGE_TEXT);
	content_write(&content, &again);
	must(span_equal(buf_span(&again), body));
	buf_finish(&again);
	return 0;
}

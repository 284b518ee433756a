/* test_content.c: bodies of envelopes, written and read. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "camd/message/content.h"
#include "test.h"

static const uint8_t target[CONTENT_ID_SIZE] = "0123456789abcde";

static struct span
write_it(struct buf *buf, const struct content *content)
{
	buf_init(buf, CONTENT_HEAD_MAX + LIMIT_MESSAGE_TEXT + 1);
	content_write(content, buf);
	assert_false(buf_failed(buf));
	return buf_span(buf);
}

static void
assert_same_again(const struct content *content)
{
	struct content again;
	struct buf buf;

	assert_int_equal(content_parse((uint8_t)content->type,
			     write_it(&buf, content), &again),
	    0);
	assert_int_equal(again.type, content->type);
	assert_int_equal(again.sealed, content->sealed);
	assert_int_equal(again.locked, content->locked);
	assert_int_equal(again.automatic, content->automatic);
	assert_int_equal(again.question, content->question);
	assert_int_equal(again.has_target, content->has_target);
	assert_memory_equal(again.target, content->target, CONTENT_ID_SIZE);
	assert_int_equal(again.packet_no, content->packet_no);
	assert_true(span_equal(again.text, content->text));
	buf_finish(&buf);
}

static void
what_is_written_is_read_again(void **state)
{
	struct content content = { .type = CONTENT_MESSAGE,
		.text = span_text("hello") };

	assert_same_again(&content);
	content.sealed = content.locked = true;
	assert_same_again(&content);
	content.automatic = true;
	content.question = true;
	content.packet_no = 0xfedcba98;
	assert_same_again(&content);
	content.has_target = true;
	memcpy(content.target, target, sizeof target);
	assert_same_again(&content);
	content = (struct content){ .type = CONTENT_EDIT,
		.has_target = true,
		.text = span_text("\xe6\x97\xa5\xe6\x9c\xac") };
	assert_same_again(&content);
	content =
	    (struct content){ .type = CONTENT_DELETION, .has_target = true };
	assert_same_again(&content);
}

static void
the_bytes_are_these(void **state)
{
	struct content content = { .type = CONTENT_MESSAGE,
		.sealed = true,
		.packet_no = 0x01020304,
		.text = span_text("x") };
	struct buf buf;

	assert_true(span_equal(
	    write_it(&buf, &content), span_of("\x01\x11\x01\x02\x03\x04x", 7)));
	buf_finish(&buf);
}

static int
parse_bytes(uint8_t type, const char *bytes, size_t len)
{
	struct content content;

	return content_parse(type, span_of(bytes, len), &content);
}
#define PARSE(type, bytes) parse_bytes(type, bytes, sizeof bytes - 1)

static void
later_forms_are_told_from_broken_ones(void **state)
{
	assert_int_equal(PARSE(0, "\x01\0x"), CAM_ERR_VERSION);
	assert_int_equal(PARSE(4, "\x01\0x"), CAM_ERR_VERSION);
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x02\0x"), CAM_ERR_VERSION);
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01\x80x"), CAM_ERR_VERSION);
	assert_int_equal(PARSE(CONTENT_MESSAGE, ""), CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01"), CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01\x08"
						"0123456789abcde"),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\x10\0\0\x01"), CAM_ERR_FORMAT);
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\x10\0\0\0\0x"), CAM_ERR_FORMAT);
}

static void
what_makes_no_sense_is_refused(void **state)
{
	/* No text, or text where there is none. */
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01\0"), CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_EDIT, "\x01\x08"
					     "0123456789abcdef"),
	    CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_DELETION, "\x01\x08"
						 "0123456789abcdefx"),
	    CAM_ERR_FORMAT);
	/* Without a target; with marks of a message; locked, not sealed. */
	assert_int_equal(PARSE(CONTENT_EDIT, "\x01\0x"), CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_EDIT, "\x01\x09"
					     "0123456789abcdefx"),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    PARSE(CONTENT_EDIT, "\x01\x18"
				"0123456789abcdef\x01\x01\x01\x01x"),
	    CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01\x02x"), CAM_ERR_FORMAT);
}

static void
offer_it(struct buf *buf, struct content *content,
    const struct content_offer *offers, size_t count)
{
	buf_init(buf, CONTENT_OFFER_MAX * count);
	for (size_t i = 0; i < count; i++)
		content_offer_write(&offers[i], buf);
	assert_false(buf_failed(buf));
	content->offers = buf_span(buf);
	content->offer_count = (unsigned)count;
}

static void
what_is_offered_is_read_again(void **state)
{
	const struct content_offer given[] = {
		{ .number = 0x3fffffff,
		    .kind = STORE_FILE,
		    .size = INT64_MAX,
		    .mtime = -1,
		    .has_digest = true,
		    .digest = { 1, 2, 3 },
		    .file_key = { 4, 5, 6 },
		    .name = span_text("caf\xc3\xa9?:\\") },
		{ .kind = STORE_IMAGE,
		    .position = 7,
		    .name = span_text("x.png") },
		{ .kind = STORE_FOLDER, .name = span_text(".a") },
	};
	struct content content = { .type = CONTENT_MESSAGE }, again;
	struct content_offer offer;
	struct buf offers, buf;

	offer_it(&offers, &content, given, 3);
	assert_int_equal(
	    content_parse(CONTENT_MESSAGE, write_it(&buf, &content), &again),
	    0);
	assert_int_equal(again.offer_count, 3);
	assert_int_equal(again.text.len, 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(content_offer_read(&again.offers, &offer), 0);
		assert_int_equal(offer.number, given[i].number);
		assert_int_equal(offer.kind, given[i].kind);
		assert_true(offer.size == given[i].size);
		assert_true(offer.mtime == given[i].mtime);
		assert_int_equal(offer.position, given[i].position);
		assert_int_equal(offer.has_digest, given[i].has_digest);
		assert_memory_equal(offer.digest, given[i].digest, 32);
		assert_memory_equal(offer.file_key, given[i].file_key, 32);
		assert_true(span_equal(offer.name, given[i].name));
	}
	assert_int_equal(again.offers.len, 0);
	buf_finish(&buf);
	buf_finish(&offers);
}

static int
parse_with(const struct content_offer *offer)
{
	struct content content = { .type = CONTENT_MESSAGE,
		.text = span_text("x") };
	struct buf offers, buf;
	int r;

	offer_it(&offers, &content, offer, 1);
	r = content_parse(CONTENT_MESSAGE, write_it(&buf, &content), &content);
	buf_finish(&buf);
	buf_finish(&offers);
	return r;
}

static void
a_name_that_leads_elsewhere_is_refused(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "/",
		"../x" };
	struct content_offer offer = { .kind = STORE_FILE,
		.name = span_of("a\0b", 3) };

	assert_int_equal(parse_with(&offer), CAM_ERR_FORMAT);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		offer.name = span_text(names[i]);
		assert_int_equal(parse_with(&offer), CAM_ERR_FORMAT);
	}
	offer.name = span_text("\xff");
	assert_int_equal(parse_with(&offer), CAM_ERR_CHARSET);
	offer.name = span_text("...");
	assert_int_equal(parse_with(&offer), 0);
}

static void
an_offer_that_makes_no_sense_is_refused(void **state)
{
	struct content_offer offer = { .kind = STORE_IMAGE + 1,
		.name = span_text("a") };

	assert_int_equal(parse_with(&offer), CAM_ERR_FORMAT);
	offer.kind = STORE_FILE;
	offer.position = 1;
	assert_int_equal(parse_with(&offer), CAM_ERR_FORMAT);
	offer.position = 0;
	offer.size = (uint64_t)INT64_MAX + 1;
	assert_int_equal(parse_with(&offer), CAM_ERR_LIMIT);
	offer.size = 0;
	offer.kind = STORE_FOLDER;
	offer.has_digest = true;
	assert_int_equal(parse_with(&offer), CAM_ERR_FORMAT);
	/* No offers at all, more than may be, and one cut off. */
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\x20\0\0x"), CAM_ERR_FORMAT);
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\x20\x01\x01x"), CAM_ERR_LIMIT);
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\x20\0\x01x"), CAM_ERR_FORMAT);
	assert_int_equal(PARSE(CONTENT_EDIT, "\x01\x28"
					     "0123456789abcdef\0\x01x"),
	    CAM_ERR_FORMAT);
}

static void
only_text_is_text(void **state)
{
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01\0a\0b"), CAM_ERR_CHARSET);
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\0\xc0\x80"), CAM_ERR_CHARSET);
	assert_int_equal(
	    PARSE(CONTENT_MESSAGE, "\x01\0\xed\xa0\x80"), CAM_ERR_CHARSET);
	assert_int_equal(PARSE(CONTENT_MESSAGE, "\x01\0\x1b[31m"), 0);
}

static void
a_text_is_at_most_a_mebibyte(void **state)
{
	for (int more = -1; more <= 1; more++) {
		size_t len = (size_t)(LIMIT_MESSAGE_TEXT + more);
		char *text = xmalloc(len);
		struct content content = { .type = CONTENT_MESSAGE,
			.text = span_of(text, len) };
		struct content again;
		struct buf buf;

		memset(text, 'x', len);
		assert_int_equal(content_parse(CONTENT_MESSAGE,
				     write_it(&buf, &content), &again),
		    more > 0 ? CAM_ERR_LIMIT : 0);
		buf_finish(&buf);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(the_bytes_are_these),
		cmocka_unit_test(later_forms_are_told_from_broken_ones),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(what_is_offered_is_read_again),
		cmocka_unit_test(a_name_that_leads_elsewhere_is_refused),
		cmocka_unit_test(an_offer_that_makes_no_sense_is_refused),
		cmocka_unit_test(only_text_is_text),
		cmocka_unit_test(a_text_is_at_most_a_mebibyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_relayed.c: items of the relay, written and read. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "link/relayed.h"
#include "test.h"

static struct relayed
notice(const char *text)
{
	struct relayed relayed = { .number = 0x0102030405060708,
		.kind = RELAYED_NOTICE,
		.payload = span_text(text) };

	memset(relayed.user_key, 0xab, sizeof relayed.user_key);
	memset(relayed.id, 0xcd, sizeof relayed.id);
	return relayed;
}

static void
what_is_written_is_read(void **state)
{
	struct relayed relayed = notice("{}"), got;
	struct buf buf;

	buf_init(&buf, RELAYED_MAX);
	relayed_write(&relayed, &buf);
	assert_int_equal(buf.len, RELAYED_HEAD_SIZE + 2);
	assert_int_equal(relayed_parse(buf_span(&buf), &got), 0);
	assert_int_equal(got.number, relayed.number);
	assert_int_equal(got.kind, RELAYED_NOTICE);
	assert_memory_equal(got.user_key, relayed.user_key, SIGN_KEY_SIZE);
	assert_memory_equal(got.id, relayed.id, RELAYED_ID_SIZE);
	assert_true(span_equal_text(got.payload, "{}"));
	buf_finish(&buf);
}

static void
cut_short_or_of_another_kind_it_is_refused(void **state)
{
	struct relayed relayed = notice("{}"), got;
	struct buf buf;

	buf_init(&buf, RELAYED_MAX);
	relayed_write(&relayed, &buf);
	for (size_t len = 0; len <= RELAYED_HEAD_SIZE; len++)
		assert_int_equal(relayed_parse(span_of(buf.data, len), &got),
		    CAM_ERR_FORMAT);
	buf.data[8] = 3;
	assert_int_equal(relayed_parse(buf_span(&buf), &got), CAM_ERR_VERSION);
	buf.data[8] = RELAYED_NOTICE;
	buf.data[0] = 0x80;
	assert_int_equal(relayed_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

/* An envelope goes by the id in its header: another could hide it. */
static void
an_envelope_under_another_id_is_refused(void **state)
{
	struct relayed relayed = notice("no envelope at all"), got;
	struct buf buf;

	relayed.kind = RELAYED_ENVELOPE;
	buf_init(&buf, RELAYED_MAX);
	relayed_write(&relayed, &buf);
	assert_int_equal(relayed_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
long_ones_meet_their_limits(void **state)
{
	char *text = xcalloc(1, RELAYED_NOTICE_MAX + 2);
	struct relayed relayed, got;
	uint8_t *huge = NULL;
	struct buf buf;

	memset(text, ' ', RELAYED_NOTICE_MAX + 1);
	relayed = notice(text);
	buf_init(&buf, RELAYED_MAX);
	relayed_write(&relayed, &buf);
	assert_int_equal(relayed_parse(buf_span(&buf), &got), CAM_ERR_LIMIT);
	assert_int_equal(
	    relayed_parse(span_of(buf.data, buf.len - 1), &got), 0);
	huge = xcalloc(1, RELAYED_MAX + 1);
	assert_int_equal(
	    relayed_parse(span_of(huge, RELAYED_MAX + 1), &got), CAM_ERR_LIMIT);
	free(huge);
	free(text);
	buf_finish(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(cut_short_or_of_another_kind_it_is_refused),
		cmocka_unit_test(an_envelope_under_another_id_is_refused),
		cmocka_unit_test(long_ones_meet_their_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tlsrecord.c: records of TLS 1.3, without the library; that they are what
 * it takes, test_tls shows. */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "net/tls_record.h"

static uint8_t room[TLS_SEALED_MAX];
static enum tls_kind kind;
static struct span content;
static size_t used;

static void
both_ways(struct tls_way *out, struct tls_way *in)
{
	uint8_t secret[TLS_SECRET_SIZE];

	memset(secret, 7, sizeof secret);
	tls_way_init(out, secret);
	tls_way_init(in, secret);
}

static void
what_is_sealed_is_opened(void **state)
{
	static const uint8_t text[TLS_CONTENT_MAX];
	const size_t sizes[] = { 0, 1, 700, sizeof text };
	struct tls_way out, in;

	both_ways(&out, &in);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct buf record;

		buf_init(&record, SIZE_MAX);
		tls_record_seal(
		    &out, TLS_DATA, span_of(text, sizes[i]), &record);
		assert_int_equal(record.len, sizes[i] + 22);
		assert_int_equal(
		    tls_record_open(&in, span_of(record.data, record.len - 1),
			room, &kind, &content, &used),
		    CAM_ERR_MORE);
		assert_int_equal(tls_record_open(&in, buf_span(&record), room,
				     &kind, &content, &used),
		    0);
		assert_int_equal(kind, TLS_DATA);
		assert_int_equal(used, record.len);
		assert_int_equal(content.len, sizes[i]);
		assert_memory_equal(content.data, text, sizes[i]);
		buf_finish(&record);
	}
}

static void
nothing_is_opened_twice_or_out_of_order_or_changed(void **state)
{
	struct tls_way out, in, again;
	struct buf record;

	both_ways(&out, &in);
	buf_init(&record, SIZE_MAX);
	tls_record_seal(&out, TLS_DATA, span_text("one"), &record);
	for (size_t i = 0; i < record.len; i++) {
		both_ways(&again, &in);
		record.data[i] ^= 1;
		assert_true(tls_record_open(&in, buf_span(&record), room, &kind,
				&content, &used) < 0);
		record.data[i] ^= 1;
	}
	both_ways(&again, &in);
	assert_int_equal(tls_record_open(&in, buf_span(&record), room, &kind,
			     &content, &used),
	    0);
	assert_int_equal(tls_record_open(&in, buf_span(&record), room, &kind,
			     &content, &used),
	    CAM_ERR_CRYPTO);
	buf_finish(&record);
}

static void
after_an_update_only_the_next_keys_fit(void **state)
{
	struct tls_way out, in;
	struct buf record;

	both_ways(&out, &in);
	buf_init(&record, SIZE_MAX);
	tls_way_update(&out);
	tls_record_seal(&out, TLS_ALERT, span_text("ab"), &record);
	assert_int_equal(tls_record_open(&in, buf_span(&record), room, &kind,
			     &content, &used),
	    CAM_ERR_CRYPTO);
	both_ways(&out, &in);
	tls_way_update(&in);
	assert_int_equal(tls_record_open(&in, buf_span(&record), room, &kind,
			     &content, &used),
	    0);
	assert_int_equal(kind, TLS_ALERT);
	buf_finish(&record);
}

/* RFC 8448, section 3: the client's application traffic. Its key there is
 * another cipher's. */
static void
the_iv_is_that_of_the_rfc(void **state)
{
	struct tls_way way;
	uint8_t secret[TLS_SECRET_SIZE], iv[sizeof way.iv];

	assert_int_equal(
	    hex_decode(span_text("9e40646ce79a7f9dc05af8889bce6552"
				 "875afa0b06df0087f792ebb7c17504a5"),
		secret, sizeof secret),
	    0);
	assert_int_equal(
	    hex_decode(span_text("5b78923dee08579033e523d9"), iv, sizeof iv),
	    0);
	tls_way_init(&way, secret);
	assert_memory_equal(way.iv, iv, sizeof iv);
}

static void
what_is_too_long_or_no_record_is_refused(void **state)
{
	static const char *const wrong[] = { "1603030020", "1703010020",
		"1703034101", "1703030010", "1703030000" };
	struct tls_way out, in;
	uint8_t bytes[TLS_RECORD_HEADER];

	both_ways(&out, &in);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(
		    hex_decode(span_text(wrong[i]), bytes, sizeof bytes), 0);
		assert_int_equal(
		    tls_record_open(&in, span_of(bytes, sizeof bytes), room,
			&kind, &content, &used),
		    CAM_ERR_FORMAT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_is_opened),
		cmocka_unit_test(
		    nothing_is_opened_twice_or_out_of_order_or_changed),
		cmocka_unit_test(after_an_update_only_the_next_keys_fit),
		cmocka_unit_test(the_iv_is_that_of_the_rfc),
		cmocka_unit_test(what_is_too_long_or_no_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_csv.c: tables are read as RFC 4180 writes them, and nothing else is. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/err.h"

/* Every record as "line:field|field\n"; what ended it in *err. */
static char *
read_all(const char *text, size_t len, int *err)
{
	struct csv_record record;
	struct csv csv;
	struct buf out;

	buf_init(&out, 64 * 1024);
	csv_init(&csv, span_of(text, len));
	while ((*err = csv_next(&csv, &record)) == 1) {
		buf_printf(&out, "%zu:", record.line);
		for (size_t i = 0; i < record.count; i++) {
			buf_put_text(&out, i > 0 ? "|" : "");
			buf_put_span(&out, record.fields[i]);
		}
		buf_put_text(&out, "\n");
	}
	if (*err < 0)
		buf_printf(&out, "%zu!", record.line);
	csv_finish(&csv);
	return buf_steal_text(&out);
}

static void
expect(const char *text, const char *wanted, int wanted_err)
{
	int err;
	char *got = read_all(text, strlen(text), &err);

	assert_string_equal(got, wanted);
	assert_int_equal(err, wanted_err);
	free(got);
}

static void
records_end_by_either_line_end(void **state)
{
	expect("a,b\r\nc,d\ne,\xe4\xbc\x9a\r\n",
	    "1:a|b\n2:c|d\n3:e|\xe4\xbc\x9a\n", 0);
	expect("a,b", "1:a|b\n", 0);
	expect("", "", 0);
	expect("a,\n,\n", "1:a|\n2:|\n", 0);
}

static void
quotes_hold_anything(void **state)
{
	expect("\"a,b\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",x\nnext,y",
	    "1:a,b|say \"hi\"\n2:two\r\nlines|x\n4:next|y\n", 0);
	expect("\"\",\"\"\"\"\n", "1:|\"\n", 0);
}

static void
empty_lines_and_a_byte_order_mark_are_skipped(void **state)
{
	expect(
	    "\xef\xbb\xbfname\r\n\r\n\r\nanna\r\n\r\n", "1:name\n4:anna\n", 0);
}

static void
what_is_no_table_is_refused_with_its_line(void **state)
{
	expect("a\nb\"c\n", "1:a\n2!", CAM_ERR_FORMAT);
	expect("a\n\"b\"c\n", "1:a\n2!", CAM_ERR_FORMAT);
	expect("a\n\n\"open,b\n\n", "1:a\n3!", CAM_ERR_FORMAT);
	expect("a\x1b[31m\n", "1!", CAM_ERR_FORMAT);
	expect("a\rb\n", "1!", CAM_ERR_FORMAT);
	expect("a\n\xff\xfe\n", "1:a\n2!", CAM_ERR_FORMAT);
}

static void
a_nul_is_refused_in_and_out_of_quotes(void **state)
{
	static const char plain[] = "a\0b", quoted[] = "\"a\0b\"";
	int err;

	free(read_all(plain, sizeof plain - 1, &err));
	assert_int_equal(err, CAM_ERR_FORMAT);
	free(read_all(quoted, sizeof quoted - 1, &err));
	assert_int_equal(err, CAM_ERR_FORMAT);
}

static void
too_much_is_refused(void **state)
{
	char text[CSV_FIELD_MAX + 2];

	memset(text, ',', CSV_FIELDS_MAX);
	text[CSV_FIELDS_MAX] = '\0';
	expect(text, "1!", CAM_ERR_LIMIT);
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	expect(text, "1!", CAM_ERR_LIMIT);
}

static void
what_is_written_is_read_again(void **state)
{
	static const char *const fields[] = { "plain", "a,b", "\"", "",
		"two\nlines", "=1+1" };
	enum { COUNT = sizeof fields / sizeof fields[0] };
	struct csv_record record;
	struct csv csv;
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < COUNT; i++)
		csv_put(&out, fields[i], i + 1 == COUNT);
	csv_init(&csv, buf_span(&out));
	assert_int_equal(csv_next(&csv, &record), 1);
	assert_int_equal(record.count, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_true(span_equal_text(record.fields[i], fields[i]));
	assert_int_equal(csv_next(&csv, &record), 0);
	csv_finish(&csv);
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_end_by_either_line_end),
		cmocka_unit_test(quotes_hold_anything),
		cmocka_unit_test(empty_lines_and_a_byte_order_mark_are_skipped),
		cmocka_unit_test(what_is_no_table_is_refused_with_its_line),
		cmocka_unit_test(a_nul_is_refused_in_and_out_of_quotes),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

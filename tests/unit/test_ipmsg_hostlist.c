/* test_ipmsg_hostlist.c: host lists and lists of recipients. */
#include "ipmsg/hostlist.h"
#include "ipmsg/tolist.h"
#include "wire.h"

static void
an_index_may_be_missing_or_padded(void **state)
{
	uint32_t start = 9;

	assert_int_equal(getlist_parse(span_text(""), &start), 0);
	assert_int_equal(start, 0);
	assert_int_equal(getlist_parse(span_text("0"), &start), 0);
	assert_int_equal(getlist_parse(span_text("   12"), &start), 0);
	assert_int_equal(start, 12);
	assert_true(getlist_parse(span_text("12 "), &start) < 0);
	assert_true(getlist_parse(span_text("-1"), &start) < 0);
	assert_true(getlist_parse(span_text("99999999999"), &start) < 0);
}

static int
first_row(void **state, const char *body, uint16_t site, struct host_row *row)
{
	struct hostlist list;
	int rc = hostlist_parse(span_text(body), &list);

	return rc < 0 ? rc : hostlist_next(&list, *state, site, row);
}

static void
a_port_is_swapped_unless_only_the_plain_one_is_the_sites(void **state)
{
	struct host_row row;

	first_row(
	    state, "0\a1\au\ah\a256\a10.0.0.1\a30985\an\ag\a", 2425, &row);
	assert_int_equal(row.port, 2425);
	first_row(state, "0\a1\au\ah\a256\a10.0.0.1\a2425\an\ag\a", 2425, &row);
	assert_int_equal(row.port, 2425);
	first_row(state, "0\a1\au\ah\a256\a10.0.0.1\a2425\an\ag\a", 2426, &row);
	assert_int_equal(row.port, 30985);
	first_row(state, "0\a1\au\ah\a256\a10.0.0.1\a257\an\ag\a", 257, &row);
	assert_int_equal(row.port, 257);
}

static void
a_status_of_nothing_or_exit_deletes_the_host(void **state)
{
	struct host_row row;

	first_row(
	    state, "0\a1\au\ah\a0\a10.0.0.1\a30985\a\b\a\b\a", 2425, &row);
	assert_true(row.gone);
	assert_string_equal(row.nick, "");
	first_row(
	    state, "0\a1\au\ah\a2\a10.0.0.1\a30985\a\b\a\b\a", 2425, &row);
	assert_true(row.gone);
	first_row(
	    state, "0\a1\au\ah\a18874368\a::1\a30985\a\b\a\b\a", 2425, &row);
	assert_false(row.gone);
}

static void
broken_lists_end_at_the_broken_row(void **state)
{
	static const char *const bad[] = { "", "0", "0\a", "x\a1\a", "0\ay\a",
		"0\a1\a\ah\a1\a10.0.0.1\a1\an\ag\a",
		"0\a1\au\a\a1\a10.0.0.1\a1\an\ag\a",
		"0\a1\au\ah\ax\a10.0.0.1\a1\an\ag\a",
		"0\a1\au\ah\a1\a10.0.0.1\a65536\an\ag\a",
		"0\a1\au\ah\a1\a10.0.0.1\a1\an",
		"0\a1\au\ah\a1\aan address that is much too long to be one of "
		"any kind\a1\an\ag\a" };
	struct hostlist list;
	struct host_row row;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(first_row(state, bad[i], 2425, &row) < 0);
	assert_int_equal(
	    hostlist_parse(span_text("0\a3\au\ah\a1\ax\a1\an\ag\au\ah"), &list),
	    0);
	assert_int_equal(hostlist_next(&list, *state, 2425, &row), 0);
	assert_int_equal(
	    hostlist_next(&list, *state, 2425, &row), CAM_ERR_FORMAT);
	assert_int_equal(
	    hostlist_next(&list, *state, 2425, &row), CAM_ERR_MORE);
}

static void
counts_have_a_limit(void **state)
{
	struct hostlist list;

	assert_int_equal(hostlist_parse(span_text("0\a20000\a"), &list), 0);
	assert_int_equal(
	    hostlist_parse(span_text("0\a20001\a"), &list), CAM_ERR_LIMIT);
	assert_int_equal(
	    hostlist_parse(span_text("20001\a1\a"), &list), CAM_ERR_LIMIT);
}

static struct host_row
row_number(unsigned number)
{
	struct host_row row = { .status = 0x01400000, .port = 2425 };

	snprintf(row.user, sizeof(row.user), "user%u", number);
	snprintf(row.host, sizeof(row.host), "pc%u", number);
	snprintf(row.nick, sizeof(row.nick), "名%u", number);
	snprintf(row.addr, sizeof(row.addr), "10.0.%u.%u", number / 250,
	    number % 250);
	return row;
}

/* A member that has 1000 hosts to tell of, as lan answers GETLIST. */
static size_t
write_page(void **state, uint32_t start, struct buf *buf)
{
	struct charset_reader *reader = *state;
	struct hostlist_page page;
	uint32_t next = start;

	hostlist_page_begin(&page, buf, LIMIT_DATAGRAM_SENT - 100);
	while (next < 1000) {
		struct host_row row = row_number(next);

		if (hostlist_page_add(&page, reader->converter, CHARSET_CP932,
			&row) == CAM_ERR_FULL)
			break;
		next++;
	}
	hostlist_page_end(&page, next < 1000 ? next : 0);
	return next - start;
}

static void
a_long_list_comes_in_pages(void **state)
{
	uint32_t start = 0, seen = 0, pages = 0;

	do {
		struct hostlist list;
		struct host_row row;
		struct buf buf;

		buf_init(&buf, LIMIT_DATAGRAM_SENT);
		buf_put_text(&buf, "header");
		assert_true(write_page(state, start, &buf) > 100);
		assert_false(buf_failed(&buf));
		assert_int_equal(
		    hostlist_parse(span_of(buf.data + 6, buf.len - 6), &list),
		    0);
		while (hostlist_next(&list, *state, 2425, &row) == 0) {
			struct host_row want = row_number(seen++);

			assert_string_equal(row.user, want.user);
			assert_string_equal(row.nick, want.nick);
			assert_string_equal(row.group, "");
			assert_string_equal(row.addr, want.addr);
			assert_int_equal(row.port, 2425);
		}
		start = list.next;
		pages++;
		buf_finish(&buf);
	} while (start != 0);
	assert_int_equal(seen, 1000);
	assert_true(pages >= 2);
}

static void
a_row_that_cannot_be_written_is_refused(void **state)
{
	struct charset_reader *reader = *state;
	struct host_row row = row_number(1);
	struct hostlist_page page;
	struct buf buf;

	buf_init(&buf, 1000);
	hostlist_page_begin(&page, &buf, 1000);
	strcpy(row.nick, "a\ab");
	assert_int_equal(
	    hostlist_page_add(&page, reader->converter, CHARSET_UTF8, &row),
	    CAM_ERR_FORMAT);
	row.nick[0] = row.user[0] = '\0';
	assert_int_equal(
	    hostlist_page_add(&page, reader->converter, CHARSET_UTF8, &row),
	    CAM_ERR_FORMAT);
	assert_int_equal(page.count, 0);
	buf_finish(&buf);
}

static void
recipients_may_end_with_or_without_bel(void **state)
{
	struct to_list list;

	assert_int_equal(
	    to_list_parse(span_text("TO:a:b\ac:d\a"), *state, &list), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(
	    to_list_parse(span_text("TO:a:b\ac:d"), *state, &list), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.users[1].host, "d");
}

static void
broken_recipients_make_an_empty_list(void **state)
{
	static const char *const bad[] = { "", "TO:", "a:b\a", "TO:a\a",
		"TO::b\a", "TO:a:\a", "TO:a:b\ac\a" };
	struct to_list list;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    to_list_parse(span_text(bad[i]), *state, &list),
		    CAM_ERR_FORMAT);
		assert_int_equal(list.count, 0);
	}
}

static void
recipients_have_limits(void **state)
{
	struct charset_reader *reader = *state;
	struct to_list list;
	char *name = NULL;

	for (int count = LIMIT_TO_LIST - 1; count <= LIMIT_TO_LIST + 1;
	     count++) {
		struct buf buf;

		buf_init(&buf, LIMIT_DATAGRAM);
		buf_put_text(&buf, "TO:");
		for (int i = 0; i < count; i++)
			buf_printf(&buf, "u%d:h\a", i);
		assert_int_equal(to_list_parse(buf_span(&buf), reader, &list),
		    count > LIMIT_TO_LIST ? CAM_ERR_LIMIT : 0);
		assert_int_equal(list.count, count > LIMIT_TO_LIST ? 0 : count);
		buf_finish(&buf);
	}
	name = letters('u', LIMIT_TO_LIST_BYTES + 1);
	memcpy(name, "TO:", 3);
	assert_int_equal(
	    to_list_parse(span_text(name), reader, &list), CAM_ERR_LIMIT);
	free(name);
}

static void
too_long_a_list_is_not_built(void **state)
{
	struct charset_reader *reader = *state;
	struct to_list list = { .count = LIMIT_TO_LIST };
	struct buf buf;

	buf_init(&buf, LIMIT_DATAGRAM);
	for (size_t i = 0; i < LIMIT_TO_LIST; i++) {
		memset(list.users[i].user, 'u', 60);
		memset(list.users[i].host, 'h', 60);
	}
	assert_int_equal(
	    to_list_build(&list, reader->converter, CHARSET_UTF8, &buf),
	    CAM_ERR_LIMIT);
	list.count = 20;
	buf_clear(&buf);
	assert_int_equal(
	    to_list_build(&list, reader->converter, CHARSET_UTF8, &buf), 0);
	buf_finish(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_may_be_missing_or_padded),
		cmocka_unit_test(
		    a_port_is_swapped_unless_only_the_plain_one_is_the_sites),
		cmocka_unit_test(a_status_of_nothing_or_exit_deletes_the_host),
		cmocka_unit_test(broken_lists_end_at_the_broken_row),
		cmocka_unit_test(counts_have_a_limit),
		cmocka_unit_test(a_long_list_comes_in_pages),
		cmocka_unit_test(a_row_that_cannot_be_written_is_refused),
		cmocka_unit_test(recipients_may_end_with_or_without_bel),
		cmocka_unit_test(broken_recipients_make_an_empty_list),
		cmocka_unit_test(recipients_have_limits),
		cmocka_unit_test(too_long_a_list_is_not_built),
	};

	return cmocka_run_group_tests_name(
	    "hostlist", tests, open_reader, close_reader);
}

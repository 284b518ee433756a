/* test_ipmsg_attach.c: lists of files, and names of files. */
#include "ipmsg/attach.h"
#include "wire.h"

static void
parse(void **state, struct span bytes, struct attach_list *list)
{
	attach_list_parse(bytes, *state, list);
}

/* Expects one good entry and says whether more was broken. */
static bool
parse_one(void **state, const char *text)
{
	struct attach_list list;
	bool broken;

	parse(state, span_text(text), &list);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].name, "a.txt");
	assert_int_equal(list.items[0].size, 16);
	broken = list.broken;
	attach_list_finish(&list);
	return broken;
}

static void
an_entry_ends_in_any_of_three_ways(void **state)
{
	struct attach_list list;

	assert_false(parse_one(state, "1:a.txt:10:6553f100:1:\a"));
	assert_false(parse_one(state, "1:a.txt:10:6553f100:1\a"));
	assert_false(parse_one(state, "1:a.txt:10:6553f100:1:\a:"));
	assert_false(parse_one(state, "1:a.txt:10:6553F100:1:"));
	parse(state, span_text("1:a:1:1:1\a2:b:1:1:1:\a:3:c:1:1:1:\a"), &list);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[2].id, 3);
	assert_false(list.broken);
	attach_list_finish(&list);
}

static void
a_missing_attr_means_a_regular_file(void **state)
{
	struct attach_list list;

	parse(state, span_text("1:a.txt:10:6553f100:\a"), &list);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].attr, FILE_REGULAR);
	attach_list_finish(&list);
}

static void
a_broken_entry_ends_the_list_and_keeps_what_was_before(void **state)
{
	static const char *const bad[] = { "2:b", "2:b:10",
		"x:b:1:1:1:", "2:b:zz:1:1:", "2:b:1:xx:1:", "2:b:1:1:zz:",
		"2::1:1:1:", ":b:1:1:1:", "0x2:b:1:1:1:", "4294967296:b:1:1:1:",
		"2:b:8000000000000000:1:1:", "2:b:1:1:100000000:" };
	struct attach_list list;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = xasprintf(
		    "1:a.txt:10:6553f100:1:\a%s\a3:c:1:1:1:\a", bad[i]);

		assert_true(parse_one(state, text));
		free(text);
	}
	/* A datagram cut off in the middle. */
	parse(state, span_text("1:a.txt:10"), &list);
	assert_int_equal(list.count, 0);
	assert_true(list.broken);
	attach_list_finish(&list);
	parse(state, span_text("1:a.txt:10:6553"), &list);
	assert_int_equal(list.count, 0);
	attach_list_finish(&list);
}

static void
double_colons_belong_to_the_name(void **state)
{
	struct attach_list list;

	parse(state, span_text("1:::a::b:::1:2:1:\a"), &list);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].name, ":a:b:");
	assert_int_equal(list.items[0].size, 1);
	attach_list_finish(&list);
}

static void
extended_attributes_are_kept_and_odd_ones_passed_over(void **state)
{
	const struct file_attribute *found;
	struct attach_list list;

	parse(state,
	    span_text("7:p.png:1:1:20:8=4:14=6553f100,1:2=anna:zz=1:junk:\a"),
	    &list);
	assert_int_equal(list.count, 1);
	assert_int_equal(attachment_type(&list.items[0]), FILE_CLIPBOARD);
	assert_int_equal(list.items[0].attribute_count, 3);
	found = file_attribute_find(list.items[0].attributes, 3, 0x14);
	assert_int_equal(found->number, 1700000000);
	assert_span(found->value, "6553f100,1");
	found = file_attribute_find(list.items[0].attributes, 3, 2);
	assert_false(found->is_number);
	assert_span(found->value, "anna");
	assert_null(file_attribute_find(list.items[0].attributes, 3, 0x99));
	attach_list_finish(&list);
}

static void
entries_and_attributes_have_limits(void **state)
{
	struct attach_list list;
	struct buf buf;

	for (size_t count = LIMIT_ATTACHMENTS - 1;
	     count <= LIMIT_ATTACHMENTS + 1; count++) {
		bool over = count > LIMIT_ATTACHMENTS;

		buf_init(&buf, LIMIT_DATAGRAM);
		for (size_t i = 0; i < count; i++)
			buf_printf(&buf, "%zu:f:1:1:1:\a", i);
		parse(state, buf_span(&buf), &list);
		assert_int_equal(list.count, over ? LIMIT_ATTACHMENTS : count);
		assert_int_equal(list.broken, over);
		attach_list_finish(&list);
		buf_finish(&buf);
	}
	for (size_t count = LIMIT_ATTRIBUTES - 1; count <= LIMIT_ATTRIBUTES + 1;
	     count++) {
		buf_init(&buf, LIMIT_DATAGRAM);
		buf_put_text(&buf, "1:f:1:1:1:");
		for (size_t i = 0; i < count; i++)
			buf_printf(&buf, "%zx=1:", i);
		buf_put_byte(&buf, '\a');
		parse(state, buf_span(&buf), &list);
		assert_int_equal(list.count, count <= LIMIT_ATTRIBUTES);
		attach_list_finish(&list);
		buf_finish(&buf);
	}
}

static void
names_have_a_limit(void **state)
{
	for (size_t len = LIMIT_FILE_NAME - 1; len <= LIMIT_FILE_NAME + 1;
	     len++) {
		char *name = letters('n', len);
		char *text = xasprintf("1:%s:1:1:1:\a", name);
		struct attach_list list;

		parse(state, span_text(text), &list);
		assert_int_equal(list.count, len <= LIMIT_FILE_NAME);
		/* Longer than a file system takes: there, but not to save. */
		if (list.count == 1)
			assert_null(list.items[0].safe_name);
		attach_list_finish(&list);
		free(name);
		free(text);
	}
}

static void
an_empty_list_is_no_error(void **state)
{
	struct attach_list list;

	parse(state, span_text(""), &list);
	assert_int_equal(list.count, 0);
	assert_false(list.broken);
	parse(state, span_text("\a\a:\a"), &list);
	assert_int_equal(list.count, 0);
	assert_false(list.broken);
}

static void
cp932_names_split_before_they_are_decoded(void **state)
{
	struct attach_list list;

	/* 表 ends in a backslash byte, a lead byte stands before ':'. */
	parse(state, BYTES("1:\x95\x5c.txt:1:1:1:\a2:x\x83:1:1:1:\a"), &list);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].safe_name, "表.txt");
	assert_string_equal(list.items[1].name, "x\xef\xbf\xbd");
	attach_list_finish(&list);
}

static void
bare_lists_have_types_only(void **state)
{
	struct charset_reader *reader = *state;
	struct attachment item = { .id = 7,
		.name = (char *)"a:b",
		.size = 0x123456789,
		.mtime = 1,
		.attr = FILE_REGULAR | FILE_READONLY,
		.attributes = { { .key = 8, .is_number = true, .number = 4 } },
		.attribute_count = 1 };
	struct buf buf;

	buf_init(&buf, 1000);
	assert_int_equal(attachment_build(&buf, &item, reader->converter,
			     CHARSET_UTF8, false),
	    0);
	assert_span(buf_span(&buf), "7:a::b:123456789:1:101:8=4:\a");
	buf_clear(&buf);
	assert_int_equal(attachment_build(&buf, &item, reader->converter,
			     CHARSET_UTF8, true),
	    0);
	assert_span(buf_span(&buf), "7:a::b:123456789:1:1:\a");
	item.name = (char *)"a\ab";
	assert_int_equal(attachment_build(&buf, &item, reader->converter,
			     CHARSET_UTF8, true),
	    CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
assert_sent(const char *path, bool bare, const char *want)
{
	char name[FILE_NAME_SIZE];

	file_name_send(path, bare, name);
	assert_string_equal(name, want);
}

static void
only_the_base_name_is_sent_and_fit_for_windows(void **state)
{
	char *long_path = letters('x', 300);
	char name[FILE_NAME_SIZE];

	assert_sent("/home/anna/report.txt", false, "report.txt");
	assert_sent("/home/anna/photos/", false, "photos");
	assert_sent("a\\b<c>d|e*f\"g?h\ni", false, "a_b_c_d_e_f_g_h_i");
	assert_sent("a:b", false, "a:b");
	assert_sent("a:b", true, "a_b");
	assert_sent("end. . ", false, "end____");
	assert_sent("x\xff\xfey", false, "x__y");
	assert_sent("", false, "_");
	assert_sent("/", false, "_");
	assert_sent("..", false, "__");
	file_name_send(long_path, false, name);
	assert_int_equal(strlen(name), 255);
	free(long_path);
}

static int
receive(const char *name, const char *want)
{
	char safe[FILE_NAME_SIZE] = "untouched";
	int rc = file_name_receive(span_text(name), safe);

	assert_string_equal(safe, rc == 0 ? want : "untouched");
	return rc;
}

static void
a_received_name_leads_nowhere(void **state)
{
	char safe[FILE_NAME_SIZE];
	char *longest = letters('x', 256);

	assert_int_equal(receive("", NULL), CAM_ERR_FORMAT);
	assert_int_equal(receive(".", NULL), CAM_ERR_FORMAT);
	assert_int_equal(receive("..", NULL), CAM_ERR_FORMAT);
	assert_int_equal(receive("../x", NULL), CAM_ERR_FORMAT);
	assert_int_equal(receive("/etc/passwd", NULL), CAM_ERR_FORMAT);
	assert_int_equal(receive("a/b", NULL), CAM_ERR_FORMAT);
	assert_int_equal(receive("x\xff", NULL), CAM_ERR_FORMAT);
	assert_int_equal(
	    file_name_receive(BYTES("a\0b"), safe), CAM_ERR_FORMAT);
	assert_int_equal(receive(longest, NULL), CAM_ERR_LIMIT);
	assert_int_equal(receive(longest + 1, longest + 1), 0);
	assert_int_equal(receive("-rf", "_rf"), 0);
	assert_int_equal(receive("..hidden", "_.hidden"), 0);
	assert_int_equal(receive(".profile", ".profile"), 0);
	assert_int_equal(receive("C:\\x\ty", "C:_x_y"), 0);
	assert_int_equal(receive("end. ", "end__"), 0);
	assert_int_equal(receive("gpj.\xe2\x80\xae"
				 "exe",
			     "gpj._exe"),
	    0);
	assert_int_equal(receive("報告.txt", "報告.txt"), 0);
	free(longest);
}

/* Pieces that hostile names are made of. */
static const char *const pieces[] = { "..", "/", "\\", ".", "a", "\n", " ", "-",
	"\xe2\x80\xae", "\xff", "etc", "passwd", "\x1b[2J", ":", "\a", "~",
	"$(x)", "\xc2\x9b", "\xf3\xa0\x81\x81", "con" };

static void
ten_thousand_hostile_names_lead_nowhere(void **state)
{
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };

	for (unsigned i = 0; i < 10000; i++) {
		char safe[FILE_NAME_SIZE];
		char *name = xasprintf("%s%s%s%s", pieces[i % PIECES],
		    pieces[i / PIECES % PIECES],
		    pieces[i / PIECES / PIECES % PIECES], pieces[i % 7]);

		if (file_name_receive(span_text(name), safe) == 0) {
			assert_null(strpbrk(safe, "/\\\n\a\x1b"));
			assert_string_not_equal(safe, ".");
			assert_int_not_equal(strncmp(safe, "..", 2), 0);
			assert_int_not_equal(safe[0], '-');
			assert_true(utf8_is_valid(span_text(safe)));
		}
		free(name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_ends_in_any_of_three_ways),
		cmocka_unit_test(a_missing_attr_means_a_regular_file),
		cmocka_unit_test(
		    a_broken_entry_ends_the_list_and_keeps_what_was_before),
		cmocka_unit_test(double_colons_belong_to_the_name),
		cmocka_unit_test(
		    extended_attributes_are_kept_and_odd_ones_passed_over),
		cmocka_unit_test(entries_and_attributes_have_limits),
		cmocka_unit_test(names_have_a_limit),
		cmocka_unit_test(an_empty_list_is_no_error),
		cmocka_unit_test(cp932_names_split_before_they_are_decoded),
		cmocka_unit_test(bare_lists_have_types_only),
		cmocka_unit_test(
		    only_the_base_name_is_sent_and_fit_for_windows),
		cmocka_unit_test(a_received_name_leads_nowhere),
		cmocka_unit_test(ten_thousand_hostile_names_lead_nowhere),
	};

	return cmocka_run_group_tests_name(
	    "attach", tests, open_reader, close_reader);
}

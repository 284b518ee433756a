/* test_store_segment.c: text cut into tokens; what users type as a query. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/random.h"
#include "store/query.h"
#include "store/segment.h"
#include "test.h"

/* Tokens as "pos:token ", one after the other. */
struct list {
	char text[4096];
	size_t len;
	int position;
};

static int
list_token(struct span token, bool same, void *arg)
{
	struct list *list = arg;

	if (!same)
		list->position++;
	if (list->len > sizeof list->text - 100)
		return 0;
	list->len += (size_t)snprintf(list->text + list->len,
	    sizeof list->text - list->len, "%d:%.*s ", list->position,
	    (int)token.len, (const char *)token.data);
	return 0;
}

static void
assert_tokens(const char *text, enum segment_purpose purpose, const char *want)
{
	struct list list = { .position = -1 };

	assert_int_equal(
	    segment(span_text(text), purpose, list_token, &list), 0);
	assert_string_equal(list.text, want);
}

static void
latin_text_is_words(void **state)
{
	assert_tokens(
	    "Hello, World! don't", SEGMENT_TEXT, "0:hello 1:world 2:don 3:t ");
	assert_tokens(
	    "Straße ÉCOLE e\xcc\x81", SEGMENT_TEXT, "0:strasse 1:école 2:é ");
	assert_tokens(
	    "user@example.com", SEGMENT_QUERY, "0:user 1:example 2:com ");
	assert_tokens("", SEGMENT_TEXT, "");
	assert_tokens(" ,.- \n", SEGMENT_TEXT, "");
}

static void
japanese_and_chinese_are_characters_and_pairs(void **state)
{
	assert_tokens("会議室", SEGMENT_TEXT, "0:会 0:会議 1:議 1:議室 2:室 ");
	assert_tokens("図", SEGMENT_TEXT, "0:図 ");
	assert_tokens("会議。図", SEGMENT_TEXT, "0:会 0:会議 1:議 2:図 ");
	assert_tokens(
	    "プリンター", SEGMENT_QUERY, "0:プリ 1:リン 2:ンタ 3:ター ");
	assert_tokens("ア・イ", SEGMENT_TEXT, "0:ア 1:イ ");
}

static void
a_query_needs_only_pairs(void **state)
{
	assert_tokens("会議室", SEGMENT_QUERY, "0:会議 1:議室 ");
	assert_tokens("図", SEGMENT_QUERY, "0:図 ");
	assert_tokens("設計API", SEGMENT_QUERY, "0:設計 1:計 2:api ");
	assert_tokens("2025年度", SEGMENT_QUERY, "0:2025 1:年度 ");
}

static void
width_and_form_do_not_matter(void **state)
{
	assert_tokens("ＡＢＣ１２", SEGMENT_TEXT, "0:abc12 ");
	assert_tokens("ｶﾞｲﾄﾞ", SEGMENT_QUERY, "0:ガイ 1:イド ");
	assert_tokens("か\xe3\x82\x99き", SEGMENT_QUERY, "0:がき ");
	assert_tokens("㍿", SEGMENT_QUERY, "0:株式 1:式会 2:会社 ");
	assert_tokens("ﬁle", SEGMENT_TEXT, "0:file ");
}

static void
emoji_are_tokens_of_their_own(void **state)
{
	assert_tokens(
	    "ok👍👍🏻!", SEGMENT_TEXT, "0:ok 1:👍 2:👍 3:🏻 ");
	/* Joiners and variation selectors are invisible. */
	assert_tokens("❤\xef\xb8\x8f", SEGMENT_TEXT, "0:❤ ");
}

static void
a_long_word_is_cut(void **state)
{
	char text[5000], want[128];
	struct list list = { .position = -1 };

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = 0;
	segment(span_text(text), SEGMENT_TEXT, list_token, &list);
	snprintf(want, sizeof want, "0:%.64s ", text);
	assert_string_equal(list.text, want);
}

/* Long stretches are normalised in pieces: that must not show. */
static void
pieces_do_not_show(void **state)
{
	char text[9000] = "";
	struct list list = { .position = -1 };

	for (int i = 0; i < 1300; i++)
		strcat(text, i % 2 ? "ﾄ" : "会");
	for (size_t i = 0; i < 100; i++)
		strcat(text, "é");
	segment(span_text(text), SEGMENT_QUERY, list_token, &list);
	assert_int_equal(list.position + 1, 1299 + 1 + 1);
}

static void
bytes_that_are_no_text_separate(void **state)
{
	assert_tokens("a\xff"
		      "b\xe3\x81",
	    SEGMENT_TEXT, "0:a 1:b ");
}

static int
stop_at_second(struct span token, bool same, void *arg)
{
	int *count = arg;

	return ++*count == 2 ? 42 : 0;
}

static void
a_callback_can_end_it(void **state)
{
	int count = 0;

	assert_int_equal(
	    segment(span_text("a b c d"), SEGMENT_TEXT, stop_at_second, &count),
	    42);
	assert_int_equal(count, 2);
}

/* -- queries ----------------------------------------------------------------
 */

static void
assert_expression(const char *words, const char *want)
{
	struct query query;
	struct buf out;

	buf_init(&out, 65536);
	assert_int_equal(query_parse(&query, words), 0);
	query_put_words(&query, &out);
	buf_put_byte(&out, 0);
	assert_string_equal((const char *)out.data, want);
	buf_finish(&out);
	query_finish(&query);
}

static void
a_query_is_quoted_whatever_it_holds(void **state)
{
	assert_expression("meeting", "\"\003meeting\"");
	assert_expression("a OR b NOT c* NEAR(x) col:y -z ^q",
	    "\"\003a\" AND \"\003or\" AND \"\003b\" AND \"\003not\" AND "
	    "\"\003c\" AND \"\003near\" AND \"\003x\" AND \"\003col\" AND "
	    "\"\003y\" AND \"\003z\" AND \"\003q\"");
	assert_expression("x\"\" \001t1 \002 \003", "\"\003x\" AND \"\003t1\"");
	assert_expression("'; DROP TABLE message; --",
	    "\"\003drop\" AND \"\003table\" AND \"\003message\"");
}

static int
parse(const char *words)
{
	struct query query;
	int err = query_parse(&query, words);

	query_finish(&query);
	return err;
}

static void
a_query_without_words_is_refused(void **state)
{
	assert_int_equal(parse(""), CAM_ERR_REQUEST);
	assert_int_equal(parse(" ... !!"), CAM_ERR_REQUEST);
	assert_int_equal(parse("\"\""), CAM_ERR_REQUEST);
	assert_int_equal(parse("　"), CAM_ERR_REQUEST);
	assert_int_equal(parse("\xff"), CAM_ERR_CHARSET);
}

static void
a_query_has_limits(void **state)
{
	char words[2048] = "";

	for (int i = 0; i < STORE_QUERY_WORDS; i++)
		strcat(words, "a ");
	assert_int_equal(parse(words), 0);
	strcat(words, "a");
	assert_int_equal(parse(words), CAM_ERR_LIMIT);
	memset(words, 'x', STORE_QUERY_MAX);
	words[STORE_QUERY_MAX] = 0;
	assert_int_equal(parse(words), 0);
	words[STORE_QUERY_MAX] = 'x';
	words[STORE_QUERY_MAX + 1] = 0;
	assert_int_equal(parse(words), CAM_ERR_LIMIT);
}

static bool
fits(const char *words, const char *text)
{
	struct query query;
	bool result;

	assert_int_equal(query_parse(&query, words), 0);
	result = query_fits(&query, text);
	query_finish(&query);
	return result;
}

static void
order_matters_in_quotes_and_in_what_is_written_together(void **state)
{
	assert_true(fits("broken printer", "the printer is broken"));
	assert_false(fits("\"broken printer\"", "the printer is broken"));
	assert_true(fits("\"printer IS broken\"", "the printer is broken"));
	assert_true(fits("“printer is”", "the printer is broken"));
	assert_true(fits("printer.is", "the printer is broken"));
	assert_false(fits("会議室", "会議 議室"));
	assert_true(fits("会議室", "大会議室です"));
	assert_true(fits("会議 議室", "会議 議室"));
	assert_true(fits("a b \"c d\" e", "e c d b a"));
	assert_false(fits("a b \"c d\" e", "e d c b a"));
	assert_true(fits("\"a a b\"", "a a a b"));
	assert_false(fits("\"a a b\"", "a b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latin_text_is_words),
		cmocka_unit_test(japanese_and_chinese_are_characters_and_pairs),
		cmocka_unit_test(a_query_needs_only_pairs),
		cmocka_unit_test(width_and_form_do_not_matter),
		cmocka_unit_test(emoji_are_tokens_of_their_own),
		cmocka_unit_test(a_long_word_is_cut),
		cmocka_unit_test(pieces_do_not_show),
		cmocka_unit_test(bytes_that_are_no_text_separate),
		cmocka_unit_test(a_callback_can_end_it),
		cmocka_unit_test(a_query_is_quoted_whatever_it_holds),
		cmocka_unit_test(a_query_without_words_is_refused),
		cmocka_unit_test(a_query_has_limits),
		cmocka_unit_test(
		    order_matters_in_quotes_and_in_what_is_written_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

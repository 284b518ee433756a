/* test_quote.c: how the beginning of an answered message is read. */
#include "camd/message/quote.h"

#include "base/span.h"
#include "base/text.h"
#include "camd/message/record.h"
#include "store/connection.h"
#include "stores.h"

static struct quote
quote_of(struct place *place, int64_t row)
{
	struct store_message *message = NULL, answer = { .talk = 0 };
	struct quote quote;

	assert_int_equal(store_message_get(place->store, row, &message), 0);
	memcpy(answer.reply_to, message->id, sizeof answer.reply_to);
	assert_int_equal(quote_read(place->store, &answer, &quote), 0);
	free(message);
	return quote;
}

static void
a_short_text_is_quoted_whole_and_a_long_one_cut(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), row;
	struct quote quote;
	char text[QUOTE_MAX * 3 + 1] = "";

	row = add_received(place->store, uid, "lunch?", 1);
	quote = quote_of(place, row);
	assert_string_equal(quote.text, "lunch?");
	assert_int_equal(quote.from, uid);
	memset(text, 'x', QUOTE_MAX);
	row = add_received(place->store, uid, text, 1);
	assert_string_equal(quote_of(place, row).text, text);
	text[0] = '\0';
	while (strlen(text) < QUOTE_MAX * 2)
		strcat(text, "会");
	row = add_received(place->store, uid, text, 1);
	quote = quote_of(place, row);
	assert_true(strlen(quote.text) < sizeof quote.text);
	assert_true(utf8_is_valid(span_text(quote.text)));
	assert_memory_equal(quote.text, text, strlen(quote.text) - 3);
	assert_string_equal(quote.text + strlen(quote.text) - 3, "…");
}

static void
what_cannot_be_read_is_not_quoted(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), count, target;
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "the secret",
		.sealed = true };
	struct store_message change = { .type = STORE_DELETION, .from = uid };
	struct quote quote;
	enum store_outcome outcome;

	assert_int_equal(store_message_receive(
			     place->store, &message, NULL, 0, NULL, 0, &count),
	    0);
	quote = quote_of(place, message.row);
	assert_true(quote.shut && !quote.deleted);
	assert_string_equal(quote.text, "");
	assert_int_equal(store_message_open(place->store, message.row), 0);
	quote = quote_of(place, message.row);
	assert_string_equal(quote.text, "the secret");
	assert_false(quote.shut);
	memcpy(change.reply_to, message.id, sizeof message.id);
	assert_int_equal(store_change_receive(
			     place->store, &change, NULL, 0, &outcome, &target),
	    0);
	quote = quote_of(place, message.row);
	assert_true(quote.deleted);
	assert_string_equal(quote.text, "");
}

static void
what_is_not_here_is_unknown(void **state)
{
	static const char *const ids[] = { "00112233445566778899aabbccddeeff",
		"0011", "", "no id", NULL };
	struct place *place = *state;
	struct quote quote;

	add_received(place->store, add_user(place->store, "anna"), "x", 1);
	for (size_t i = 0; ids[i] != NULL; i++) {
		struct store_message answer = { .talk = 2 };

		strcpy(answer.reply_to, ids[i]);
		assert_int_equal(
		    quote_read(place->store, &answer, &quote), CAM_ERR_UNKNOWN);
	}
}

/* One who knows an id of another talk cannot put himself in its place, and a
 * change is nothing to answer. */
static void
what_is_answered_is_in_the_talk_of_the_answer(void **state)
{
	struct place *place = *state;
	int64_t anna = add_user(place->store, "anna"),
		mallory = add_user(place->store, "mallory"), count, target;
	struct store_message hers = { .talk = talk_with(place->store, anna),
		.from = anna,
		.id = "abcd0000000000000000000000000001",
		.text = "hers" };
	struct store_message his = { .talk = talk_with(place->store, mallory),
		.from = mallory,
		.id = "abcd0000000000000000000000000001",
		.text = "his" };
	struct store_message ours = { .talk = hers.talk, .text = "ours" };
	struct store_message edit = { .type = STORE_EDIT, .text = "edited" };
	struct store_delivery first = { .uid = anna }, second = first;
	struct store_message answer = { .talk = hers.talk };
	struct quote quote;

	assert_int_equal(
	    store_message_receive(place->store, &his, NULL, 0, NULL, 0, &count),
	    0);
	/* As if they were far apart: then ids are not compared. */
	place->store->last_row += (int64_t)3 << SHARD_BITS;
	assert_int_equal(store_message_receive(
			     place->store, &hers, NULL, 0, NULL, 0, &count),
	    0);
	assert_string_equal(hers.id, his.id);
	memcpy(answer.reply_to, hers.id, sizeof hers.id);
	assert_int_equal(quote_read(place->store, &answer, &quote), 0);
	assert_string_equal(quote.text, "hers");
	answer.talk = his.talk;
	assert_int_equal(quote_read(place->store, &answer, &quote), 0);
	assert_string_equal(quote.text, "his");
	/* In neither: the first that had it. */
	answer.talk = STORE_TALK_ALL;
	assert_int_equal(quote_read(place->store, &answer, &quote), 0);
	assert_string_equal(quote.text, "his");
	assert_int_equal(store_message_send(place->store, &ours, &first, 1), 0);
	memcpy(edit.reply_to, ours.id, sizeof ours.id);
	assert_int_equal(
	    store_change_send(place->store, &edit, &second, 1, &target), 0);
	memcpy(answer.reply_to, edit.id, sizeof edit.id);
	assert_int_equal(
	    quote_read(place->store, &answer, &quote), CAM_ERR_UNKNOWN);
}

static void
a_record_has_the_quote_of_what_it_answers(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "anna"), count;
	struct store_message first = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = "lunch?" };
	struct store_message answer = first, lost = first;
	struct record record;

	assert_int_equal(store_message_receive(
			     place->store, &first, NULL, 0, NULL, 0, &count),
	    0);
	memcpy(answer.reply_to, first.id, sizeof first.id);
	assert_int_equal(store_message_receive(
			     place->store, &answer, NULL, 0, NULL, 0, &count),
	    0);
	assert_int_equal(record_read(place->store, &answer, &record), 0);
	assert_string_equal(record.quote->text, "lunch?");
	record_finish(&record);
	strcpy(lost.reply_to, "00112233445566778899aabbccddeeff");
	assert_int_equal(store_message_receive(
			     place->store, &lost, NULL, 0, NULL, 0, &count),
	    0);
	assert_int_equal(record_read(place->store, &lost, &record), 0);
	assert_null(record.quote);
	assert_string_equal(record.message->reply_to, lost.reply_to);
	record_finish(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(a_short_text_is_quoted_whole_and_a_long_one_cut),
		TEST_OF_STORE(what_cannot_be_read_is_not_quoted),
		TEST_OF_STORE(what_is_not_here_is_unknown),
		TEST_OF_STORE(what_is_answered_is_in_the_talk_of_the_answer),
		TEST_OF_STORE(a_record_has_the_quote_of_what_it_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* changes.h: messages that are changed, and what the store has of them. */
#ifndef CAM_TEST_CHANGES_H
#define CAM_TEST_CHANGES_H

#include "store/connection.h"
#include "store/sql.h"
#include "stores.h"

static const char given_id[] = "abcd0000000000000000000000000001";

static struct store_message *
read_row(struct place *place, int64_t row)
{
	struct store_message *message = NULL;

	assert_int_equal(store_message_get(place->store, row, &message), 0);
	return message;
}

static void
assert_text(struct place *place, int64_t row, const char *text)
{
	struct store_message *message = read_row(place, row);

	assert_string_equal(message->text, text);
	free(message);
}

static size_t
hits(struct place *place, const char *words)
{
	struct rows rows;

	find_rows(place->store,
	    (struct store_query){ .words = words, .limit = 10 }, &rows);
	return rows.count;
}

static size_t
listed(struct place *place)
{
	return hits(place, NULL);
}

/* From anna, under an id of hers. */
static struct store_message
receive_text(struct place *place, int64_t uid, const char *text, bool sealed)
{
	static const struct store_place at = { { 1 }, { 2 } };
	struct store_message message = { .talk = talk_with(place->store, uid),
		.from = uid,
		.text = text,
		.sealed = sealed,
		.time_ms = 1000,
		.place = &at,
		.state = STORE_DELIVERED };
	int64_t duplicate_of = -1;

	memcpy(message.id, given_id, sizeof given_id);
	assert_int_equal(store_message_receive(place->store, &message, NULL, 0,
			     NULL, 0, &duplicate_of),
	    0);
	assert_int_equal(duplicate_of, 0);
	assert_string_equal(message.id, given_id);
	return message;
}

#endif

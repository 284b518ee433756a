/* page.c: a page of the history. */
#include "camd/message/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/history.h"
#include "store/message.h"
#include "store/talk.h"

/*
 * What has been found so far, in the order wanted: the newest first or, after
 * a message, the oldest first. Several users' histories are merged into it.
 */
struct found {
	struct record *records; /* only their messages are filled in yet */
	size_t count;
	size_t limit;
	size_t bytes;
	bool forward; /* the oldest first */
	bool more;
};

void
page_query_finish(struct page_query *query)
{
	free(query->words);
	free(query->uids);
	free(query->before);
	free(query->after);
	*query = (struct page_query){ 0 };
}

void
page_finish(struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		record_finish(&page->records[i]);
	free(page->records);
	*page = (struct page){ 0 };
}

/* a comes before b. */
static bool
is_before(const struct found *found, int64_t a, int64_t b)
{
	return found->forward ? a < b : a > b;
}

static void
drop_last(struct found *found)
{
	struct record *last = &found->records[--found->count];

	found->bytes -= record_size(last);
	record_finish(last);
	found->more = true;
}

static bool
is_full(const struct found *found)
{
	return found->count > found->limit ||
	       (found->count > 1 && found->bytes > PAGE_BYTES);
}

/* Non-zero: no later one of this user's is wanted. */
static int
on_message(const struct store_message *message, void *arg)
{
	struct found *found = arg;
	size_t place = found->count;
	struct record record = { 0 };

	while (place > 0 && is_before(found, message->row,
				found->records[place - 1].message->row))
		place--;
	if (place > 0 && found->records[place - 1].message->row == message->row)
		return 0;
	record.message = store_message_copy(message);
	memmove(&found->records[place + 1], &found->records[place],
	    (found->count - place) * sizeof found->records[0]);
	found->records[place] = record;
	found->count++;
	found->bytes += record_size(&record);
	place = found->count -
		place; /* as counted from the end, which is cut now */
	while (is_full(found)) {
		drop_last(found);
		if (place > 0 && --place == 0)
			return 1;
	}
	return 0;
}

/* What comes after that row may still have a place. */
static bool
may_be_wanted(const struct found *found, int64_t row)
{
	return found->count < found->limit ||
	       is_before(
		   found, row, found->records[found->count - 1].message->row);
}

/* The store looks through a piece at a time: on until there are enough, or no
 * more. */
static int
find_all(struct store *store, struct store_query *query, struct found *found)
{
	int64_t next = 0;
	int err;

	do {
		err = store_history(store, query, on_message, found, &next);
		if (err != 0)
			break;
		if (found->forward)
			query->after_row = next;
		else
			query->before_row = next;
	} while (next != 0 && may_be_wanted(found, next));
	if (err == 0 && next != 0)
		found->more = true;
	return err > 0 ? 0 : err; /* above 0 on_message had enough */
}

static int
find_row(
    struct store *store, const char *id, int64_t *row, struct lookup *lookup)
{
	int err = lookup_message(store, id, lookup);

	if (err == 0)
		*row = lookup->row;
	return err;
}

static int
place_query(struct store *store, const struct page_query *query,
    struct store_query *asked, struct lookup *lookup)
{
	int err = 0;

	if (query->before != NULL)
		err =
		    find_row(store, query->before, &asked->before_row, lookup);
	/* No row is 0 or less, so all are after -1. */
	if (err == 0 && query->after != NULL && query->after[0] == '\0')
		asked->after_row = -1;
	else if (err == 0 && query->after != NULL)
		err = find_row(store, query->after, &asked->after_row, lookup);
	return err;
}

/* The talk may be several, where users were merged. */
static int
find_in_talk(struct store *store, const struct page_query *query,
    struct store_query asked, struct found *found)
{
	int64_t talks[STORE_TALK_SAME];
	size_t count = 0;
	int err = store_talk_same(
	    store, query->uids, query->uid_count, talks, &count);

	for (size_t i = 0; i < count && err == 0; i++) {
		struct store_query one = asked;

		one.talk = talks[i];
		err = find_all(store, &one, found);
	}
	return err;
}

static int
find_messages(struct store *store, const struct page_query *query,
    struct found *found, struct lookup *lookup)
{
	struct store_query asked = {
		.words = query->words,
		.since_ms = query->since_ms,
		.until_ms = query->until_ms,
		.limit = found->limit + 1,
	};
	int64_t before_row, after_row;
	int err = place_query(store, query, &asked, lookup);

	if (err != 0)
		return err;
	if (query->is_talk)
		return find_in_talk(store, query, asked, found);
	before_row = asked.before_row;
	after_row = asked.after_row;
	if (query->uid_count == 0)
		return find_all(store, &asked, found);
	for (size_t i = 0; i < query->uid_count && err == 0; i++) {
		asked.user = query->uids[i];
		asked.before_row = before_row;
		asked.after_row = after_row;
		err = find_all(store, &asked, found);
	}
	return err;
}

/* What belongs to each message, and the bytes it adds. */
static int
complete(struct store *store, struct found *found)
{
	size_t bytes = 0;
	int err = 0;

	for (size_t i = 0; i < found->count && err == 0; i++) {
		struct record full;

		err = record_read(store, found->records[i].message, &full);
		if (err != 0)
			break;
		record_finish(&found->records[i]);
		found->records[i] = full;
		bytes += record_size(&full);
		while (i > 0 && bytes > PAGE_BYTES && found->count > i)
			drop_last(found);
	}
	return err;
}

static void
reverse(struct record *records, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct record other = records[i];

		records[i] = records[count - 1 - i];
		records[count - 1 - i] = other;
	}
}

int
page_read(struct store *store, const struct page_query *query,
    struct page *page, struct lookup *lookup)
{
	struct found found = { .limit = query->limit,
		.forward = query->after != NULL };
	int err;

	/* One more than wanted fits before the last is dropped again. */
	found.records = xcalloc(query->limit + 2, sizeof *found.records);
	err = find_messages(store, query, &found, lookup);
	if (err == 0)
		err = complete(store, &found);
	*page = (struct page){ .records = found.records,
		.count = found.count,
		.more = found.more };
	if (err != 0) {
		page_finish(page);
		return err;
	}
	if (!found.forward)
		reverse(page->records, page->count);
	return 0;
}

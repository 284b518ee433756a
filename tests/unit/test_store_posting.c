/* test_store_posting.c: the lists of blocks: packed, made, spoiled, searched.
 */
#include "draw.h"
#include "kill_at.h"
#include "store/connection.h"
#include "store/feature.h"
#include "store/gather.h"
#include "store/posting.h"
#include "store/query.h"
#include "store/sql.h"
#include "stores.h"

/* -- an archive of blocks ---------------------------------------------------
 */

enum { USERS = 3, BLOCKS = 6, IN_BLOCK = 600, QUERIES = 150 };

struct kept {
	int64_t row;
	int64_t talk;
	size_t user;
	bool is_gone;
	char id[ID_SIZE];
	char text[256];
};

struct archive {
	struct place *place;
	int64_t uids[USERS];
	struct kept all[BLOCKS * IN_BLOCK + 1];
	size_t count;
};

/* From very common to so rare that a block has no list of it. */
static const char *const words[] = { "the", "meeting", "server", "会議",
	"会議室", "図", "図面", "カメラ", "room", "report", "印", "budget",
	"lunch" };
enum { WORDS = sizeof words / sizeof *words };

static const char *
draw_word(void)
{
	size_t i = draw(WORDS);

	return words[draw(2) == 0 ? i : draw(i + 1)];
}

/* odd and even are never together, "odd the" never follow each other. */
static void
make_text(char *text, size_t size, size_t i)
{
	size_t n = 0, count = 1 + draw(6);

	text[0] = 0;
	for (size_t w = 0; w < count; w++)
		n += (size_t)snprintf(text + n, size - n, "%s%s", draw_word(),
		    draw(4) == 0 ? "" : " ");
	if (draw(200) == 0)
		n += (size_t)snprintf(text + n, size - n, "zebrafinch ");
	snprintf(text + n, size - n, "%s", i % 2 == 0 ? " even" : " odd");
}

/* What stands before two words, between and after them. */
static const struct {
	const char *before, *between, *after;
} forms[] = { { "", " ", "" }, { "\"", " ", "\"" }, { "", "", "" },
	{ "", " \"the ", "\"" }, { "\"", " ", " meeting\"" },
	{ "\"odd ", " ", "\"" }, { "odd ", " ", "" },
	{ "zebrafinch ", " ", "" }, { "", " 室 ", "" },
	{ "even odd ", " ", "" } };
static const char *const alone[] = { "odd even", "\"odd the\"", "zebrafinch",
	"室", "議室", "図面会議", "budget lunch" };

static void
make_words(char *text, size_t size)
{
	size_t form = draw(sizeof forms / sizeof *forms + 3);

	if (form >= sizeof forms / sizeof *forms)
		snprintf(text, size, "%s",
		    alone[draw(sizeof alone / sizeof *alone)]);
	else
		snprintf(text, size, "%s%s%s%s%s", forms[form].before,
		    draw_word(), forms[form].between, draw_word(),
		    forms[form].after);
}

static void
add_message(struct archive *archive, size_t i)
{
	struct store *store = archive->place->store;
	struct kept *kept = &archive->all[archive->count++];
	struct store_message message = { .state = STORE_DELIVERED };
	int64_t duplicate_of;

	make_text(kept->text, sizeof kept->text, i);
	/* The last user is a rare one. */
	kept->user = draw(100) == 0 ? USERS - 1 : draw(USERS - 1);
	message.from = archive->uids[kept->user];
	message.talk = talk_with(store, message.from);
	message.text = kept->text;
	message.time_ms = 1700000000000 + (int64_t)archive->count * 60000;
	assert_int_equal(store_message_receive(
			     store, &message, NULL, 0, NULL, 0, &duplicate_of),
	    0);
	kept->row = message.row;
	kept->talk = message.talk;
	memcpy(kept->id, message.id, sizeof kept->id);
}

/* The gaps between the blocks are made by hand. */
static void
fill(struct archive *archive)
{
	struct store *store = archive->place->store;
	char name[16];

	for (size_t i = 0; i < USERS; i++) {
		snprintf(name, sizeof name, "user%zu", i);
		archive->uids[i] = add_user(store, name);
	}
	for (int64_t block = 0; block < BLOCKS; block++) {
		assert_int_equal(store_begin(store), 0);
		store->last_row = (block << ROWSET_BITS) + (int64_t)draw(9000);
		for (size_t i = 0; i < IN_BLOCK; i++) {
			add_message(archive, i);
			store->last_row += (int64_t)draw(20);
		}
		assert_int_equal(store_commit(store), 0);
	}
}

static void
tend(struct store *store)
{
	bool more = true;

	for (int i = 0; i < 1000 && more; i++)
		assert_int_equal(store_tend(store, 1, &more), 0);
	assert_false(more);
}

static int
archive_setup(void **state)
{
	struct archive *archive = calloc(1, sizeof *archive);

	place_setup((void **)&archive->place);
	fill(archive);
	*state = archive;
	return 0;
}

static int
archive_teardown(void **state)
{
	struct archive *archive = *state;

	place_free(archive->place);
	free(archive);
	return 0;
}

static void
random_query(const struct archive *archive, struct store_query *query)
{
	const struct kept *some = &archive->all[draw(archive->count)];

	query->limit = 1 + draw(60);
	if (draw(3) == 0)
		query->user = archive->uids[draw(USERS)];
	else if (draw(3) == 0)
		query->talk = some->talk;
	if (draw(4) == 0)
		query->before_row = some->row;
	else if (draw(3) == 0)
		query->after_row = draw(2) == 0 ? -1 : some->row;
}

static bool
is_wanted(const struct archive *archive, const struct store_query *query,
    const struct query *parsed, const struct kept *kept)
{
	return !kept->is_gone &&
	       (query->talk == 0 || query->talk == kept->talk) &&
	       (query->user == 0 || query->user == archive->uids[kept->user]) &&
	       (query->before_row == 0 || kept->row < query->before_row) &&
	       (query->after_row <= 0 || kept->row > query->after_row) &&
	       query_fits(parsed, kept->text);
}

static void
compare(const struct archive *archive, const struct store_query *query)
{
	static struct rows rows;
	struct query parsed;
	size_t n = 0;

	assert_int_equal(query_parse(&parsed, query->words), 0);
	find_rows(archive->place->store, *query, &rows);
	for (size_t i = 0; i < archive->count; i++) {
		const struct kept *kept =
		    &archive
			 ->all[query->after_row != 0 ? i
						     : archive->count - 1 - i];

		if (!is_wanted(archive, query, &parsed, kept))
			continue;
		if (n >= rows.count || rows.rows[n] != kept->row)
			fail_msg("'%s': row %lld, '%s' is missing",
			    query->words, (long long)kept->row, kept->text);
		n++;
	}
	if (n != rows.count)
		fail_msg("'%s': row %lld is too much", query->words,
		    (long long)rows.rows[n]);
	query_finish(&parsed);
}

static void
compare_many(const struct archive *archive)
{
	char text[256];

	for (int i = 0; i < QUERIES; i++) {
		struct store_query query = { .words = text };

		make_words(text, sizeof text);
		random_query(archive, &query);
		compare(archive, &query);
	}
}

/* -- lists --------------------------------------------------------------------
 */

static bool
is_complete(struct store *store, int64_t block)
{
	bool complete = false;

	assert_int_equal(posting_is_complete(store, block, &complete), 0);
	return complete;
}

static size_t
count_lists(struct store *store)
{
	int64_t count = 0;

	assert_int_equal(sql_number(store, "SELECT count(*) FROM posting",
			     BIND_NOTHING, &count),
	    0);
	return (size_t)count;
}

static bool
is_listed(struct store *store, const char *word, int64_t row)
{
	struct rowset rows = { 0 };
	size_t place = (size_t)row & (ROWSET_SIZE - 1);
	bool found = false;

	assert_int_equal(posting_find(store, posting_block(row),
			     feature_token(span_text(word)), &rows, &found),
	    0);
	assert_true(found);
	return rows.words[place / 64] >> place % 64 & 1;
}

static void
searches_find_the_same_with_lists_and_without(void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;

	compare_many(archive);
	assert_int_equal(count_lists(store), 0);
	tend(store);
	for (int64_t block = 0; block < BLOCKS - 1; block++)
		assert_true(is_complete(store, block));
	assert_false(is_complete(store, BLOCKS - 1));
	assert_true(count_lists(store) > 100);
	compare_many(archive);
}

static void
common_words_have_lists_and_rare_ones_none(void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;
	struct rowset rows = { 0 };
	bool found = true;

	tend(store);
	for (size_t i = 0; i < archive->count - IN_BLOCK; i++) {
		const struct kept *kept = &archive->all[i];

		assert_int_equal(is_listed(store, "odd", kept->row),
		    strstr(kept->text, " odd") != NULL);
		assert_int_equal(is_listed(store, "図", kept->row),
		    strstr(kept->text, "図") != NULL);
	}
	assert_int_equal(
	    posting_find(store, 0, feature_token(span_text("zebrafinch")),
		&rows, &found),
	    0);
	assert_false(found);
}

static void
change(struct archive *archive, struct kept *kept)
{
	struct store_message edit = { .type = STORE_EDIT,
		.from = archive->uids[kept->user],
		.text = kept->text };
	enum store_outcome outcome;
	int64_t target;

	memcpy(edit.reply_to, kept->id, sizeof kept->id);
	make_text(kept->text, sizeof kept->text, draw(2));
	assert_int_equal(store_change_receive(archive->place->store, &edit,
			     NULL, 0, &outcome, &target),
	    0);
	assert_int_equal(outcome, STORE_CHANGE_APPLIED);
}

static void
take_away(struct archive *archive, struct kept *kept)
{
	kept->is_gone = true;
	assert_int_equal(
	    store_message_remove(archive->place->store, kept->row), 0);
}

static void
what_changes_takes_the_lists_of_its_block_away_until_they_are_made_again(
    void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;
	struct kept *early = &archive->all[100];
	struct kept *late = &archive->all[3 * IN_BLOCK + 5];

	tend(store);
	take_away(archive, early);
	change(archive, late);
	assert_false(is_complete(store, 0));
	assert_true(is_complete(store, 1));
	assert_true(is_complete(store, 2));
	assert_false(is_complete(store, 3));
	assert_true(is_complete(store, 4));
	compare_many(archive);
	tend(store);
	for (int64_t block = 0; block < BLOCKS - 1; block++)
		assert_true(is_complete(store, block));
	assert_false(is_listed(store, "even", early->row));
	compare_many(archive);
}

static void
a_change_that_is_undone_leaves_the_lists(void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;

	tend(store);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_message_remove(store, archive->all[100].row), 0);
	store_rollback(store);
	assert_true(is_complete(store, 0));
	compare_many(archive);
}

static void
a_change_while_lists_are_made_is_in_them(void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;
	bool more = true;

	for (size_t i = 0; more; i++) {
		assert_int_equal(store_tend(store, 1, &more), 0);
		if (i % 3 == 0 && i < 60)
			change(archive, &archive->all[draw(2 * IN_BLOCK)]);
	}
	compare_many(archive);
	for (size_t i = 0; i < 2 * (size_t)IN_BLOCK; i++)
		assert_int_equal(is_listed(store, "odd", archive->all[i].row),
		    strstr(archive->all[i].text, " odd") != NULL);
}

/* Also where so few rows are asked for that hardly a list is looked at. */
static void
what_is_sealed_is_not_found_before_it_is_opened(void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;
	struct store_message message = { .from = archive->uids[0],
		.talk = archive->all[0].talk,
		.text = "the odd meeting",
		.sealed = true };
	struct store_query query = { .words = "odd meeting", .limit = 5 };
	static struct rows rows;
	int64_t duplicate_of;

	assert_int_equal(store_message_receive(
			     store, &message, NULL, 0, NULL, 0, &duplicate_of),
	    0);
	query.after_row = message.row - 1;
	find_rows(store, query, &rows);
	assert_int_equal(rows.count, 0);
	store->last_row = (posting_block(message.row) + 1) << ROWSET_BITS;
	add_message(archive, 1);
	tend(store);
	query.before_row = message.row + 1;
	find_rows(store, query, &rows);
	assert_int_equal(rows.count, 0);
	assert_int_equal(store_message_open(store, message.row), 0);
	find_rows(store, query, &rows);
	assert_int_equal(rows.count, 1);
	tend(store);
	find_rows(store, query, &rows);
	assert_int_equal(rows.count, 1);
}

static void
a_damaged_list_is_an_error_and_no_wrong_answer(void **state)
{
	struct archive *archive = *state;
	struct store *store = archive->place->store;
	struct store_query query = { .words = "odd even", .limit = 5 };
	struct rows rows = { .count = 0 };
	int64_t next = 0;

	tend(store);
	assert_int_equal(sql_script(store, "UPDATE posting SET rows = x'11'"
					   " WHERE length(rows) > 0"),
	    0);
	assert_int_equal(store_history(store, &query, gather_row, &rows, &next),
	    CAM_ERR_STORE);
}

/* -- killed -------------------------------------------------------------------
 */

static void
tend_to_the_end(void *arg)
{
	const struct place *place = arg;
	struct store *store = NULL;
	bool more = true;

	if (store_open(place->path, STORE_WRITE, NULL, &store) != 0)
		_exit(1);
	while (more) {
		if (store_tend(store, 1, &more) != 0)
			_exit(2);
	}
	store_close(store);
}

/* At system calls here and there: what is left is right, and is finished. */
static void
making_lists_can_be_killed_at_any_time(void **state)
{
	struct archive *archive = *state;
	bool is_killed = true;

	for (unsigned n = 1; is_killed; n += 100 + n / 2) {
		place_close(archive->place);
		is_killed = kill_at(tend_to_the_end, archive->place, n);
		place_open(archive->place);
		compare_many(archive);
		change(archive, &archive->all[draw(archive->count)]);
	}
	tend(archive->place->store);
	compare_many(archive);
}

#define TEST_OF_ARCHIVE(test)                                                  \
	cmocka_unit_test_setup_teardown(test, archive_setup, archive_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_ARCHIVE(searches_find_the_same_with_lists_and_without),
		TEST_OF_ARCHIVE(common_words_have_lists_and_rare_ones_none),
		TEST_OF_ARCHIVE(
		    what_changes_takes_the_lists_of_its_block_away_until_they_are_made_again),
		TEST_OF_ARCHIVE(a_change_that_is_undone_leaves_the_lists),
		TEST_OF_ARCHIVE(a_change_while_lists_are_made_is_in_them),
		TEST_OF_ARCHIVE(
		    what_is_sealed_is_not_found_before_it_is_opened),
		TEST_OF_ARCHIVE(a_damaged_list_is_an_error_and_no_wrong_answer),
		TEST_OF_ARCHIVE(making_lists_can_be_killed_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

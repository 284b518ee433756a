/* test_store_search.c: history and search against a slow and plain way. */
#include <utf8proc.h>

#include "draw.h"
#include "store/connection.h"
#include "stores.h"

/* -- the plain way ----------------------------------------------------------
 */

/* Words and characters of a text; glued: follows the one before immediately,
 * both being characters of Japanese or Chinese. */
struct unit {
	int32_t *letters;
	size_t count;
	bool glued;
};

struct units {
	int32_t *letters; /* all, normalised */
	struct unit units[256];
	size_t count;
};

static bool
is_character(int32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc || c == 0x3005;
}

static bool
is_emoji(int32_t c)
{
	return c >= 0x1f300 && c <= 0x1faff;
}

static bool
is_letter(int32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c >= 0xdf && c <= 0x24f && c != 0xf7);
}

static void
take_units(struct units *units, const char *text, size_t len)
{
	utf8proc_uint8_t *normal = NULL;
	bool in_word = false, after_character = false;
	size_t n = 0;
	int32_t c = 0;

	units->count = 0;
	utf8proc_map((const uint8_t *)text, (utf8proc_ssize_t)len, &normal,
	    UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
		UTF8PROC_IGNORE | UTF8PROC_STABLE);
	assert_non_null(normal);
	units->letters = malloc((strlen((char *)normal) + 1) * sizeof(int32_t));
	for (uint8_t *at = normal; *at != 0;) {
		at += utf8proc_iterate(at, -1, &c);
		units->letters[n] = c;
		if (is_letter(c) && in_word) {
			units->units[units->count - 1].count++;
		} else if (is_letter(c) || is_character(c) || is_emoji(c)) {
			assert_true(units->count < 256);
			units->units[units->count++] =
			    (struct unit){ units->letters + n, 1,
				    is_character(c) && after_character };
		}
		in_word = is_letter(c);
		after_character = is_character(c);
		n++;
	}
	free(normal);
}

static bool
follows(const struct units *text, size_t at, const struct units *term)
{
	if (at + term->count > text->count)
		return false;
	for (size_t i = 0; i < term->count; i++) {
		const struct unit *a = &text->units[at + i];
		const struct unit *b = &term->units[i];

		if (a->count != b->count ||
		    memcmp(a->letters, b->letters,
			a->count * sizeof(int32_t)) != 0 ||
		    (i > 0 && b->glued && !a->glued))
			return false;
	}
	return true;
}

static bool
has_term(const struct units *text, const char *term, size_t len)
{
	struct units units;
	bool found = false;

	take_units(&units, term, len);
	found = units.count == 0;
	for (size_t i = 0; i < text->count && !found; i++)
		found = follows(text, i, &units);
	free(units.letters);
	return found;
}

static size_t
blank_at(const char *text)
{
	if (strncmp(text, "　", 3) == 0)
		return 3;
	return *text == ' ';
}

static size_t
term_length(const char *words, bool in_quotes)
{
	size_t len = 0;

	while (words[len] != 0 && words[len] != '"' &&
	       (in_quotes || blank_at(words + len) == 0))
		len++;
	return len;
}

/* Terms parted by blanks, with quotes around those that hold blanks. */
static bool
plainly_fits(const char *text, const char *words)
{
	struct units units;
	bool fits = true;

	take_units(&units, text, strlen(text));
	while (*words != 0 && fits) {
		bool in_quotes = *words == '"';
		size_t len;

		words += in_quotes ? 1 : blank_at(words);
		len = term_length(words, in_quotes);
		fits = has_term(&units, words, len);
		words += len + (in_quotes && words[len] == '"');
	}
	free(units.letters);
	return fits;
}

/* -- texts and queries ------------------------------------------------------
 */

static const char *const latin[] = { "meeting", "Meeting", "ＭＥＥＴＩＮＧ",
	"report", "Straße", "STRASSE", "école",
	"e\xcc\x81"
	"cole",
	"a", "is", "2025", "１２", "12", "v1.2", "don't", "ﬁle", "file", "x" };
static const char *const eastern[] = { "会議", "会議室", "議室", "図", "図面",
	"会", "カメラ", "ｶﾒﾗ", "ガイド", "ｶﾞｲﾄﾞ", "か\xe3\x82\x99", "が",
	"です", "サーバー", "东京", "東京", "京都", "都会", "㍿", "株式",
	"々" };
static const char *const marks[] = { " ", "　", "、", "。", "・", "-", "!", "👍",
	"👍🏻", "🎉", "\n", "", "", "" };

#define PICK(list) ((list)[draw(sizeof(list) / sizeof(list)[0])])

static void
make_text(char *text, size_t size, size_t pieces)
{
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < pieces; i++) {
		bool is_latin = draw(3) == 0;

		n += (size_t)snprintf(text + n, size - n, "%s%s",
		    is_latin ? PICK(latin) : PICK(eastern), PICK(marks));
	}
}

static void
make_words(char *words, size_t size)
{
	static const char *const rare[] = { "nowhere", "鯱", "東", "京", "面",
		"🎉", "👍", "東京都会" };
	char first[256], second[256];

	make_text(first, sizeof first, 1);
	make_text(second, sizeof second, 1);
	for (char *at = first; *at != 0; at++)
		*at = *at == '\n' ? ' ' : *at;
	for (char *at = second; *at != 0; at++)
		*at = *at == '\n' ? ' ' : *at;
	switch (draw(6)) {
	case 0:
		snprintf(words, size, "%s", first);
		break;
	case 1:
		snprintf(words, size, "%s %s", first, second);
		break;
	case 2:
		snprintf(words, size, "\"%s %s\"", first, second);
		break;
	case 3:
		snprintf(words, size, "%s%s", first, second);
		break;
	case 4:
		snprintf(words, size, "%s", PICK(rare));
		break;
	default:
		snprintf(words, size, "%s \"%s\"", PICK(rare), first);
		break;
	}
}

/* -- what is stored -----------------------------------------------------------
 */

enum { USERS = 4, MESSAGES = 1500, QUERIES = 200 };

struct kept {
	int64_t row;
	char id[ID_SIZE];
	int64_t from;
	int64_t time_ms;
	int64_t talk;
	unsigned users; /* bit i: user i is in the talk */
	bool is_gone;
	bool is_deleted; /* by its sender: there, without text */
	bool is_hidden;	 /* sealed and not opened */
	char text[512];
};

struct archive {
	struct store *store;
	int64_t uids[USERS];
	struct kept all[MESSAGES];
};

static void
add_message(struct archive *archive, struct kept *kept, size_t i)
{
	int64_t members[USERS], duplicate_of;
	struct store_message message = { .text = kept->text };
	size_t count = 0;

	kept->users = 1u << draw(USERS);
	if (draw(4) == 0)
		kept->users |= 1u << draw(USERS);
	for (size_t u = 0; u < USERS; u++) {
		if (kept->users & 1u << u)
			members[count++] = archive->uids[u];
	}
	assert_int_equal(
	    store_talk_make(archive->store, members, count, &kept->talk), 0);
	make_text(kept->text, sizeof kept->text, 1 + draw(8));
	/* Mostly in order, some late, over some days. */
	kept->time_ms = 1700000000000 + (int64_t)i * 600000 -
			(draw(20) == 0 ? (int64_t)draw(100000000) : 0);
	message.talk = kept->talk;
	message.from = members[0];
	message.time_ms = kept->time_ms;
	message.sealed = kept->is_hidden = draw(20) == 0;
	assert_int_equal(store_message_receive(archive->store, &message, NULL,
			     0, NULL, 0, &duplicate_of),
	    0);
	kept->row = message.row;
	kept->from = message.from;
	memcpy(kept->id, message.id, sizeof kept->id);
	if (kept->is_hidden && draw(2) == 0) {
		assert_int_equal(
		    store_message_open(archive->store, message.row), 0);
		kept->is_hidden = false;
	}
}

/* Another text for some, none for others; what is sealed stays so. */
static void
change_some(struct archive *archive)
{
	for (size_t i = 0; i < MESSAGES; i += 1 + draw(15)) {
		struct kept *kept = &archive->all[i];
		struct store_message change = { .type = STORE_DELETION,
			.from = kept->from,
			.text = kept->text };
		enum store_outcome outcome;
		int64_t target;

		if (kept->is_gone || kept->is_deleted)
			continue;
		memcpy(change.reply_to, kept->id, sizeof kept->id);
		kept->text[0] = 0;
		kept->is_deleted = draw(4) == 0;
		if (!kept->is_deleted) {
			change.type = STORE_EDIT;
			make_text(kept->text, sizeof kept->text, 1 + draw(8));
		}
		assert_int_equal(store_change_receive(archive->store, &change,
				     NULL, 0, &outcome, &target),
		    0);
		assert_int_equal(outcome, STORE_CHANGE_APPLIED);
		assert_int_equal(target, kept->row);
	}
}

/* In four parts of the index, the gaps between made by hand. */
static void
fill(struct archive *archive)
{
	char name[16];

	for (size_t i = 0; i < USERS; i++) {
		snprintf(name, sizeof name, "user%zu", i);
		archive->uids[i] = add_user(archive->store, name);
	}
	for (size_t i = 0; i < MESSAGES; i++) {
		if (i % 25 == 0)
			assert_int_equal(store_begin(archive->store), 0);
		if (i == 400 || i == 800 || i == 1200)
			archive->store->last_row =
			    ((archive->store->last_row >> SHARD_BITS) + 1)
			    << SHARD_BITS;
		add_message(archive, &archive->all[i], i);
		if (i % 25 == 24)
			assert_int_equal(store_commit(archive->store), 0);
	}
	for (size_t i = 0; i < MESSAGES; i += 1 + draw(40)) {
		archive->all[i].is_gone = true;
		assert_int_equal(
		    store_message_remove(archive->store, archive->all[i].row),
		    0);
	}
}

static bool
is_wanted(const struct archive *archive, const struct store_query *query,
    const struct kept *kept)
{
	if (kept->is_gone || (query->words != NULL && kept->is_hidden))
		return false;
	if (query->talk != 0 && kept->talk != query->talk)
		return false;
	for (size_t u = 0; query->talk == 0 && u < USERS; u++) {
		if (query->user == archive->uids[u] && !(kept->users & 1u << u))
			return false;
	}
	if (query->since_ms != 0 && kept->time_ms < query->since_ms)
		return false;
	if (query->until_ms != 0 && kept->time_ms >= query->until_ms)
		return false;
	if (query->before_row != 0 && kept->row >= query->before_row)
		return false;
	if (query->after_row > 0 && kept->row <= query->after_row)
		return false;
	return query->words == NULL || plainly_fits(kept->text, query->words);
}

static void
compare(const struct archive *archive, const struct store_query *query)
{
	static struct rows rows;
	size_t n = 0;
	bool up = query->after_row != 0;

	find_rows(archive->store, *query, &rows);
	for (size_t i = 0; i < MESSAGES; i++) {
		const struct kept *kept =
		    &archive->all[up ? i : MESSAGES - 1 - i];

		if (!is_wanted(archive, query, kept))
			continue;
		if (n >= rows.count || rows.rows[n] != kept->row)
			fail_msg(
			    "'%s' talk %lld user %lld %lld..%lld <%lld >%lld:"
			    " row %lld, '%s' is missing",
			    query->words, (long long)query->talk,
			    (long long)query->user, (long long)query->since_ms,
			    (long long)query->until_ms,
			    (long long)query->before_row,
			    (long long)query->after_row, (long long)kept->row,
			    kept->text);
		n++;
	}
	if (n != rows.count)
		fail_msg("words '%s': row %lld is too much", query->words,
		    (long long)rows.rows[n]);
}

static void
random_query(const struct archive *archive, struct store_query *query)
{
	const struct kept *some = &archive->all[draw(MESSAGES)];

	query->limit = 1 + draw(100);
	if (draw(3) == 0)
		query->user = archive->uids[draw(USERS)];
	if (draw(4) == 0)
		query->talk = some->talk;
	if (draw(4) == 0) {
		query->since_ms = archive->all[draw(MESSAGES)].time_ms;
		query->until_ms = query->since_ms + (int64_t)draw(1000000000);
	}
	if (draw(8) == 0)
		query->since_ms = 0;
	if (draw(8) == 0)
		query->until_ms = 0;
	if (draw(6) == 0)
		query->before_row = some->row;
	else if (draw(6) == 0)
		query->after_row = draw(4) == 0 ? -1 : some->row;
}

static bool
has_unit(const char *words)
{
	struct units units;
	bool has;

	take_units(&units, words, strlen(words));
	has = units.count > 0;
	free(units.letters);
	return has;
}

static int
archive_setup(void **state)
{
	struct place *place = NULL;
	struct archive *archive = calloc(1, sizeof *archive);

	place_setup((void **)&place);
	archive->store = place->store;
	fill(archive);
	*state = archive;
	free(place); /* the folder is removed by its store's name */
	return 0;
}

static int
archive_teardown(void **state)
{
	struct archive *archive = *state;
	struct place *place = calloc(1, sizeof *place);
	const char *path = sqlite3_db_filename(archive->store->db, "main");

	snprintf(place->folder, sizeof place->folder, "%.*s",
	    (int)(strrchr(path, '/') - path), path);
	place->store = archive->store;
	place_free(place);
	free(archive);
	return 0;
}

static void
searches_find_what_looking_through_finds(void **state)
{
	struct archive *archive = *state;
	char words[600];

	for (int i = 0; i < QUERIES; i++) {
		struct store_query query = { .words = words };

		do
			make_words(words, sizeof words);
		while (!has_unit(words));
		random_query(archive, &query);
		compare(archive, &query);
	}
}

static void
listings_list_what_looking_through_finds(void **state)
{
	struct archive *archive = *state;

	for (int i = 0; i < QUERIES; i++) {
		struct store_query query = { .limit = 0 };

		random_query(archive, &query);
		compare(archive, &query);
	}
}

static void
what_was_changed_is_found_as_it_is_now(void **state)
{
	struct archive *archive = *state;

	change_some(archive);
	searches_find_what_looking_through_finds(state);
	change_some(archive);
	searches_find_what_looking_through_finds(state);
	listings_list_what_looking_through_finds(state);
}

static void
what_was_tidied_is_still_found(void **state)
{
	struct archive *archive = *state;
	bool more = true;

	for (int i = 0; i < 10000 && more; i++)
		assert_int_equal(store_tend(archive->store, 1, &more), 0);
	assert_false(more);
	searches_find_what_looking_through_finds(state);
}

static int
stop_at_third(const struct store_message *message, void *arg)
{
	int *count = arg;

	return ++*count == 3 ? 99 : 0;
}

static void
a_callback_can_end_a_listing(void **state)
{
	struct archive *archive = *state;
	struct store_query query = { .limit = 50 };
	int64_t next = -5;
	int count = 0;

	assert_int_equal(
	    store_history(archive->store, &query, stop_at_third, &count, &next),
	    99);
	assert_int_equal(count, 3);
	query.limit = 0;
	assert_int_equal(
	    store_history(archive->store, &query, stop_at_third, &count, &next),
	    CAM_ERR_REQUEST);
	query = (struct store_query){ .words = "...", .limit = 1 };
	assert_int_equal(
	    store_history(archive->store, &query, stop_at_third, &count, &next),
	    CAM_ERR_REQUEST);
}

static int
read_inside(const struct store_message *message, void *arg)
{
	struct store *store = arg;
	struct store_message *copy = NULL;
	struct rows rows;

	assert_int_equal(store_message_get(store, message->row, &copy), 0);
	assert_string_equal(copy->text, message->text);
	free(copy);
	find_rows(store,
	    (struct store_query){
		.before_row = message->row, .words = "x", .limit = 100 },
	    &rows);
	return 0;
}

static void
a_callback_may_read_on_its_connection(void **state)
{
	struct archive *archive = *state;
	struct store_query query = { .words = "x", .limit = 20 };
	int64_t next = 0;

	assert_int_equal(store_history(archive->store, &query, read_inside,
			     archive->store, &next),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(searches_find_what_looking_through_finds),
		cmocka_unit_test(listings_list_what_looking_through_finds),
		cmocka_unit_test(what_was_changed_is_found_as_it_is_now),
		cmocka_unit_test(what_was_tidied_is_still_found),
		cmocka_unit_test(a_callback_can_end_a_listing),
		cmocka_unit_test(a_callback_may_read_on_its_connection),
	};

	return cmocka_run_group_tests(tests, archive_setup, archive_teardown);
}

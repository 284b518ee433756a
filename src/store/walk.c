/* walk.c: the rows that a query may be about, one after the other. */
#include "store/walk.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/connection.h"
#include "store/feature.h"
#include "store/hour.h"
#include "store/query.h"
#include "store/record.h"
#include "store/sql.h"
#include "store/talk.h"

enum {
	EXPRESSION_MAX = 32 * 1024,
	/* More users merged into one than that are not looked for. */
	FAMILY_MAX = 64,
	STREAMS_MAX = 4096,
	TALKS_MAX = 4096,
};

static const char *const sql_newest = "SELECT max(row) FROM message";
static const char *const sql_down =
    "SELECT row FROM message WHERE row BETWEEN ?1 AND ?2"
    " ORDER BY row DESC LIMIT ?3";
static const char *const sql_up =
    "SELECT row FROM message WHERE row BETWEEN ?1 AND ?2"
    " ORDER BY row LIMIT ?3";
static const char *const sql_talk_down =
    "SELECT row FROM message INDEXED BY message_talk"
    " WHERE talk = ?4 AND row BETWEEN ?1 AND ?2 ORDER BY row DESC LIMIT ?3";
static const char *const sql_talk_up =
    "SELECT row FROM message INDEXED BY message_talk"
    " WHERE talk = ?4 AND row BETWEEN ?1 AND ?2 ORDER BY row LIMIT ?3";
static const char *const sql_merged =
    "SELECT uid FROM user INDEXED BY user_merged"
    " WHERE merged_into = ?1 AND merged_into > 0";
static const char *const sql_talks =
    "SELECT talk FROM talk_user WHERE uid = ?1";

/* A user, and those merged into that one. */
struct family {
	int64_t uids[FAMILY_MAX];
	size_t count;
};

static int
find_family(struct store *store, int64_t uid, struct family *family)
{
	sqlite3_stmt *stmt = NULL;
	int64_t root = uid;
	int err = user_root(store, uid, &root);

	family->uids[0] = root;
	family->count = 1;
	if (err == CAM_ERR_UNKNOWN)
		return 0;
	if (err == 0)
		err = sql_open(store, sql_merged, BIND(NUMBER(root)), &stmt);
	while (err == 0 && family->count < FAMILY_MAX &&
	       (err = sql_next(store, stmt)) == 1) {
		family->uids[family->count++] = sqlite3_column_int64(stmt, 0);
		err = 0;
	}
	sql_close(stmt);
	return err;
}

/* -- without words -------------------------------------------------------- */

static void
add_stream(struct walk *walk, int64_t talk)
{
	if (walk->stream_count == STREAMS_MAX)
		return;
	walk->streams = xreallocarray(
	    walk->streams, walk->stream_count + 1, sizeof *walk->streams);
	walk->streams[walk->stream_count++] = (struct stream){ .talk = talk };
}

static int
add_talks_of(struct walk *walk, int64_t uid)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(walk->store, sql_talks, BIND(NUMBER(uid)), &stmt);

	while (err == 0 && (err = sql_next(walk->store, stmt)) == 1) {
		add_stream(walk, sqlite3_column_int64(stmt, 0));
		err = 0;
	}
	sql_close(stmt);
	return err;
}

static int
init_streams(struct walk *walk, const struct store_query *query)
{
	struct family family;
	int err = 0;

	if (query->talk != 0 || query->user == 0) {
		add_stream(walk, query->talk);
		return 0;
	}
	err = find_family(walk->store, query->user, &family);
	for (size_t i = 0; err == 0 && i < family.count; i++)
		err = add_talks_of(walk, family.uids[i]);
	return err;
}

static int
fill(struct walk *walk, struct stream *stream)
{
	sqlite3_stmt *stmt = NULL;
	const char *sql = walk->ascending ? sql_up : sql_down;
	int err;

	if (stream->talk != 0)
		sql = walk->ascending ? sql_talk_up : sql_talk_down;
	stream->next = stream->count = 0;
	if (stream->talk != 0)
		err = sql_open(walk->store, sql,
		    BIND(NUMBER(walk->first), NUMBER(walk->last),
			NUMBER(STREAM_ROWS), NUMBER(stream->talk)),
		    &stmt);
	else
		err = sql_open(walk->store, sql,
		    BIND(NUMBER(walk->first), NUMBER(walk->last),
			NUMBER(STREAM_ROWS)),
		    &stmt);
	while (err == 0 && stream->count < STREAM_ROWS &&
	       (err = sql_next(walk->store, stmt)) == 1) {
		stream->rows[stream->count++] = sqlite3_column_int64(stmt, 0);
		err = 0;
	}
	sql_close(stmt);
	stream->at_end = stream->count < STREAM_ROWS;
	return err;
}

static bool
comes_first(const struct walk *walk, int64_t row, int64_t other)
{
	return walk->ascending ? row < other : row > other;
}

/* The stream whose row is next, NULL: none has one. */
static int
choose_stream(struct walk *walk, struct stream **chosen)
{
	int err;

	*chosen = NULL;
	for (size_t i = 0; i < walk->stream_count; i++) {
		struct stream *s = &walk->streams[i];

		if (s->next == s->count && !s->at_end) {
			err = fill(walk, s);
			if (err != 0)
				return err;
		}
		if (s->next < s->count &&
		    (*chosen == NULL || comes_first(walk, s->rows[s->next],
					    (*chosen)->rows[(*chosen)->next])))
			*chosen = s;
	}
	return 0;
}

static int
next_of_streams(struct walk *walk, int64_t *row)
{
	struct stream *stream = NULL;
	int err = choose_stream(walk, &stream);

	if (err != 0 || stream == NULL)
		return err;
	*row = stream->rows[stream->next++];
	if (walk->ascending)
		walk->first = *row + 1;
	else
		walk->last = *row - 1;
	return 1;
}

/* -- with words ----------------------------------------------------------- */

static void
put_place(struct walk *walk, char kind, int64_t number)
{
	struct buf *text = &walk->each_place;
	size_t start = text->len;

	if (kind == 't')
		query_put_talk(number, text);
	else
		query_put_user(number, text);
	buf_put_text(&walk->expression, start == 0 ? " AND (" : " OR ");
	buf_put(&walk->expression, text->data + start, text->len - start);
	buf_put_byte(text, 0);
}

/* Messages with one user alone have their talk's term, others the user's. */
static int
put_user(struct walk *walk, const struct family *family)
{
	int64_t talk = 0;
	int err = 0;

	for (size_t i = 0; err == 0 && i < family->count; i++) {
		put_place(walk, 'u', family->uids[i]);
		err = store_talk_find(walk->store, &family->uids[i], 1, &talk);
		if (err == 0)
			put_place(walk, 't', talk);
		if (err == CAM_ERR_UNKNOWN)
			err = 0;
	}
	buf_put_byte(&walk->expression, ')');
	return err;
}

static int
compare_talks(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int
gather_talks(struct walk *walk, int64_t uid)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(walk->store, sql_talks, BIND(NUMBER(uid)), &stmt);

	while (err == 0 && walk->talk_count < TALKS_MAX &&
	       (err = sql_next(walk->store, stmt)) == 1) {
		walk->talks[walk->talk_count++] = sqlite3_column_int64(stmt, 0);
		err = 0;
	}
	sql_close(stmt);
	return err;
}

/* In which talks it must be; more of them than are kept are not known, and then
 * the index alone has to tell. */
static int
limit_to_user(struct walk *walk, int64_t uid)
{
	struct family family;
	int err = find_family(walk->store, uid, &family);

	walk->talks = xreallocarray(NULL, TALKS_MAX, sizeof *walk->talks);
	for (size_t i = 0; err == 0 && i < family.count; i++)
		err = gather_talks(walk, family.uids[i]);
	qsort(
	    walk->talks, walk->talk_count, sizeof *walk->talks, compare_talks);
	return err != 0 ? err : put_user(walk, &family);
}

static void
limit_to_talk(struct walk *walk, int64_t talk)
{
	walk->talks = xmemdup(&talk, sizeof talk);
	walk->talk_count = 1;
	put_place(walk, 't', talk);
	buf_put_byte(&walk->expression, ')');
}

/* One word that is asked for alone need not be tried first. */
static void
set_words(struct walk *walk)
{
	struct search *search = &walk->search;
	size_t starts[SEARCH_WORDS_MAX], count = 0;

	if ((walk->words.count == 1 && walk->talks == NULL) ||
	    walk->talk_count == TALKS_MAX)
		return;
	for (; count < walk->words.count && count < SEARCH_WORDS_MAX; count++) {
		starts[count] = walk->each_word.len;
		query_put_word(&walk->words, count, &walk->each_word);
		buf_put_byte(&walk->each_word, 0);
	}
	if (buf_failed(&walk->each_word))
		return;
	for (size_t i = 0; i < count; i++) {
		search->words[i] =
		    (struct search_term){ query_feature(&walk->words, i),
			    (const char *)walk->each_word.data + starts[i] };
		search->pairs[i] = query_pair(&walk->words, i);
	}
	search->word_count = count;
}

/* The terms in their quotes, each ended by a NUL. */
static void
set_places(struct walk *walk)
{
	struct span rest = buf_span(&walk->each_place), place;
	size_t count = 0;

	while (span_cut(&rest, 0, &place)) {
		walk->places = xreallocarray(
		    walk->places, count + 1, sizeof *walk->places);
		walk->places[count++] = (struct search_term){
			feature_token(span_of(place.data + 1, place.len - 2)),
			(const char *)place.data
		};
	}
	walk->search.places = walk->places;
	walk->search.place_count = count;
}

static int
init_search(struct walk *walk, const struct store_query *query)
{
	int err = query_parse(&walk->words, query->words);

	if (err == 0)
		query_put_words(&walk->words, &walk->expression);
	if (err == 0 && query->talk != 0)
		limit_to_talk(walk, query->talk);
	else if (err == 0 && query->user != 0)
		err = limit_to_user(walk, query->user);
	buf_put_byte(&walk->expression, 0);
	if (err == 0 &&
	    (buf_failed(&walk->expression) || buf_failed(&walk->each_place)))
		err = CAM_ERR_LIMIT;
	if (err != 0)
		return err;
	search_init(&walk->search, walk->store,
	    (const char *)walk->expression.data, walk->first, walk->last,
	    walk->ascending);
	set_words(walk);
	set_places(walk);
	return 0;
}

bool
walk_fits(const struct walk *walk, const struct store_message *message)
{
	bool must_check = walk->has_words && walk->search.must_check;

	if (must_check && walk->talks != NULL &&
	    bsearch(&message->talk, walk->talks, walk->talk_count,
		sizeof *walk->talks, compare_talks) == NULL)
		return false;
	if (!walk->has_words || (!must_check && !query_has_order(&walk->words)))
		return true;
	return query_fits(&walk->words, message->text);
}

/* -- both ----------------------------------------------------------------- */

static int
init_range(struct walk *walk, const struct store_query *query)
{
	int64_t first = 0, last = 0;
	int err =
	    sql_number(walk->store, sql_newest, BIND_NOTHING, &walk->last);

	walk->first = query->after_row > 0 ? query->after_row + 1 : 1;
	if (query->before_row > 0 && query->before_row <= walk->last)
		walk->last = query->before_row - 1;
	if (err != 0 || (query->since_ms == 0 && query->until_ms == 0))
		return err;
	err = hour_rows(walk->store, query->since_ms,
	    query->until_ms != 0 ? query->until_ms : INT64_MAX, &first, &last);
	if (err == 0 && first > walk->first)
		walk->first = first;
	if (err == 0 && last < walk->last)
		walk->last = last;
	return err;
}

int
walk_init(
    struct walk *walk, struct store *store, const struct store_query *query)
{
	int err;

	*walk = (struct walk){ .store = store,
		.ascending = query->after_row != 0,
		.has_words = query->words != NULL };
	buf_init(&walk->expression, EXPRESSION_MAX);
	buf_init(&walk->each_word, EXPRESSION_MAX);
	buf_init(&walk->each_place, EXPRESSION_MAX);
	err = init_range(walk, query);
	if (err != 0)
		return err;
	return walk->has_words ? init_search(walk, query)
			       : init_streams(walk, query);
}

int
walk_next(struct walk *walk, int64_t *row)
{
	return walk->has_words ? search_next(&walk->search, row)
			       : next_of_streams(walk, row);
}

bool
walk_go_on(struct walk *walk, int64_t *from)
{
	return walk->has_words && search_go_on(&walk->search, from);
}

void
walk_finish(struct walk *walk)
{
	if (walk->has_words) {
		search_finish(&walk->search);
		query_finish(&walk->words);
	}
	buf_finish(&walk->expression);
	buf_finish(&walk->each_word);
	buf_finish(&walk->each_place);
	free(walk->places);
	free(walk->talks);
	free(walk->streams);
}

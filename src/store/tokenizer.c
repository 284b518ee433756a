/* tokenizer.c: our tokens, as FTS5 asks for them. */
#include "store/tokenizer.h"

#include <sqlite3.h>
#include <stdio.h>

#include "base/err.h"
#include "base/i18n.h"
#include "store/connection.h"
#include "store/query.h"
#include "store/segment.h"
#include "store/sql.h"

struct sink {
	int (*token)(void *context, int flags, const char *token, int len,
	    int start, int end);
	void *context;
};

static int
pass_token(struct span token, bool same, void *arg)
{
	struct sink *sink = arg;

	return sink->token(sink->context, same ? FTS5_TOKEN_COLOCATED : 0,
	    (const char *)token.data, (int)token.len, 0, 0);
}

/* The terms of query_put_header() in front of a text; they are tokens as they
 * are.
 */
static int
take_header(struct span *text,
    int (*token)(struct span token, bool same, void *arg), void *arg)
{
	size_t i = 0;
	int err = 0;

	while (err == 0 && i < text->len && text->data[i] == QUERY_TERM) {
		size_t start = i++;

		while (i < text->len && text->data[i] > QUERY_HEADER_END)
			i++;
		err = token(span_of(text->data + start, i - start), false, arg);
	}
	*text = span_of(text->data + i, text->len - i);
	return err;
}

int
tokenize_document(struct span document,
    int (*token)(struct span token, bool same, void *arg), void *arg)
{
	int err = take_header(&document, token, arg);

	return err != 0 ? err : segment(document, SEGMENT_TEXT, token, arg);
}

static int
on_tokenize(Fts5Tokenizer *tokenizer, void *context, int flags,
    const char *data, int len,
    int (*token)(void *context, int flags, const char *token, int len,
	int start, int end))
{
	struct sink sink = { .token = token, .context = context };
	struct span text = span_of(data, len > 0 ? (size_t)len : 0);

	if (text.len > 0 && text.data[0] == QUERY_TOKEN)
		return pass_token(
		    span_of(text.data + 1, text.len - 1), false, &sink);
	return tokenize_document(text, pass_token, &sink);
}

/* It has no state: FTS5 only wants something that is not NULL. */
static int
on_create(
    void *context, const char **arguments, int count, Fts5Tokenizer **tokenizer)
{
	*tokenizer = (Fts5Tokenizer *)context;
	return SQLITE_OK;
}

static void
on_delete(Fts5Tokenizer *tokenizer)
{
}

int
tokenizer_register(struct store *store)
{
	fts5_tokenizer functions = { on_create, on_delete, on_tokenize };
	fts5_api *api = NULL;
	sqlite3_stmt *stmt = NULL;
	int rc =
	    sqlite3_prepare_v2(store->db, "SELECT fts5(?1)", -1, &stmt, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_pointer(
		    stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
		sqlite3_step(stmt);
	}
	sqlite3_finalize(stmt);
	if (api == NULL || api->iVersion < 2) {
		snprintf(store->problem, sizeof store->problem,
		    _("this SQLite has no FTS5"));
		return CAM_ERR_UNSUPPORTED;
	}
	rc = api->xCreateTokenizer(api, "cam", store, &functions, NULL);
	return rc == SQLITE_OK ? 0 : sql_error(store, rc);
}

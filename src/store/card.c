/* card.c: cards of members. */
#include "store/card.h"

#include "base/err.h"
#include "store/sql.h"

enum { KEY_SIZE = 32 };

static const char *const sql_put =
    "INSERT INTO card(member, link_key, hello, addr) VALUES(?1, ?2, ?3, ?4)"
    " ON CONFLICT(member) DO UPDATE SET link_key = ?2, hello = ?3, addr = ?4";
static const char *const sql_each =
    "SELECT member, link_key, hello, addr, user_key FROM card"
    " JOIN member USING(member)";

int
store_card_put(struct store *store, const struct store_card *card)
{
	if (card->hello.len == 0 || card->hello.len > CARD_HELLO_MAX ||
	    card->link_key.len != KEY_SIZE)
		return CAM_ERR_LIMIT;
	return sql_run(store, sql_put,
	    BIND(NUMBER(card->member), BLOB(card->link_key.data, KEY_SIZE),
		BLOB(card->hello.data, card->hello.len), TEXT(card->addr)));
}

int
store_card_each(struct store *store,
    int (*each)(const struct store_card *card, void *arg), void *arg)
{
	sqlite3_stmt *stmt = NULL;
	int err = sql_open(store, sql_each, BIND_NOTHING, &stmt);

	while (err == 0 && (err = sql_next(store, stmt)) == 1) {
		struct store_card card = {
			.member = sqlite3_column_int64(stmt, 0),
			.link_key = sql_blob(stmt, 1, KEY_SIZE),
			.hello = sql_blob(stmt, 2, CARD_HELLO_MAX),
			.addr = sql_text(stmt, 3),
			.user_key = sql_blob(stmt, 4, KEY_SIZE),
		};

		err = card.link_key.len == KEY_SIZE && card.hello.len > 0
			  ? each(&card, arg)
			  : 0;
	}
	sql_close(stmt);
	return err;
}

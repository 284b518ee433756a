/* import.c: many members at once, all of them or none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "camserver/links/memberlinks.h"
#include "camserver/members.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "org/invitation.h"
#include "rpc/json.h"
#include "rpc/param.h"
#include "store/invitation.h"
#include "store/member.h"

enum { ROWS_MAX = 20000, LINE_MAX_NUMBER = 1 << 30, WHERE_SIZE = 32 };

struct row {
	struct table_link link;
	struct member_wishes wishes;
	struct invitation invitation;
	int64_t expires_ms;
	bool invited; /* by this invitation */
	json_t *found;
};

struct import {
	struct asking asking;
	struct row *rows;
	size_t count;
};

/* -- what is asked for ------------------------------------------------------
 */

static bool
is_same_name(const struct table_link *link, const void *name)
{
	const struct row *row = container_of(link, struct row, link);

	return text_same(row->wishes.logon, name);
}

/* False when the call has been answered. */
static bool
read_row(struct rpc_call *call, const json_t *object, size_t i,
    struct table *names, struct row *row)
{
	char where[WHERE_SIZE];
	int64_t line = (int64_t)i + 1;
	uint64_t hash;

	if (!param_number(call, object, "line", 1, LINE_MAX_NUMBER, &line))
		return false;
	snprintf(where, sizeof where, "line %lld: ", (long long)line);
	if (!member_read_wishes(call, object, where, &row->wishes))
		return false;
	hash = table_hash_fold(
	    names, row->wishes.logon, strlen(row->wishes.logon));
	if (table_find(names, hash, is_same_name, row->wishes.logon) != NULL) {
		(void)method_fail(call, CAM_ERR_REQUEST, NULL,
		    "%s'%s' is there twice", where, row->wishes.logon);
		return false;
	}
	table_add(names, &row->link, hash);
	return true;
}

static bool
read_rows(struct rpc_call *call, const json_t *list, struct import *import)
{
	const struct server *server = method_server(call);
	struct table names;
	bool good = true;

	table_init(&names);
	import->rows = xcalloc(import->count + 1, sizeof *import->rows);
	for (size_t i = 0; i < import->count && good; i++) {
		struct row *row = &import->rows[i];

		member_new_invitation(
		    server, &row->invitation, &row->expires_ms);
		good = read_row(call, json_array_get(list, i), i, &names, row);
	}
	table_finish(&names);
	return good;
}

static void
release(struct asking *asking)
{
	struct import *import = (struct import *)asking;

	for (size_t i = 0; i < import->count; i++) {
		member_wishes_finish(&import->rows[i].wishes);
		json_decref(import->rows[i].found);
		wipe(&import->rows[i].invitation,
		    sizeof import->rows[i].invitation);
	}
	free(import->rows);
}

/* -- in the database --------------------------------------------------------
 */

struct standing {
	struct store *store;
	int64_t expires_ms; /* of the invitation there is */
	bool may_be_invited;
};

static int
look_at(const struct store_member *member, void *arg)
{
	struct standing *standing = arg;

	standing->may_be_invited =
	    member->state == MEMBER_INVITED || member->state == MEMBER_REMOVED;
	return member->state == MEMBER_INVITED
		   ? store_invitation_expires(
			 standing->store, member->member, &standing->expires_ms)
		   : 0;
}

static int
show(const struct store_member *member, void *arg)
{
	struct row *row = arg;

	row->found = member_object(
	    member, member->state == MEMBER_INVITED ? row->expires_ms : 0);
	return 0;
}

/* Who is a member, or has a code that is still good, only gets other names. */
static int
place(struct store *store, struct row *row, int64_t now_ms)
{
	struct standing standing = { .store = store, .may_be_invited = true };
	int err =
	    store_member_get(store, row->wishes.logon, look_at, &standing);

	if (err != 0 && err != CAM_ERR_UNKNOWN)
		return err;
	row->invited = standing.may_be_invited && standing.expires_ms <= now_ms;
	if (row->invited) {
		err = members_invite(store, &row->wishes,
		    row->invitation.secret, now_ms, row->expires_ms);
	} else {
		row->expires_ms = standing.expires_ms;
		err = members_change(store, &row->wishes);
	}
	return err == 0 ? store_member_get(store, row->wishes.logon, show, row)
			: err;
}

/* What could be wrong with a row has been found before: what fails now is the
 * database, and takes the whole batch with it. */
static int
place_all(struct asking *asking, struct store *store)
{
	struct import *import = (struct import *)asking;
	int64_t now_ms = clock_wall_ms();
	int err = 0;

	for (size_t i = 0; i < import->count && err == 0; i++)
		err = place(store, &import->rows[i], now_ms);
	return err;
}

static void
reply(struct asking *asking)
{
	struct import *import = (struct import *)asking;
	json_t *members = json_array();
	char code[INVITATION_TEXT_SIZE];

	for (size_t i = 0; i < import->count; i++) {
		struct row *row = &import->rows[i];

		if (row->invited &&
		    invitation_print(&row->invitation, code) == 0)
			json_object_set_new(
			    row->found, "code", json_string(code));
		json_array_append(members, row->found);
	}
	wipe(code, sizeof code);
	memberlinks_refresh(asking->server->links);
	rpc_reply(asking->call, json_pack("{s:o}", "members", members));
}

int
member_import(struct rpc_call *call, json_t *params)
{
	const json_t *list = json_object_get(params, "members");
	struct import *import = NULL;

	if (!json_is_array(list) || json_array_size(list) > ROWS_MAX)
		return method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'members' must be a list of at most %d", ROWS_MAX);
	import = xcalloc(1, sizeof *import);
	import->asking.work = place_all;
	import->asking.reply = reply;
	import->asking.release = release;
	import->count = json_array_size(list);
	if (!read_rows(call, list, import)) {
		release(&import->asking);
		free(import);
		return 0;
	}
	asking_start(&import->asking, call);
	return 0;
}

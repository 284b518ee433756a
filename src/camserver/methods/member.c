/* member.c: who belongs to the organisation, and who is invited to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "camserver/links/memberlinks.h"
#include "camserver/members.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "org/invitation.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/param.h"
#include "store/invitation.h"
#include "store/member.h"

enum { PAGE_SIZE = 1000, HOUR_MS = 60 * 60 * 1000 };

/* What one method about members keeps. */
struct member_asking {
	struct asking asking;
	struct member_wishes wishes;
	json_t *found; /* the member as he is now, or those listed */
	struct invitation invitation;
	int64_t expires_ms;
	char *after;
	int state; /* listed are those in it, -1: all */
	json_t *next;
};

static const char *const state_words[] = { "invited", "waiting", "joined",
	"removed" };

static json_t *
time_or_null(int64_t wall_ms)
{
	return wall_ms > 0 ? json_time(wall_ms) : json_null();
}

json_t *
member_object(const struct store_member *member, int64_t expires_ms)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "name",
	    json_text(span_text(member->logon)), "nick",
	    json_text(span_text(member->nick)), "group",
	    json_text(span_text(member->group)), "state",
	    state_words[member->state], "invited",
	    time_or_null(member->made_ms), "joined",
	    time_or_null(member->joined_ms), "seen",
	    time_or_null(member->seen_ms), "expires", time_or_null(expires_ms));
}

static struct member_asking *
asking_new(int (*work)(struct asking *asking, struct store *store),
    void (*reply)(struct asking *asking), bool (*fail)(struct asking *asking))
{
	struct member_asking *made = xcalloc(1, sizeof *made);

	made->asking.work = work;
	made->asking.reply = reply;
	made->asking.fail = fail;
	return made;
}

static void
release(struct asking *asking)
{
	struct member_asking *made = (struct member_asking *)asking;

	member_wishes_finish(&made->wishes);
	json_decref(made->found);
	json_decref(made->next);
	free(made->after);
	wipe(&made->invitation, sizeof made->invitation);
}

bool
member_read_wishes(struct rpc_call *call, const json_t *params,
    const char *where, struct member_wishes *wishes)
{
	const char *name = NULL, *nick = NULL, *group = NULL;

	if (!param_text(call, params, "name", true, &name) ||
	    !param_text(call, params, "nick", false, &nick) ||
	    !param_text(call, params, "group", false, &group))
		return false;
	if (member_wishes_set(wishes, name, nick, group) == 0)
		return true;
	(void)method_fail(call, CAM_ERR_REQUEST, NULL,
	    "%sa name needs 1 to %d bytes without blanks at its ends, '@', ',' "
	    "and controls, a group levels parted by '/'",
	    where, MEMBER_NAME_MAX);
	return false;
}

static bool
fail(struct asking *asking)
{
	const struct member_asking *made = (const struct member_asking *)asking;
	const char *name = made->wishes.logon;

	if (asking->err == CAM_ERR_UNKNOWN)
		(void)method_fail(asking->call, asking->err, NULL,
		    "no member is called '%s'", name);
	else if (asking->err == CAM_ERR_REFUSED)
		(void)method_fail(asking->call, asking->err, NULL,
		    "'%s' does not wait for approval", name);
	else if (asking->err == CAM_ERR_EXISTS)
		(void)method_fail(asking->call, CAM_ERR_REFUSED, NULL,
		    "'%s' is a member already", name);
	else
		return false;
	return true;
}

/* -- listing -----------------------------------------------------------------
 */

struct listing {
	struct store *store;
	struct member_asking *asking;
};

static int
list_member(const struct store_member *member, void *arg)
{
	struct listing *listing = arg;
	int64_t expires_ms = 0;
	int err = 0;

	if (json_array_size(listing->asking->found) == PAGE_SIZE) {
		listing->asking->next =
		    json_array_get(listing->asking->found, PAGE_SIZE - 1);
		listing->asking->next =
		    json_incref(json_object_get(listing->asking->next, "name"));
		return 0;
	}
	if (member->state == MEMBER_INVITED)
		err = store_invitation_expires(
		    listing->store, member->member, &expires_ms);
	json_array_append_new(
	    listing->asking->found, member_object(member, expires_ms));
	return err;
}

static int
list_members(struct asking *asking, struct store *store)
{
	struct member_asking *made = (struct member_asking *)asking;
	struct listing listing = { .store = store, .asking = made };

	made->found = json_array();
	return store_member_each(store, made->after, made->state, PAGE_SIZE + 1,
	    list_member, &listing);
}

static void
reply_list(struct asking *asking)
{
	const struct member_asking *made = (const struct member_asking *)asking;

	rpc_reply(asking->call, json_pack("{s:O, s:O?}", "members", made->found,
				    "next", made->next));
}

/* False when the call has been answered. */
static bool
read_state(struct rpc_call *call, const json_t *params, int *state)
{
	const char *word = NULL;

	*state = -1;
	if (!param_text(call, params, "state", false, &word))
		return false;
	if (word == NULL)
		return true;
	for (int i = 0; i <= MEMBER_REMOVED; i++) {
		if (strcmp(word, state_words[i]) == 0) {
			*state = i;
			return true;
		}
	}
	(void)method_fail(call, CAM_ERR_REQUEST, NULL,
	    "'state' must be invited, waiting, joined or removed");
	return false;
}

int
member_list(struct rpc_call *call, json_t *params)
{
	struct member_asking *made = NULL;
	const char *after = NULL;
	int state;

	if (!param_text(call, params, "after", false, &after) ||
	    !read_state(call, params, &state))
		return 0;
	made = asking_new(list_members, reply_list, NULL);
	made->asking.release = release;
	made->after = after != NULL ? xstrdup(after) : NULL;
	made->state = state;
	asking_start(&made->asking, call);
	return 0;
}

/* -- inviting ----------------------------------------------------------------
 */

static int
show_member(const struct store_member *member, void *arg)
{
	struct member_asking *made = arg;

	made->found = member_object(member, made->expires_ms);
	return 0;
}

static int
invite(struct asking *asking, struct store *store)
{
	struct member_asking *made = (struct member_asking *)asking;
	int err = members_invite(store, &made->wishes, made->invitation.secret,
	    clock_wall_ms(), made->expires_ms);

	if (err == 0)
		err = store_member_get(
		    store, made->wishes.logon, show_member, made);
	return err;
}

static void
reply_invited(struct asking *asking)
{
	struct member_asking *made = (struct member_asking *)asking;
	char code[INVITATION_TEXT_SIZE];

	if (invitation_print(&made->invitation, code) < 0)
		code[0] = '\0';
	rpc_reply(asking->call,
	    json_pack("{s:O, s:s}", "member", made->found, "code", code));
	wipe(code, sizeof code);
}

void
member_new_invitation(const struct server *server,
    struct invitation *invitation, int64_t *expires_ms)
{
	random_bytes(invitation->secret, sizeof invitation->secret);
	memcpy(
	    invitation->pin, server->organisation.pin, sizeof invitation->pin);
	snprintf(invitation->host, sizeof invitation->host, "%s",
	    settings_text(server->settings, "server.host"));
	*expires_ms = clock_wall_ms() +
		      settings_number(server->settings, "join.hours") * HOUR_MS;
}

int
member_invite(struct rpc_call *call, json_t *params)
{
	struct member_asking *made = asking_new(invite, reply_invited, fail);

	made->asking.release = release;
	if (!member_read_wishes(call, params, "", &made->wishes)) {
		release(&made->asking);
		free(made);
		return 0;
	}
	member_new_invitation(
	    method_server(call), &made->invitation, &made->expires_ms);
	asking_start(&made->asking, call);
	return 0;
}

/* -- changing and removing ---------------------------------------------------
 */

static int
change(struct asking *asking, struct store *store)
{
	struct member_asking *made = (struct member_asking *)asking;
	int err = members_change(store, &made->wishes);

	if (err == 0)
		err = store_member_get(
		    store, made->wishes.logon, show_member, made);
	return err;
}

static int
remove_member(struct asking *asking, struct store *store)
{
	struct member_asking *made = (struct member_asking *)asking;
	int err = members_remove(store, made->wishes.logon);

	if (err == 0)
		err = store_member_get(
		    store, made->wishes.logon, show_member, made);
	return err;
}

static int
approve(struct asking *asking, struct store *store)
{
	struct member_asking *made = (struct member_asking *)asking;
	int err = members_approve(store, made->wishes.logon);

	if (err == 0)
		err = store_member_get(
		    store, made->wishes.logon, show_member, made);
	return err;
}

/* At once for all who are connected. */
static void
reply_member(struct asking *asking)
{
	const struct member_asking *made = (const struct member_asking *)asking;

	memberlinks_refresh(asking->server->links);
	rpc_reply(asking->call, json_pack("{s:O}", "member", made->found));
}

static int
start_change(struct rpc_call *call, json_t *params,
    int (*work)(struct asking *asking, struct store *store))
{
	struct member_asking *made = asking_new(work, reply_member, fail);

	made->asking.release = release;
	if (!member_read_wishes(call, params, "", &made->wishes)) {
		release(&made->asking);
		free(made);
		return 0;
	}
	asking_start(&made->asking, call);
	return 0;
}

int
member_change(struct rpc_call *call, json_t *params)
{
	return start_change(call, params, change);
}

int
member_remove(struct rpc_call *call, json_t *params)
{
	return start_change(call, params, remove_member);
}

int
member_approve(struct rpc_call *call, json_t *params)
{
	return start_change(call, params, approve);
}

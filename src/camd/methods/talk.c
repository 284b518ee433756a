/* talk.c: talks listed, marked as read, and word that we are writing in one. */
#include "store/talk.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/message/typing.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/history.h"
#include "store/user.h"

enum {
	USERS_MAX = 5000,
	UNREAD_LOOKED_AT =
	    1000, /* newest of a talk, when looking for one of those users' */
	MERGES_MAX = 16,
	LISTED_MAX = 1000,
};

/* A talk that was marked, and what of it is told. */
struct marked {
	int64_t uids[STORE_TALK_USERS];
	size_t uid_count;
	int64_t count; /* messages that were unread */
};

struct reading {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	int64_t *uids; /* ascending */
	size_t uid_count;
	bool is_talk; /* the one with just these, not all that they wrote in */
	struct marked *marked;
	size_t marked_count;
	int64_t count;
	int err;
};

struct talks {
	int64_t *list;
	size_t count;
};

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Who lives on as another is that one. */
static int64_t
lives_as(struct store *store, int64_t uid)
{
	struct store_user *user = NULL;

	for (int i = 0;
	     i < MERGES_MAX && store_user_get(store, uid, &user) == 0; i++) {
		int64_t into = user->merged_into;

		free(user);
		if (into == 0)
			break;
		uid = into;
	}
	return uid;
}

static bool
is_meant(const struct reading *reading, struct store *store, int64_t uid)
{
	if (uid == 0)
		return false;
	uid = lives_as(store, uid);
	return bsearch(&uid, reading->uids, reading->uid_count, sizeof uid,
		   by_number) != NULL;
}

static int
add_talk(const struct store_talk *talk, void *arg)
{
	struct talks *talks = arg;

	if (talk->unread == 0)
		return 0;
	talks->list =
	    xreallocarray(talks->list, talks->count + 1, sizeof *talks->list);
	talks->list[talks->count++] = talk->talk;
	return 0;
}

struct senders {
	int64_t *list;
	size_t count;
};

static int
add_sender(const struct store_message *message, void *arg)
{
	struct senders *senders = arg;

	if (message->from == 0)
		return 0;
	if (message->read)
		return 1;
	for (size_t i = 0; i < senders->count; i++) {
		if (senders->list[i] == message->from)
			return 0;
	}
	senders->list = xreallocarray(
	    senders->list, senders->count + 1, sizeof *senders->list);
	senders->list[senders->count++] = message->from;
	return 0;
}

/* Whether an unread message of the talk is from one of those users. */
static int
has_unread(
    const struct reading *reading, struct store *store, int64_t talk, bool *has)
{
	struct store_query query = { .talk = talk, .limit = UNREAD_LOOKED_AT };
	struct senders senders = { 0 };
	int64_t next;
	int err = store_history(store, &query, add_sender, &senders, &next);

	*has = false;
	for (size_t i = 0; i < senders.count && !*has; i++)
		*has = is_meant(reading, store, senders.list[i]);
	free(senders.list);
	return err > 0 ? 0 : err;
}

/* What is unread of a talk becomes read. */
static int
mark(struct reading *reading, struct store *store, int64_t talk)
{
	struct marked marked = { 0 };
	int err = store_talk_read(store, talk, &marked.count);

	if (err != 0 || marked.count == 0)
		return err;
	err = store_talk_users(
	    store, talk, marked.uids, STORE_TALK_USERS, &marked.uid_count);
	if (err != 0)
		return err;
	reading->marked = xreallocarray(reading->marked,
	    reading->marked_count + 1, sizeof *reading->marked);
	reading->marked[reading->marked_count++] = marked;
	reading->count += marked.count;
	return 0;
}

static int
mark_theirs(struct reading *reading, struct store *store)
{
	struct talks talks = { 0 };
	int err = store_talk_each(store, add_talk, &talks);
	bool has;

	for (size_t i = 0; i < talks.count && err == 0; i++) {
		err = has_unread(reading, store, talks.list[i], &has);
		if (err == 0 && has)
			err = mark(reading, store, talks.list[i]);
	}
	free(talks.list);
	return err;
}

static int
mark_one(struct reading *reading, struct store *store)
{
	int64_t talks[STORE_TALK_SAME];
	size_t count = 0;
	int err = store_talk_same(
	    store, reading->uids, reading->uid_count, talks, &count);

	for (size_t i = 0; i < count && err == 0; i++)
		err = mark(reading, store, talks[i]);
	return err;
}

static void
read_talks(struct job *job, void *context)
{
	struct reading *reading = container_of(job, struct reading, job);

	reading->err = reading->is_talk ? mark_one(reading, context)
					: mark_theirs(reading, context);
}

static json_t *
talk_object(const struct camd *camd, const int64_t *uids, size_t count)
{
	json_t *talk = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct user *user = roster_by_uid(camd->roster, uids[i]);
		char *id = user != NULL ? user_id(user) : xstrdup("unknown");

		json_array_append_new(talk, json_text(span_text(id)));
		free(id);
	}
	return talk;
}

static void
on_read(struct job *job)
{
	struct reading *reading = container_of(job, struct reading, job);
	int err = reading->err != 0 ? reading->err : reading->job.batch_err;

	if (err != 0)
		method_fail(reading->call, err, NULL,
		    "the talk cannot be marked: %s", cam_strerror(err));
	else
		rpc_reply(reading->call,
		    json_pack("{s:I}", "count", (json_int_t)reading->count));
	for (size_t i = 0; err == 0 && i < reading->marked_count; i++) {
		const struct marked *marked = &reading->marked[i];

		events_tell(reading->camd->events, EVENT_TALK_READ,
		    json_pack("{s:o, s:I}", "talk",
			talk_object(
			    reading->camd, marked->uids, marked->uid_count),
			"count", (json_int_t)marked->count));
	}
	free(reading->marked);
	free(reading->uids);
	free(reading);
}

int
talk_read(struct rpc_call *call, json_t *params)
{
	struct reading *reading = NULL;
	const char *who = NULL;
	const json_t *talk = NULL;
	int64_t *uids = NULL;
	size_t count = 0;

	if (!param_list(call, params, "talk", false, &talk) ||
	    !param_text(call, params, "who", talk == NULL, &who))
		return 0;
	if (talk != NULL && who != NULL)
		return method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'who' and 'talk' exclude each other");
	if (talk != NULL ? !named_talk(call, talk, &uids, &count)
			 : !named_uids(call, who, USERS_MAX, &uids, &count))
		return 0;
	qsort(uids, count, sizeof *uids, by_number);
	reading = xcalloc(1, sizeof *reading);
	reading->camd = method_camd(call);
	reading->call = call;
	reading->uids = uids;
	reading->uid_count = count;
	reading->is_talk = talk != NULL;
	reading->job.work = read_talks;
	reading->job.done = on_read;
	workers_submit(reading->camd->writer, &reading->job);
	return 0;
}

/* -- talk.list ------------------------------------------------------------- */

struct listed {
	int64_t uids[STORE_TALK_USERS];
	size_t uid_count;
	int64_t unread;
	int64_t time_ms; /* of its newest message */
};

struct talk_listing {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	struct store_talk *talks;
	struct listed *list;
	size_t count;
	size_t limit;
	int err;
};

/* The newest, and behind them those with something unread. */
static int
choose_talk(const struct store_talk *talk, void *arg)
{
	struct talk_listing *listing = arg;

	if (listing->count >= listing->limit && talk->unread == 0)
		return 0;
	if (listing->count == LISTED_MAX)
		return 1;
	listing->talks[listing->count++] = *talk;
	return 0;
}

static int
fill_listed(
    struct store *store, const struct store_talk *talk, struct listed *listed)
{
	struct store_message *message = NULL;
	int err = store_talk_users(store, talk->talk, listed->uids,
	    STORE_TALK_USERS, &listed->uid_count);

	if (err == 0)
		err = store_message_get(store, talk->last_row, &message);
	if (err != 0)
		return err;
	listed->unread = talk->unread;
	listed->time_ms = message->time_ms;
	free(message);
	return 0;
}

static void
list_talks(struct job *job, void *context)
{
	struct talk_listing *listing =
	    container_of(job, struct talk_listing, job);
	int err;

	listing->talks = xcalloc(LISTED_MAX, sizeof *listing->talks);
	err = store_talk_each(context, choose_talk, listing);
	err = err > 0 ? 0 : err;
	listing->list = xcalloc(listing->count + 1, sizeof *listing->list);
	for (size_t i = 0; i < listing->count && err == 0; i++)
		err =
		    fill_listed(context, &listing->talks[i], &listing->list[i]);
	listing->err = err;
}

static void
on_listed(struct job *job)
{
	struct talk_listing *listing =
	    container_of(job, struct talk_listing, job);
	json_t *talks = json_array();

	for (size_t i = 0; listing->err == 0 && i < listing->count; i++) {
		const struct listed *listed = &listing->list[i];

		json_array_append_new(
		    talks, json_pack("{s:o, s:I, s:o}", "talk",
			       talk_object(listing->camd, listed->uids,
				   listed->uid_count),
			       "unread", (json_int_t)listed->unread, "time",
			       json_time(listed->time_ms)));
	}
	if (listing->err == 0)
		rpc_reply(listing->call, json_pack("{s:O}", "talks", talks));
	else
		method_fail(listing->call, listing->err, NULL,
		    "the talks cannot be read: %s", cam_strerror(listing->err));
	json_decref(talks);
	free(listing->talks);
	free(listing->list);
	free(listing);
}

int
talk_list(struct rpc_call *call, json_t *params)
{
	struct talk_listing *listing = NULL;
	int64_t limit = 100;

	if (!param_number(call, params, "limit", 1, LISTED_MAX, &limit))
		return 0;
	listing = xcalloc(1, sizeof *listing);
	listing->camd = method_camd(call);
	listing->call = call;
	listing->limit = (size_t)limit;
	listing->job.work = list_talks;
	listing->job.done = on_listed;
	workers_submit(listing->camd->readers, &listing->job);
	return 0;
}

/* -- talk.typing ----------------------------------------------------------- */

int
talk_typing(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	const char *text = NULL;
	bool writes = true;
	struct who who;

	if (!param_text(call, params, "who", true, &text) ||
	    !param_switch(call, params, "typing", &writes) ||
	    !named_users(call, text, false, &who))
		return 0;
	/* To a crowd nobody is seen writing. */
	if (who.count <= STORE_TALK_USERS)
		typing_tell(camd->typing, who.users, who.count, writes);
	who_finish(&who);
	rpc_reply(call, json_object());
	return 0;
}

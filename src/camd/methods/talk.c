/* talk.c: talks marked as read, and word that we are writing in one. */
#include "store/talk.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/message/typing.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "loop/worker.h"
#include "store/history.h"
#include "store/user.h"

enum {
	USERS_MAX = 5000,
	UNREAD_LOOKED_AT =
	    1000, /* newest of a talk, when looking for one of those users' */
	MERGES_MAX = 16,
};

struct reading {
	struct job job;
	struct rpc_call *call;
	int64_t *uids; /* ascending */
	size_t uid_count;
	int64_t count; /* messages that were unread */
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

static void
read_talks(struct job *job, void *context)
{
	struct reading *reading = container_of(job, struct reading, job);
	struct talks talks = { 0 };
	int64_t count;
	bool has;

	reading->err = store_talk_each(context, add_talk, &talks);
	for (size_t i = 0; i < talks.count && reading->err == 0; i++) {
		reading->err =
		    has_unread(reading, context, talks.list[i], &has);
		if (reading->err != 0 || !has)
			continue;
		reading->err = store_talk_read(context, talks.list[i], &count);
		if (reading->err == 0)
			reading->count += count;
	}
	free(talks.list);
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
	free(reading->uids);
	free(reading);
}

int
talk_read(struct rpc_call *call, json_t *params)
{
	struct reading *reading = NULL;
	const char *who = NULL;
	int64_t *uids = NULL;
	size_t count = 0;

	if (!param_text(call, params, "who", true, &who) ||
	    !named_uids(call, who, USERS_MAX, &uids, &count))
		return 0;
	qsort(uids, count, sizeof *uids, by_number);
	reading = xcalloc(1, sizeof *reading);
	reading->call = call;
	reading->uids = uids;
	reading->uid_count = count;
	reading->job.work = read_talks;
	reading->job.done = on_read;
	workers_submit(method_camd(call)->writer, &reading->job);
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

/* history.c: messages listed, looked at and opened, talks read. */
#include <stdlib.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/message/inbox.h"
#include "camd/message/lookup.h"
#include "camd/message/object.h"
#include "camd/message/page.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "loop/worker.h"
#include "store/message.h"

/* -- message.list ------------------------------------------------------- */

struct listing {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	struct page_query query;
	struct page page;
	struct lookup lookup;
	int err;
};

static void
listing_free(struct listing *listing)
{
	page_query_finish(&listing->query);
	page_finish(&listing->page);
	free(listing);
}

static void
read_listing(struct job *job, void *context)
{
	struct listing *listing = container_of(job, struct listing, job);

	listing->err = page_read(
	    context, &listing->query, &listing->page, &listing->lookup);
}

static void
fail_listing(struct listing *listing)
{
	struct rpc_call *call = listing->call;

	if (listing->lookup.err != 0)
		method_fail_lookup(call, &listing->lookup);
	else if (listing->err == CAM_ERR_REQUEST)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'grep' has no word to search for");
	else if (listing->err == CAM_ERR_LIMIT ||
		 listing->err == CAM_ERR_CHARSET)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'grep' is too long or has too many words");
	else
		method_fail(call, listing->err, NULL,
		    "the history cannot be read: %s",
		    cam_strerror(listing->err));
}

static void
on_listing(struct job *job)
{
	struct listing *listing = container_of(job, struct listing, job);
	json_t *messages = NULL;

	if (listing->err != 0) {
		fail_listing(listing);
	} else {
		messages = json_array();
		for (size_t i = 0; i < listing->page.count; i++)
			json_array_append_new(
			    messages, message_object(listing->camd,
					  &listing->page.records[i]));
		rpc_reply(
		    listing->call, json_pack("{s:o, s:b}", "messages", messages,
				       "more", listing->page.more));
	}
	listing_free(listing);
}

static char *
copy_of(const char *text)
{
	return text != NULL ? xstrdup(text) : NULL;
}

static bool
read_query(struct rpc_call *call, json_t *params, struct page_query *query)
{
	const char *who = NULL, *words = NULL, *before = NULL, *after = NULL;
	const json_t *talk = NULL;
	int64_t limit = 100;

	if (!param_text(call, params, "who", false, &who) ||
	    !param_list(call, params, "talk", false, &talk) ||
	    !param_text(call, params, "grep", false, &words) ||
	    !param_text(call, params, "before", false, &before) ||
	    !param_text(call, params, "after", false, &after) ||
	    !param_time(call, params, "since", &query->since_ms) ||
	    !param_time(call, params, "until", &query->until_ms) ||
	    !param_number(call, params, "limit", 1, PAGE_MESSAGES, &limit))
		return false;
	if (before != NULL && after != NULL) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'before' and 'after' exclude each other");
		return false;
	}
	if (who != NULL && talk != NULL) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'who' and 'talk' exclude each other");
		return false;
	}
	query->is_talk = talk != NULL;
	if (talk != NULL &&
	    !named_talk(call, talk, &query->uids, &query->uid_count))
		return false;
	if (who != NULL &&
	    !named_uids(call, who, PAGE_USERS, &query->uids, &query->uid_count))
		return false;
	query->words = copy_of(words);
	query->before = copy_of(before);
	query->after = copy_of(after);
	query->limit = (size_t)limit;
	return true;
}

int
message_list(struct rpc_call *call, json_t *params)
{
	struct listing *listing = xcalloc(1, sizeof *listing);

	listing->camd = method_camd(call);
	listing->call = call;
	listing->job.work = read_listing;
	listing->job.done = on_listing;
	if (!read_query(call, params, &listing->query)) {
		listing_free(listing);
		return 0;
	}
	/* A WHO that means nobody just now, @all, has no history. */
	if (!listing->query.is_talk && listing->query.uids != NULL &&
	    listing->query.uid_count == 0) {
		rpc_reply(
		    call, json_pack("{s:[], s:b}", "messages", "more", 0));
		listing_free(listing);
		return 0;
	}
	workers_submit(listing->camd->readers, &listing->job);
	return 0;
}

/* -- message.get, message.open ------------------------------------------ */

struct fetching {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	char *id; /* as asked for, perhaps a beginning */
	bool open;
	struct lookup lookup;
	struct record record;
	int err;
};

static void
fetching_free(struct fetching *fetching)
{
	record_finish(&fetching->record);
	free(fetching->id);
	free(fetching);
}

static void
fetch(struct job *job, void *context)
{
	struct fetching *fetching = container_of(job, struct fetching, job);
	struct store_message *message = NULL;

	fetching->err =
	    lookup_message(context, fetching->id, &fetching->lookup);
	if (fetching->err == 0)
		fetching->err =
		    store_message_get(context, fetching->lookup.row, &message);
	/* A change of one is none. */
	if (fetching->err == 0 && message->type != STORE_MESSAGE &&
	    message->type != STORE_CALL)
		fetching->err = fetching->lookup.err = CAM_ERR_UNKNOWN;
	if (fetching->err == 0)
		fetching->err =
		    record_read(context, message, &fetching->record);
	free(message);
}

static void
on_opened(void *arg, int err, json_t *message)
{
	struct rpc_call *call = arg;

	if (err == 0)
		rpc_reply(call, json_pack("{s:O}", "message", message));
	else if (err == CAM_ERR_REQUEST)
		method_fail(call, err, NULL,
		    N_("only a message that was received can be opened"));
	else
		method_fail(call, err, NULL, "the message cannot be opened: %s",
		    cam_strerror(err));
}

static void
on_fetched(struct job *job)
{
	struct fetching *fetching = container_of(job, struct fetching, job);
	struct camd *camd = fetching->camd;

	if (fetching->lookup.err != 0)
		method_fail_lookup(fetching->call, &fetching->lookup);
	else if (fetching->err != 0)
		method_fail(fetching->call, fetching->err, NULL,
		    "the history cannot be read: %s",
		    cam_strerror(fetching->err));
	else if (fetching->open)
		inbox_open(camd->inbox, fetching->record.message->id, on_opened,
		    fetching->call);
	else
		rpc_reply(fetching->call,
		    json_pack("{s:o}", "message",
			message_object(camd, &fetching->record)));
	fetching_free(fetching);
}

static int
start_fetching(struct rpc_call *call, json_t *params, bool open)
{
	struct fetching *fetching = NULL;
	const char *id = NULL;

	if (!param_text(call, params, "id", true, &id))
		return 0;
	fetching = xcalloc(1, sizeof *fetching);
	fetching->camd = method_camd(call);
	fetching->call = call;
	fetching->id = xstrdup(id);
	fetching->open = open;
	fetching->job.work = fetch;
	fetching->job.done = on_fetched;
	workers_submit(fetching->camd->readers, &fetching->job);
	return 0;
}

int
message_get(struct rpc_call *call, json_t *params)
{
	return start_fetching(call, params, false);
}

int
message_open(struct rpc_call *call, json_t *params)
{
	return start_fetching(call, params, true);
}

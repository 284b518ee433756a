/* message.c: messages sent, tried again, edited, deleted. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/message/change.h"
#include "camd/message/lookup.h"
#include "camd/message/object.h"
#include "camd/message/outbox.h"
#include "camd/methods/files.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "camd/methods/question.h"
#include "camd/offer/offering.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "crypto/envelope.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "store/message.h"

enum { RECIPIENTS_MAX = ENVELOPE_STANZAS_MAX };
/* Each file to each recipient. */
enum { TRANSFERS_MAX = 65536 };
/* An answer about one recipient. */
enum { RESULT_GUESS = 384 };

/* One request: first, where it names an earlier message, that is looked up. */
struct posting {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	json_t *params;
	const json_t
	    *to; /* in params, like what follows; NULL: all there are */
	const char *text;
	const char *about; /* the message answered or tried again, NULL: none */
	bool sealed, locked, clear, follow;
	char *question;	     /* text and choices; NULL: it is no question */
	const json_t *files; /* NULL: none */
	int64_t fetches;
	struct offering *offering; /* of files, once it is made */
	char id[ID_SIZE];	   /* of that message, in full */
	struct lookup lookup;
	json_t *refused; /* recipients nobody could be found for */
	void (*go_on)(struct posting *posting);
};

static void
posting_free(struct posting *posting)
{
	json_decref(posting->params);
	json_decref(posting->refused);
	free(posting->question);
	offering_free(posting->offering);
	free(posting);
}

static struct posting *
posting_new(struct rpc_call *call, json_t *params,
    void (*go_on)(struct posting *posting))
{
	struct posting *posting = xcalloc(1, sizeof *posting);

	posting->camd = method_camd(call);
	posting->call = call;
	posting->params = json_incref(params);
	posting->refused = json_array();
	posting->go_on = go_on;
	return posting;
}

static void
look_up(struct job *job, void *context)
{
	struct posting *posting = container_of(job, struct posting, job);
	struct store_message *message = NULL;

	if (lookup_message(context, posting->about, &posting->lookup) != 0)
		return;
	posting->lookup.err =
	    store_message_get(context, posting->lookup.row, &message);
	if (posting->lookup.err == 0)
		memcpy(posting->id, message->id, sizeof posting->id);
	free(message);
}

static void
on_looked_up(struct job *job)
{
	struct posting *posting = container_of(job, struct posting, job);

	if (posting->lookup.err == 0) {
		posting->go_on(posting);
		return;
	}
	method_fail_lookup(posting->call, &posting->lookup);
	posting_free(posting);
}

/* Every method here ends so, when it has read its params; where they are wrong
 * that has been told. */
static int
begin(struct posting *posting, bool params_are_right)
{
	if (!params_are_right) {
		posting_free(posting);
	} else if (posting->about == NULL) {
		posting->go_on(posting);
	} else {
		posting->job.work = look_up;
		posting->job.done = on_looked_up;
		workers_submit(posting->camd->readers, &posting->job);
	}
	return 0;
}

/* Of those about a message of one's own. */
static bool
take_id(struct posting *posting)
{
	struct rpc_call *call = posting->call;

	return param_text(call, posting->params, "id", true, &posting->about) &&
	       param_switch(call, posting->params, "follow", &posting->follow);
}

/* without: what to say where there is neither text nor file. */
static bool
take_text(struct posting *posting, const char *without)
{
	struct rpc_call *call = posting->call;

	if (!param_text(call, posting->params, "text", true, &posting->text))
		return false;
	if (posting->text[0] == '\0' && posting->files == NULL)
		method_fail(call, CAM_ERR_REQUEST, NULL, "%s", without);
	else if (strlen(posting->text) > LIMIT_MESSAGE_TEXT)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a message has at most %d bytes", LIMIT_MESSAGE_TEXT);
	else
		return true;
	return false;
}

/* Then those nobody could be found for. */
static void
put_recipients(const struct posting *posting, const struct outbox_sent *sent,
    struct buf *result)
{
	buf_put_text(result, ",\"recipients\":[");
	recipients_text(posting->camd, sent->deliveries, sent->count,
	    sent->time_ms, result);
	for (size_t i = 0; i < json_array_size(posting->refused); i++) {
		if (i > 0 || sent->count > 0)
			buf_put_byte(result, ',');
		json_put(result, json_array_get(posting->refused, i));
	}
	buf_put_byte(result, ']');
}

static void
put_offers(const struct posting *posting, const char *id, struct buf *result)
{
	json_t *offers = NULL;

	if (posting->offering == NULL)
		return;
	offers = files_told(posting->offering, id);
	buf_put_text(result, ",\"offers\":");
	json_put(result, offers);
	json_decref(offers);
}

/* The answer leaves first, then whatever becomes of the message is told. */
static void
answer(struct posting *posting, const struct outbox_sent *sent, bool is_new)
{
	struct client *client = rpc_call_owner(posting->call);
	struct buf result;

	buf_init(&result, LIMIT_RPC_LINE);
	(void)buf_reserve(&result, RESULT_GUESS);
	buf_put_text(&result, "{\"id\":");
	json_put_text(&result, span_text(sent->id));
	if (is_new) {
		buf_put_text(&result, ",\"time\":");
		json_put_time(&result, sent->time_ms);
	}
	put_recipients(posting, sent, &result);
	put_offers(posting, sent->id, &result);
	buf_put_byte(&result, '}');
	rpc_reply_text(posting->call, &result);
	buf_finish(&result);
	if (posting->follow && client != NULL)
		client_follow(client, sent->id);
	posting_free(posting);
}

/* -- who gets it -------------------------------------------------------- */

/* A user and where he was named: each gets the message once, in the order
 * given. */
struct pick {
	struct user *user;
	size_t place;
};

struct picks {
	struct pick *list;
	size_t count;
	size_t size;
};

static void
pick_all(struct picks *picks, const struct who *who)
{
	if (picks->count + who->count > picks->size) {
		picks->size = 2 * picks->size + who->count;
		picks->list = xreallocarray(
		    picks->list, picks->size, sizeof *picks->list);
	}
	for (size_t i = 0; i < who->count; i++) {
		picks->list[picks->count] =
		    (struct pick){ who->users[i], picks->count };
		picks->count++;
	}
}

static int
by_user(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	if (x->user != y->user)
		return (uintptr_t)x->user < (uintptr_t)y->user ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static int
by_place(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

static struct user **
each_once(struct picks *picks, size_t *count)
{
	struct user **users = xcalloc(picks->count + 1, sizeof(struct user *));
	size_t kept = 0;

	if (picks->count > 0)
		qsort(picks->list, picks->count, sizeof *picks->list, by_user);
	for (size_t i = 0; i < picks->count; i++) {
		if (i == 0 || picks->list[i].user != picks->list[kept - 1].user)
			picks->list[kept++] = picks->list[i];
	}
	if (kept > 0)
		qsort(picks->list, kept, sizeof *picks->list, by_place);
	for (size_t i = 0; i < kept; i++)
		users[i] = picks->list[i].user;
	*count = kept;
	return users;
}

static void
refuse(struct posting *posting, const char *text, int err, struct who *who)
{
	json_array_append_new(
	    posting->refused, recipient_refused(text, err, who->candidates));
	who->candidates = NULL;
}

/* There is no talk with oneself. */
static bool
is_self(const struct posting *posting, const struct who *who)
{
	return who->count == 1 &&
	       who->users[0] == roster_self(posting->camd->roster);
}

/* The error of the first WHO when there is nobody at all to send to. */
static void
fail_all(struct posting *posting)
{
	const char *text = json_string_value(json_array_get(posting->to, 0));
	struct who who;
	int err = who_resolve(posting->camd->roster, text, false, &who);

	if (err != 0)
		named_fail(posting->call, text, err, &who);
	else if (is_self(posting, &who))
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "'%s' is oneself", text);
	else
		method_fail(posting->call, CAM_ERR_UNKNOWN,
		    json_pack("{s:s, s:[]}", "who", text, "candidates"),
		    "nobody is online");
	who_finish(&who);
}

static struct user **
resolve_all(struct posting *posting, size_t *count)
{
	struct picks picks = { 0 };
	struct user **users = NULL;
	struct who who;

	for (size_t i = 0; i < json_array_size(posting->to); i++) {
		const char *text =
		    json_string_value(json_array_get(posting->to, i));
		int err = who_resolve(posting->camd->roster, text, false, &who);

		if (err == 0 && who.count == 0)
			err = CAM_ERR_UNKNOWN;
		if (err == 0 && is_self(posting, &who))
			err = CAM_ERR_REQUEST;
		if (err == 0)
			pick_all(&picks, &who);
		else
			refuse(posting, text, err, &who);
		who_finish(&who);
	}
	users = each_once(&picks, count);
	free(picks.list);
	return users;
}

/* -- message.send ------------------------------------------------------- */

static void
on_stored(void *arg, int err, const struct outbox_sent *sent)
{
	struct posting *posting = arg;

	if (err == 0) {
		answer(posting, sent, true);
		return;
	}
	method_fail(posting->call, err, NULL,
	    "the message cannot be stored: %s", cam_strerror(err));
	posting_free(posting);
}

/* Whether the message may go to so many; where not that has been told. */
static bool
check_count(struct posting *posting, size_t count)
{
	size_t files = posting->offering != NULL ? posting->offering->count : 0;

	if (count == 0)
		fail_all(posting);
	else if (count > RECIPIENTS_MAX)
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "a message goes to at most %d users, these are %zu",
		    RECIPIENTS_MAX, count);
	else if (posting->question != NULL && count > 1)
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "a question goes to one user, these are %zu", count);
	else if (count * files > TRANSFERS_MAX)
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "%zu files for %zu users are too many at once", files,
		    count);
	else
		return true;
	return false;
}

static void
send_now(struct posting *posting)
{
	const char *text =
	    posting->question != NULL ? posting->question : posting->text;
	struct outbox_request request = {
		.text = text,
		.text_len = strlen(text),
		.question = posting->question != NULL,
		.sealed = posting->sealed || posting->locked,
		.locked = posting->locked,
		.clear = posting->clear,
		.reply = posting->about != NULL ? posting->id : NULL,
		.offering = posting->offering,
	};

	request.to = resolve_all(posting, &request.to_count);
	if (check_count(posting, request.to_count))
		outbox_send(
		    posting->camd->outbox, &request, on_stored, posting);
	else
		posting_free(posting);
	free(request.to);
}

/* -- with files --------------------------------------------------------- */

static void
on_files(void *arg, struct offering *offering)
{
	struct posting *posting = arg;

	posting->offering = offering;
	if (offering != NULL)
		send_now(posting);
	else
		posting_free(posting);
}

static void
prepare_letter(struct posting *posting)
{
	if (posting->files != NULL)
		files_make(posting->camd, posting->call, posting->files,
		    (uint32_t)posting->fetches, on_files, posting);
	else
		send_now(posting);
}

static bool
take_recipients(struct posting *posting)
{
	size_t count;

	if (!param_list(
		posting->call, posting->params, "to", true, &posting->to))
		return false;
	count = json_array_size(posting->to);
	if (count >= 1 && count <= RECIPIENTS_MAX)
		return true;
	method_fail(posting->call, CAM_ERR_REQUEST, NULL,
	    "'to' must name 1 to %d recipients", RECIPIENTS_MAX);
	return false;
}

int
message_send(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, prepare_letter);

	return begin(posting,
	    take_recipients(posting) &&
		files_take(call, params, &posting->files) &&
		param_number(call, params, "fetches", 0, UINT32_MAX,
		    &posting->fetches) &&
		take_text(posting, "an empty message cannot be sent") &&
		param_switch(call, params, "sealed", &posting->sealed) &&
		param_switch(call, params, "locked", &posting->locked) &&
		param_switch(call, params, "clear", &posting->clear) &&
		param_switch(call, params, "follow", &posting->follow) &&
		param_text(call, params, "reply", false, &posting->about) &&
		question_compose(
		    call, params, posting->text, &posting->question));
}

/* -- message.retry ------------------------------------------------------ */

static void
on_retried(void *arg, int err, const struct outbox_sent *sent)
{
	struct posting *posting = arg;

	if (err == 0) {
		answer(posting, sent, false);
		return;
	}
	if (err == CAM_ERR_UNKNOWN)
		method_fail(posting->call, err,
		    json_pack("{s:s, s:[]}", "id", posting->id, "candidates"),
		    "'%s' was not sent by you", posting->id);
	else
		method_fail(posting->call, err, NULL,
		    "it cannot be tried again: %s", cam_strerror(err));
	posting_free(posting);
}

static struct user *
find_recipient(const struct roster *roster, const char *id)
{
	struct user *user = roster_by_id(roster, id),
		    *self = roster_self(roster);
	char *own = user_id(self);

	if (user == NULL && text_same(own, id))
		user = self;
	free(own);
	return user;
}

/* Recipients are named as in their objects: whole ids, of people who may have
 * left, too. */
static struct user **
find_recipients(struct posting *posting, size_t *count)
{
	size_t size = json_array_size(posting->to);
	struct user **users = xcalloc(size + 1, sizeof(struct user *));

	for (size_t i = 0; i < size; i++) {
		const char *id =
		    json_string_value(json_array_get(posting->to, i));

		users[i] = find_recipient(posting->camd->roster, id);
		if (users[i] == NULL) {
			method_fail_unknown(posting->call, "who", id, NULL);
			free(users);
			return NULL;
		}
	}
	*count = size;
	return users;
}

static void
retry_now(struct posting *posting)
{
	size_t count = 0;
	struct user **users = find_recipients(posting, &count);

	if (users != NULL)
		outbox_retry(posting->camd->outbox, posting->id, users, count,
		    posting->clear, on_retried, posting);
	else
		posting_free(posting);
	free(users);
}

int
message_retry(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, retry_now);

	return begin(
	    posting, take_id(posting) &&
			 param_list(call, params, "to", false, &posting->to) &&
			 param_switch(call, params, "clear", &posting->clear));
}

/* -- message.edit, message.delete ------------------------------------------ */

static void
fail_change(const struct posting *posting, int err)
{
	switch (err) {
	case CAM_ERR_UNKNOWN:
		method_fail_unknown(posting->call, "id", posting->id, NULL);
		break;
	case CAM_ERR_REFUSED:
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "'%s' was not sent by you", posting->id);
		break;
	case CAM_ERR_EXISTS:
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "'%s' has been deleted already", posting->id);
		break;
	default:
		method_fail(posting->call, err, NULL,
		    "the message cannot be changed: %s", cam_strerror(err));
		break;
	}
}

static void
on_changed(void *arg, int err, const struct outbox_sent *sent)
{
	struct posting *posting = arg;

	if (err == 0) {
		answer(posting, sent, true);
		return;
	}
	fail_change(posting, err);
	posting_free(posting);
}

static void
change_now(struct posting *posting)
{
	change_message(
	    posting->camd, posting->id, posting->text, on_changed, posting);
}

int
message_edit(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, change_now);

	return begin(
	    posting, take_id(posting) &&
			 take_text(posting,
			     "a message without text is deleted, not edited"));
}

int
message_delete(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, change_now);

	return begin(posting, take_id(posting));
}

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
#include "camd/offer/offering.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "crypto/envelope.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "store/message.h"

enum { RECIPIENTS_MAX = ENVELOPE_STANZAS_MAX };
/* Each file to each recipient. */
enum { TRANSFERS_MAX = 65536 };

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

static void
start(struct posting *posting)
{
	if (posting->about == NULL) {
		posting->go_on(posting);
		return;
	}
	posting->job.work = look_up;
	posting->job.done = on_looked_up;
	workers_submit(posting->camd->readers, &posting->job);
}

/* The answer leaves first, then whatever becomes of the message is told. */
static void
answer(
    struct posting *posting, const char *id, json_t *time, json_t *recipients)
{
	struct client *client = rpc_call_owner(posting->call);
	json_t *list = json_copy(recipients), *result = json_object();

	json_array_extend(list, posting->refused);
	json_object_set_new(result, "id", json_string(id));
	if (time != NULL)
		json_object_set(result, "time", time);
	json_object_set_new(result, "recipients", list);
	if (posting->offering != NULL)
		json_object_set_new(
		    result, "offers", files_told(posting->offering, id));
	rpc_reply(posting->call, result);
	if (posting->follow && client != NULL)
		client_follow(client, id);
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
on_stored(void *arg, int err, const char *id, json_t *time, json_t *recipients)
{
	struct posting *posting = arg;

	if (err == 0) {
		answer(posting, id, time, recipients);
		return;
	}
	method_fail(posting->call, err, NULL,
	    "the message cannot be stored: %s", cam_strerror(err));
	posting_free(posting);
}

/* All of them have another key than the one that was verified: nothing is
 * stored. */
static bool
are_blocked(struct posting *posting, struct user **to, size_t count)
{
	char *id;

	for (size_t i = 0; i < count; i++) {
		if (!trust_is_blocked(posting->camd->trust, to[i]))
			return false;
	}
	id = user_id(to[0]);
	method_fail(posting->call, CAM_ERR_KEY,
	    json_pack("{s:s, s:[]}", "who", id, "candidates"),
	    "the key of '%s' has changed: ask what happened, then run 'cam "
	    "verify --accept %s'",
	    id, id);
	free(id);
	return true;
}

static void
send_now(struct posting *posting)
{
	struct outbox_request request = {
		.text = posting->text,
		.text_len = strlen(posting->text),
		.sealed = posting->sealed || posting->locked,
		.locked = posting->locked,
		.clear = posting->clear,
		.reply = posting->about != NULL ? posting->id : NULL,
		.offering = posting->offering,
	};

	request.to = resolve_all(posting, &request.to_count);
	if (posting->offering != NULL &&
	    request.to_count * posting->offering->count > TRANSFERS_MAX) {
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "%zu files for %zu users are too many at once",
		    posting->offering->count, request.to_count);
		free(request.to);
		posting_free(posting);
		return;
	}
	if (request.to_count > 0 &&
	    are_blocked(posting, request.to, request.to_count)) {
		free(request.to);
		posting_free(posting);
		return;
	}
	if (request.to_count > 0 && request.to_count <= RECIPIENTS_MAX) {
		outbox_send(
		    posting->camd->outbox, &request, on_stored, posting);
		free(request.to);
		return;
	}
	if (request.to_count == 0)
		fail_all(posting);
	else
		method_fail(posting->call, CAM_ERR_REQUEST, NULL,
		    "a message goes to at most %d users, these are %zu",
		    RECIPIENTS_MAX, request.to_count);
	free(request.to);
	posting_free(posting);
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
check_letter(struct rpc_call *call, const struct posting *posting)
{
	if (json_array_size(posting->to) == 0 ||
	    json_array_size(posting->to) > RECIPIENTS_MAX)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'to' must name 1 to %d recipients", RECIPIENTS_MAX);
	else if (posting->text[0] == '\0' && posting->files == NULL)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "an empty message cannot be sent");
	else if (strlen(posting->text) > LIMIT_MESSAGE_TEXT)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a message has at most %d bytes", LIMIT_MESSAGE_TEXT);
	else
		return true;
	return false;
}

int
message_send(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, prepare_letter);

	if (param_list(call, params, "to", true, &posting->to) &&
	    param_text(call, params, "text", true, &posting->text) &&
	    param_switch(call, params, "sealed", &posting->sealed) &&
	    param_switch(call, params, "locked", &posting->locked) &&
	    param_switch(call, params, "clear", &posting->clear) &&
	    param_switch(call, params, "follow", &posting->follow) &&
	    param_text(call, params, "reply", false, &posting->about) &&
	    param_number(
		call, params, "fetches", 0, UINT32_MAX, &posting->fetches) &&
	    files_take(call, params, &posting->files) &&
	    check_letter(call, posting))
		start(posting);
	else
		posting_free(posting);
	return 0;
}

/* -- message.retry ------------------------------------------------------ */

static void
on_retried(void *arg, int err, json_t *recipients)
{
	struct posting *posting = arg;

	if (err == 0) {
		answer(posting, posting->id, NULL, recipients);
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

	if (param_text(call, params, "id", true, &posting->about) &&
	    param_list(call, params, "to", false, &posting->to) &&
	    param_switch(call, params, "clear", &posting->clear) &&
	    param_switch(call, params, "follow", &posting->follow))
		start(posting);
	else
		posting_free(posting);
	return 0;
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
on_changed(void *arg, int err, const char *id, json_t *time, json_t *recipients)
{
	struct posting *posting = arg;

	if (err == 0) {
		answer(posting, id, time, recipients);
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

static bool
check_text(struct rpc_call *call, const char *text)
{
	if (text[0] == '\0')
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a message without text is deleted, not edited");
	else if (strlen(text) > LIMIT_MESSAGE_TEXT)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a message has at most %d bytes", LIMIT_MESSAGE_TEXT);
	else
		return true;
	return false;
}

int
message_edit(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, change_now);

	if (param_text(call, params, "id", true, &posting->about) &&
	    param_text(call, params, "text", true, &posting->text) &&
	    param_switch(call, params, "follow", &posting->follow) &&
	    check_text(call, posting->text))
		start(posting);
	else
		posting_free(posting);
	return 0;
}

int
message_delete(struct rpc_call *call, json_t *params)
{
	struct posting *posting = posting_new(call, params, change_now);

	if (param_text(call, params, "id", true, &posting->about) &&
	    param_switch(call, params, "follow", &posting->follow))
		start(posting);
	else
		posting_free(posting);
	return 0;
}

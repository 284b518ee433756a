/* question.c: questions composed, and waited for. */
#include "camd/methods/question.h"

#include <stdlib.h>

#include "base/choice.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/message/lookup.h"
#include "camd/message/question.h"
#include "camd/message/record.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "loop/worker.h"
#include "store/message.h"

/* -- composing ------------------------------------------------------------- */

/* Two that an answer could not be told apart by are one too many. */
static bool
check_choices(struct rpc_call *call, const struct choices *choices)
{
	for (size_t i = 0; i < choices->count; i++) {
		struct span choice = choices->list[i];

		if (!choice_is_valid(choice)) {
			method_fail(call, CAM_ERR_REQUEST, NULL,
			    "a choice is a line of 1 to %d bytes", CHOICE_MAX);
			return false;
		}
		if (choices_match(choices, choice) != (int)i) {
			method_fail(call, CAM_ERR_REQUEST, NULL,
			    "choice %zu cannot be told from another: '%.*s'",
			    i + 1, (int)choice.len, (const char *)choice.data);
			return false;
		}
	}
	return true;
}

static bool
read_choices(struct rpc_call *call, const json_t *list, struct choices *choices)
{
	choices->count = json_array_size(list);
	if (choices->count > CHOICES_MAX) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a question has at most %d choices", CHOICES_MAX);
		return false;
	}
	for (size_t i = 0; i < choices->count; i++)
		choices->list[i] =
		    span_text(json_string_value(json_array_get(list, i)));
	return check_choices(call, choices);
}

bool
question_compose(struct rpc_call *call, const json_t *params, const char *text,
    char **question)
{
	struct choices choices = { .count = 0 };
	const json_t *list = NULL;
	struct buf buf;

	*question = NULL;
	if (!param_list(call, params, "choices", false, &list))
		return false;
	if (list == NULL)
		return true;
	if (!read_choices(call, list, &choices))
		return false;
	buf_init(&buf, LIMIT_MESSAGE_TEXT + 1);
	buf_put_text(&buf, text);
	choices_write(&choices, &buf);
	*question = buf_steal_text(&buf);
	buf_finish(&buf);
	if (*question == NULL)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a message has at most %d bytes", LIMIT_MESSAGE_TEXT);
	return *question != NULL;
}

/* -- question.wait ----------------------------------------------------------
 */

/* A client that comes back to its question. */
struct waiting {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	char *id; /* as asked for, perhaps a beginning */
	struct lookup lookup;
	struct store_message *question;
	int64_t uid;
	struct record answer;
	bool is_answered;
	int err;
};

static void
waiting_free(struct waiting *waiting)
{
	if (waiting->is_answered)
		record_finish(&waiting->answer);
	free(waiting->question);
	free(waiting->id);
	free(waiting);
}

static int
take_uid(const struct store_delivery *delivery, void *arg)
{
	*(int64_t *)arg = delivery->uid;
	return 0;
}

/* Who asks must have asked a question. */
static int
read_question(struct store *store, struct waiting *waiting)
{
	int err = lookup_message(store, waiting->id, &waiting->lookup);

	if (err == 0)
		err = store_message_get(
		    store, waiting->lookup.row, &waiting->question);
	if (err == 0 &&
	    (waiting->question->from != 0 || !waiting->question->question))
		err = waiting->lookup.err = CAM_ERR_UNKNOWN;
	if (err == 0)
		err = store_delivery_each(
		    store, waiting->lookup.row, take_uid, &waiting->uid);
	return err;
}

static void
read_answer(struct job *job, void *context)
{
	struct waiting *waiting = container_of(job, struct waiting, job);
	struct store_message *message = NULL;
	int64_t row = 0;

	waiting->err = read_question(context, waiting);
	if (waiting->err != 0 ||
	    store_message_find_reply(
		context, waiting->question, waiting->uid, &row) != 0)
		return;
	waiting->err = store_message_get(context, row, &message);
	if (waiting->err == 0)
		waiting->err = record_read(context, message, &waiting->answer);
	waiting->is_answered = waiting->err == 0;
	free(message);
}

static void
wait_on(struct waiting *waiting)
{
	struct client *client = rpc_call_owner(waiting->call);

	if (client != NULL) {
		client_follow(client, waiting->question->id);
		questions_open(
		    waiting->camd->questions, waiting->question, waiting->uid);
	}
	rpc_reply(waiting->call, json_pack("{s:n}", "answer"));
}

static void
on_answer_read(struct job *job)
{
	struct waiting *waiting = container_of(job, struct waiting, job);
	const struct store_message *question = waiting->question;

	if (waiting->lookup.err != 0)
		method_fail_lookup(waiting->call, &waiting->lookup);
	else if (waiting->err != 0)
		method_fail(waiting->call, waiting->err, NULL,
		    "the history cannot be read: %s",
		    cam_strerror(waiting->err));
	else if (waiting->is_answered)
		rpc_reply(waiting->call,
		    json_pack("{s:o}", "answer",
			question_answer(waiting->camd, question->id,
			    question->text, &waiting->answer)));
	else
		wait_on(waiting);
	waiting_free(waiting);
}

/* The writer reads, so that what is being stored has been. */
int
question_wait(struct rpc_call *call, json_t *params)
{
	const char *id = NULL;
	struct waiting *waiting = NULL;

	if (!param_text(call, params, "id", true, &id))
		return 0;
	waiting = xcalloc(1, sizeof *waiting);
	waiting->camd = method_camd(call);
	waiting->call = call;
	waiting->id = xstrdup(id);
	waiting->job.work = read_answer;
	waiting->job.done = on_answer_read;
	workers_submit(waiting->camd->writer, &waiting->job);
	return 0;
}

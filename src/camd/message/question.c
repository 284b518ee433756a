/* question.c: questions of scripts that wait for their answer. */
#include "camd/message/question.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/choice.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/clients.h"
#include "camd/events.h"
#include "camd/message/object.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/profile.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/message.h"
#include "store/profile.h"

/* Who was connected before a restart comes back within that time; so many
 * questions are remembered. */
enum { GRACE_MS = 60 * 1000, REMEMBERED_MAX = 1024 };

static const char *const profile_name = "questions.open";

struct question {
	TAILQ_ENTRY(question) entry; /* the oldest first */
	int64_t row;
	char id[ID_SIZE];
	int64_t uid;
	char *text;
	bool claimed;
	uint64_t grace_ms; /* until then it is open without a client; or 0 */
};

struct questions {
	struct camd *camd;
	TAILQ_HEAD(question_list, question) list;
};

static void
question_free(struct question *question)
{
	free(question->text);
	free(question);
}

static struct question *
find(const struct questions *questions, const char *id)
{
	struct question *question;

	TAILQ_FOREACH (question, &questions->list, entry) {
		if (strcmp(question->id, id) == 0)
			return question;
	}
	return NULL;
}

static struct question *
add(struct questions *questions, const struct store_message *message,
    int64_t uid)
{
	struct question *question = xcalloc(1, sizeof *question), *after;

	question->row = message->row;
	memcpy(question->id, message->id, sizeof question->id);
	question->uid = uid;
	question->text = xstrdup(message->text);
	TAILQ_FOREACH_REVERSE (after, &questions->list, question_list, entry) {
		if (after->row < question->row)
			break;
	}
	if (after != NULL)
		TAILQ_INSERT_AFTER(&questions->list, after, question, entry);
	else
		TAILQ_INSERT_HEAD(&questions->list, question, entry);
	return question;
}

/* -- remembered -------------------------------------------------------------
 */

/* Their ids one behind the other. */
static void
remember(const struct questions *questions)
{
	const struct question *question;
	struct buf ids;
	char *text = NULL;
	size_t count = 0;

	buf_init(&ids, (size_t)REMEMBERED_MAX * ID_SIZE);
	TAILQ_FOREACH (question, &questions->list, entry) {
		if (++count < REMEMBERED_MAX)
			buf_put_text(&ids, question->id);
	}
	text = ids.len > 0 ? buf_steal_text(&ids) : NULL;
	buf_finish(&ids);
	profile_keep(questions->camd, profile_name, text);
	free(text);
}

static int
take_uid(const struct store_delivery *delivery, void *arg)
{
	*(int64_t *)arg = delivery->uid;
	return 0;
}

/* One that is not there any more is passed over. */
static void
recall(struct questions *questions, struct store *store, const char *id)
{
	struct store_message *message = NULL;
	int64_t row = 0, uid = 0;

	if (store_message_find(store, id, NULL, 0, NULL, &row) == 0 &&
	    store_message_get(store, row, &message) == 0 &&
	    message->from == 0 && message->question &&
	    store_delivery_each(store, row, take_uid, &uid) == 0 && uid != 0)
		add(questions, message, uid)->grace_ms =
		    clock_now_ms() + GRACE_MS;
	free(message);
}

struct questions *
questions_new(struct camd *camd, struct store *store)
{
	struct questions *questions = xcalloc(1, sizeof *questions);
	char *ids = NULL, id[ID_SIZE] = "";

	questions->camd = camd;
	TAILQ_INIT(&questions->list);
	if (store_profile_get(store, profile_name, &ids) == 0) {
		for (const char *next = ids; strlen(next) >= ID_SIZE - 1;
		     next += ID_SIZE - 1) {
			memcpy(id, next, ID_SIZE - 1);
			recall(questions, store, id);
		}
	}
	free(ids);
	return questions;
}

void
questions_free(struct questions *questions)
{
	struct question *question;

	if (questions == NULL)
		return;
	while ((question = TAILQ_FIRST(&questions->list)) != NULL) {
		TAILQ_REMOVE(&questions->list, question, entry);
		question_free(question);
	}
	free(questions);
}

/* -- opened and given up ----------------------------------------------------
 */

static bool
is_open(const struct questions *questions, const struct question *question)
{
	const struct clients *clients = questions->camd->clients;

	return clock_now_ms() < question->grace_ms ||
	       (clients != NULL && clients_follow(clients, question->id));
}

void
questions_open(struct questions *questions, const struct store_message *message,
    int64_t uid)
{
	if (questions == NULL || find(questions, message->id) != NULL)
		return;
	questions_prune(questions);
	add(questions, message, uid);
	remember(questions);
}

void
questions_prune(struct questions *questions)
{
	struct question *question, *next;
	bool changed = false;

	if (questions == NULL)
		return;
	for (question = TAILQ_FIRST(&questions->list); question != NULL;
	     question = next) {
		next = TAILQ_NEXT(question, entry);
		if (question->claimed || is_open(questions, question))
			continue;
		TAILQ_REMOVE(&questions->list, question, entry);
		question_free(question);
		changed = true;
	}
	if (changed)
		remember(questions);
}

/* -- answered ---------------------------------------------------------------
 */

bool
question_is_answer(const struct store_message *message)
{
	const char *text = message->text;

	return message->type == STORE_MESSAGE && !message->sealed &&
	       !message->automatic && !message->broadcast &&
	       text[strspn(text, " \t\r\n")] != '\0';
}

/* Users may have been merged meanwhile. */
static bool
was_asked(const struct questions *questions, const struct question *question,
    int64_t uid)
{
	const struct roster *roster = questions->camd->roster;
	const struct user *user = roster_by_uid(roster, question->uid);

	return question->uid == uid ||
	       (user != NULL && user == roster_by_uid(roster, uid));
}

void
questions_claim(struct questions *questions, struct store_message *row)
{
	struct question *question;

	if (questions == NULL || row->reply_to[0] != '\0' ||
	    !question_is_answer(row))
		return;
	questions_prune(questions);
	TAILQ_FOREACH (question, &questions->list, entry) {
		if (!question->claimed &&
		    was_asked(questions, question, row->from))
			break;
	}
	if (question == NULL)
		return;
	question->claimed = true;
	memcpy(row->reply_to, question->id, sizeof row->reply_to);
}

json_t *
question_answer(const struct camd *camd, const char *id, const char *text,
    const struct record *answer)
{
	json_t *message = message_object(camd, answer), *object = json_object();
	struct span said = span_text(answer->message->text);
	struct choices choices;
	int choice;

	choices_read(span_text(text), &choices);
	choice = choices_match(&choices, said);
	json_object_set_new(object, "id", json_string(id));
	json_object_set(object, "from", json_object_get(message, "from"));
	json_object_set_new(object, "choice",
	    choice >= 0 ? json_integer(choice + 1) : json_null());
	json_object_set_new(object, "answer",
	    json_text(choice >= 0 ? choices.list[choice] : said));
	json_object_set_new(object, "message", message);
	return object;
}

void
questions_settle(struct questions *questions, const struct store_message *row,
    const struct record *record)
{
	struct question *question =
	    questions != NULL ? find(questions, row->reply_to) : NULL;

	if (question == NULL || !question_is_answer(row) ||
	    !was_asked(questions, question, row->from))
		return;
	if (record == NULL) {
		question->claimed = false;
		return;
	}
	TAILQ_REMOVE(&questions->list, question, entry);
	events_tell(questions->camd->events, EVENT_QUESTION_ANSWERED,
	    question_answer(
		questions->camd, question->id, question->text, record));
	question_free(question);
	remember(questions);
}

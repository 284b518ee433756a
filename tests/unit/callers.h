/* callers.h: several camd's calls on a network of queues, with media processes
 * that only remember: what is said arrives in order on each link, and links
 * break, as the test likes. */
#ifndef CAM_TEST_CALLERS_H
#define CAM_TEST_CALLERS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"
#include "loop/loop.h"
#include "recordings.h"
#include "rpc/names.h"
#include "test.h"

enum { CALLERS_MAX = 7, MEDIA_MAX = 256 };

struct callers;

/* A line under way from one to another. */
struct letter {
	TAILQ_ENTRY(letter) entry;
	char *method; /* NULL: an answer */
	json_t *body;
	int err;
	char *word;
	struct question *question; /* of a request and its answer */
};
TAILQ_HEAD(letters, letter);

struct question {
	LIST_ENTRY(question) entry;
	size_t from, to;
	void (*on_done)(
	    void *arg, int err, json_t *result, const char *message);
	void *arg;
};

struct caller {
	struct callers *callers;
	size_t place;
	struct calls *calls;
	uint8_t key[SIGN_KEY_SIZE];
	bool stranger;	 /* cannot call */
	bool unfriendly; /* wants no calls */
	unsigned events[8];
	char last[32];		 /* event */
	enum call_reason reason; /* of the last that ended */
	char text[80];
	size_t ports; /* taken */
};

/* One a call: whom it hears, by number. */
struct process {
	LIST_ENTRY(process) entry;
	struct callers *callers;
	const struct process_host *host;
	void *arg;
	bool opened, left, dead;
	bool mute, hold, shows;
	uint8_t own[MEDIA_SECRET_SIZE];
	bool slow; /* to change devices */
	rpc_caller_answer *on_changed;
	void *changed_arg;
	bool hears[MEDIA_MAX];
	uint8_t secrets[MEDIA_MAX][MEDIA_SECRET_SIZE];
};

struct callers {
	struct loop *loop;
	struct caller list[CALLERS_MAX];
	size_t count;
	bool linked[CALLERS_MAX][CALLERS_MAX];
	struct letters letters[CALLERS_MAX][CALLERS_MAX];
	LIST_HEAD(, question) questions;
	LIST_HEAD(, process) processes;
	struct recordings recordings;
	size_t port_max;
	bool no_process;
};

/* -- the network ------------------------------------------------------------
 */

static inline void
letter_free(struct letter *letter)
{
	json_decref(letter->body);
	free(letter->method);
	free(letter->word);
	free(letter);
}

static inline void
callers_post(struct callers *callers, size_t from, size_t to,
    const char *method, json_t *body, struct question *question)
{
	struct letter *letter = xcalloc(1, sizeof *letter);

	letter->method = method != NULL ? xstrdup(method) : NULL;
	letter->body = body;
	letter->question = question;
	TAILQ_INSERT_TAIL(&callers->letters[from][to], letter, entry);
}

static inline enum calls_reach
callers_reach(void *arg, int64_t uid)
{
	const struct caller *caller = arg;
	size_t to = (size_t)uid - 1;

	if (caller->callers->list[to].stranger)
		return CALLS_UNABLE;
	return caller->callers->linked[caller->place][to] ? CALLS_REACHED
							  : CALLS_DIALING;
}

static inline bool
callers_key_of(void *arg, int64_t uid, uint8_t key[SIGN_KEY_SIZE])
{
	const struct caller *caller = arg;

	memcpy(key, caller->callers->list[uid - 1].key, SIGN_KEY_SIZE);
	return true;
}

static inline int64_t
callers_uid_of(void *arg, const uint8_t key[SIGN_KEY_SIZE], const char *id)
{
	const struct caller *caller = arg;

	for (size_t i = 0; i < caller->callers->count; i++) {
		if (memcmp(caller->callers->list[i].key, key, SIGN_KEY_SIZE) ==
		    0)
			return (int64_t)i + 1;
	}
	return 0;
}

static inline char *
callers_id_of(void *arg, int64_t uid)
{
	return xasprintf("user%d@pc", (int)uid);
}

static inline bool
callers_address(void *arg, int64_t uid, struct addr *addr)
{
	*addr = addr_v4(0x7f000001 + (uint32_t)uid, 1000);
	return true;
}

static inline bool
callers_admits(void *arg, int64_t uid)
{
	const struct caller *caller = arg;

	return !caller->unfriendly;
}

static inline int
callers_ask(void *arg, int64_t uid, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *done_arg)
{
	struct caller *caller = arg;
	struct callers *callers = caller->callers;
	struct question *question = NULL;

	if (!callers->linked[caller->place][uid - 1]) {
		json_decref(params);
		return CAM_ERR_CLOSED;
	}
	question = xcalloc(1, sizeof *question);
	*question = (struct question){ .from = caller->place,
		.to = (size_t)uid - 1,
		.on_done = on_done,
		.arg = done_arg };
	LIST_INSERT_HEAD(&callers->questions, question, entry);
	callers_post(
	    callers, caller->place, (size_t)uid - 1, method, params, question);
	return 0;
}

static inline int
callers_tell(void *arg, int64_t uid, const char *method, json_t *params)
{
	struct caller *caller = arg;

	if (!caller->callers->linked[caller->place][uid - 1]) {
		json_decref(params);
		return CAM_ERR_CLOSED;
	}
	callers_post(caller->callers, caller->place, (size_t)uid - 1, method,
	    params, NULL);
	return 0;
}

static inline void
question_end(
    struct question *question, int err, json_t *result, const char *word)
{
	LIST_REMOVE(question, entry);
	question->on_done(question->arg, err, result, word);
	free(question);
}

/* The first letter on that way arrives. */
static inline void
callers_deliver(struct callers *callers, size_t from, size_t to)
{
	struct letter *letter = TAILQ_FIRST(&callers->letters[from][to]);
	struct caller *caller = &callers->list[to];
	json_t *result = NULL;
	const char *word = NULL;
	int err;

	TAILQ_REMOVE(&callers->letters[from][to], letter, entry);
	if (letter->method == NULL) {
		question_end(
		    letter->question, letter->err, letter->body, letter->word);
	} else {
		err = calls_hear(caller->calls, (int64_t)from + 1,
		    letter->method, letter->body, &result, &word);
		if (letter->question != NULL) {
			callers_post(callers, to, from, NULL,
			    result != NULL ? result : json_object(),
			    letter->question);
			TAILQ_LAST(&callers->letters[to][from], letters)->err =
			    err;
			TAILQ_LAST(&callers->letters[to][from], letters)->word =
			    word != NULL ? xstrdup(word) : NULL;
		} else {
			json_decref(result);
		}
	}
	letter_free(letter);
}

static inline void
callers_drop_letters(struct callers *callers, size_t from, size_t to)
{
	struct letter *letter;

	while ((letter = TAILQ_FIRST(&callers->letters[from][to])) != NULL) {
		TAILQ_REMOVE(&callers->letters[from][to], letter, entry);
		letter_free(letter);
	}
}

static inline void
callers_end_questions(struct callers *callers, size_t a, size_t b)
{
	struct question *question, *next;

	for (question = LIST_FIRST(&callers->questions); question != NULL;
	     question = next) {
		next = LIST_NEXT(question, entry);
		if ((question->from == a && question->to == b) ||
		    (question->from == b && question->to == a)) {
			question_end(question, CAM_ERR_CLOSED, NULL, NULL);
			next = LIST_FIRST(&callers->questions);
		}
	}
}

static inline void
callers_break(struct callers *callers, size_t a, size_t b)
{
	if (!callers->linked[a][b])
		return;
	callers->linked[a][b] = callers->linked[b][a] = false;
	callers_drop_letters(callers, a, b);
	callers_drop_letters(callers, b, a);
	callers_end_questions(callers, a, b);
	calls_link_closed(callers->list[a].calls, (int64_t)b + 1);
	calls_link_closed(callers->list[b].calls, (int64_t)a + 1);
}

static inline void
callers_link(struct callers *callers, size_t a, size_t b)
{
	if (callers->linked[a][b])
		return;
	callers->linked[a][b] = callers->linked[b][a] = true;
	calls_link_open(callers->list[a].calls, (int64_t)b + 1);
	calls_link_open(callers->list[b].calls, (int64_t)a + 1);
}

/* -- media processes --------------------------------------------------------
 */

static inline int
process_begin(struct loop *loop, const struct process_host *host, void *arg,
    struct process **result)
{
	struct call *call = arg;
	struct caller *caller = call->calls->arg;
	struct process *process = xcalloc(1, sizeof *process);

	if (caller->callers->no_process) {
		free(process);
		return CAM_ERR_UNSUPPORTED;
	}
	process->callers = caller->callers;
	process->host = host;
	process->arg = arg;
	LIST_INSERT_HEAD(&caller->callers->processes, process, entry);
	*result = process;
	return 0;
}

/* Who waits for its answer waits in vain. */
static inline void
process_hang_up(struct process *process)
{
	rpc_caller_answer *on_changed = process->on_changed;

	process->on_changed = NULL;
	if (on_changed != NULL)
		on_changed(process->changed_arg, CAM_ERR_CLOSED, NULL, NULL);
}

/* Its exit status follows. */
static inline void
callers_kill(struct process *process)
{
	process->dead = true;
	process_hang_up(process);
}

static inline void
process_leave(struct process *process)
{
	process->left = true;
	process_hang_up(process);
}

static inline void
process_drop(struct process *process)
{
	if (process == NULL)
		return;
	process_hang_up(process);
	LIST_REMOVE(process, entry);
	free(process);
}

static inline void
process_take(struct process *process, const char *method, json_t *params)
{
	json_int_t number =
	    json_integer_value(json_object_get(params, "member"));
	struct media media;

	if (strcmp(method, MEDIA_OPEN) == 0 ||
	    strcmp(method, MEDIA_REKEY) == 0) {
		assert_int_equal(
		    media_parse(json_object_get(params, "own"), &media), 0);
		memcpy(process->own, media.secret, sizeof process->own);
		process->opened = true;
	} else if (strcmp(method, MEDIA_ADD) == 0) {
		assert_int_equal(
		    media_parse(json_object_get(params, "media"), &media), 0);
		assert_in_range(number, 1, MEDIA_MAX - 1);
		process->hears[number] = true;
		memcpy(process->secrets[number], media.secret,
		    sizeof media.secret);
	} else if (strcmp(method, MEDIA_REMOVE) == 0) {
		assert_true(process->hears[number]);
		process->hears[number] = false;
	} else if (strcmp(method, MEDIA_SET) == 0 &&
		   json_object_get(params, "video") != NULL) {
		process->shows =
		    strcmp(json_string_value(json_object_get(
			       json_object_get(
				   json_object_get(params, "video"), "in"),
			       "kind")),
			"none") != 0;
	} else if (strcmp(method, MEDIA_SET) == 0 &&
		   json_object_get(params, "mute") != NULL) {
		process->mute = json_is_true(json_object_get(params, "mute"));
		process->hold = json_is_true(json_object_get(params, "hold"));
	}
}

static inline void
process_hear(struct process *process, const char *method, json_t *params,
    const int *fds, size_t fd_count, rpc_caller_answer *on_answer, void *arg)
{
	json_t *result = json_pack("{s:i}", "delay_ms", 20);

	process_take(process, method, params);
	if (process->slow && process->on_changed == NULL &&
	    json_object_get(params, "audio") != NULL) {
		process->on_changed = on_answer;
		process->changed_arg = arg;
	} else {
		on_answer(arg, 0, result, NULL);
	}
	json_decref(result);
	json_decref(params);
}

static inline struct recordings *
recordings_of(const struct call *call)
{
	struct caller *caller = call->calls->arg;

	return &caller->callers->recordings;
}

static const struct process_ops callers_process = { .start = process_begin,
	.leave = process_leave,
	.free = process_drop,
	.ask = process_hear };

/* Those that were to end have ended. */
static inline void
callers_end_processes(struct callers *callers)
{
	struct process *process, *next;

	for (process = LIST_FIRST(&callers->processes); process != NULL;
	     process = next) {
		next = LIST_NEXT(process, entry);
		if (process->left || process->dead) {
			process->host->on_ended(process->arg);
			next = LIST_FIRST(&callers->processes);
		}
	}
	recordings_end(&callers->recordings);
}

/* -- the rest ---------------------------------------------------------------
 */

static inline int
callers_port(void *arg, int *fd, uint16_t *port)
{
	struct caller *caller = arg;
	struct call *call;
	size_t taken = 0;

	TAILQ_FOREACH (call, &caller->calls->list, entry)
		taken++;
	if (taken >= caller->callers->port_max)
		return CAM_ERR_FULL;
	*fd = -1;
	*port = (uint16_t)(22224 + taken);
	return 0;
}

static inline enum media_codec
callers_codec(void *arg)
{
	return MEDIA_VP9;
}

static inline void
callers_equip(void *arg, json_t *params)
{
}

static inline uint64_t
callers_ring_ms(void *arg)
{
	return 3600 * 1000;
}

static inline void
callers_on_event(void *arg, const struct call *call, const char *event)
{
	struct caller *caller = arg;

	snprintf(caller->last, sizeof caller->last, "%s", event);
	if (strcmp(event, EVENT_CALL_ENDED) == 0) {
		caller->reason = call->reason;
		snprintf(caller->text, sizeof caller->text, "%s",
		    call->text != NULL ? call->text : "");
	}
}

static inline void
callers_on_levels(void *arg, const struct call *call, const json_t *levels)
{
}

static const struct calls_ops callers_ops = {
	.reach = callers_reach,
	.key_of = callers_key_of,
	.uid_of = callers_uid_of,
	.id_of = callers_id_of,
	.address = callers_address,
	.admits = callers_admits,
	.ask = callers_ask,
	.tell = callers_tell,
	.port = callers_port,
	.process = &callers_process,
	.codec = callers_codec,
	.recording = &recordings_ops,
	.equip = callers_equip,
	.ring_ms = callers_ring_ms,
	.on_event = callers_on_event,
	.on_levels = callers_on_levels,
};

static inline struct callers *
callers_open(size_t count)
{
	struct callers *callers = xcalloc(1, sizeof *callers);

	callers->loop = loop_new();
	callers->count = count;
	callers->port_max = 6;
	LIST_INIT(&callers->questions);
	LIST_INIT(&callers->processes);
	LIST_INIT(&callers->recordings.list);
	for (size_t i = 0; i < count; i++) {
		struct caller *caller = &callers->list[i];

		caller->callers = callers;
		caller->place = i;
		memset(caller->key, (int)i + 1, sizeof caller->key);
		caller->calls =
		    calls_new(callers->loop, &callers_ops, caller, caller->key);
		for (size_t k = 0; k < count; k++) {
			TAILQ_INIT(&callers->letters[i][k]);
			callers->linked[i][k] = i != k;
		}
	}
	return callers;
}

static inline void
callers_close(struct callers *callers)
{
	for (size_t i = 0; i < callers->count; i++)
		calls_stop(callers->list[i].calls);
	for (size_t i = 0; i < callers->count; i++) {
		for (size_t k = 0; k < callers->count; k++) {
			callers_drop_letters(callers, i, k);
			callers_end_questions(callers, i, k);
		}
	}
	for (size_t i = 0; i < callers->count; i++)
		calls_free(callers->list[i].calls);
	assert_true(LIST_EMPTY(&callers->processes));
	assert_true(LIST_EMPTY(&callers->recordings.list));
	loop_free(callers->loop);
	free(callers);
}

static inline bool
callers_deliver_all(struct callers *callers)
{
	bool any = false;

	for (size_t i = 0; i < callers->count; i++) {
		for (size_t k = 0; k < callers->count; k++) {
			while (!TAILQ_EMPTY(&callers->letters[i][k])) {
				callers_deliver(callers, i, k);
				any = true;
			}
		}
	}
	return any;
}

/* Everything that was said has arrived, and what ends has ended. */
static inline void
callers_settle(struct callers *callers)
{
	do {
		callers_end_processes(callers);
		loop_turn(callers->loop, 0);
	} while (callers_deliver_all(callers));
}

static inline struct call *
callers_call(struct callers *callers, size_t place)
{
	return TAILQ_FIRST(&callers->list[place].calls->list);
}

static inline struct call *
callers_start(
    struct callers *callers, size_t from, const int64_t *uids, size_t count)
{
	const struct call_wish wish = {
		.uids = uids, .count = count, .devices = devices_new()
	};
	struct call *call = NULL;

	return calls_start(callers->list[from].calls, &wish, &call) == 0 ? call
									 : NULL;
}

#endif

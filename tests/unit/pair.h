/* pair.h: two whole camd on one loop, each on a loopback address of its own,
 * that find each other and talk over real links. */
#ifndef CAM_TEST_PAIR_H
#define CAM_TEST_PAIR_H

#include <jansson.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/message/inbox.h"
#include "camd/message/outbox.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/settings.h"
#include "lan/lan.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/delivery.h"
#include "store/history.h"
#include "store/message.h"
#include "store/store.h"
#include "test.h"

enum { PAIR_PATIENCE_MS = 300000 };

struct half {
	struct pair *pair;
	struct half *other;
	char folder[64];
	const char *id; /* "anna@pc1" */
	struct camd camd;
};

struct pair {
	struct loop *loop;
	struct timer patience;
	struct half anna, bob;
};

/* -- making and ending ----------------------------------------------------- */

static inline void
on_pair_patience_over(void *arg)
{
	fail_msg("nothing happens any more");
}

static inline void
pair_turn(struct pair *pair)
{
	timer_start(&pair->patience, PAIR_PATIENCE_MS);
	loop_turn(pair->loop, 1);
	timer_stop(&pair->patience);
}

static inline void
half_make(struct half *half, const char *user, const char *host,
    const char *keys, int octet, const char *settings)
{
	unsigned pid = (unsigned)getpid(), x = 64 + pid % 128,
		 y = pid / 128 % 256;
	char *command, *path;
	FILE *file;

	strcpy(half->folder, "/tmp/cam-half-XXXXXX");
	assert_non_null(mkdtemp(half->folder));
	path = xasprintf("%s/cam.ini", half->folder);
	file = fopen(path, "w");
	fprintf(file,
	    "user.name = %s\nuser.host = %s\nuser.nick = %s\n"
	    "net.bind = 127.%u.%u.%d\nnet.broadcast = 127.%u.%u.%d\n"
	    "net.ipv6 = off\nlog.level = error\n%s",
	    user, host, user, x, y, octet, x, y, 3 - octet, settings);
	fclose(file);
	chmod(path, 0600);
	free(path);
	/* Making RSA keys takes longer than most tests. */
	command = xasprintf(
	    "mkdir -m 700 %s/data %s/data/keys && "
	    "install -m 600 %s/keys/%s2048.pem %s/data/keys/rsa2048.pem && "
	    "install -m 600 %s/keys/%s1024.pem %s/data/keys/rsa1024.pem",
	    half->folder, half->folder, TEST_DATA, keys, half->folder,
	    TEST_DATA, keys, half->folder);
	assert_int_equal(system(command), 0);
	free(command);
	half->id = xasprintf("%s@%s", user, host);
}

static inline void
half_start(struct half *half)
{
	char *problem = NULL;

	half->camd = (struct camd){ .loop = half->pair->loop };
	assert_int_equal(paths_find(half->folder, &half->camd.paths), 0);
	assert_int_equal(camd_settings_open(half->camd.paths.settings,
			     &half->camd.settings, &problem),
	    0);
	if (camd_start(&half->camd, -1, &problem) != 0)
		fail_msg("%s", problem);
}

static inline void
half_stop(struct half *half)
{
	camd_finish(&half->camd);
	settings_free(half->camd.settings);
	paths_finish(&half->camd.paths);
}

static inline struct pair *
pair_open(const char *settings)
{
	struct pair *pair = xcalloc(1, sizeof *pair);

	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, 0);
	pair->loop = loop_new();
	timer_init(&pair->patience, pair->loop, on_pair_patience_over, pair);
	pair->anna.pair = pair->bob.pair = pair;
	pair->anna.other = &pair->bob;
	pair->bob.other = &pair->anna;
	half_make(&pair->anna, "anna", "pc1", "win", 1, settings);
	half_make(&pair->bob, "bob", "pc2", "other", 2, settings);
	half_start(&pair->anna);
	half_start(&pair->bob);
	return pair;
}

static inline void
half_remove(struct half *half)
{
	char *command = xasprintf("rm -r %s", half->folder);

	half_stop(half);
	assert_int_equal(system(command), 0);
	free(command);
	free((char *)half->id);
}

static inline void
pair_close(struct pair *pair)
{
	half_remove(&pair->anna);
	half_remove(&pair->bob);
	timer_finish(&pair->patience);
	loop_free(pair->loop);
	free(pair);
}

/* -- finding each other ---------------------------------------------------- */

/* The other one, as this one knows him; NULL: not yet. */
static inline struct user *
half_friend(struct half *half)
{
	return roster_by_id(half->camd.roster, half->other->id);
}

static inline struct link *
half_link(struct half *half)
{
	struct user *friend = half_friend(half);

	return friend != NULL ? links_of(half->camd.links, friend) : NULL;
}

/* Both know each other, and the link is open at both ends. */
static inline void
pair_meet(struct pair *pair)
{
	lan_enter(pair->anna.camd.lan);
	while (
	    half_friend(&pair->anna) == NULL || half_friend(&pair->bob) == NULL)
		pair_turn(pair);
	while (
	    half_link(&pair->anna) == NULL || half_link(&pair->bob) == NULL) {
		(void)links_want(
		    pair->anna.camd.links, half_friend(&pair->anna));
		pair_turn(pair);
	}
}

/* -- sending --------------------------------------------------------------- */

struct pair_sent {
	char id[ID_SIZE];
	bool stored;
	int err;
};

static inline void
on_pair_stored(void *arg, int err, const struct outbox_sent *outbox_sent)
{
	struct pair_sent *sent = arg;

	sent->stored = true;
	sent->err = err;
	if (err == 0)
		memcpy(sent->id, outbox_sent->id, ID_SIZE);
}

/* Stored when it returns. */
static inline struct pair_sent
half_send_to(struct half *half, struct user **to, size_t count,
    const char *text, struct outbox_request request)
{
	struct pair_sent sent = { .stored = false };

	request.text = text;
	request.text_len = strlen(text);
	request.to = to;
	request.to_count = count;
	outbox_send(half->camd.outbox, &request, on_pair_stored, &sent);
	while (!sent.stored)
		pair_turn(half->pair);
	assert_int_equal(sent.err, 0);
	return sent;
}

static inline struct pair_sent
half_send(struct half *half, const char *text)
{
	struct user *friend = half_friend(half);

	return half_send_to(
	    half, &friend, 1, text, (struct outbox_request){ .reply = NULL });
}

static inline bool
half_is_busy(const struct half *half)
{
	return workers_load(half->camd.pool) > 0 ||
	       workers_load(half->camd.writer) > 0 ||
	       inbox_pending(half->camd.inbox) > 0;
}

/* Everything has arrived, and is stored. */
static inline void
pair_settle(struct pair *pair)
{
	while (outbox_count(pair->anna.camd.outbox) > 0 ||
	       outbox_count(pair->bob.camd.outbox) > 0 ||
	       half_is_busy(&pair->anna) || half_is_busy(&pair->bob))
		pair_turn(pair);
}

/* A writer that waits: nothing is stored, so nothing is acknowledged. */
struct half_block {
	struct job job;
	sem_t go;
	bool done;
};

static inline void
half_wait_for_go(struct job *job, void *context)
{
	while (sem_wait(&container_of(job, struct half_block, job)->go) != 0)
		;
}

static inline void
on_half_went(struct job *job)
{
	container_of(job, struct half_block, job)->done = true;
}

static inline void
half_block(struct half *half, struct half_block *block)
{
	*block = (struct half_block){ .done = false };
	sem_init(&block->go, 0, 0);
	block->job.work = half_wait_for_go;
	block->job.done = on_half_went;
	workers_submit(half->camd.writer, &block->job);
}

static inline void
half_go_on(struct half *half, struct half_block *block)
{
	sem_post(&block->go);
	while (!block->done)
		pair_turn(half->pair);
	sem_destroy(&block->go);
}

/* -- what is stored -------------------------------------------------------- */

struct half_look {
	struct job job;
	void (*look)(struct store *store, void *arg);
	void *arg;
	bool done;
};

static inline void
half_look_now(struct job *job, void *context)
{
	struct half_look *look = container_of(job, struct half_look, job);

	look->look(context, look->arg);
}

static inline void
on_half_looked(struct job *job)
{
	container_of(job, struct half_look, job)->done = true;
}

/* Calls look with the database, behind all that was to be written. */
static inline void
half_look(
    struct half *half, void (*look)(struct store *store, void *arg), void *arg)
{
	struct half_look job = { .look = look, .arg = arg };

	job.job.work = half_look_now;
	job.job.done = on_half_looked;
	workers_submit(half->camd.writer, &job.job);
	while (!job.done)
		pair_turn(half->pair);
}

struct half_row {
	const char *id;
	struct store_message *message; /* NULL: none */
	struct store_delivery delivery;
};

static inline int
take_half_delivery(const struct store_delivery *delivery, void *arg)
{
	struct half_row *row = arg;

	row->delivery = *delivery;
	return 0;
}

static inline void
look_for_half_row(struct store *store, void *arg)
{
	struct half_row *row = arg;
	int64_t number;

	if (store_message_find(store, row->id, NULL, 0, NULL, &number) != 0)
		return;
	(void)store_message_get(store, number, &row->message);
	(void)store_delivery_each(store, number, take_half_delivery, row);
}

/* The message with that id and its (last) delivery; free row.message. */
static inline struct half_row
half_row(struct half *half, const char *id)
{
	struct half_row row = { .id = id };

	half_look(half, look_for_half_row, &row);
	return row;
}

/* All received messages, in the order of arrival. */
struct half_texts {
	char **list;
	size_t count;
	uint64_t missing; /* before them, as is told */
};

static inline int
take_half_text(const struct store_message *message, void *arg)
{
	struct half_texts *texts = arg;

	if (message->from == 0)
		return 0;
	texts->list =
	    xreallocarray(texts->list, texts->count + 1, sizeof *texts->list);
	texts->list[texts->count++] = xstrdup(message->text);
	texts->missing += message->missing;
	return 0;
}

/* On the writer's thread, where nothing can be asserted. */
static inline void
look_for_half_texts(struct store *store, void *arg)
{
	struct store_query query = { .after_row = -1, .limit = 100 };
	int64_t next = -1;

	while (next != 0 &&
	       store_history(store, &query, take_half_text, arg, &next) == 0)
		query.after_row = next;
}

static inline struct half_texts
half_texts(struct half *half)
{
	struct half_texts texts = { 0 };

	half_look(half, look_for_half_texts, &texts);
	return texts;
}

static inline void
half_texts_free(struct half_texts *texts)
{
	while (texts->count > 0)
		free(texts->list[--texts->count]);
	free(texts->list);
}

static inline int
pair_setup(void **state)
{
	*state = pair_open("");
	pair_meet(*state);
	return 0;
}

static inline int
pair_teardown(void **state)
{
	pair_close(*state);
	return 0;
}

#define TEST_OF_PAIR(test)                                                     \
	cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown)

#endif

/* offers.h: files, and what one of two whole camd does with offers of them. */
#ifndef CAM_TEST_OFFERS_H
#define CAM_TEST_OFFERS_H

#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "camd/offer/grant.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "pair.h"
#include "store/transfer.h"

/* Long on its way, and soon read: nearly all of it is a hole. */
enum { BIG = 256 * 1024 * 1024, LONG = 1024 * 1024 * 1024 };

/* -- files ------------------------------------------------------------------
 */

/* Beside anna's things; bytes that are not all alike. */
static inline char *
make_file(struct half *half, const char *name, size_t size)
{
	char *path = xasprintf("%s/%s", half->folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	uint8_t bytes[8192];

	assert_true(fd >= 0);
	for (size_t at = 0; at < size;) {
		size_t len =
		    size - at < sizeof bytes ? size - at : sizeof bytes;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)((at + i) * 2654435761U >> 13);
		assert_int_equal(write(fd, bytes, len), (ssize_t)len);
		at += len;
	}
	close(fd);
	return path;
}

static inline char *
make_big_file(struct half *half, off_t size)
{
	char *path = make_file(half, "big.bin", 1024 * 1024);

	assert_int_equal(truncate(path, size), 0);
	return path;
}

static inline bool
is_same(const char *a, const char *b)
{
	char *command = xasprintf("cmp -s '%s' '%s'", a, b);
	int status = system(command);

	free(command);
	return status == 0;
}

static inline size_t
count_in(const char *folder, const char *pattern)
{
	char *command =
	    xasprintf("find %s -mindepth 1 -name '%s' 2>/dev/null | wc -l",
		folder, pattern);
	FILE *pipe = popen(command, "r");
	size_t count = 0;

	assert_int_equal(fscanf(pipe, "%zu", &count), 1);
	pclose(pipe);
	free(command);
	return count;
}

/* -- offering ---------------------------------------------------------------
 */

struct made {
	bool done;
	int err;
	struct offering *offering;
};

static inline void
on_made(void *arg, int err, int error, size_t place, struct offering *offering)
{
	struct made *made = arg;

	made->done = true;
	made->err = err;
	made->offering = offering;
}

static inline struct made
make_offering(struct half *half, struct offering_wish wish, uint32_t fetches)
{
	struct made made = { .done = false };

	offering_make(&half->camd, &wish, 1, fetches, on_made, &made);
	while (!made.done)
		pair_turn(half->pair);
	return made;
}

static inline struct pair_sent
offer(
    struct half *half, struct offering_wish wish, uint32_t fetches, bool sealed)
{
	struct made made = make_offering(half, wish, fetches);
	struct user *friend = half_friend(half);
	struct pair_sent sent;

	assert_int_equal(made.err, 0);
	sent = half_send_to(half, &friend, 1, "",
	    (struct outbox_request){
		.offering = made.offering, .sealed = sealed });
	offering_free(made.offering);
	pair_settle(half->pair);
	return sent;
}

static inline struct pair_sent
offer_path(struct half *half, const char *path)
{
	return offer(half, (struct offering_wish){ .path = path }, 0, false);
}

/* -- rows -------------------------------------------------------------------
 */

struct look {
	const char *id;
	struct offer_rows rows;
};

static inline void
look_for_rows(struct store *store, void *arg)
{
	struct look *look = arg;
	int64_t message;

	look->rows = (struct offer_rows){ NULL, 0, 0 };
	if (store_message_find(store, look->id, NULL, 0, NULL, &message) == 0)
		(void)offer_rows_read(store, message, OFFER_ALL, &look->rows);
}

/* The only one; free it. */
static inline struct store_transfer *
row_of(struct half *half, const char *id)
{
	struct look look = { .id = id };
	struct store_transfer *row;

	half_look(half, look_for_rows, &look);
	assert_int_equal(look.rows.count, 1);
	row = look.rows.list[0];
	free(look.rows.list);
	return row;
}

static inline enum store_stage
stage_of(struct half *half, const char *id)
{
	struct store_transfer *row = row_of(half, id);
	enum store_stage stage = row->stage;

	free(row);
	return stage;
}

static inline void
wait_for(struct half *half, const char *id, enum store_stage stage)
{
	uint64_t began_ms = clock_now_ms();

	while (stage_of(half, id) != stage) {
		if (clock_now_ms() - began_ms > PAIR_PATIENCE_MS)
			fail_msg("it stays '%s'",
			    store_stage_word(stage_of(half, id)));
		pair_turn(half->pair);
	}
}

static inline void
assert_reason(struct half *half, const char *id, const char *reason)
{
	struct store_transfer *row = row_of(half, id);

	assert_string_equal(row->reason, reason);
	free(row);
}

/* -- accepting --------------------------------------------------------------
 */

struct answer {
	bool done;
	int err;
	char reason[32];
};

static inline void
on_accepted(void *arg, int err, const char *reason, json_t *object)
{
	struct answer *answer = arg;

	answer->done = true;
	answer->err = err;
	snprintf(answer->reason, sizeof answer->reason, "%s",
	    reason != NULL ? reason : "");
}

static inline struct answer
accept_as(struct half *half, const char *id, struct offer_accept accept)
{
	struct store_transfer *row = row_of(half, id);
	struct answer answer = { .done = false };

	memcpy(accept.message, row->id, sizeof accept.message);
	accept.number = row->number;
	offers_accept(half->camd.offers, &accept, on_accepted, &answer);
	while (!answer.done)
		pair_turn(half->pair);
	free(row);
	return answer;
}

static inline void
accept_it(struct half *half, const char *id)
{
	struct answer answer =
	    accept_as(half, id, (struct offer_accept){ .again = false });

	assert_string_equal(answer.reason, "");
}

static inline void
assert_refused(struct half *half, const char *id, const char *reason)
{
	struct answer answer =
	    accept_as(half, id, (struct offer_accept){ .again = false });

	assert_true(answer.err < 0);
	assert_string_equal(answer.reason, reason);
}

static inline void
on_ended(void *arg, int err, json_t *objects)
{
	struct answer *answer = arg;

	answer->done = true;
	answer->err = err;
}

static inline void
end_it(struct half *half, const char *id, bool drop)
{
	struct store_transfer *row = row_of(half, id);
	struct answer answer = { .done = false };

	offers_end(
	    half->camd.offers, row->id, row->number, drop, on_ended, &answer);
	while (!answer.done)
		pair_turn(half->pair);
	assert_int_equal(answer.err, 0);
	free(row);
}

static inline char *
there(struct half *half, const char *name)
{
	return xasprintf("%s/files/%s", half->folder, name);
}

static inline void
assert_arrived(struct half *half, const char *path, const char *name)
{
	char *arrived = there(half, name);

	assert_true(is_same(path, arrived));
	free(arrived);
}

/* -- asking -----------------------------------------------------------------
 */

struct asked {
	bool done;
	const char *reason;
	struct grant *grant;
};

static inline void
on_asked(void *arg, const char *reason, struct grant *grant)
{
	struct asked *asked = arg;

	asked->done = true;
	asked->reason = reason;
	asked->grant = grant;
}

static inline const char *
ask(struct half *half, struct user *user, const char *message,
    uint32_t packet_no, uint32_t number)
{
	const struct offer_ask question = { user, message, packet_no, number };
	struct asked asked = { .done = false };

	offers_ask(half->camd.offers, &question, on_asked, &asked);
	while (!asked.done)
		pair_turn(half->pair);
	grant_free(asked.grant);
	return asked.reason;
}

#endif

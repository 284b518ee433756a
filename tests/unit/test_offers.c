/* test_offers.c: files offered and fetched between two whole camd. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/number.h"
#include "camd/message/inbox.h"
#include "camd/offer/fetches.h"
#include "camd/offer/grant.h"
#include "camd/offer/offering.h"
#include "camd/offer/offers_parts.h"
#include "camd/offer/sweep.h"
#include "camd/offer/tickets.h"
#include "camd/people/marks.h"
#include "pair.h"
#include "rpc/names.h"
#include "store/connection.h"
#include "store/source.h"
#include "store/transfer.h"

/* Long on its way, and soon read: nearly all of it is a hole. */
enum { BIG = 256 * 1024 * 1024, LONG = 1024 * 1024 * 1024 };

/* -- files ------------------------------------------------------------------
 */

/* Beside anna's things; bytes that are not all alike. */
static char *
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

static char *
make_big_file(struct half *half, off_t size)
{
	char *path = make_file(half, "big.bin", 1024 * 1024);

	assert_int_equal(truncate(path, size), 0);
	return path;
}

static bool
is_same(const char *a, const char *b)
{
	char *command = xasprintf("cmp -s '%s' '%s'", a, b);
	int status = system(command);

	free(command);
	return status == 0;
}

static size_t
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

static void
on_made(void *arg, int err, int error, size_t place, struct offering *offering)
{
	struct made *made = arg;

	made->done = true;
	made->err = err;
	made->offering = offering;
}

static struct made
make_offering(struct half *half, struct offering_wish wish, uint32_t fetches)
{
	struct made made = { .done = false };

	offering_make(&half->camd, &wish, 1, fetches, on_made, &made);
	while (!made.done)
		pair_turn(half->pair);
	return made;
}

static struct pair_sent
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

static struct pair_sent
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

static void
look_for_rows(struct store *store, void *arg)
{
	struct look *look = arg;
	int64_t message;

	look->rows = (struct offer_rows){ NULL, 0, 0 };
	if (store_message_find(store, look->id, NULL, 0, NULL, &message) == 0)
		(void)offer_rows_read(store, message, OFFER_ALL, &look->rows);
}

/* The only one; free it. */
static struct store_transfer *
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

static enum store_stage
stage_of(struct half *half, const char *id)
{
	struct store_transfer *row = row_of(half, id);
	enum store_stage stage = row->stage;

	free(row);
	return stage;
}

static void
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

static void
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

static void
on_accepted(void *arg, int err, const char *reason, json_t *object)
{
	struct answer *answer = arg;

	answer->done = true;
	answer->err = err;
	snprintf(answer->reason, sizeof answer->reason, "%s",
	    reason != NULL ? reason : "");
}

static struct answer
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

static void
accept_it(struct half *half, const char *id)
{
	struct answer answer =
	    accept_as(half, id, (struct offer_accept){ .again = false });

	assert_string_equal(answer.reason, "");
}

static void
assert_refused(struct half *half, const char *id, const char *reason)
{
	struct answer answer =
	    accept_as(half, id, (struct offer_accept){ .again = false });

	assert_true(answer.err < 0);
	assert_string_equal(answer.reason, reason);
}

static void
on_ended(void *arg, int err, json_t *objects)
{
	struct answer *answer = arg;

	answer->done = true;
	answer->err = err;
}

static void
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

static char *
there(struct half *half, const char *name)
{
	return xasprintf("%s/files/%s", half->folder, name);
}

static void
assert_arrived(struct half *half, const char *path, const char *name)
{
	char *arrived = there(half, name);

	assert_true(is_same(path, arrived));
	free(arrived);
}

/* -- from one to the other --------------------------------------------------
 */

static void
a_file_goes_over_whole(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "plan.bin", 300001);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row;

	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_OFFERED);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	wait_for(&pair->anna, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "plan.bin");
	row = row_of(&pair->bob, sent.id);
	assert_string_equal(row->made, "plan.bin");
	assert_true(row->done == 300001);
	assert_int_equal(row->fetches, 1);
	assert_int_equal(row->encryption, STORE_CAM1);
	free(row);
	assert_int_equal(count_in(pair->bob.folder, ".*.part"), 0);
	free(path);
}

static void
an_empty_file_goes_over(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "empty", 0);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "empty");
	free(path);
}

static void
a_folder_goes_over_whole(void **state)
{
	struct pair *pair = *state;
	char *folder = xasprintf("%s/tree", pair->anna.folder);
	char *inside = xasprintf("%s/deeper", folder), *file, *command;
	struct pair_sent sent;

	mkdir(folder, 0700);
	mkdir(inside, 0700);
	file = make_file(&pair->anna, "tree/deeper/caf\xc3\xa9.txt", 70000);
	sent = offer_path(&pair->anna, folder);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	command =
	    xasprintf("diff -r '%s' '%s/files/tree'", folder, pair->bob.folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(file);
	free(inside);
	free(folder);
}

static void
no_file_is_written_over(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10), *mine;
	struct pair_sent sent = offer_path(&pair->anna, path);
	char *folder = there(&pair->bob, "");
	struct store_transfer *row;

	mkdir(folder, 0700);
	mine = make_file(&pair->bob, "files/a.txt", 20);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	row = row_of(&pair->bob, sent.id);
	assert_string_equal(row->made, "a (2).txt");
	assert_arrived(&pair->bob, path, "a (2).txt");
	free(row);
	free(mine);
	free(folder);
	free(path);
}

static void
one_that_is_done_is_fetched_again_when_wished(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct answer answer;

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	accept_it(&pair->bob, sent.id);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_DONE);
	answer = accept_as(
	    &pair->bob, sent.id, (struct offer_accept){ .again = true });
	assert_int_equal(answer.err, 0);
	while (count_in(pair->bob.folder, "a*.txt") < 2)
		pair_turn(pair);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

static void
a_folder_of_ones_choice_must_be_there(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct answer answer = accept_as(&pair->bob, sent.id,
	    (struct offer_accept){ .folder = "/nowhere/at/all" });

	assert_int_equal(answer.err, CAM_ERR_REQUEST);
	answer = accept_as(
	    &pair->bob, sent.id, (struct offer_accept){ .name = "../b.txt" });
	assert_string_equal(answer.reason, "name");
	answer = accept_as(&pair->bob, sent.id,
	    (struct offer_accept){
		.folder = pair->bob.folder, .name = "b.txt" });
	assert_int_equal(answer.err, 0);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_int_equal(count_in(pair->bob.folder, "b.txt"), 1);
	free(path);
}

/* -- what may not be fetched ------------------------------------------------
 */

static void
a_file_that_has_changed_is_refused(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);

	free(make_file(&pair->anna, "a.txt", 11));
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "changed");
	wait_for(&pair->anna, sent.id, STORE_BROKEN);
	assert_int_equal(count_in(pair->bob.folder, "a.txt"), 0);
	free(path);
}

/* What is open stays what it was; after a start the path must lead to it. */
static void
another_file_at_its_path_is_not_it(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	char *other = make_file(&pair->anna, "b.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);

	assert_int_equal(rename(other, path), 0);
	half_stop(&pair->anna);
	half_start(&pair->anna);
	pair_meet(pair);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "changed");
	free(other);
	free(path);
}

struct asked {
	bool done;
	const char *reason;
	struct grant *grant;
};

static void
on_asked(void *arg, const char *reason, struct grant *grant)
{
	struct asked *asked = arg;

	asked->done = true;
	asked->reason = reason;
	asked->grant = grant;
}

static const char *
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

static void
what_was_not_offered_to_him_is_unknown(void **state)
{
	struct pair *pair = *state;
	struct half *anna = &pair->anna;
	char *path = make_file(anna, "a.txt", 10);
	struct pair_sent sent = offer_path(anna, path);
	struct store_transfer *row = row_of(anna, sent.id);
	struct user *bob = half_friend(anna);
	struct user *eve = roster_add(anna->camd.roster, "eve", "pc3");

	assert_null(ask(anna, bob, sent.id, 0, row->number));
	assert_string_equal(ask(anna, eve, sent.id, 0, row->number), "unknown");
	assert_string_equal(
	    ask(anna, bob, sent.id, 0, row->number + 1), "unknown");
	assert_string_equal(
	    ask(anna, bob, "00000000000000000000000000000000", 0, row->number),
	    "unknown");
	/* Its message went over a link: nothing of it goes by IPMSG. */
	assert_string_equal(
	    ask(anna, bob, NULL, row->packet_no, row->number), "unknown");
	free(row);
	free(path);
}

static void
it_is_fetched_as_often_as_it_may_be(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer(
	    &pair->anna, (struct offering_wish){ .path = path }, 1, false);

	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	wait_for(&pair->anna, sent.id, STORE_DONE);
	(void)accept_as(
	    &pair->bob, sent.id, (struct offer_accept){ .again = true });
	wait_for(&pair->bob, sent.id, STORE_BROKEN);
	assert_reason(&pair->bob, sent.id, "spent");
	free(path);
}

static void
what_is_no_file_cannot_be_offered(void **state)
{
	struct pair *pair = *state;
	char *fifo = xasprintf("%s/fifo", pair->anna.folder);
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct half *anna = &pair->anna;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(
	    make_offering(anna, (struct offering_wish){ .path = fifo }, 0).err,
	    CAM_ERR_REFUSED);
	assert_int_equal(
	    make_offering(anna, (struct offering_wish){ .path = "/nothing" }, 0)
		.err,
	    CAM_ERR_SYSTEM);
	/* No PNG; a copy that camd would remove, and that is none. */
	assert_int_equal(
	    make_offering(
		anna, (struct offering_wish){ .path = path, .image = true }, 0)
		.err,
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    make_offering(
		anna, (struct offering_wish){ .path = path, .spool = true }, 0)
		.err,
	    CAM_ERR_FORMAT);
	free(path);
	free(fifo);
}

/* -- ended ------------------------------------------------------------------
 */

static void
one_that_is_cancelled_is_withdrawn(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);

	end_it(&pair->anna, sent.id, false);
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_CANCELLED);
	wait_for(&pair->bob, sent.id, STORE_CANCELLED);
	assert_refused(&pair->bob, sent.id, "withdrawn");
	free(path);
}

static void
one_that_is_dropped_is_declined(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row;

	end_it(&pair->bob, sent.id, true);
	wait_for(&pair->anna, sent.id, STORE_CANCELLED);
	assert_reason(&pair->anna, sent.id, "declined");
	row = row_of(&pair->bob, sent.id);
	assert_true(row->dropped);
	free(row);
	/* He may change his mind. */
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

static void
age_offers(struct store *store, void *arg)
{
	sqlite3_exec(
	    store->db, "UPDATE offer SET expires_ms = 1", NULL, NULL, NULL);
}

static void
after_seven_days_it_is_over(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	int64_t week_ms = row->offer.expires_ms - row->time_ms;

	assert_true(week_ms == 7 * 24 * 3600 * (int64_t)1000);
	half_look(&pair->anna, age_offers, NULL);
	assert_string_equal(
	    ask(&pair->anna, half_friend(&pair->anna), sent.id, 0, row->number),
	    "expired");
	offers_expire(pair->anna.camd.offers);
	wait_for(&pair->anna, sent.id, STORE_EXPIRED);
	half_look(&pair->bob, age_offers, NULL);
	assert_refused(&pair->bob, sent.id, "expired");
	free(row);
	free(path);
}

static void
a_copy_goes_with_its_offer(void **state)
{
	struct pair *pair = *state;
	char *spool = offering_spool(&pair->anna.camd), *path;
	struct pair_sent sent;

	assert_int_equal(mkdir(spool, 0700), 0);
	path = make_file(&pair->anna, "data/spool/1", 10);
	sent = offer(&pair->anna,
	    (struct offering_wish){
		.path = path, .name = "stdin.txt", .spool = true },
	    0, false);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "stdin.txt");
	sweep(&pair->anna.camd);
	pair_settle(pair);
	assert_int_equal(count_in(spool, "1"), 1);
	end_it(&pair->anna, sent.id, false);
	while (count_in(spool, "1") > 0)
		pair_turn(pair);
	free(path);
	free(spool);
}

/* -- policy -----------------------------------------------------------------
 */

static void
set(struct half *half, const char *key, const char *value)
{
	char *problem = NULL;

	assert_int_equal(
	    settings_set(half->camd.settings, key, value, &problem), 0);
}

static void
always_fetches_at_once(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;

	set(&pair->bob, "file.accept", "always");
	sent = offer_path(&pair->anna, path);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "a.txt");
	free(path);
}

static void
never_says_so(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;

	set(&pair->bob, "file.accept", "never");
	sent = offer_path(&pair->anna, path);
	wait_for(&pair->anna, sent.id, STORE_CANCELLED);
	assert_reason(&pair->anna, sent.id, "declined");
	assert_refused(&pair->bob, sent.id, "refused");
	free(path);
}

static void
what_is_set_for_a_user_goes_before(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;

	set(&pair->bob, "file.accept", "always");
	marks_accept(
	    pair->bob.camd.roster, half_friend(&pair->bob), USER_ACCEPT_ASK);
	sent = offer_path(&pair->anna, path);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_OFFERED);
	free(path);
}

static void
beyond_its_quota_always_asks(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 600);
	struct pair_sent first, second;

	set(&pair->bob, "file.accept", "always");
	set(&pair->bob, "file.quota", "1000");
	first = offer_path(&pair->anna, path);
	wait_for(&pair->bob, first.id, STORE_DONE);
	second = offer_path(&pair->anna, path);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->bob, second.id), STORE_OFFERED);
	accept_it(&pair->bob, second.id);
	wait_for(&pair->bob, second.id, STORE_DONE);
	free(path);
}

static void
on_opened(void *arg, int err, json_t *message)
{
	*(bool *)arg = true;
	assert_int_equal(err, 0);
}

static void
a_sealed_one_is_nobodys_before_it_is_opened(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent;
	bool opened = false;

	set(&pair->bob, "file.accept", "always");
	sent =
	    offer(&pair->anna, (struct offering_wish){ .path = path }, 0, true);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_OFFERED);
	assert_refused(&pair->bob, sent.id, "sealed");
	inbox_open(pair->bob.camd.inbox, sent.id, on_opened, &opened);
	while (!opened)
		pair_turn(pair);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	free(path);
}

static void
a_picture_comes_with_its_message(void **state)
{
	static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a,
		'\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1 };
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "x.png", 0);
	FILE *file = fopen(path, "w");
	struct pair_sent sent;
	struct store_transfer *row;

	assert_int_equal(fwrite(png, 1, sizeof png, file), sizeof png);
	fclose(file);
	sent = offer(&pair->anna,
	    (struct offering_wish){ .path = path, .image = true }, 0, false);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	row = row_of(&pair->bob, sent.id);
	assert_non_null(strstr(row->folder, "/data/images"));
	free(row);
	free(path);
}

/* -- broken off -------------------------------------------------------------
 */

/* Some of it is there, and not all. */
static void
wait_for_some(struct half *half, const char *id)
{
	struct store_transfer *row = row_of(half, id);
	const struct offer_key key = { row->message, row->number, row->uid };
	struct transfers_progress progress = { 0, 0 };

	while (!transfers_progress(half->camd.transfers, &key, &progress) ||
	       progress.done == 0)
		pair_turn(half->pair);
	free(row);
}

static void
break_off(struct pair *pair, struct half *half)
{
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for_some(&pair->bob, sent.id);
	half_stop(half);
	half_start(half);
	assert_int_equal(count_in(pair->bob.folder, "big.bin"), 0);
	pair_meet(pair);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	wait_for(&pair->anna, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "big.bin");
	assert_int_equal(count_in(pair->bob.folder, ".*.part"), 0);
	free(path);
}

static void
it_goes_on_when_the_receiver_was_away(void **state)
{
	struct pair *pair = *state;

	break_off(pair, &pair->bob);
}

static void
it_goes_on_when_the_sender_was_away(void **state)
{
	struct pair *pair = *state;

	break_off(pair, &pair->anna);
}

static void
cancelled_in_the_middle_it_can_go_on(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for_some(&pair->bob, sent.id);
	end_it(&pair->bob, sent.id, false);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_CANCELLED);
	assert_int_equal(count_in(pair->bob.folder, "big.bin"), 0);
	while (half_is_busy(&pair->bob) ||
	       stage_of(&pair->anna, sent.id) == STORE_RUNNING)
		pair_turn(pair);
	assert_int_equal(stage_of(&pair->bob, sent.id), STORE_CANCELLED);
	accept_it(&pair->bob, sent.id);
	wait_for(&pair->bob, sent.id, STORE_DONE);
	assert_arrived(&pair->bob, path, "big.bin");
	free(path);
}

static void
dropped_in_the_middle_nothing_stays(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, LONG);
	struct pair_sent sent = offer_path(&pair->anna, path);

	accept_it(&pair->bob, sent.id);
	wait_for_some(&pair->bob, sent.id);
	end_it(&pair->bob, sent.id, true);
	while (count_in(pair->bob.folder, ".*.part") > 0)
		pair_turn(pair);
	assert_int_equal(count_in(pair->bob.folder, "big.bin"), 0);
	free(path);
}

/* -- tickets ----------------------------------------------------------------
 */

struct ticket {
	bool done;
	int err;
	char reason[32];
	uint8_t hello[TICKET_HELLO_SIZE];
	struct addr at;
};

static void
on_ticket(void *arg, int err, json_t *result, const char *message)
{
	struct ticket *ticket = arg;
	uint8_t bytes[TICKET_SIZE];
	const char *text = json_string_value(json_object_get(result, "ticket"));

	ticket->done = true;
	ticket->err = err;
	snprintf(ticket->reason, sizeof ticket->reason, "%s",
	    message != NULL ? message : "");
	if (err < 0)
		return;
	assert_int_equal(hex_decode(span_text(text), bytes, sizeof bytes), 0);
	ticket_hello_write(bytes, ticket->hello);
	ticket->at.port =
	    (uint16_t)json_integer_value(json_object_get(result, "port"));
}

static void
ask_ticket(struct pair *pair, const char *message, uint32_t number,
    struct ticket *ticket)
{
	struct link *link = half_link(&pair->bob);

	*ticket = (struct ticket){ .at = *link_addr(link) };
	assert_int_equal(link_call(link, LINK_OFFER_FETCH,
			     json_pack("{s:s, s:I}", "message", message,
				 "number", (json_int_t)number),
			     on_ticket, ticket),
	    0);
}

/* Connects, and says that much. */
static int
show(const struct ticket *ticket, size_t len)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t size = addr_to_sockaddr(&ticket->at, &sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, size), 0);
	assert_int_equal(send(fd, ticket->hello, len, 0), (ssize_t)len);
	return fd;
}

static void
wait_until_closed(struct pair *pair, int fd)
{
	uint8_t byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
		pair_turn(pair);
	close(fd);
}

static void
a_ticket_serves_once(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	struct ticket ticket;
	int fd;

	ask_ticket(pair, sent.id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	assert_int_equal(ticket.err, 0);
	fd = show(&ticket, sizeof ticket.hello);
	wait_for(&pair->anna, sent.id, STORE_RUNNING);
	wait_until_closed(pair, show(&ticket, sizeof ticket.hello));
	close(fd);
	/* He went without asking for anything: he may come again. */
	wait_for(&pair->anna, sent.id, STORE_WAITING);
	/* A guess, one bit beside. */
	ask_ticket(pair, sent.id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	ticket.hello[sizeof ticket.hello - 1] ^= 1;
	wait_until_closed(pair, show(&ticket, sizeof ticket.hello));
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_WAITING);
	free(row);
	free(path);
}

static void
there_is_no_ticket_for_what_was_not_offered(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	struct ticket ticket;

	for (uint32_t i = 0; i < 3; i++) {
		ask_ticket(pair,
		    i < 2 ? sent.id : "00112233445566778899aabbccddeeff",
		    row->number + (i < 2 ? 1 + i : 0), &ticket);
		while (!ticket.done)
			pair_turn(pair);
		assert_true(ticket.err < 0);
		assert_string_equal(ticket.reason, "unknown");
	}
	/* Withdrawn while one is out: it is good for nothing. */
	ask_ticket(pair, sent.id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	assert_int_equal(ticket.err, 0);
	end_it(&pair->anna, sent.id, false);
	wait_until_closed(pair, show(&ticket, sizeof ticket.hello));
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_CANCELLED);
	free(row);
	free(path);
}

static void
of_one_user_so_many_have_a_turn(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	struct ticket tickets[TRANSFERS_OF_ONE + 1];
	int fd;

	for (size_t i = 0; i < TRANSFERS_OF_ONE + 1; i++)
		ask_ticket(pair, sent.id, row->number, &tickets[i]);
	while (!tickets[TRANSFERS_OF_ONE - 1].done)
		pair_turn(pair);
	pair_settle(pair);
	assert_false(tickets[TRANSFERS_OF_ONE].done);
	assert_false(transfers_has_turn(
	    pair->anna.camd.transfers, half_friend(&pair->anna)->uid));
	assert_true(transfers_has_turn(pair->anna.camd.transfers, 4711));
	/* One is used, and its connection ends. */
	fd = show(&tickets[0], sizeof tickets[0].hello);
	wait_for(&pair->anna, sent.id, STORE_RUNNING);
	close(fd);
	while (!tickets[TRANSFERS_OF_ONE].done)
		pair_turn(pair);
	assert_int_equal(tickets[TRANSFERS_OF_ONE].err, 0);
	free(row);
	free(path);
}

/* -- left behind ------------------------------------------------------------
 */

static void
only_partial_files_are_swept(void **state)
{
	static const char *const others[] = { "", ".", "..", ".x.part",
		"0123456789abcdef0123456789abcdefr1n2.part",
		".0123456789abcdef0123456789abcdefr1n2.txt",
		".0123456789abcdef0123456789abcdefr1n.part",
		".0123456789abcdef0123456789abcdefrn2.part",
		".0123456789abcdef0123456789abcdefr1n2.part.bak",
		".0123456789abcdef0123456789abcdefAr1n2.part" };

	assert_true(
	    sweep_is_part(".0123456789abcdef0123456789abcdefr1n2.part"));
	assert_true(
	    sweep_is_part(".0123456789abcdef0123456789abcdefr17n23.list"));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(sweep_is_part(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(a_file_goes_over_whole),
		TEST_OF_PAIR(an_empty_file_goes_over),
		TEST_OF_PAIR(a_folder_goes_over_whole),
		TEST_OF_PAIR(no_file_is_written_over),
		TEST_OF_PAIR(one_that_is_done_is_fetched_again_when_wished),
		TEST_OF_PAIR(a_folder_of_ones_choice_must_be_there),
		TEST_OF_PAIR(a_file_that_has_changed_is_refused),
		TEST_OF_PAIR(another_file_at_its_path_is_not_it),
		TEST_OF_PAIR(what_was_not_offered_to_him_is_unknown),
		TEST_OF_PAIR(it_is_fetched_as_often_as_it_may_be),
		TEST_OF_PAIR(what_is_no_file_cannot_be_offered),
		TEST_OF_PAIR(one_that_is_cancelled_is_withdrawn),
		TEST_OF_PAIR(one_that_is_dropped_is_declined),
		TEST_OF_PAIR(after_seven_days_it_is_over),
		TEST_OF_PAIR(a_copy_goes_with_its_offer),
		TEST_OF_PAIR(always_fetches_at_once),
		TEST_OF_PAIR(never_says_so),
		TEST_OF_PAIR(what_is_set_for_a_user_goes_before),
		TEST_OF_PAIR(beyond_its_quota_always_asks),
		TEST_OF_PAIR(a_sealed_one_is_nobodys_before_it_is_opened),
		TEST_OF_PAIR(a_picture_comes_with_its_message),
		TEST_OF_PAIR(it_goes_on_when_the_receiver_was_away),
		TEST_OF_PAIR(it_goes_on_when_the_sender_was_away),
		TEST_OF_PAIR(cancelled_in_the_middle_it_can_go_on),
		TEST_OF_PAIR(dropped_in_the_middle_nothing_stays),
		TEST_OF_PAIR(a_ticket_serves_once),
		TEST_OF_PAIR(there_is_no_ticket_for_what_was_not_offered),
		TEST_OF_PAIR(of_one_user_so_many_have_a_turn),
		cmocka_unit_test(only_partial_files_are_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

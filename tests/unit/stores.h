/* stores.h: a database in a folder of its own, for the tests of the store. */
#ifndef CAM_TEST_STORES_H
#define CAM_TEST_STORES_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "store/change.h"
#include "store/delivery.h"
#include "store/history.h"
#include "store/message.h"
#include "store/notice.h"
#include "store/offer.h"
#include "store/pin.h"
#include "store/profile.h"
#include "store/seen.h"
#include "store/source.h"
#include "store/store.h"
#include "store/talk.h"
#include "store/transfer.h"
#include "store/trust.h"
#include "store/user.h"
#include "test.h"

struct place {
	char folder[64];
	char path[80];
	struct store *store;
};

static inline void
place_open(struct place *place)
{
	char problem[STORE_PROBLEM_SIZE] = "";
	int err = store_open(place->path, STORE_WRITE, problem, &place->store);

	if (err != 0)
		fail_msg("%s (%d)", problem, err);
}

static inline void
place_close(struct place *place)
{
	store_close(place->store);
	place->store = NULL;
}

static inline struct place *
place_new(void)
{
	struct place *place = calloc(1, sizeof *place);

	strcpy(place->folder, "/tmp/cam-store-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->path, sizeof place->path, "%s/cam.db", place->folder);
	return place;
}

/* Everything in the folder, and it. */
static inline void
place_free(struct place *place)
{
	DIR *folder = NULL;
	struct dirent *entry = NULL;
	char path[sizeof place->folder + 300];

	store_close(place->store);
	folder = opendir(place->folder);
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		snprintf(
		    path, sizeof path, "%s/%s", place->folder, entry->d_name);
		unlink(path);
	}
	if (folder != NULL)
		closedir(folder);
	rmdir(place->folder);
	free(place);
}

static inline int
place_setup(void **state)
{
	struct place *place = place_new();

	place_open(place);
	*state = place;
	return 0;
}

static inline int
place_teardown(void **state)
{
	place_free(*state);
	return 0;
}

#define TEST_OF_STORE(test)                                                    \
	cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

static inline int64_t
add_user(struct store *store, const char *logon)
{
	struct store_user user = { .logon = logon,
		.host = "pc1",
		.last_seen_ms = 1000,
		.first_seen_ms = 1000 };

	assert_int_equal(store_user_put(store, &user), 0);
	return user.uid;
}

static inline int64_t
talk_with(struct store *store, int64_t uid)
{
	int64_t talk = 0;

	assert_int_equal(store_talk_make(store, &uid, 1, &talk), 0);
	return talk;
}

/* A message from uid in the talk with that user alone; its row. */
static inline int64_t
add_received(
    struct store *store, int64_t uid, const char *text, int64_t time_ms)
{
	struct store_message message = { .talk = talk_with(store, uid),
		.from = uid,
		.text = text,
		.time_ms = time_ms,
		.state = STORE_DELIVERED };
	int64_t duplicate_of = -1;

	assert_int_equal(store_message_receive(
			     store, &message, NULL, 0, NULL, 0, &duplicate_of),
	    0);
	assert_int_equal(duplicate_of, 0);
	return message.row;
}

/* Rows gathered by a listing. */
struct rows {
	int64_t rows[4000];
	size_t count;
};

static inline int
gather_row(const struct store_message *message, void *arg)
{
	struct rows *rows = arg;

	assert_true(rows->count < sizeof rows->rows / sizeof rows->rows[0]);
	rows->rows[rows->count++] = message->row;
	return 0;
}

/* All that the query finds, going on as often as it says. */
static inline void
find_rows(struct store *store, struct store_query query, struct rows *rows)
{
	int64_t next = 0;

	rows->count = 0;
	do {
		assert_int_equal(
		    store_history(store, &query, gather_row, rows, &next), 0);
		if (query.after_row != 0)
			query.after_row = next;
		else
			query.before_row = next;
	} while (next != 0);
}

#endif

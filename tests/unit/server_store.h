/* server_store.h: a camserver's database, for the tests of what it keeps. */
#ifndef CAM_TEST_SERVER_STORE_H
#define CAM_TEST_SERVER_STORE_H

#include "store/member.h"
#include "stores.h"

static inline int
set_up(void **state)
{
	struct place *place = place_new();
	char problem[STORE_PROBLEM_SIZE] = "";

	if (store_open_server(
		place->path, STORE_WRITE, problem, &place->store) != 0)
		fail_msg("%s", problem);
	*state = place;
	return 0;
}

static inline int
tear_down(void **state)
{
	place_free(*state);
	return 0;
}

static inline struct store *
store_of(void **state)
{
	return ((struct place *)*state)->store;
}

/* Joined, with a key of its own for each first letter. */
static inline int64_t
member(struct store *store, const char *logon)
{
	uint8_t key[32] = { (uint8_t)logon[0] };
	struct store_member made = { .logon = logon,
		.state = MEMBER_JOINED,
		.user_key = span_of(key, sizeof key) };

	assert_int_equal(store_member_put(store, &made), 0);
	return made.member;
}

#endif

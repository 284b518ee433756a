/* links_ends.h: the ends of links for each test. */
#ifndef CAM_LINKS_ENDS_H
#define CAM_LINKS_ENDS_H

#include "base/number.h"
#include "ends.h"
#include "ipmsg/camline.h"
#include "lan/lan.h"

static inline int
set_up(void **state)
{
	*state = ends_open();
	return 0;
}

static inline int
tear_down(void **state)
{
	ends_close(*state);
	return 0;
}

struct answer {
	bool there;
	int err;
};

static inline void
on_answer(void *arg, int err, json_t *result, const char *message)
{
	struct answer *answer = arg;

	answer->there = true;
	answer->err = err;
	if (err == 0)
		assert_int_equal(json_object_size(result), 0);
}

static inline struct answer
ask(struct ends *ends, struct link *link, const char *method)
{
	struct answer answer = { false, 0 };

	assert_int_equal(
	    link_call(link, method, json_object(), on_answer, &answer), 0);
	UNTIL(ends, answer.there);
	return answer;
}

/* The end whose connections stay when both have made one, and the other. */
static inline void
by_device(struct ends *ends, struct end **first, struct end **second)
{
	bool one = memcmp(identity_device_id(ends->one.camd.identity),
		       identity_device_id(ends->two.camd.identity),
		       DEVICE_ID_SIZE) > 0;

	*first = one ? &ends->one : &ends->two;
	*second = one ? &ends->two : &ends->one;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif

/* channel_ends.h: two ends of a channel for each test. */
#ifndef CAM_CHANNEL_ENDS_H
#define CAM_CHANNEL_ENDS_H

#include "test.h"

#include <stdlib.h>

#include "base/fields.h"
#include "base/random.h"
#include "channel_pair.h"

enum { TAKE = 16384, PIECE = 65536 };

static struct end one, other;

static inline int
open_both(void **state)
{
	end_open(&one, true);
	end_open(&other, false);
	return 0;
}

static inline int
close_both(void **state)
{
	end_close(&one);
	end_close(&other);
	return 0;
}

static inline void
run(void)
{
	assert_int_equal(pump(&one, &other, TAKE, PIECE), 0);
}

static uint16_t
opened(const char *kind, enum channel_urgency urgency)
{
	uint16_t stream = 0;

	assert_int_equal(channel_open(one.channel, kind, urgency, &stream), 0);
	return stream;
}

/* Bytes that differ, in one piece of memory for all. */
static inline struct span
item_of(size_t len)
{
	static uint8_t bytes[CHANNEL_ITEM_MAX + 1];

	if (bytes[0] == 0) {
		random_bytes(bytes, sizeof(bytes));
		bytes[0] = 1;
	}
	return span_of(bytes, len);
}

static inline void
send_item(uint16_t stream, size_t len)
{
	assert_int_equal(channel_send(one.channel, stream, item_of(len)), 0);
}

struct answer {
	int count;
	int err;
	json_t *result;
	char message[64];
};

static inline void
on_done(void *arg, int err, json_t *result, const char *message)
{
	struct answer *answer = arg;

	answer->count++;
	answer->err = err;
	json_decref(answer->result);
	answer->result = json_incref(result);
	strncpy(answer->message, message != NULL ? message : "", 63);
}

/* What a taken piece holds: frames of each class, in order. */
static inline struct frame
frame_at(const struct buf *wire, size_t *at)
{
	struct frame frame = { 0 };
	size_t used = 0;

	assert_int_equal(frame_parse(span_of(wire->data + *at, wire->len - *at),
			     &frame, &used),
	    0);
	*at += used;
	return frame;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

#endif

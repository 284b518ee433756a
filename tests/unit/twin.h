/* twin.h: the network of a lan over twins: what left it, and what it hears. */
#ifndef CAM_TEST_TWIN_H
#define CAM_TEST_TWIN_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "ipmsg/packet.h"
#include "lan/post.h"
#include "lan/state.h"
#include "test.h"

enum { CAUGHT_MAX = 1024 };

/* A datagram that left. */
struct caught {
	struct addr to;
	unsigned interface;
	struct span bytes;
};

struct twin {
	struct lan *lan;
	struct caught caught[CAUGHT_MAX];
	size_t caught_count;
	/* Instead of keeping what left. */
	void (*on_sent)(
	    struct twin *twin, const struct addr *to, struct span bytes);
	void *arg;
};

static inline void
twin_catch(
    const struct addr *to, unsigned interface, struct span data, void *arg)
{
	struct twin *twin = arg;

	if (twin->on_sent != NULL) {
		twin->on_sent(twin, to, data);
		return;
	}
	assert_true(twin->caught_count < CAUGHT_MAX);
	twin->caught[twin->caught_count++] = (struct caught){ *to, interface,
		span_of(xmemdup(data.data, data.len), data.len) };
}

static inline struct addr
address(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(span_text(text), 2425, &addr), 0);
	return addr;
}

static inline void
twin_flush(struct twin *twin)
{
	if (twin->lan->v4 != NULL)
		udp_flush(twin->lan->v4);
	if (twin->lan->v6 != NULL)
		udp_flush(twin->lan->v6);
}

static inline void
twin_forget(struct twin *twin)
{
	twin_flush(twin);
	while (twin->caught_count > 0)
		free((void *)twin->caught[--twin->caught_count].bytes.data);
}

static inline void
twin_hear_bytes(struct twin *twin, const struct addr *from, unsigned flags,
    struct span bytes)
{
	struct udp *udp =
	    from->family == ADDR_V6 ? twin->lan->v6 : twin->lan->v4;
	struct udp_datagram datagram = {
		.from = *from, .interface = 2, .flags = flags, .data = bytes
	};

	udp_twin_receive(udp, &datagram, 1);
}

/* A packet from that address to us alone; '|' stands for NUL. */
__attribute__((format(printf, 3, 4))) static inline void
twin_hear(struct twin *twin, const char *from, const char *format, ...)
{
	struct addr addr = address(from);
	char text[4096];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert_in_range(len, 0, sizeof text - 1);
	for (int i = 0; i < len; i++) {
		if (text[i] == '|')
			text[i] = '\0';
	}
	twin_hear_bytes(twin, &addr, 0, span_of(text, (size_t)len));
}

/* The nth packet of that command that left, NULL when there were fewer. */
static inline const struct caught *
caught_nth(
    struct twin *twin, uint32_t command, size_t nth, struct packet *packet)
{
	twin_flush(twin);
	for (size_t i = 0; i < twin->caught_count; i++) {
		assert_int_equal(
		    packet_parse(twin->caught[i].bytes, packet), 0);
		if (command_mode(packet->command) == command && nth-- == 0)
			return &twin->caught[i];
	}
	return NULL;
}

static inline size_t
caught_count(struct twin *twin, uint32_t command)
{
	struct packet packet;
	size_t count = 0;

	while (caught_nth(twin, command, count, &packet) != NULL)
		count++;
	return count;
}

/* The only packet of that command. */
static inline const struct caught *
caught_one(struct twin *twin, uint32_t command, struct packet *packet)
{
	assert_int_equal(caught_count(twin, command), 1);
	return caught_nth(twin, command, 0, packet);
}

static inline void
assert_to(const struct caught *caught, const char *addr)
{
	char text[ADDR_TEXT_SIZE];

	assert_non_null(caught);
	assert_string_equal(addr_format(&caught->to, text), addr);
}

/* -- time ------------------------------------------------------------------ */

/* As if its time had come. */
static inline void
fire(struct timer *timer)
{
	assert_true(timer_is_running(timer));
	timer_stop(timer);
	timer->fn(timer->arg);
}

/* The first of the posts under way, NULL: none. */
static inline struct post *
a_post(struct twin *twin)
{
	struct table_link *link = table_first(&twin->lan->posts);

	return link != NULL ? container_of(link, struct post, link) : NULL;
}

#endif

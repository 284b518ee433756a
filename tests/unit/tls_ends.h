/* tls_ends.h: two ends of TLS for each test, that count what they send. */
#ifndef CAM_TLS_ENDS_H
#define CAM_TLS_ENDS_H

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "base/err.h"
#include "base/mem.h"
#include "crypto/sign.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "raw_tls.h"

enum { LONG_MS = 30000, SHORT_MS = 60 };

struct end {
	struct sign_key *key;
	uint8_t public[SIGN_KEY_SIZE];
	struct tls_context *context;
	struct tls *tls;
	bool is_ready;
	bool is_closed;
	int err;
	int error; /* errno at on_closed */
	uint8_t peer[SIGN_KEY_SIZE];
	/* What it sends and has been sent: counted bytes. */
	size_t to_send;
	size_t sent;
	size_t received;
	size_t most; /* a record */
	bool is_wrong;
	size_t pause_every; /* bytes; 0: never */
	size_t read_since;
	bool is_paused;
	char free_in; /* the callback in which it is freed: r d o c, or 0 */
};

static struct loop *loop;
static struct end one, other;
/* Whether the other end is a server's, with a pool of its own. */
static bool served;
static struct workers *pool;

static inline void
free_end_tls(struct end *end)
{
	tls_free(end->tls);
	end->tls = NULL;
}

static inline void
on_ready(struct tls *tls, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	struct end *end = arg;

	assert_false(end->is_ready);
	end->is_ready = true;
	memcpy(end->peer, key, SIGN_KEY_SIZE);
	if (end->free_in == 'r')
		free_end_tls(end);
}

/* The byte at a place of what is sent. */
static uint8_t
byte_at(size_t place)
{
	return (uint8_t)(place * 31 + (place >> 8) * 7 + (place >> 16));
}

static inline void
on_data(struct tls *tls, const void *data, size_t len, void *arg)
{
	const uint8_t *bytes = data;
	struct end *end = arg;

	assert_true(end->is_ready);
	assert_false(end->is_paused);
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != byte_at(end->received + i))
			end->is_wrong = true;
	end->received += len;
	end->read_since += len;
	if (end->pause_every > 0 && end->read_since >= end->pause_every) {
		end->is_paused = true;
		tls_pause(tls, true);
	}
	if (end->free_in == 'd')
		free_end_tls(end);
}

static inline size_t
on_room(struct tls *tls, void *data, size_t size, void *arg)
{
	uint8_t *bytes = data;
	struct end *end = arg;
	size_t len = end->to_send - end->sent;

	if (len > size)
		len = size;
	if (end->most > 0 && len > end->most)
		len = end->most;
	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_at(end->sent + i);
	end->sent += len;
	if (end->free_in == 'o' && len > 0)
		free_end_tls(end);
	return len;
}

static inline void
on_closed(struct tls *tls, int err, void *arg)
{
	struct end *end = arg;

	end->error = errno;
	assert_false(end->is_closed);
	end->is_closed = true;
	end->err = err;
	if (end->free_in == 'c')
		free_end_tls(end);
}

static const struct tls_ops ops = { on_ready, on_data, on_room, on_closed };

static inline void
end_open(struct end *end)
{
	memset(end, 0, sizeof(*end));
	assert_int_equal(sign_key_generate(&end->key), 0);
	sign_key_public(end->key, end->public);
	assert_int_equal(tls_context_new(end->key, "cam/1", &end->context), 0);
}

static inline void
end_close(struct end *end)
{
	tls_context_free(end->context);
	sign_key_free(end->key);
}

static inline int
open_both(void **state)
{
	static const struct worker_ops pool_ops = { .start = NULL };

	loop = loop_new();
	end_open(&one);
	end_open(&other);
	if (served) {
		pool = workers_new(loop, 2, &pool_ops, NULL);
		tls_context_serve(other.context, pool);
	}
	return 0;
}

static inline int
close_both(void **state)
{
	free_end_tls(&one);
	free_end_tls(&other);
	workers_free(pool);
	pool = NULL;
	end_close(&one);
	end_close(&other);
	loop_free(loop);
	assert_int_equal(ERR_peek_error(), 0);
	return 0;
}

static inline void
make_pair(int fds[2])
{
	assert_int_equal(
	    socketpair(
		AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
	    0);
}

static inline void
start(struct end *end, int fd, bool connected, uint64_t timeout_ms)
{
	end->tls =
	    tls_new(loop, end->context, fd, connected, timeout_ms, &ops, end);
}

static inline void
start_both(void)
{
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	start(&other, fds[1], false, LONG_MS);
}

static inline void
meet(void)
{
	start_both();
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
}

/* Both ways at once, each reader resting now and then. */
static inline void
exchange(size_t len)
{
	one.to_send = other.to_send = len;
	tls_kick(one.tls);
	tls_kick(other.tls);
	while (one.received < len || other.received < len) {
		struct end *ends[2] = { &one, &other };

		loop_turn(loop, 0);
		for (int i = 0; i < 2; i++) {
			assert_false(ends[i]->is_closed);
			if (!ends[i]->is_paused)
				continue;
			ends[i]->is_paused = false;
			ends[i]->read_since = 0;
			tls_pause(ends[i]->tls, false);
		}
	}
	assert_false(one.is_wrong || other.is_wrong);
	assert_int_equal(one.received, len);
	assert_int_equal(other.received, len);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

#endif

/* test_tls.c: TLS between two of ours, and against other ends that are wrong,
 * old, slow, or gone. */
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

static void
free_end_tls(struct end *end)
{
	tls_free(end->tls);
	end->tls = NULL;
}

static void
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

static void
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

static size_t
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

static void
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

static void
end_open(struct end *end)
{
	memset(end, 0, sizeof(*end));
	assert_int_equal(sign_key_generate(&end->key), 0);
	sign_key_public(end->key, end->public);
	assert_int_equal(tls_context_new(end->key, "cam/1", &end->context), 0);
}

static void
end_close(struct end *end)
{
	tls_free(end->tls);
	tls_context_free(end->context);
	sign_key_free(end->key);
}

static int
open_both(void **state)
{
	loop = loop_new();
	end_open(&one);
	end_open(&other);
	return 0;
}

static int
close_both(void **state)
{
	end_close(&one);
	end_close(&other);
	loop_free(loop);
	assert_int_equal(ERR_peek_error(), 0);
	return 0;
}

static void
make_pair(int fds[2])
{
	assert_int_equal(
	    socketpair(
		AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
	    0);
}

static void
start(struct end *end, int fd, bool connected, uint64_t timeout_ms)
{
	end->tls =
	    tls_new(loop, end->context, fd, connected, timeout_ms, &ops, end);
}

static void
start_both(void)
{
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	start(&other, fds[1], false, LONG_MS);
}

static void
meet(void)
{
	start_both();
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
}

/* -- two of ours -------------------------------------------------------------
 */

static void
two_meet_and_know_each_other_s_keys(void **state)
{
	uint8_t bytes[2][TLS_EXPORT_SIZE], more[TLS_EXPORT_SIZE];

	start_both();
	assert_int_equal(
	    tls_export(one.tls, "cam/test/1", bytes[0]), CAM_ERR_CRYPTO);
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
	assert_memory_equal(one.peer, other.public, SIGN_KEY_SIZE);
	assert_memory_equal(other.peer, one.public, SIGN_KEY_SIZE);
	assert_int_equal(tls_export(one.tls, "cam/test/1", bytes[0]), 0);
	assert_int_equal(tls_export(other.tls, "cam/test/1", bytes[1]), 0);
	assert_memory_equal(bytes[0], bytes[1], TLS_EXPORT_SIZE);
	assert_int_equal(tls_export(one.tls, "cam/more/1", more), 0);
	assert_memory_not_equal(bytes[0], more, TLS_EXPORT_SIZE);
}

/* Both ways at once, each reader resting now and then. */
static void
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

static void
much_goes_both_ways_with_readers_that_rest(void **state)
{
	meet();
	one.pause_every = 50000;
	other.pause_every = 300000;
	exchange(8 * 1024 * 1024);
}

static void
nothing_is_asked_while_it_rests(void **state)
{
	meet();
	one.pause_every = 1;
	other.to_send = 4 * 1024 * 1024;
	tls_kick(other.tls);
	for (int i = 0; i < 2000; i++)
		loop_turn(loop, 0);
	assert_true(one.received > 0 && one.received <= 16384);
	assert_true(other.sent < other.to_send);
	one.pause_every = 0;
	one.is_paused = false;
	tls_pause(one.tls, false);
	while (one.received < other.to_send)
		loop_turn(loop, 1);
	assert_false(one.is_wrong);
}

static void
what_is_given_before_the_handshake_waits_for_it(void **state)
{
	start_both();
	one.to_send = other.to_send = 100000;
	tls_kick(one.tls);
	while (one.received < 100000 || other.received < 100000)
		loop_turn(loop, 1);
	assert_true(one.is_ready && other.is_ready);
}

/* A byte at a time through a relay, both ways. */
static void
a_byte_at_a_time_is_enough(void **state)
{
	int left[2], right[2];
	const int ways[2][2] = { { 1, 0 }, { 0, 1 } };

	make_pair(left);
	make_pair(right);
	start(&one, left[0], true, LONG_MS);
	start(&other, right[0], false, LONG_MS);
	one.to_send = other.to_send = 300;
	while (one.received < 300 || other.received < 300) {
		loop_turn(loop, 0);
		for (int i = 0; i < 2; i++) {
			int from = ways[i][0] ? left[1] : right[1];
			int to = ways[i][0] ? right[1] : left[1];
			char byte;

			if (read(from, &byte, 1) == 1)
				assert_int_equal(write(to, &byte, 1), 1);
		}
	}
	assert_false(one.is_wrong || other.is_wrong);
	close(left[1]);
	close(right[1]);
	while (!one.is_closed)
		loop_turn(loop, 1);
}

static void
who_leaves_says_so(void **state)
{
	meet();
	other.to_send = 200000;
	tls_kick(other.tls);
	while (other.sent < other.to_send)
		loop_turn(loop, 0);
	/* What it had given out already still arrives. */
	while (one.received < other.to_send)
		loop_turn(loop, 1);
	free_end_tls(&other);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_CLOSED);
}

static void
each_may_be_freed_in_any_of_its_callbacks(void **state)
{
	static const char callbacks[] = "rdoc";

	for (size_t i = 0; i < 2 * (sizeof(callbacks) - 1); i++) {
		struct end *freed = i % 2 ? &one : &other;
		struct end *left = i % 2 ? &other : &one;

		freed->free_in = callbacks[i / 2];
		start_both();
		one.to_send = other.to_send = 1000;
		if (freed->free_in == 'c') {
			while (!left->is_ready)
				loop_turn(loop, 1);
			free_end_tls(left);
			left->is_closed = true;
		}
		while (freed->tls != NULL || !left->is_closed)
			loop_turn(loop, 1);
		close_both(NULL);
		open_both(NULL);
	}
}

static void
one_may_be_freed_before_anything_happened(void **state)
{
	start_both();
	free_end_tls(&one);
	while (!other.is_closed)
		loop_turn(loop, 1);
	assert_false(other.is_ready);
	assert_int_equal(other.err, CAM_ERR_SYSTEM);
}

/* -- over TCP ----------------------------------------------------------------
 */

static int accepted;

static void
on_accept(void *arg, int fd, const struct addr *from)
{
	accepted = fd;
}

static void
on_dialled(void *arg, int err, int fd)
{
	assert_int_equal(err, 0);
	*(int *)arg = fd;
}

static void
make_tcp_pair(int fds[2])
{
	static const struct tcp_ops tcp_ops = { on_accept };
	struct addr address = addr_v4(0x7f000001, 0);
	struct tcp_listener *listener = NULL;

	accepted = fds[0] = -1;
	assert_int_equal(
	    tcp_listen(loop, &address, NULL, &tcp_ops, NULL, &listener), 0);
	tcp_dial_new(loop, NULL, tcp_listener_address(listener), LONG_MS,
	    on_dialled, &fds[0]);
	while (fds[0] < 0 || accepted < 0)
		loop_turn(loop, 1);
	tcp_listener_free(listener);
	fds[1] = accepted;
}

static void
little_waits_below_what_on_room_gave(void **state)
{
#ifdef SIOCOUTQNSD
	int fds[2], unsent = 0, most = 0;

	make_tcp_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	start(&other, fds[1], false, LONG_MS);
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
	other.pause_every = 1;
	one.to_send = 64 * 1024 * 1024;
	tls_kick(one.tls);
	for (int i = 0; i < 5000; i++) {
		loop_turn(loop, 0);
		assert_int_equal(ioctl(fds[0], SIOCOUTQNSD, &unsent), 0);
		if (unsent > most)
			most = unsent;
	}
	assert_true(one.sent < one.to_send);
	assert_true(most > 0);
	assert_true(most <= TCP_UNSENT + 2 * 16384 + 1024);
#else
	skip();
#endif
}

static void
reset_connection(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void
a_connection_that_is_reset_is_broken(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int fds[2];

	/* Within the handshake. */
	make_tcp_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	loop_turn(loop, 0);
	reset_connection(fds[1]);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_int_equal(one.error, ECONNRESET);
	close_both(NULL);
	open_both(NULL);
	/* And after. */
	make_tcp_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	raw_open(&raw, fds[1], false, &options);
	while (!one.is_ready || !raw.ready) {
		raw_step(&raw);
		loop_turn(loop, 0);
	}
	reset_connection(raw.fd);
	raw.fd = -1;
	one.to_send = 1000000;
	tls_kick(one.tls);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_true(one.error == ECONNRESET || one.error == EPIPE);
	raw_close(&raw);
}

/* -- others ------------------------------------------------------------------
 */

/* Ours is the server when the other end is the client. Until both know. */
static void
meet_raw(struct raw *raw, bool raw_is_client, const struct raw_options *options)
{
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], !raw_is_client, LONG_MS);
	raw_open(raw, fds[1], raw_is_client, options);
	while (!one.is_closed && !(one.is_ready && raw->ready)) {
		raw_step(raw);
		loop_turn(loop, 0);
	}
}

static void
assert_refused(const struct raw_options *options, int err)
{
	for (int client = 0; client < 2; client++) {
		struct raw raw;

		meet_raw(&raw, client == 1, options);
		if (!one.is_closed || one.is_ready || one.err != err)
			print_error(
			    "kind %d client %d: closed %d ready %d err %d\n",
			    (int)options->certificate, client, one.is_closed,
			    one.is_ready, one.err);
		assert_true(one.is_closed);
		assert_false(one.is_ready);
		assert_int_equal(one.err, err);
		raw_close(&raw);
		close_both(NULL);
		open_both(NULL);
	}
}

static void
assert_taken(const struct raw_options *options)
{
	for (int client = 0; client < 2; client++) {
		struct raw raw;
		char byte = 0;

		meet_raw(&raw, client == 1, options);
		assert_true(one.is_ready);
		one.to_send = 1;
		tls_kick(one.tls);
		while (SSL_read(raw.ssl, &byte, 1) != 1)
			loop_turn(loop, 0);
		assert_int_equal((uint8_t)byte, byte_at(0));
		assert_string_equal(SSL_get_version(raw.ssl), "TLSv1.3");
		raw_close(&raw);
		close_both(NULL);
		open_both(NULL);
	}
}

static void
an_ed25519_certificate_is_taken_whatever_it_says(void **state)
{
	assert_taken(&(struct raw_options){
	    .certificate = RAW_ED25519, .alpn = "cam/1" });
	assert_taken(&(struct raw_options){
	    .certificate = RAW_EXPIRED, .alpn = "cam/1" });
}

static void
other_certificates_are_refused(void **state)
{
	static const enum raw_certificate kinds[] = { RAW_RSA, RAW_EC,
		RAW_CHAINED, RAW_STOLEN };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_refused(&(struct raw_options){ .certificate = kinds[i],
				   .alpn = "cam/1" },
		    CAM_ERR_KEY);
}

/* A server cannot be without one in TLS. */
static void
a_client_without_certificate_is_refused(void **state)
{
	struct raw_options options = { .certificate = RAW_NONE,
		.alpn = "cam/1" };
	struct raw raw;

	meet_raw(&raw, true, &options);
	assert_false(one.is_ready);
	assert_int_equal(one.err, CAM_ERR_KEY);
	raw_close(&raw);
}

static void
a_server_that_wants_no_certificate_sees_none_of_ours(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	raw_open(&raw, fds[1], false, &options);
	SSL_set_verify(raw.ssl, SSL_VERIFY_NONE, NULL);
	while (!(one.is_ready && raw.ready)) {
		raw_step(&raw);
		loop_turn(loop, 0);
	}
	assert_null(SSL_get0_peer_certificate(raw.ssl));
	raw_close(&raw);
}

static void
other_protocols_are_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "http/1.1" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/2" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/11" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519 },
	    CAM_ERR_VERSION);
}

static void
old_tls_is_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/1",
			   .max_version = TLS1_2_VERSION },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_RSA,
			   .alpn = "cam/1",
			   .max_version = TLS1_2_VERSION },
	    CAM_ERR_VERSION);
}

static void
other_ciphers_and_groups_are_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/1",
			   .ciphersuites = "TLS_AES_128_GCM_SHA256" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/1",
			   .groups = "P-256" },
	    CAM_ERR_VERSION);
	assert_taken(&(struct raw_options){ .certificate = RAW_ED25519,
	    .alpn = "cam/1",
	    .ciphersuites = "TLS_AES_256_GCM_SHA384" });
	assert_taken(&(struct raw_options){ .certificate = RAW_ED25519,
	    .alpn = "cam/1",
	    .ciphersuites = "TLS_CHACHA20_POLY1305_SHA256" });
}

static void
nobody_gets_a_ticket(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	char bytes[100];
	size_t received = 0;

	meet_raw(&raw, true, &options);
	one.to_send = sizeof(bytes);
	tls_kick(one.tls);
	while (received < sizeof(bytes)) {
		int len = SSL_read(raw.ssl, bytes, sizeof(bytes));

		received += len > 0 ? (size_t)len : 0;
		loop_turn(loop, 0);
	}
	assert_int_equal(raw.tickets, 0);
	assert_int_equal(SSL_SESSION_is_resumable(SSL_get_session(raw.ssl)), 0);
	raw_close(&raw);
}

/* More records than one key is used for, in both directions. */
static void
keys_change_and_nobody_notices(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	size_t received = 0;

	meet();
	one.most = other.most = 1;
	exchange(70000);
	close_both(NULL);
	open_both(NULL);
	/* And they do change. */
	meet_raw(&raw, true, &options);
	one.most = 1;
	one.to_send = 70000;
	tls_kick(one.tls);
	while (received < one.to_send) {
		char bytes[100];
		int len = SSL_read(raw.ssl, bytes, sizeof(bytes));

		received += len > 0 ? (size_t)len : 0;
		if (len <= 0)
			loop_turn(loop, 0);
	}
	assert_int_equal(raw.updates, 1);
	ERR_clear_error();
	raw_close(&raw);
}

static void
a_proper_end_is_told_from_a_broken_one(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;

	meet_raw(&raw, true, &options);
	SSL_shutdown(raw.ssl);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_CLOSED);
	raw_close(&raw);
	close_both(NULL);
	open_both(NULL);
	/* And without a word. */
	meet_raw(&raw, true, &options);
	close(raw.fd);
	raw.fd = -1;
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_int_equal(one.error, ECONNRESET);
	raw_close(&raw);
}

static void
bytes_that_are_no_record_end_it(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;

	meet_raw(&raw, false, &options);
	assert_int_equal(write(raw.fd, "\x17\x03\x03\0\x20garbage", 12), 12);
	assert_int_equal(
	    write(raw.fd, "and more of it, to the very end.", 32), 32);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_int_equal(one.error, EPROTO);
	raw_close(&raw);
}

/* Each costs us more than it costs the peer; others must have their turn. */
static void
who_only_changes_keys_gets_no_more_than_his_turns(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int updates = 0;

	meet_raw(&raw, true, &options);
	/* As many as the socket holds; each is a record of its own. */
	while (SSL_key_update(raw.ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
	       SSL_do_handshake(raw.ssl) == 1 && updates < 200)
		updates++;
	assert_true(updates > 100);
	loop_turn(loop, 0);
	{
		int left = 0;

		/* What is still in the socket was left for later turns. */
		assert_int_equal(ioctl(raw.fd, TIOCOUTQ, &left), 0);
		assert_true(left > 0);
	}
	ERR_clear_error();
	for (int i = 0; i < 2 * updates; i++)
		loop_turn(loop, 0);
	assert_false(one.is_closed);
	while (SSL_write(raw.ssl, "\0", 1) != 1)
		loop_turn(loop, 0);
	while (one.received < 1)
		loop_turn(loop, 0);
	raw_close(&raw);
}

/* -- who is too slow, or speaks something else -------------------------------
 */

/* The first bytes of a proper ClientHello. */
static size_t
client_hello(uint8_t bytes[2048])
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int fds[2];
	ssize_t len;

	make_pair(fds);
	raw_open(&raw, fds[1], true, &options);
	raw_step(&raw);
	len = read(fds[0], bytes, 2048);
	assert_true(len > 100);
	raw_close(&raw);
	close(fds[0]);
	return (size_t)len;
}

static void
silence_ends_the_handshake(void **state)
{
	uint8_t bytes[2048];
	size_t len = client_hello(bytes);
	const size_t sent[] = { 0, 1, 5, len / 2, len };

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		for (int connected = 0; connected < 2; connected++) {
			int fds[2];

			make_pair(fds);
			start(&one, fds[0], connected == 1, SHORT_MS);
			if (connected == 0)
				assert_int_equal(
				    write(fds[1], bytes, sent[i]), sent[i]);
			while (!one.is_closed)
				loop_turn(loop, 1);
			assert_int_equal(one.err, CAM_ERR_TIMEOUT);
			assert_false(one.is_ready);
			close(fds[1]);
			close_both(NULL);
			open_both(NULL);
		}
	}
}

static void
once_open_there_is_no_time_limit(void **state)
{
	static struct end lonely;
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], true, SHORT_MS);
	start(&other, fds[1], false, SHORT_MS);
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
	/* One that meets nobody tells when the time is over. */
	end_open(&lonely);
	make_pair(fds);
	start(&lonely, fds[0], true, 2 * SHORT_MS);
	while (!lonely.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(lonely.err, CAM_ERR_TIMEOUT);
	assert_false(one.is_closed || other.is_closed);
	end_close(&lonely);
	close(fds[1]);
}

static void
other_languages_end_the_handshake(void **state)
{
	static const uint8_t words[][40] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"1:100:anna:pc1:96:0:0:0:",
		"\x16\x03\x01\xff\xff\x01",
		"\x16\x03\x01\0\x05\x02\0\0\x01\0",
		"\x80\x2e\x01\0\x02\0\x15\0\0\0\x10",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int connected = 0; connected < 2; connected++) {
			uint8_t bytes[512] = { 0 };
			int fds[2];

			memcpy(bytes, words[i], sizeof(words[i]));
			make_pair(fds);
			start(&one, fds[0], connected == 1, LONG_MS);
			assert_int_equal(
			    write(fds[1], bytes, sizeof(bytes)), sizeof(bytes));
			while (!one.is_closed)
				loop_turn(loop, 1);
			assert_int_equal(one.err, CAM_ERR_VERSION);
			close(fds[1]);
			close_both(NULL);
			open_both(NULL);
		}
	}
}

static void
one_that_leaves_within_the_handshake_is_an_error(void **state)
{
	uint8_t bytes[2048];
	size_t len = client_hello(bytes);
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], false, LONG_MS);
	assert_int_equal(write(fds[1], bytes, len / 2), len / 2);
	close(fds[1]);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
}

/* A ClientHello with each of its bytes changed: it ends, or it does not, and
 * never badly. */
static void
no_change_of_a_client_hello_does_harm(void **state)
{
	uint8_t bytes[2048];
	size_t len = client_hello(bytes);

	for (size_t i = 0; i < len; i++) {
		int fds[2];

		make_pair(fds);
		start(&one, fds[0], false, LONG_MS);
		bytes[i] ^= 0x41;
		assert_int_equal(write(fds[1], bytes, len), len);
		bytes[i] ^= 0x41;
		shutdown(fds[1], SHUT_WR);
		while (!one.is_closed)
			loop_turn(loop, 1);
		assert_false(one.is_ready);
		free_end_tls(&one);
		one.is_closed = false;
		close(fds[1]);
	}
}

static void
a_context_needs_a_protocol_it_can_name(void **state)
{
	struct tls_context *context = NULL;

	assert_int_equal(
	    tls_context_new(one.key, "", &context), CAM_ERR_CRYPTO);
	assert_int_equal(
	    tls_context_new(one.key,
		"a name of a protocol that is longer than any", &context),
	    CAM_ERR_CRYPTO);
	assert_null(context);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_meet_and_know_each_other_s_keys),
		TEST(much_goes_both_ways_with_readers_that_rest),
		TEST(nothing_is_asked_while_it_rests),
		TEST(what_is_given_before_the_handshake_waits_for_it),
		TEST(a_byte_at_a_time_is_enough),
		TEST(who_leaves_says_so),
		TEST(each_may_be_freed_in_any_of_its_callbacks),
		TEST(one_may_be_freed_before_anything_happened),
		TEST(little_waits_below_what_on_room_gave),
		TEST(a_connection_that_is_reset_is_broken),
		TEST(an_ed25519_certificate_is_taken_whatever_it_says),
		TEST(other_certificates_are_refused),
		TEST(a_client_without_certificate_is_refused),
		TEST(a_server_that_wants_no_certificate_sees_none_of_ours),
		TEST(other_protocols_are_refused),
		TEST(old_tls_is_refused),
		TEST(other_ciphers_and_groups_are_refused),
		TEST(nobody_gets_a_ticket),
		TEST(keys_change_and_nobody_notices),
		TEST(a_proper_end_is_told_from_a_broken_one),
		TEST(bytes_that_are_no_record_end_it),
		TEST(who_only_changes_keys_gets_no_more_than_his_turns),
		TEST(silence_ends_the_handshake),
		TEST(once_open_there_is_no_time_limit),
		TEST(other_languages_end_the_handshake),
		TEST(one_that_leaves_within_the_handshake_is_an_error),
		TEST(no_change_of_a_client_hello_does_harm),
		TEST(a_context_needs_a_protocol_it_can_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tls.c: a TLS connection on the loop. */
#include "net/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/err.h"
#include "base/mem.h"
#include "net/tcp.h"
#include "net/tls_private.h"

enum {
	/* Others on the loop wait no longer. */
	READS_A_TURN = 8,
	/* Far below what RFC 8446, 5.5 allows for a key. */
	RECORDS_A_KEY = 65536,
	/* What a peer may still have sent is read away, so that our last words
	 * are not lost with it. */
	DRAIN_MAX = 256 * 1024,
};

/* -- what it waits for -------------------------------------------------------
 */

static void
update_watch(struct tls *tls)
{
	int events = 0;

	if (tls->state == TLS_OPEN) {
		if (!tls->paused && !tls->read_blocked)
			events |= WATCH_READ;
		if (tls->write_blocked || tls->read_blocked)
			events |= WATCH_WRITE;
	}
	watch_set(&tls->watch, events);
}

/* The owner may free it in any of its callbacks, which happen only between
 * these. */
static void
enter(struct tls *tls)
{
	tls->is_busy = true;
}

static void
leave(struct tls *tls)
{
	tls->is_busy = false;
	if (tls->is_gone)
		free(tls);
}

/* Nothing more is read or written; the owner is told. */
static void
end(struct tls *tls, int err)
{
	int saved = errno;

	tls->state = TLS_CLOSED;
	watch_finish(&tls->watch);
	timer_stop(&tls->timer);
	timer_stop(&tls->turn);
	errno = saved;
	tls->ops.on_closed(tls, err, tls->arg);
}

/* After an error of the library's that is none of those that only ask to wait.
 */
static void
fail(struct tls *tls, int reason)
{
	bool in_handshake = tls->state == TLS_HANDSHAKE;
	int err = CAM_ERR_CLOSED;

	if (tls->refused != 0)
		err = tls->refused;
	else if (reason != SSL_ERROR_ZERO_RETURN || in_handshake)
		err = tls_error(in_handshake);
	ERR_clear_error();
	/* A shutdown after a fatal error would be an error itself. */
	if (err != CAM_ERR_CLOSED)
		SSL_set_shutdown(
		    tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	end(tls, err);
}

/* -- writing -----------------------------------------------------------------
 */

/* How many of the bytes the library took; 0: it waits; < 0: it failed. */
static ssize_t
write_record(struct tls *tls, const uint8_t *data, size_t len)
{
	size_t written = 0;
	int reason;

	ERR_clear_error();
	errno = 0;
	if (SSL_write_ex(tls->ssl, data, len, &written) == 1) {
		tls->unasked += written;
		tls->records++;
		return (ssize_t)written;
	}
	reason = SSL_get_error(tls->ssl, 0);
	if (reason == SSL_ERROR_WANT_WRITE) {
		tls->write_blocked = true;
		return 0;
	}
	fail(tls, reason);
	return -1;
}

static void
keep_unsent(struct tls *tls, const uint8_t *data, size_t len)
{
	uint8_t *kept = len > 0 ? xmemdup(data, len) : NULL;

	free(tls->unsent);
	tls->unsent = kept;
	tls->unsent_len = len;
}

/* What an earlier writing left: true when there is nothing of it any more. */
static bool
write_unsent(struct tls *tls)
{
	ssize_t done;

	if (tls->unsent_len == 0)
		return true;
	done = write_record(tls, tls->unsent, tls->unsent_len);
	if (done <= 0)
		return false;
	keep_unsent(tls, tls->unsent + done, tls->unsent_len - (size_t)done);
	return tls->unsent_len == 0;
}

/* RFC 8446, 4.6.3: the other end changes its own when it finds it fit. */
static void
change_key(struct tls *tls)
{
	if (tls->records < RECORDS_A_KEY)
		return;
	if (SSL_key_update(tls->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
		ERR_clear_error();
	tls->records = 0;
}

/* Gives the library what on_room has, one record: false when that was nothing,
 * or when the tls is over. */
static bool
write_more(struct tls *tls)
{
	uint8_t *data = tls_context_record(tls->context);
	size_t len = tls->ops.on_room(tls, data, TLS_RECORD, tls->arg);
	ssize_t done;

	if (len == 0 || tls->state != TLS_OPEN)
		return false;
	change_key(tls);
	done = write_record(tls, data, len);
	if (done < 0)
		return false;
	keep_unsent(tls, data + done, len - (size_t)done);
	return tls->unsent_len == 0;
}

/* Until there is nothing, or the socket has to be asked whether it takes more:
 * it would take megabytes, in which urgent things could not overtake. */
static void
write_some(struct tls *tls)
{
	tls->write_blocked = false;
	if (!write_unsent(tls)) {
		if (tls->state == TLS_OPEN)
			update_watch(tls);
		return;
	}
	while (tls->unasked < TCP_UNSENT && write_more(tls))
		;
	if (tls->state != TLS_OPEN)
		return;
	if (tls->unasked >= TCP_UNSENT)
		tls->write_blocked = true;
	update_watch(tls);
}

void
tls_kick(struct tls *tls)
{
	if (tls->state == TLS_OPEN && !tls->write_blocked &&
	    !timer_is_running(&tls->turn))
		timer_start(&tls->turn, 0);
}

/* -- reading -----------------------------------------------------------------
 */

/* One record: false when there is none, or the tls is over. */
static bool
read_record(struct tls *tls)
{
	uint8_t *data = tls_context_record(tls->context);
	size_t len = 0;
	int reason;

	ERR_clear_error();
	errno = 0;
	if (SSL_read_ex(tls->ssl, data, TLS_RECORD, &len) == 1) {
		tls->ops.on_data(tls, data, len, tls->arg);
		return tls->state == TLS_OPEN;
	}
	reason = SSL_get_error(tls->ssl, 0);
	if (reason == SSL_ERROR_WANT_WRITE)
		tls->read_blocked = true;
	else if (reason != SSL_ERROR_WANT_READ)
		fail(tls, reason);
	return false;
}

static void
read_some(struct tls *tls)
{
	tls->read_blocked = false;
	for (int i = 0; i < READS_A_TURN && !tls->paused; i++)
		if (!read_record(tls))
			break;
	if (tls->state == TLS_OPEN)
		update_watch(tls);
}

void
tls_pause(struct tls *tls, bool paused)
{
	tls->paused = paused;
	if (tls->state == TLS_OPEN)
		update_watch(tls);
}

/* -- the handshake -----------------------------------------------------------
 */

static void
become_open(struct tls *tls)
{
	if (!tls->has_key || !tls_context_agreed(tls->context, tls->ssl)) {
		tls->refused = tls->has_key ? CAM_ERR_VERSION : CAM_ERR_KEY;
		fail(tls, SSL_ERROR_SSL);
		return;
	}
	tls->state = TLS_OPEN;
	timer_finish(&tls->timer);
	tls->ops.on_ready(tls, tls->key, tls->arg);
	if (tls->state != TLS_OPEN)
		return;
	update_watch(tls);
	tls_kick(tls);
}

static void
shake_hands(struct tls *tls)
{
	int done, reason;

	ERR_clear_error();
	errno = 0;
	done = SSL_do_handshake(tls->ssl);
	if (done == 1) {
		become_open(tls);
		return;
	}
	reason = SSL_get_error(tls->ssl, done);
	if (reason == SSL_ERROR_WANT_READ)
		watch_set(&tls->watch, WATCH_READ);
	else if (reason == SSL_ERROR_WANT_WRITE)
		watch_set(&tls->watch, WATCH_WRITE);
	else
		fail(tls, reason);
}

/* -- what the loop tells -----------------------------------------------------
 */

static void
on_turn(void *arg)
{
	struct tls *tls = arg;

	enter(tls);
	if (tls->state == TLS_HANDSHAKE)
		shake_hands(tls);
	else if (tls->state == TLS_OPEN && !tls->write_blocked)
		write_some(tls);
	leave(tls);
}

static void
on_timeout(void *arg)
{
	struct tls *tls = arg;

	enter(tls);
	tls->refused = CAM_ERR_TIMEOUT;
	fail(tls, SSL_ERROR_SSL);
	leave(tls);
}

static void
read_and_write(struct tls *tls, int events)
{
	bool writable = (events & WATCH_WRITE) != 0;
	bool readable =
	    (events & WATCH_READ) != 0 || (writable && tls->read_blocked);

	if (writable && tls->write_blocked) {
		tls->unasked = 0;
		write_some(tls);
	}
	if (readable && tls->state == TLS_OPEN && !tls->paused)
		read_some(tls);
}

static void
on_socket(int fd, int events, void *arg)
{
	struct tls *tls = arg;

	enter(tls);
	if (tls->state == TLS_HANDSHAKE)
		shake_hands(tls);
	else
		read_and_write(tls, events);
	leave(tls);
}

/* -- making and freeing ------------------------------------------------------
 */

struct tls *
tls_new(struct loop *loop, struct tls_context *context, int fd, bool connected,
    uint64_t timeout_ms, const struct tls_ops *ops, void *arg)
{
	struct tls *tls = xcalloc(1, sizeof(*tls));
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	tls->context = context;
	tls->ops = *ops;
	tls->arg = arg;
	watch_init(&tls->watch, loop, fd, on_socket, tls);
	timer_init(&tls->timer, loop, on_timeout, tls);
	timer_init(&tls->turn, loop, on_turn, tls);
	tls->ssl = tls_context_connection(context, tls);
	if (connected)
		SSL_set_connect_state(tls->ssl);
	else
		SSL_set_accept_state(tls->ssl);
	timer_start(&tls->timer, timeout_ms);
	timer_start(&tls->turn, 0);
	return tls;
}

/* Closing with something unread would make the system take back what it has
 * not yet sent. */
static void
close_gently(int fd)
{
	uint8_t data[4096];
	size_t total = 0;
	ssize_t len = 0;

	(void)shutdown(fd, SHUT_WR);
	do {
		len = recv(fd, data, sizeof(data), MSG_DONTWAIT);
		total += len > 0 ? (size_t)len : 0;
	} while (len > 0 && total < DRAIN_MAX);
	close(fd);
}

void
tls_flush(struct tls *tls)
{
	if (tls->is_busy || tls->state != TLS_OPEN || tls->write_blocked)
		return;
	enter(tls);
	write_some(tls);
	leave(tls);
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	tls->state = TLS_CLOSED;
	watch_finish(&tls->watch);
	timer_finish(&tls->timer);
	timer_finish(&tls->turn);
	ERR_clear_error();
	if (SSL_is_init_finished(tls->ssl))
		(void)SSL_shutdown(tls->ssl);
	SSL_free(tls->ssl);
	ERR_clear_error();
	close_gently(tls->watch.fd);
	free(tls->unsent);
	tls->is_gone = true;
	if (!tls->is_busy)
		free(tls);
}

int
tls_export(struct tls *tls, const char *label, uint8_t bytes[TLS_EXPORT_SIZE])
{
	uint8_t made[TLS_EXPORT_SIZE];

	if (!SSL_is_init_finished(tls->ssl) ||
	    SSL_export_keying_material(tls->ssl, made, sizeof(made), label,
		strlen(label), NULL, 0, 0) != 1) {
		ERR_clear_error();
		return CAM_ERR_CRYPTO;
	}
	memcpy(bytes, made, sizeof(made));
	wipe(made, sizeof(made));
	return 0;
}

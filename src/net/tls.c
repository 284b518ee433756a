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
#include "base/table.h"
#include "net/tcp.h"
#include "net/tls_private.h"

enum {
	/* Others on the loop wait no longer. */
	READS_A_TURN = 8,
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

void
tls_end(struct tls *tls, int err)
{
	int saved = errno;

	tls->state = TLS_CLOSED;
	watch_finish(&tls->watch);
	timer_stop(&tls->timer);
	timer_stop(&tls->turn);
	errno = saved;
	tls->ops.on_closed(tls, err, tls->arg);
}

/* What an error of the library's means, that is none of those that only ask to
 * wait. */
static int
meaning_of(struct tls *tls, int reason)
{
	bool in_handshake = tls->state == TLS_HANDSHAKE;
	int err = CAM_ERR_CLOSED;

	if (tls->refused != 0)
		err = tls->refused;
	else if (reason != SSL_ERROR_ZERO_RETURN || in_handshake)
		err = tls_error(in_handshake);
	ERR_clear_error();
	/* A shutdown after a fatal error would be an error itself. */
	if (err != CAM_ERR_CLOSED && tls->ssl != NULL)
		SSL_set_shutdown(
		    tls->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	return err;
}

static void
fail(struct tls *tls, int reason)
{
	tls_end(tls, meaning_of(tls, reason));
}

/* -- writing -----------------------------------------------------------------
 */

/* How many of the bytes the library took; 0: it waits; < 0: it failed. */
static ssize_t
write_record(struct tls *tls, const uint8_t *data, size_t len)
{
	size_t written = 0;
	int reason;

	if (tls->served != NULL)
		return tls_served_send(tls, data, len);
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

/* What an earlier writing left: true when there is nothing of it any more. */
static bool
write_unsent(struct tls *tls)
{
	ssize_t done;

	if (tls->unsent.len == 0)
		return true;
	done = write_record(tls, tls->unsent.data, tls->unsent.len);
	if (done < 0)
		return false;
	buf_drop(&tls->unsent, (size_t)done);
	if (tls->unsent.len > 0)
		return false;
	buf_finish(&tls->unsent);
	return true;
}

/* RFC 8446, 4.6.3: the other end changes its own when it finds it fit. */
static void
change_key(struct tls *tls)
{
	if (tls->records < TLS_RECORDS_A_KEY)
		return;
	if (tls->served != NULL)
		tls_served_change_key(tls);
	else if (SSL_key_update(tls->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1)
		ERR_clear_error();
	tls->records = 0;
}

/* Sends what on_room has, one record: false when that was nothing, or when the
 * tls is over. */
static bool
write_more(struct tls *tls)
{
	uint8_t *data = tls_context_record(tls->context);
	size_t len = tls->ops.on_room(tls, data, TLS_RECORD, tls->arg);
	ssize_t done = 0;

	if (len == 0 || tls->state != TLS_OPEN)
		return false;
	change_key(tls);
	if (tls->served != NULL) {
		tls_served_seal(tls, data, len);
		return write_unsent(tls);
	}
	done = write_record(tls, data, len);
	if (done < 0)
		return false;
	buf_put(&tls->unsent, data + done, len - (size_t)done);
	return tls->unsent.len == 0;
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
	if (tls->served != NULL)
		tls_served_read(tls);
	else
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
	if (tls->state != TLS_OPEN)
		return;
	if (!paused && tls->served != NULL && tls_served_waits(tls->served))
		timer_start(&tls->turn, 0);
	update_watch(tls);
}

/* -- the handshake -----------------------------------------------------------
 */

static void
become_open(struct tls *tls)
{
	tls->state = TLS_OPEN;
	timer_finish(&tls->timer);
	tls->ops.on_ready(tls, tls->key, tls->arg);
	if (tls->state != TLS_OPEN)
		return;
	update_watch(tls);
	tls_kick(tls);
}

static void
leave_library(struct tls *tls)
{
	tls->served = tls_served_new(tls);
	if (tls->served == NULL)
		return;
	SSL_free(tls->ssl);
	tls->ssl = NULL;
}

/* As far as it goes without waiting. */
static void
step(struct tls *tls)
{
	int done = 0;

	if (tls->ssl == NULL)
		tls->ssl = tls_context_connection(tls->context, tls);
	ERR_clear_error();
	errno = 0;
	done = SSL_do_handshake(tls->ssl);
	tls->reason =
	    done == 1 ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, done);
	if (done == 1 &&
	    (!tls->has_key || !tls_context_agreed(tls->context, tls->ssl))) {
		tls->refused = tls->has_key ? CAM_ERR_VERSION : CAM_ERR_KEY;
		tls->reason = SSL_ERROR_SSL;
	}
	if (tls->reason == SSL_ERROR_NONE) {
		if (tls_context_pool(tls->context) != NULL)
			leave_library(tls);
	} else if (tls->reason != SSL_ERROR_WANT_READ &&
		   tls->reason != SSL_ERROR_WANT_WRITE) {
		tls->err = meaning_of(tls, tls->reason);
		tls->error = errno;
	}
}

static void
after_step(struct tls *tls)
{
	switch (tls->reason) {
	case SSL_ERROR_NONE:
		become_open(tls);
		break;
	case SSL_ERROR_WANT_READ:
		watch_set(&tls->watch, WATCH_READ);
		break;
	case SSL_ERROR_WANT_WRITE:
		watch_set(&tls->watch, WATCH_WRITE);
		break;
	default:
		errno = tls->error;
		tls_end(tls, tls->err);
	}
}

static void
work(struct job *job, void *context)
{
	step(container_of(job, struct tls, step));
}

static void dispose(struct tls *tls);

static void
on_step(struct job *job)
{
	struct tls *tls = container_of(job, struct tls, step);

	tls->is_away = false;
	if (tls->is_gone) {
		dispose(tls);
		free(tls);
		return;
	}
	enter(tls);
	if (tls->is_late)
		tls_end(tls, CAM_ERR_TIMEOUT);
	else
		after_step(tls);
	leave(tls);
}

static void
shake_hands(struct tls *tls)
{
	struct workers *pool = tls_context_pool(tls->context);

	if (pool == NULL) {
		step(tls);
		after_step(tls);
	} else if (!tls->is_away) {
		watch_set(&tls->watch, 0);
		tls->is_away = true;
		workers_submit(pool, &tls->step);
	}
}

/* -- what the loop tells -----------------------------------------------------
 */

static void
on_turn(void *arg)
{
	struct tls *tls = arg;

	enter(tls);
	if (tls->state == TLS_HANDSHAKE) {
		shake_hands(tls);
		leave(tls);
		return;
	}
	if (tls->state == TLS_OPEN && tls->served != NULL &&
	    tls_served_waits(tls->served) && !tls->paused)
		read_some(tls);
	if (tls->state == TLS_OPEN && !tls->write_blocked)
		write_some(tls);
	leave(tls);
}

static void
on_timeout(void *arg)
{
	struct tls *tls = arg;

	tls->is_late = true;
	if (tls->is_away)
		return;
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
	buf_init(&tls->unsent, TLS_UNSENT_MAX);
	tls->connected = connected;
	tls->step.work = work;
	tls->step.done = on_step;
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

static void
dispose(struct tls *tls)
{
	ERR_clear_error();
	if (tls->served != NULL)
		tls_served_close(tls);
	else if (tls->ssl != NULL && SSL_is_init_finished(tls->ssl))
		(void)SSL_shutdown(tls->ssl);
	tls_served_free(tls->served);
	SSL_free(tls->ssl);
	ERR_clear_error();
	close_gently(tls->watch.fd);
	buf_wipe(&tls->unsent);
	wipe(tls->secrets, sizeof tls->secrets);
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
	tls->is_gone = true;
	if (tls->is_away)
		return;
	dispose(tls);
	if (!tls->is_busy)
		free(tls);
}

int
tls_export(struct tls *tls, const char *label, uint8_t bytes[TLS_EXPORT_SIZE])
{
	uint8_t made[TLS_EXPORT_SIZE];

	if (tls->ssl == NULL || !SSL_is_init_finished(tls->ssl) ||
	    SSL_export_keying_material(tls->ssl, made, sizeof(made), label,
		strlen(label), NULL, 0, 0) != 1) {
		ERR_clear_error();
		return CAM_ERR_CRYPTO;
	}
	memcpy(bytes, made, sizeof(made));
	wipe(made, sizeof(made));
	return 0;
}

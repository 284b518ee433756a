/* tls_served.c: a connection of a server's that has left the library behind
 * with its handshake: what that keeps is fifty times as much. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "net/tls_private.h"
#include "net/tls_record.h"

enum {
	/* RFC 8446, 4.6.3 and 6. */
	KEY_UPDATE = 24,
	KEY_UPDATE_SIZE = 5,
	CLOSE_NOTIFY = 0,
	USER_CANCELED = 90,
	BAD_RECORD = 20,
	WARNING = 1,
	FATAL = 2,
	ARRIVALS_A_TURN = 4,
};

struct tls_served {
	struct tls_way in, out;
	struct buf begun; /* what came of a record that is not whole, and while
			     it rests also more */
	bool is_over;	  /* nothing may be said any more */
};

/* -- secrets -----------------------------------------------------------------
 */

/* "LABEL client-random secret", both in hex: the only way to them that the
 * library has. */
void
tls_served_secret(const SSL *ssl, const char *line)
{
	struct tls *tls = SSL_get_app_data(ssl);
	const char *hex = strrchr(line, ' ');
	uint8_t *secret = NULL;

	if (strncmp(line, "CLIENT_TRAFFIC_SECRET_0 ", 24) == 0)
		secret = tls->secrets[0];
	else if (strncmp(line, "SERVER_TRAFFIC_SECRET_0 ", 24) == 0)
		secret = tls->secrets[1];
	if (secret == NULL || hex == NULL ||
	    hex_decode(span_text(hex + 1), secret, TLS_SECRET_SIZE) < 0)
		return;
	tls->secrets_known |= secret == tls->secrets[0] ? 1 : 2;
}

struct tls_served *
tls_served_new(struct tls *tls)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(tls->ssl);
	struct tls_served *served = NULL;

	if (tls->secrets_known == 3 && !SSL_has_pending(tls->ssl) &&
	    SSL_CIPHER_get_id(cipher) == TLS1_3_CK_CHACHA20_POLY1305_SHA256) {
		served = xcalloc(1, sizeof *served);
		tls_way_init(&served->in, tls->secrets[0]);
		tls_way_init(&served->out, tls->secrets[1]);
		buf_init(&served->begun,
		    TLS_ARRIVED + TLS_RECORD_HEADER + TLS_SEALED_MAX);
	}
	wipe(tls->secrets, sizeof tls->secrets);
	return served;
}

void
tls_served_free(struct tls_served *served)
{
	if (served == NULL)
		return;
	buf_wipe(&served->begun);
	wipe(served, sizeof *served);
	free(served);
}

/* -- saying ------------------------------------------------------------------
 */

void
tls_served_seal(struct tls *tls, const void *data, size_t len)
{
	tls_record_seal(
	    &tls->served->out, TLS_DATA, span_of(data, len), &tls->unsent);
	tls->records++;
}

void
tls_served_change_key(struct tls *tls)
{
	static const uint8_t update[KEY_UPDATE_SIZE] = { KEY_UPDATE, 0, 0, 1,
		0 };

	tls_record_seal(&tls->served->out, TLS_HANDSHAKING,
	    span_of(update, sizeof update), &tls->unsent);
	tls_way_update(&tls->served->out);
}

static void
say(struct tls *tls, uint8_t level, uint8_t description)
{
	const uint8_t alert[] = { level, description };

	if (tls->served->is_over)
		return;
	tls->served->is_over = true;
	tls_record_seal(&tls->served->out, TLS_ALERT,
	    span_of(alert, sizeof alert), &tls->unsent);
	(void)send(tls->watch.fd, tls->unsent.data, tls->unsent.len,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
tls_served_close(struct tls *tls)
{
	say(tls, WARNING, CLOSE_NOTIFY);
}

ssize_t
tls_served_send(struct tls *tls, const uint8_t *data, size_t len)
{
	ssize_t sent = send(tls->watch.fd, data, len, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		tls->served->is_over = true;
		tls_end(tls, CAM_ERR_SYSTEM);
		return -1;
	}
	if (sent < (ssize_t)len)
		tls->write_blocked = true;
	if (sent < 0)
		return 0;
	tls->unasked += (size_t)sent;
	return sent;
}

/* -- hearing -----------------------------------------------------------------
 */

/* It breaks the rules, or somebody meddles: false. */
static bool
refuse(struct tls *tls)
{
	say(tls, FATAL, BAD_RECORD);
	errno = EPROTO;
	tls_end(tls, CAM_ERR_SYSTEM);
	return false;
}

/* RFC 8446, 4.6.3: a whole one, in a record of its own. */
static bool
take_key_update(struct tls *tls, struct span message)
{
	const uint8_t *at = message.data;

	if (message.len != KEY_UPDATE_SIZE || at[0] != KEY_UPDATE ||
	    at[1] != 0 || at[2] != 0 || at[3] != 1 || at[4] > 1)
		return refuse(tls);
	tls_way_update(&tls->served->in);
	/* Ours goes before what is said next, however often it is asked. */
	if (at[4] == 1)
		tls->records = TLS_RECORDS_A_KEY;
	return true;
}

static bool
take_alert(struct tls *tls, struct span alert)
{
	if (alert.len == 2 && alert.data[1] == USER_CANCELED)
		return true;
	if (alert.len == 2 && alert.data[1] == CLOSE_NOTIFY) {
		tls_end(tls, CAM_ERR_CLOSED);
		return false;
	}
	tls->served->is_over = true;
	errno = ECONNRESET;
	tls_end(tls, CAM_ERR_SYSTEM);
	return false;
}

/* False: it is over. */
static bool
take_content(struct tls *tls, enum tls_kind kind, struct span content)
{
	switch (kind) {
	case TLS_DATA:
		if (content.len > 0)
			tls->ops.on_data(
			    tls, content.data, content.len, tls->arg);
		return tls->state == TLS_OPEN;
	case TLS_HANDSHAKING:
		return take_key_update(tls, content);
	case TLS_ALERT:
		return take_alert(tls, content);
	}
	return refuse(tls);
}

/* Takes the whole records off bytes, until it rests: false when it is over. */
static bool
take_records(struct tls *tls, struct span *bytes)
{
	uint8_t *room = tls_context_record(tls->context);
	enum tls_kind kind = TLS_DATA;
	struct span content;
	size_t used = 0;

	while (!tls->paused) {
		int r = tls_record_open(
		    &tls->served->in, *bytes, room, &kind, &content, &used);

		if (r == CAM_ERR_MORE)
			return true;
		if (r < 0)
			return refuse(tls);
		*bytes = span_of(bytes->data + used, bytes->len - used);
		if (!take_content(tls, kind, content))
			return false;
	}
	return true;
}

/* What came before and what came now, which lie in one piece then. */
static bool
take_arrived(struct tls *tls, struct span arrived)
{
	struct buf *begun = &tls->served->begun;
	struct span rest = arrived;

	if (begun->len > 0) {
		buf_put_span(begun, arrived);
		rest = buf_span(begun);
	}
	if (!take_records(tls, &rest))
		return false;
	if (begun->len > 0)
		buf_drop(begun, begun->len - rest.len);
	else
		buf_put_span(begun, rest);
	if (begun->len == 0)
		buf_finish(begun);
	return true;
}

void
tls_served_read(struct tls *tls)
{
	uint8_t *arrived = tls_context_arrived(tls->context);

	/* What came while it rested. */
	if (tls->served->begun.len > 0 && !take_arrived(tls, span_of(NULL, 0)))
		return;
	for (int i = 0; i < ARRIVALS_A_TURN && !tls->paused; i++) {
		ssize_t len =
		    recv(tls->watch.fd, arrived, TLS_ARRIVED, MSG_DONTWAIT);

		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (len <= 0) {
			tls->served->is_over = true;
			errno = len < 0 ? errno : ECONNRESET;
			tls_end(tls, CAM_ERR_SYSTEM);
			return;
		}
		if (!take_arrived(tls, span_of(arrived, (size_t)len)) ||
		    len < (ssize_t)TLS_ARRIVED)
			return;
	}
}

bool
tls_served_waits(const struct tls_served *served)
{
	return served->begun.len > 0;
}

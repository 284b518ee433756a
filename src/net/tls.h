/* tls.h: TLS 1.3 between two who know each other by their keys (threat model
 * 5.1). */
#ifndef CAM_NET_TLS_H
#define CAM_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/sign.h"

struct loop;
struct tls;
struct tls_context;
struct workers;

enum { TLS_EXPORT_SIZE = 32 };

/*
 * Shared by all connections of one key: TLS 1.3 only, X25519, both AEADs, ALPN
 * alpn ("cam/1", required of the peer), a certificate asked from both sides, no
 * tickets, no resumption, no early data, no compression. CAM_ERR_CRYPTO.
 */
int tls_context_new(
    const struct sign_key *key, const char *alpn, struct tls_context **context);
/*
 * For a server with many connections, which it accepts: their handshakes run
 * in pool, and one that is over leaves the library, of which each would keep
 * 15 KB, with its keys. The pool ends before the context, and after all
 * connections were freed. Peers notice nothing.
 */
void tls_context_serve(struct tls_context *context, struct workers *pool);
/* After all connections. */
void tls_context_free(struct tls_context *context);

struct tls_ops {
	/* The handshake is over and the peer has proved to hold key. Names,
	 * dates and chains of its certificate were not looked at; whether the
	 * key is welcome is the callee's to say. The tls may be freed inside
	 * any of these. */
	void (*on_ready)(
	    struct tls *tls, const uint8_t key[SIGN_KEY_SIZE], void *arg);
	/* Bytes that arrived, borrowed for the call. */
	void (*on_data)(
	    struct tls *tls, const void *data, size_t len, void *arg);
	/*
	 * The socket takes more: fill at most size bytes, return how many, 0:
	 * nothing now (tls_kick() asks again). Little is kept below, so what is
	 * urgent is given first and is soon on its way.
	 */
	size_t (*on_room)(struct tls *tls, void *data, size_t size, void *arg);
	/* Once: the peer closed properly (CAM_ERR_CLOSED), broke off or erred
	 * (CAM_ERR_SYSTEM), showed no fitting certificate (CAM_ERR_KEY), speaks
	 * another protocol (CAM_ERR_VERSION), or was too slow at the handshake
	 * (CAM_ERR_TIMEOUT). The tls is still the owner's to free. */
	void (*on_closed)(struct tls *tls, int err, void *arg);
};

/* Takes fd. The side that connected is the TLS client. The handshake must be
 * over within timeout_ms. */
struct tls *tls_new(struct loop *loop, struct tls_context *context, int fd,
    bool connected, uint64_t timeout_ms, const struct tls_ops *ops, void *arg);
/* Asks on_room now and writes as far as that goes without waiting: what has
 * just been said before it is closed. Not inside its callbacks. */
void tls_flush(struct tls *tls);
/* Closes at once, with a close_notify where that is possible without waiting.
 */
void tls_free(struct tls *tls);
/* There is something for on_room, which is called on the loop, not inside. */
void tls_kick(struct tls *tls);
/* on_data is called no more until it is false again: back-pressure. */
void tls_pause(struct tls *tls, bool paused);
/* RFC 8446, 7.5: the same bytes at both ends, known to nobody else.
 * CAM_ERR_CRYPTO: before the handshake is over, and of one that is served. */
int tls_export(
    struct tls *tls, const char *label, uint8_t bytes[TLS_EXPORT_SIZE]);

#endif

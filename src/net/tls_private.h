/* tls_private.h: what the files of a TLS connection share; for nobody else. */
#ifndef CAM_NET_TLS_PRIVATE_H
#define CAM_NET_TLS_PRIVATE_H

#include <openssl/ssl.h>

#include "loop/timer.h"
#include "loop/watch.h"
#include "net/tls.h"

/*	HANDSHAKE -> OPEN -> CLOSED
 *	HANDSHAKE -> CLOSED */
enum tls_state { TLS_HANDSHAKE, TLS_OPEN, TLS_CLOSED };

/* RFC 8446, 5.1. */
enum { TLS_RECORD = SSL3_RT_MAX_PLAIN_LENGTH };

struct tls {
	struct tls_context *context;
	SSL *ssl;
	struct watch watch;
	struct timer timer; /* the handshake's end */
	struct timer turn;  /* asks on_room; begins a handshake */
	struct tls_ops ops;
	void *arg;
	enum tls_state state;
	int refused; /* why our own checks ended the handshake; 0: they did not
		      */
	bool has_key;
	uint8_t key[SIGN_KEY_SIZE]; /* the peer's */
	bool paused;
	bool read_blocked;  /* reading waits until it can write */
	bool write_blocked; /* writing waits until the socket takes more */
	uint8_t *unsent;    /* given by on_room, not yet taken by the library */
	size_t unsent_len;
	size_t unasked;	  /* bytes written since the socket said that it takes
			     more */
	uint64_t records; /* since our keys were last changed */
	bool is_busy;	  /* inside its own callbacks: freed when they are over
			   */
	bool is_gone;
};

/* tls_context.c */
SSL *tls_context_connection(struct tls_context *context, struct tls *tls);
/* Room for a record, for one call of the owner's: of all connections only one
 * is in such a call at a time. */
uint8_t *tls_context_record(struct tls_context *context);
/* Whether both agreed on our protocol. */
bool tls_context_agreed(const struct tls_context *context, const SSL *ssl);

/* tls_error.c: what the last error of the library means, before the handshake
 * is over or after; empties its queue. */
int tls_error(bool in_handshake);

#endif

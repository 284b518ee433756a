/* tls_private.h: what the files of a TLS connection share; for nobody else. */
#ifndef CAM_NET_TLS_PRIVATE_H
#define CAM_NET_TLS_PRIVATE_H

#include <openssl/ssl.h>

#include "base/buf.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "loop/worker.h"
#include "net/tls.h"
#include "net/tls_record.h"

/*	HANDSHAKE -> OPEN -> CLOSED
 *	HANDSHAKE -> CLOSED */
enum tls_state { TLS_HANDSHAKE, TLS_OPEN, TLS_CLOSED };

/* RFC 8446, 5.1. */
enum {
	TLS_RECORD = TLS_CONTENT_MAX,
	/* Far below what RFC 8446, 5.5 allows for a key. */
	TLS_RECORDS_A_KEY = 65536,
	TLS_ARRIVED = 32 * 1024, /* read at once */
	/* What was sealed and has not left: a record, or an answer or two. */
	TLS_UNSENT_MAX = 4 * TLS_RECORD,
};

struct tls_served;

struct tls {
	struct tls_context *context;
	SSL *ssl;		   /* NULL: not yet made, or no longer needed */
	struct tls_served *served; /* instead of ssl */
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
	struct buf unsent;  /* given by on_room, not yet taken by the library;
			       of a served one sealed, not by the system */
	size_t unasked;	    /* bytes written since the socket said that it takes
			       more */
	uint64_t records;   /* since our keys were last changed */
	bool is_busy; /* inside its own callbacks: freed when they are over
		       */
	bool is_gone;
	/* A step of the handshake, in the pool or here: while is_away all that
	 * it touches is the job's. */
	struct job step;
	bool is_away;
	bool connected;
	bool is_late; /* its time was up meanwhile */
	int reason;   /* why it waits; SSL_ERROR_NONE: it is over */
	int err;      /* where it has failed: why, and errno */
	int error;
	/* Of a served one: the client's and ours. */
	uint8_t secrets[2][TLS_SECRET_SIZE];
	unsigned secrets_known;
};

/* tls.c */
/* Nothing more is read or written; the owner is told. */
void tls_end(struct tls *tls, int err);

/* tls_context.c */
SSL *tls_context_connection(struct tls_context *context, struct tls *tls);
/* Room for a record, for one call of the owner's: of all connections only one
 * is in such a call at a time. */
uint8_t *tls_context_record(struct tls_context *context);
/* Whether both agreed on our protocol. */
bool tls_context_agreed(const struct tls_context *context, const SSL *ssl);

/* What has arrived, for one reading. */
uint8_t *tls_context_arrived(struct tls_context *context);
/* NULL: all is done on the loop, and by the library. */
struct workers *tls_context_pool(const struct tls_context *context);

/* tls_served.c */
/* What the library tells of its keys. */
void tls_served_secret(const SSL *ssl, const char *line);
/* NULL: it has to stay with the library. */
struct tls_served *tls_served_new(struct tls *tls);
void tls_served_free(struct tls_served *served);
void tls_served_read(struct tls *tls);
/* Something came that has not been told. */
bool tls_served_waits(const struct tls_served *served);
/* To unsent. */
void tls_served_seal(struct tls *tls, const void *data, size_t len);
void tls_served_change_key(struct tls *tls);
/* As write(): how many bytes; 0: it waits; < 0: it is over. */
ssize_t tls_served_send(struct tls *tls, const uint8_t *data, size_t len);
void tls_served_close(struct tls *tls);

/* tls_error.c: what the last error of the library means, before the handshake
 * is over or after; empties its queue. */
int tls_error(bool in_handshake);

#endif

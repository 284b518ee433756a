/* filerequest.h: asking a peer for what it offers, and reading what somebody
 * asks of us (reference 4.3-4.5). */
#ifndef CAM_LAN_FILEREQUEST_H
#define CAM_LAN_FILEREQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/keystream.h"
#include "ipmsg/charset.h"
#include "ipmsg/client.h"
#include "ipmsg/filerequest.h"
#include "net/addr.h"

struct lan;
struct peer;
struct rsa_public;

/* -- asking -----------------------------------------------------------------
 */

/* What is to be fetched, as the peer's message listed it. */
struct lan_wanted {
	const struct peer *peer;
	uint32_t packet; /* number of that message */
	uint32_t file;
	uint32_t type; /* enum file_type */
};

/* How it is asked, and what answers: good until it is freed. */
struct lan_question {
	uint32_t flags;	 /* the request's encryption, 0: in clear */
	bool stream;	 /* a folder stream answers, for a file too */
	bool ciphered;	 /* AES-256-CTR under key, from number */
	uint32_t number; /* of the request's packet */
	uint8_t key[KEYSTREAM_KEY_SIZE];
	enum charset charset; /* of names in the stream */
	bool bare;	      /* of a client that writes plain names */
	struct span hello;    /* the whole request, once it is sealed */
};

/*
 * Encrypted with whom we can, request and answer; in clear with others. On the
 * loop; the peer is not needed any more. Then lan_question_seal(), on a thread
 * that may block (RSA), makes hello; CAM_ERR_LIMIT, CAM_ERR_CRYPTO.
 */
struct lan_question *lan_question_new(
    struct lan *lan, const struct lan_wanted *wanted);
int lan_question_seal(struct lan_question *question);
void lan_question_free(struct lan_question *question);

/* -- being asked ------------------------------------------------------------
 */

/* One request, as far as it has been opened. */
struct lan_request {
	struct addr from;
	char *user; /* wire names, as it says */
	char *host;
	uint32_t number;   /* of its packet */
	bool wants_stream; /* GETDIRFILES */
	enum client_kind client;
	enum charset charset; /* of names in the stream */
	uint32_t flags;	      /* its encryption, 0: it came in clear */
	/* Signed, by SHA-256, with the key that was known of that user; NULL:
	 * it proves nothing. */
	const struct rsa_public *key;
	struct file_request file;
};

/*
 * Reads what a TCP connection said: one whole packet, borrowed for the call. On
 * the loop. *sealed: it says nothing before lan_request_open() on a thread that
 * may block. CAM_ERR_FORMAT: no such request; CAM_ERR_FULL: over the budget of
 * its source; others: not readable here.
 */
int lan_request_new(struct lan *lan, const struct addr *from, struct span bytes,
    bool *sealed, struct lan_request **request);
/* CAM_ERR_CRYPTO: wrong in any way (threat model C2); CAM_ERR_FORMAT. */
int lan_request_open(struct lan_request *request);
/* Back on the loop, after a request that is signed by whom we know no key of:
 * asks for it. The next one can be checked. */
void lan_request_learn(struct lan *lan, const struct lan_request *request);
void lan_request_free(struct lan_request *request);

#endif

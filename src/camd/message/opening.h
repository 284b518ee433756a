/* opening.h: envelopes being opened in the pool, told in the order in which
 * they came. */
#ifndef CAM_CAMD_OPENING_H
#define CAM_CAMD_OPENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "camd/message/content.h"
#include "crypto/envelope.h"

struct camd;
struct link;
struct openings;
struct user;

/* One that has been looked at. Everything in it is authentic when reason is
 * NULL: by the device at the other end of the link, of the user whose link it
 * is, in a talk of exactly its recipients, us among them. */
struct opening {
	uint64_t serial;  /* of the link; 0: it came through the relay */
	uint64_t relayed; /* with that number, 0: over a link */
	int64_t uid;	  /* whose link it is */
	size_t len;	  /* what it took of the link's room */
	bool has_id;
	uint8_t id[ENVELOPE_ID_SIZE]; /* not proved where there is a reason */
	/* The sender's; not proved to be one of his where there is a reason.
	 * Zeros where it could not be told. */
	uint8_t device[DEVICE_ID_SIZE];
	/* Why it is refused, a word for the sender: "invalid", "version",
	 * "time", "prekey": that was for one envelope and is gone. */
	const char *reason;
	/* What came by the server, where it could not be read: of its bytes. */
	bool has_digest;
	uint8_t digest[SHA256_SIZE];
	/* The prekey that opened it and must go with it, 0: it stays. */
	uint32_t onetime;
	int64_t place; /* of that */
	const struct envelope_content *envelope;
	struct content content;
};
void opening_free(struct opening *opening);

/* on_opened gets each, and owns it. */
struct openings *openings_new(struct camd *camd,
    void (*on_opened)(void *arg, struct opening *opening), void *arg);
/* After the pool. */
void openings_free(struct openings *openings);
/* Copies the bytes; on_opened follows, never inside. */
void openings_add(
    struct openings *openings, struct link *link, struct span bytes);
/* The same for what the server says to be of that user: the envelope must be
 * by one of his devices. room: what it took of the relay's. */
void openings_add_relayed(struct openings *openings, const struct user *user,
    uint64_t number, size_t room, struct span bytes);
size_t openings_pending(const struct openings *openings);
/* Envelopes refused, in all. */
uint64_t openings_refused(const struct openings *openings);

#endif

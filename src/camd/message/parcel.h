/* parcel.h: a message, or a change of one, on its way to several users, kept
 * once. */
#ifndef CAM_CAMD_PARCEL_H
#define CAM_CAMD_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "crypto/envelope.h"
#include "lan/lan.h"
#include "store/word.h"

struct camd;
struct seal;
struct store_message;
struct store_offer;

/* A message that several lines share; counted. */
struct parcel {
	unsigned count;
	int64_t row;
	enum store_type type;
	char id[ID_SIZE];
	char target[ID_SIZE]; /* the message answered, or changed; "": none */
	int64_t time_ms;
	char *text; /* "" in a deletion */
	size_t text_len;
	struct store_offer *offers; /* what it lists; with names and keys its
				       own */
	size_t offer_count;
	bool several; /* recipients */
	bool sealed;
	bool locked;
	bool automatic; /* an automatic answer */
	bool question;	/* somebody waits for the answer */
	/* Its message was deleted: whatever has not left stays here. */
	bool withdrawn;
	int64_t *uids; /* all recipients */
	size_t uid_count;
	struct lan_name *to; /* the same by wire name, where they are few */
	size_t to_count;
	/* Of its envelope: the talk, and its number there (0: none yet). */
	uint8_t talk[ENVELOPE_TALK_SIZE];
	uint64_t sequence;
	struct seal *seal; /* its envelope while that is used; see seal.h */
};

struct parcel *parcel_new(const char *text, size_t len);
struct parcel *parcel_of_row(const struct store_message *message);
/* Adds one to what it offers: copied; 0. As for store_offer_each(). */
int parcel_offer(const struct store_offer *offer, void *parcel);
/* Whom it goes to: copied, with their names and keys as they are known now. */
void parcel_address(struct parcel *parcel, const struct camd *camd,
    const int64_t *uids, size_t count);
/* Their talk: somebody's key may have come since. */
void parcel_find_talk(struct parcel *parcel, const struct camd *camd);
struct parcel *parcel_ref(struct parcel *parcel);
void parcel_unref(struct parcel *parcel);

#endif

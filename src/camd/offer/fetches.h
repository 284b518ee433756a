/* fetches.h: offers that were accepted: fetched, and tried again. */
#ifndef CAM_CAMD_FETCHES_H
#define CAM_CAMD_FETCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/offer/key.h"

struct camd;
struct fetches;
struct store_transfer;
struct transfer_outcome;
struct user;

/*
 * Each is asked for (linkfetch.h or filefetch.h bring a passage), then received
 * (transfers.h). What breaks is tried again, later and later, and at once when
 * its user is heard; until it is removed.
 *
 *	waiting -> asking -> receiving -> (removed)
 *	   ^          |          |
 *	   +----------+----------+
 */
struct fetches_ops {
	/* It could not even be asked for: a word of reason.h. Where that
	 * passes it is tried again, and told when it is another than the last;
	 * else it was removed. */
	void (*on_refused)(
	    void *arg, const struct offer_key *key, const char *reason);
};

struct fetches *fetches_new(
    struct camd *camd, const struct fetches_ops *ops, void *arg);
void fetches_free(struct fetches *fetches);

/* What is asked for; borrowed. */
struct fetch_wish {
	struct user *user;
	const char *id;	    /* of the message */
	uint32_t packet_no; /* under which it came by IPMSG */
	uint32_t number;
	bool is_folder;
	bool is_image; /* inline, of IPMSG */
	uint64_t size;
};
/* The transfer is waiting, and begins soon. Copied; nothing where it is there
 * already. */
void fetches_add(
    struct fetches *fetches, const struct store_transfer *transfer);
/* Nothing more is done for it; one that is received goes on. False: it was not
 * there. */
bool fetches_remove(struct fetches *fetches, const struct offer_key *key);
/* One that was received broke: it is tried again. done bytes are there. False:
 * an IPMSG client has given nothing so often that it is gone; it is removed. */
bool fetches_again(
    struct fetches *fetches, const struct offer_key *key, uint64_t done);
/* All that the message lists. */
void fetches_remove_message(struct fetches *fetches, int64_t message);
bool fetches_has(const struct fetches *fetches, const struct offer_key *key);
/* The user was heard; a link to him is open. NULL is fine: the end. */
void fetches_user_heard(struct fetches *fetches, const struct user *user);
void fetches_link_open(struct fetches *fetches, const struct user *user);

#endif

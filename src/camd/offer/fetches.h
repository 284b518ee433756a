/* fetches.h: offers that were accepted: fetched, and tried again. */
#ifndef CAM_CAMD_FETCHES_H
#define CAM_CAMD_FETCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct camd;
struct fetches;
struct passage;
struct store_transfer;
struct transfer_outcome;
struct user;

/*
 * Each is asked for (linkfetch.h or filefetch.h bring a passage), then received
 * (transfers.h). What breaks is tried again, later and later, and at once when
 * its user is heard; until the offer expires.
 */
struct fetches *fetches_new(struct camd *camd);
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
/* The transfer's row says waiting. Copied; one that is there already is tried
 * now. */
void fetches_add(
    struct fetches *fetches, const struct store_transfer *transfer);
/* Nothing more is done for it. */
void fetches_remove(struct fetches *fetches, int64_t message, uint32_t number);
/* The user was heard, or there is a link to him. */
void fetches_user_heard(struct fetches *fetches, const struct user *user);
/* A transfer that was received has ended. True: it will be tried again. */
bool fetches_ended(struct fetches *fetches, int64_t message, uint32_t number,
    const struct transfer_outcome *outcome);
size_t fetches_count(const struct fetches *fetches);

#endif

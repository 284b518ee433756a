/* transfers.h: what is on its way now: who has a turn, how far it is, how it
 * ended. */
#ifndef CAM_CAMD_TRANSFERS_H
#define CAM_CAMD_TRANSFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/offer/key.h"
#include "camd/transfer/transfer.h"
#include "store/word.h"

struct camd;
struct grant;
struct passage;
struct transfers;

/*
 * So many each way at a time, the others in the order in which they came; of
 * one user one less, so that nobody waits behind a single other. What is sent
 * and what is received have turns of their own: two camd that fetch from each
 * other would wait for each other else.
 */
enum { TRANSFERS_EACH_WAY = 4, TRANSFERS_OF_ONE = 3 };
/* Connections that wait for a turn; more of one user are closed. */
enum { TRANSFERS_WAITING_OF_ONE = 64 };

/* Told on the loop. */
struct transfers_ops {
	/* It has its turn. */
	void (*on_began)(void *arg, const struct offer_key *key,
	    enum store_encryption encryption);
	/* outcome is good for the call; done bytes are there. */
	void (*on_ended)(void *arg, const struct offer_key *key, bool received,
	    const struct transfer_outcome *outcome, uint64_t done);
	/* There may be a turn for sending again. */
	void (*on_turn)(void *arg);
};

struct transfers *transfers_new(
    struct camd *camd, const struct transfers_ops *ops, void *arg);
/* Cancels all and waits for it; nothing is told any more. */
void transfers_stop(struct transfers *transfers);
void transfers_free(struct transfers *transfers);

/*
 * Sends what the grant is of over the passage; takes both, whatever it returns.
 * with_ticket: its turn was held, and one of the same offer to the same user
 * that runs is replaced (its connection may be dead without our knowing). Else
 * CAM_ERR_EXISTS where there is one, CAM_ERR_FULL: too many of that user wait.
 * CAM_ERR_REFUSED: sealed without a key, or a folder as TRANSFER_DATA.
 */
int transfers_send(struct transfers *transfers, struct grant *grant,
    struct passage *passage, bool with_ticket);

/* What is received, and to where; copied. */
struct transfers_fetch {
	struct offer_key key;
	const char *id; /* of the message */
	const char *folder;
	bool makes_folder; /* where it is not there */
	const char *name;  /* the final name, of file_name_receive() */
	bool is_folder;
	bool is_image; /* a picture: anything else is refused */
	uint64_t size; /* TRANSFER_SIZE_UNKNOWN: of a folder */
	uint64_t shown_size;
	int64_t mtime;
	const uint8_t *file_key; /* NULL: none */
	const uint8_t *digest;
	uint64_t quota; /* 0: none */
};
/* Takes the passage. CAM_ERR_EXISTS: it runs or waits. */
int transfers_receive(struct transfers *transfers,
    const struct transfers_fetch *fetch, struct passage *passage);

/* A ticket for that user would have a turn now; else ops.on_turn follows. */
bool transfers_has_turn(struct transfers *transfers, int64_t uid);
/* One is given away with a ticket; given back where that is not used. */
void transfers_hold_turn(struct transfers *transfers, int64_t uid);
void transfers_free_turn(struct transfers *transfers, int64_t uid);
/* Received ones that wait for a turn. */
bool transfers_is_full(const struct transfers *transfers);

/* Who moves less than TRANSFERS_SLOW_BYTES in TRANSFERS_SLOW_MS while others
 * wait for a turn ends. */
enum { TRANSFERS_SLOW_MS = 5 * 60 * 1000, TRANSFERS_SLOW_BYTES = 300 * 1024 };
/* Looks at all that run, as is done again and again: tells how far they are,
 * and ends the slow ones. */
void transfers_look(struct transfers *transfers, uint64_t now_ms);
/* How far one is. False: it does not run. */
struct transfers_progress {
	uint64_t done;
	uint64_t rate; /* bytes a second, of the last few */
};
bool transfers_progress(const struct transfers *transfers,
    const struct offer_key *key, struct transfers_progress *progress);
/* on_ended follows. discard: what has come of it goes. False: it neither runs
 * nor waits. */
bool transfers_cancel(
    struct transfers *transfers, const struct offer_key *key, bool discard);
/* Those of one offer, to whomever; OFFER_ALL: of all that the message lists.
 * What has come of them goes. */
void transfers_cancel_all(
    struct transfers *transfers, int64_t message, int64_t number);
/* How many of one offer run or wait, to others than him. */
size_t transfers_count(
    const struct transfers *transfers, const struct offer_key *but);

/* The name that partial files of that offer have: see transfer_discard(). */
void transfers_part_id(
    const struct offer_key *key, const char *id, char part[TRANSFER_ID_SIZE]);
/* Bytes that stay free on the disk of that folder. Blocks. */
uint64_t transfers_reserve(int folder);

#endif

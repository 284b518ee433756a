/* transfers.h: what is on its way now: who has a turn, how far it is, how it
 * ended. */
#ifndef CAM_CAMD_TRANSFERS_H
#define CAM_CAMD_TRANSFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	/* Its thread has begun. */
	void (*on_began)(void *arg, int64_t message, uint32_t number,
	    int64_t uid, enum store_encryption encryption);
	/* outcome and bytes are good for the call. done bytes are there. */
	void (*on_ended)(void *arg, int64_t message, uint32_t number,
	    int64_t uid, const struct transfer_outcome *outcome, uint64_t done);
	/* There is a turn for sending again. */
	void (*on_turn)(void *arg);
};

struct transfers *transfers_new(
    struct camd *camd, const struct transfers_ops *ops, void *arg);
/* Cancels all and waits for it; nothing is told. */
void transfers_free(struct transfers *transfers);

/*
 * Sends what the grant is of over the passage; takes both, whatever it returns.
 * replace: one of the same offer to the same user that runs is cancelled (its
 * connection may be dead without our knowing). Else CAM_ERR_EXISTS. CAM_ERR_
 * FULL: too many of that user wait. CAM_ERR_REFUSED: a sealed one without a
 * key, or a folder as TRANSFER_DATA.
 */
int transfers_send(struct transfers *transfers, struct grant *grant,
    struct passage *passage, bool replace);

/* Where and how one is received; copied. */
struct transfers_fetch {
	int64_t message;
	uint32_t number;
	int64_t uid;
	const char *id; /* of the message */
	const char *folder;
	const char *name; /* the final name, of file_name_receive() */
	bool is_folder;
	uint64_t size; /* TRANSFER_SIZE_UNKNOWN: of a folder */
	int64_t mtime;
	const uint8_t *file_key; /* NULL: none */
	const uint8_t *digest;
	uint64_t quota; /* 0: none */
};
/* Takes the passage. CAM_ERR_EXISTS: it runs. CAM_ERR_SYSTEM: the folder cannot
 * be opened (errno). */
int transfers_receive(struct transfers *transfers,
    const struct transfers_fetch *fetch, struct passage *passage);

/* A ticket, or a connection, for the user would have a turn now. */
bool transfers_has_turn(const struct transfers *transfers, int64_t uid);
/* One that is given away, for a ticket; given back when it is not used. */
void transfers_hold_turn(struct transfers *transfers, int64_t uid);
void transfers_free_turn(struct transfers *transfers, int64_t uid);

/* How far one is: false: it does not run. */
struct transfers_progress {
	uint64_t done;
	uint64_t rate; /* bytes a second, over the last seconds */
};
bool transfers_progress(const struct transfers *transfers, int64_t message,
    uint32_t number, int64_t uid, struct transfers_progress *progress);
/* on_ended follows. False: it does not run. */
bool transfers_cancel(
    struct transfers *transfers, int64_t message, uint32_t number, int64_t uid);
/* Those running and waiting. */
size_t transfers_count(const struct transfers *transfers);

/* The name that partial files of that offer have: transfer_discard(). */
void transfers_part_id(int64_t message, const char *id, uint32_t number,
    char part[TRANSFER_ID_SIZE]);

#endif

/* request.h: what the receiver of a sealed transfer asks for. */
#ifndef CAM_TRANSFER_REQUEST_H
#define CAM_TRANSFER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "camd/transfer/transfer.h"
#include "link/held.h"

/*
 * Follows the ticket on the connection, once:
 *
 *   "camr" version(1) folder(1) within(1) zero(1) position(8) chain(32)
 *   nonce(32), or nonce(16) offset(8) check(8)
 *
 * It travels in clear and unsigned; but it is the context of the stream that
 * answers, which opens to nobody who asked for something else, and the nonce
 * sees to it that no recorded answer serves twice.
 */
struct transfer_request {
	bool is_folder;
	/* A file: the first chunk wanted. A folder: how many records are
	 * there. */
	uint64_t position;
	uint8_t chain[SHA256_SIZE]; /* over those records: see record.h */
	/* Of the file behind them so much is there, of which that record came
	 * (record_check()); 0: nothing. */
	uint64_t offset;
	uint64_t check;
};

/* Draws the nonce. */
void transfer_request_write(const struct transfer_request *request,
    uint8_t bytes[TRANSFER_REQUEST_SIZE]);
/* CAM_ERR_FORMAT, CAM_ERR_VERSION. */
int transfer_request_parse(const uint8_t bytes[TRANSFER_REQUEST_SIZE],
    struct transfer_request *request);

/* What we seal with; the other one is opened as well. Where the processor knows
 * AES this is the cheaper one, a fifth less of a core for a whole transfer. */
#define TRANSFER_SUITE CHUNK_AES256_GCM

/* Bits of chunk_header.flags. */
enum {
	/* The stream of a folder begins at the position asked for. */
	TRANSFER_RESUMED = 1,
	/* And its first file at the offset asked for. */
	TRANSFER_WITHIN = 8,
	/* The file has holes: what is zero may stay unwritten. */
	TRANSFER_SPARSE = 2,
	/*
	 * Behind the file follows its SHA-256. The chunks prove what comes over
	 * one connection, in its order and to its end, so a sender that would
	 * have to read all of it for that alone leaves it out. Where a partial
	 * file goes on it is always there: only the digest tells that the parts
	 * of before lie there as they came.
	 */
	TRANSFER_DIGESTED = 4
};
_Static_assert(
    (int)TRANSFER_REQUEST_SIZE == (int)HELD_REQUEST_SIZE, "the same");

enum { TRANSFER_TRAILER = SHA256_SIZE };

#endif

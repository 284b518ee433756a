/* internal.h: what the files of this folder share. */
#ifndef CAM_TRANSFER_INTERNAL_H
#define CAM_TRANSFER_INTERNAL_H

#include "camd/transfer/flow.h"
#include "camd/transfer/place.h"
#include "camd/transfer/sock.h"
#include "camd/transfer/transfer.h"

/* A job being run. */
struct transfer {
	struct transfer_job *job;
	struct sock sock;
	struct place place;	     /* receiving */
	struct keystream *keystream; /* where the job is ciphered */
	struct chunk_stream *chunks; /* where it is sealed, once begun */
};

static inline struct flow_cover
transfer_cover(const struct transfer *transfer)
{
	return (struct flow_cover){ transfer->keystream, transfer->chunks };
}

static inline bool
transfer_is_stopped(const struct transfer *transfer)
{
	return atomic_load(&transfer->job->stop);
}

static inline void
transfer_moved(struct transfer *transfer, uint64_t bytes)
{
	atomic_fetch_add(&transfer->job->bytes, bytes);
}

/* Each is one kind of job, from the request or hello to the last byte. */
int outfile_data(struct transfer *transfer);
int outfile_sealed(struct transfer *transfer);
int outstream_run(struct transfer *transfer);
int outtree_run(struct transfer *transfer);
int infile_data(struct transfer *transfer);
int infile_sealed(struct transfer *transfer);
int instream_run(struct transfer *transfer);
int intree_run(struct transfer *transfer);

struct chunk_header;
struct digest;
struct transfer_request;

/* -- sealed.c: the two ends of a sealed stream ------------------------------
 */

/* Reads the request; answers with header once the caller has filled it in. */
int sealed_await(struct transfer *transfer, struct transfer_request *request,
    uint8_t bytes[TRANSFER_REQUEST_SIZE]);
int sealed_answer(struct transfer *transfer,
    const uint8_t request[TRANSFER_REQUEST_SIZE],
    const struct chunk_header *header);
/* Waits until the receiver says that it has all of it on its disk. */
int sealed_await_receipt(struct transfer *transfer);
/* Asks, and reads the header that answers. */
int sealed_ask(struct transfer *transfer,
    const struct transfer_request *request, struct chunk_header *header);
int sealed_send_receipt(struct transfer *transfer);

/* Adds a file's bytes from one offset to another. CAM_ERR_CLOSED: stopped;
 * CAM_ERR_REFUSED: it ends before. */
int digest_add_file(struct digest *digest, int fd, uint64_t from, uint64_t to,
    const atomic_bool *stop);
/* Reads a file's bytes into an outgoing flow, and into digest unless NULL. */
int outfile_copy(struct transfer *transfer, struct flow *flow, int fd,
    uint64_t from, uint64_t to, struct digest *digest);

#endif

/* sealed.c: request, header and receipt of a sealed stream. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/request.h"
#include "link/held.h"

enum { READ_SIZE = 64 * 1024 };

/* What is held answers a request of its own sender's. */
static int
ask_oneself(struct transfer *transfer, uint8_t bytes[TRANSFER_REQUEST_SIZE])
{
	const struct transfer_request request = {
		.is_folder = transfer->job->is_folder,
		.position = transfer->job->held_from,
	};

	transfer_request_write(&request, bytes);
	return sock_send(
	    &transfer->sock, span_of(bytes, TRANSFER_REQUEST_SIZE));
}

int
sealed_await(struct transfer *transfer, struct transfer_request *request,
    uint8_t bytes[TRANSFER_REQUEST_SIZE])
{
	int rc = transfer->job->held ? ask_oneself(transfer, bytes)
				     : sock_receive_all(&transfer->sock, bytes,
					   TRANSFER_REQUEST_SIZE);

	if (rc == 0)
		rc = transfer_request_parse(bytes, request);
	if (rc == 0 && request->is_folder != transfer->job->is_folder)
		rc = CAM_ERR_REFUSED;
	return rc;
}

int
sealed_answer(struct transfer *transfer,
    const uint8_t request[TRANSFER_REQUEST_SIZE],
    const struct chunk_header *header)
{
	struct buf bytes;
	int rc;

	buf_init(&bytes, CHUNK_HEADER_MAX);
	chunk_seal_new(transfer->job->file_key,
	    span_of(request, TRANSFER_REQUEST_SIZE), header, &bytes,
	    &transfer->chunks);
	rc = sock_send(&transfer->sock, buf_span(&bytes));
	buf_finish(&bytes);
	return rc;
}

int
sealed_await_receipt(struct transfer *transfer)
{
	uint8_t receipt[CHUNK_RECEIPT_SIZE];
	int rc = 0;

	if (transfer->job->held) {
		rc = sock_receive_all(&transfer->sock, receipt, HELD_WORD_SIZE);
		return rc == 0 &&
			       memcmp(receipt, held_word, HELD_WORD_SIZE) != 0
			   ? CAM_ERR_FORMAT
			   : rc;
	}
	rc = sock_receive_all(&transfer->sock, receipt, sizeof(receipt));
	if (rc == 0 && !chunk_receipt_is(transfer->chunks, receipt))
		rc = CAM_ERR_CRYPTO;
	return rc;
}

/* What came for another request may begin before the chunk asked for, and a
 * file goes on from there. */
static int
go_to(struct transfer *transfer, const struct transfer_request *request,
    const struct chunk_header *header)
{
	uint64_t position = request->is_folder ? 0 : request->position;

	if (header->first > position || position > UINT32_MAX)
		return CAM_ERR_FORMAT;
	return chunk_seek(transfer->chunks, (uint32_t)position);
}

static int
read_header(struct transfer *transfer, const uint8_t *request,
    struct chunk_header *header)
{
	uint8_t bytes[CHUNK_HEADER_MAX];
	size_t size = 0;
	int rc = sock_receive_all(&transfer->sock, bytes, CHUNK_HEADER_CLEAR);

	if (rc == 0)
		rc = chunk_header_size(
		    span_of(bytes, CHUNK_HEADER_CLEAR), &size);
	if (rc == 0)
		rc = sock_receive_all(&transfer->sock,
		    bytes + CHUNK_HEADER_CLEAR, size - CHUNK_HEADER_CLEAR);
	if (rc == 0)
		rc = chunk_open_new(transfer->job->file_key,
		    span_of(request, TRANSFER_REQUEST_SIZE),
		    span_of(bytes, size), header, &transfer->chunks);
	if (rc == 0 && (header->kind == CHUNK_TREE) != transfer->job->is_folder)
		rc = CAM_ERR_FORMAT;
	return rc;
}

int
sealed_ask(struct transfer *transfer, const struct transfer_request *request,
    struct chunk_header *header)
{
	uint8_t bytes[TRANSFER_REQUEST_SIZE];
	int rc;

	transfer_request_write(request, bytes);
	rc = sock_send(&transfer->sock, span_of(bytes, sizeof(bytes)));
	if (rc == 0 && transfer->job->held)
		rc = sock_receive_all(&transfer->sock, bytes, sizeof(bytes));
	if (rc == 0)
		rc = read_header(transfer, bytes, header);
	return rc == 0 && transfer->job->held ? go_to(transfer, request, header)
					      : rc;
}

int
sealed_send_receipt(struct transfer *transfer)
{
	uint8_t receipt[CHUNK_RECEIPT_SIZE], proof[HELD_PROOF];

	chunk_receipt(transfer->chunks, receipt);
	if (transfer->job->held) {
		held_proof(receipt, transfer->job->held_as, proof);
		return sock_send(
		    &transfer->sock, span_of(proof, sizeof(proof)));
	}
	return sock_send(&transfer->sock, span_of(receipt, sizeof(receipt)));
}

int
digest_add_file(struct digest *digest, int fd, uint64_t from, uint64_t to,
    const atomic_bool *stop)
{
	uint8_t *bytes = from < to ? xmalloc(READ_SIZE) : NULL;
	int rc = 0;

	while (from < to && rc == 0) {
		size_t size =
		    to - from < READ_SIZE ? (size_t)(to - from) : READ_SIZE;
		ssize_t got = pread(fd, bytes, size, (off_t)from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			rc = got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_REFUSED;
			break;
		}
		digest_add(digest, span_of(bytes, (size_t)got));
		from += (uint64_t)got;
		rc = atomic_load(stop) ? CAM_ERR_CLOSED : 0;
	}
	free(bytes);
	return rc;
}

/* infile.c: receives one file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/request.h"
#include "camd/transfer/splice.h"

enum { MODE_UNKNOWN = 0644, PAGE = 4096 };

/* How much of it there is. */
static int
size_of(int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return CAM_ERR_SYSTEM;
	*size = (uint64_t)st.st_size;
	return 0;
}

/* -- as it is ----------------------------------------------------------------
 */

static int
receive_ciphered(struct transfer *transfer, int fd)
{
	const struct transfer_job *job = transfer->job;
	struct span window = span_of(NULL, 0);
	uint64_t at = job->offset;
	struct flow flow;
	int rc = flow_in_begin(&flow, &transfer->sock, transfer_cover(transfer),
	    job->size - job->offset);

	if (rc < 0)
		return rc;
	while (rc == 0 && at < job->size) {
		rc = flow_in(&flow, &window);
		if (rc == 0)
			rc = place_write(&transfer->place, fd, at, window);
		if (rc == 0) {
			at += window.len;
			transfer_moved(transfer, window.len);
			window.len = 0;
		}
	}
	flow_in_end(&flow);
	return rc;
}

static int
receive_data(struct transfer *transfer, int fd)
{
	struct transfer_job *job = transfer->job;
	uint64_t there = 0;
	int rc = size_of(fd, &there);

	if (rc == 0 && (job->offset > there || job->offset > job->size))
		rc = CAM_ERR_REFUSED;
	if (rc == 0 && ftruncate(fd, (off_t)job->offset) != 0)
		rc = CAM_ERR_SYSTEM;
	if (rc == 0)
		rc = place_expect(&transfer->place, job->size - job->offset);
	if (rc == 0)
		rc = sock_send(&transfer->sock, job->hello);
	if (rc < 0)
		return rc;
	job->outcome.resumed = job->offset > 0;
	transfer_moved(transfer, job->offset);
	rc = transfer->keystream ? receive_ciphered(transfer, fd)
				 : splice_receive(transfer, fd, job->offset,
				       job->size - job->offset);
	if (rc == 0)
		rc = place_mark(
		    &transfer->place, fd, false, MODE_UNKNOWN, job->mtime, 0);
	return rc == 0
		   ? place_settle_file(&transfer->place, fd, job->outcome.made)
		   : rc;
}

int
infile_data(struct transfer *transfer)
{
	int fd = -1;
	int rc = place_open_file(&transfer->place, &fd);

	if (rc < 0)
		return rc;
	rc = receive_data(transfer, fd);
	close(fd);
	return rc;
}

/* -- sealed ------------------------------------------------------------------
 */

struct infile {
	struct transfer *transfer;
	int fd;
	struct digest *digest;
	struct chunk_header header;
	uint64_t size; /* of the file, without its trailer */
	uint64_t at;
	bool is_digested; /* by us, too */
	uint8_t trailer[TRANSFER_TRAILER];
	size_t trailer_size; /* 0: none */
	size_t trailer_len;
	bool is_hole; /* the end so far is not written but skipped */
};

/* Cuts what is there to whole chunks, and takes these into the digest. */
static int
resume(struct infile *file, struct transfer_request *request)
{
	const struct transfer_job *job = file->transfer->job;
	uint64_t there = 0;
	int rc = size_of(file->fd, &there);

	if (rc < 0)
		return rc;
	if (there > job->size)
		there = 0;
	request->position = there / CHUNK_SIZE;
	file->at = request->position * CHUNK_SIZE;
	if (ftruncate(file->fd, (off_t)file->at) != 0)
		return CAM_ERR_SYSTEM;
	return digest_add_file(file->digest, file->fd, 0, file->at, &job->stop);
}

static int
check_header(struct infile *file, const struct transfer_request *request)
{
	const struct chunk_header *header = &file->header;

	if ((header->flags & TRANSFER_DIGESTED) != 0)
		file->trailer_size = sizeof(file->trailer);
	if (header->size == CHUNK_SIZE_UNKNOWN ||
	    header->size < file->trailer_size ||
	    (header->first != request->position &&
		!file->transfer->job->held) ||
	    (request->position > 0 && file->trailer_size == 0))
		return CAM_ERR_FORMAT;
	file->is_digested =
	    file->trailer_size > 0 || file->transfer->job->has_digest;
	file->size = header->size - file->trailer_size;
	if (file->size > file->transfer->job->size)
		return CAM_ERR_REFUSED;
	if (file->at > file->size)
		return CAM_ERR_FORMAT;
	return place_expect(&file->transfer->place, file->size - file->at);
}

static bool
is_zero(struct span bytes)
{
	return bytes.data[0] == 0 &&
	       memcmp(bytes.data, bytes.data + 1, bytes.len - 1) == 0;
}

/* Where the sender's file has holes pages of zeros are not written. */
static int
write_sparse(struct infile *file, struct span bytes)
{
	struct place *place = &file->transfer->place;
	uint64_t at = file->at;
	int rc = 0;

	while (bytes.len > 0 && rc == 0) {
		size_t len = bytes.len < PAGE ? bytes.len : PAGE;
		struct span page = span_of(bytes.data, len);

		file->is_hole = is_zero(page);
		if (!file->is_hole)
			rc = place_write(place, file->fd, at, page);
		at += len;
		bytes = span_of(bytes.data + len, bytes.len - len);
	}
	/* The size tells how far it is. */
	if (rc == 0 && file->is_hole && ftruncate(file->fd, (off_t)at) != 0)
		rc = CAM_ERR_SYSTEM;
	return rc;
}

static int
take(struct infile *file, struct span bytes)
{
	struct transfer *transfer = file->transfer;
	uint64_t left = file->size - file->at;
	struct span data =
	    span_of(bytes.data, bytes.len < left ? bytes.len : (size_t)left);
	struct span rest = span_of(bytes.data + data.len, bytes.len - data.len);
	int rc = 0;

	if (rest.len > file->trailer_size - file->trailer_len)
		return CAM_ERR_FORMAT;
	if (data.len > 0) {
		if (file->is_digested)
			digest_add(file->digest, data);
		rc = (file->header.flags & TRANSFER_SPARSE) != 0
			 ? write_sparse(file, data)
			 : place_write(
			       &transfer->place, file->fd, file->at, data);
	}
	if (rc < 0)
		return rc;
	file->at += data.len;
	transfer_moved(transfer, data.len);
	if (rest.len > 0)
		memcpy(file->trailer + file->trailer_len, rest.data, rest.len);
	file->trailer_len += rest.len;
	return 0;
}

static int
receive_chunks(struct infile *file)
{
	struct transfer *transfer = file->transfer;
	struct span window = span_of(NULL, 0);
	struct flow flow;
	int rc =
	    flow_in_begin(&flow, &transfer->sock, transfer_cover(transfer), 0);

	if (rc < 0)
		return rc;
	while (rc == 0) {
		rc = flow_in(&flow, &window);
		if (rc == 0)
			rc = take(file, window);
		window.len = 0;
	}
	flow_in_end(&flow);
	if (rc != CAM_ERR_MORE)
		return rc;
	return file->at == file->size && file->trailer_len == file->trailer_size
		   ? 0
		   : CAM_ERR_FORMAT;
}

/* Wrong bytes that all were authentic: another file than the offered one, or
 * a partial file that somebody changed. Going on would not make it right. */
static int
check_digest(struct infile *file)
{
	struct transfer_job *job = file->transfer->job;
	uint8_t *digest = job->outcome.digest;

	if (!file->is_digested)
		return 0;
	digest_peek(file->digest, digest);
	job->outcome.has_digest =
	    memcmp(digest, file->trailer, file->trailer_size) == 0 &&
	    (!job->has_digest || memcmp(digest, job->digest, SHA256_SIZE) == 0);
	if (job->outcome.has_digest)
		return 0;
	(void)place_discard(&file->transfer->place);
	return CAM_ERR_CRYPTO;
}

static int
receive_sealed(struct infile *file)
{
	struct transfer *transfer = file->transfer;
	struct transfer_job *job = transfer->job;
	struct transfer_request request = { .position = 0 };
	int rc = resume(file, &request);

	if (rc == 0)
		rc = sock_send(&transfer->sock, job->hello);
	if (rc == 0)
		rc = sealed_ask(transfer, &request, &file->header);
	if (rc == 0)
		rc = check_header(file, &request);
	if (rc < 0)
		return rc;
	job->outcome.resumed = file->at > 0;
	transfer_moved(transfer, file->at);
	rc = receive_chunks(file);
	if (rc == 0)
		rc = check_digest(file);
	if (rc == 0)
		rc = place_mark(&transfer->place, file->fd, false,
		    file->header.mode, file->header.mtime,
		    file->header.mtime_ns);
	if (rc == 0)
		rc = place_settle_file(
		    &transfer->place, file->fd, job->outcome.made);
	/* It is here, whether or not the sender comes to know. */
	if (rc == 0)
		(void)sealed_send_receipt(transfer);
	return rc;
}

int
infile_sealed(struct transfer *transfer)
{
	struct infile file = { .transfer = transfer, .fd = -1 };
	int rc = place_restore(&transfer->place, false);

	if (rc == 0)
		rc = place_open_file(&transfer->place, &file.fd);
	if (rc < 0)
		return rc;
	file.digest = digest_new(DIGEST_SHA256);
	rc = receive_sealed(&file);
	digest_free(file.digest);
	close(file.fd);
	return rc;
}

/* outfile.c: sends one file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/request.h"
#include "camd/transfer/splice.h"

/* The descriptor is that of the offer; what it names may have grown since. */
static int
check_source(const struct transfer *transfer, struct stat *st)
{
	if (fstat(transfer->job->source, st) != 0)
		return CAM_ERR_SYSTEM;
	if (!S_ISREG(st->st_mode) ||
	    (uint64_t)st->st_size != transfer->job->size)
		return CAM_ERR_REFUSED;
#ifdef POSIX_FADV_SEQUENTIAL
	(void)posix_fadvise(transfer->job->source, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	return 0;
}

int
outfile_copy(struct transfer *transfer, struct flow *flow, int fd,
    uint64_t from, uint64_t to, struct digest *digest)
{
	uint8_t *place = NULL;
	size_t size = 0;
	int rc = 0;

	while (from < to && rc == 0) {
		ssize_t got;

		rc = flow_out_room(flow, &place, &size);
		if (rc < 0)
			break;
		if (size > to - from)
			size = (size_t)(to - from);
		do
			got = pread(fd, place, size, (off_t)from);
		while (got < 0 && errno == EINTR);
		if (got <= 0)
			return got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_REFUSED;
		if (digest)
			digest_add(digest, span_of(place, (size_t)got));
		flow_out_used(flow, (size_t)got);
		from += (uint64_t)got;
		transfer_moved(transfer, (uint64_t)got);
	}
	return rc;
}

static int
send_ciphered(struct transfer *transfer)
{
	const struct transfer_job *job = transfer->job;
	struct flow flow;
	int rc =
	    flow_out_begin(&flow, &transfer->sock, transfer_cover(transfer));

	if (rc < 0)
		return rc;
	rc = outfile_copy(
	    transfer, &flow, job->source, job->offset, job->size, NULL);
	return flow_out_end(&flow, rc);
}

int
outfile_data(struct transfer *transfer)
{
	struct transfer_job *job = transfer->job;
	struct stat st;
	int rc = check_source(transfer, &st);

	if (rc == 0 && job->offset > job->size)
		rc = CAM_ERR_REFUSED;
	if (rc < 0)
		return rc;
	job->outcome.resumed = job->offset > 0;
	transfer_moved(transfer, job->offset);
	rc = transfer->keystream ? send_ciphered(transfer)
				 : splice_send(transfer, job->source,
				       job->offset, job->size - job->offset);
	/* The receiver closes when it has all; of nothing it may never ask for
	 * the end (reference 4.3). */
	return rc == 0 && job->size > 0 ? sock_finish(&transfer->sock) : rc;
}

/* -- sealed ------------------------------------------------------------------
 */

/* Whoever fetches what is held may go on where he stopped. */
static bool
is_digested(const struct transfer_job *job, uint64_t from)
{
	return job->has_digest || from > 0 || job->held;
}

static void
describe(const struct transfer_job *job, const struct stat *st,
    const struct transfer_request *request, struct chunk_header *header)
{
	struct span name = span_text(job->name);

	*header = (struct chunk_header){ .suite = TRANSFER_SUITE,
		.kind = CHUNK_FILE,
		.size = job->size,
		.first = (uint32_t)request->position,
		.mtime = st->st_mtim.tv_sec,
		.mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
		.mode = (uint16_t)(st->st_mode & 0777) };
	if ((uint64_t)st->st_blocks * 512 < job->size)
		header->flags |= TRANSFER_SPARSE;
	if (is_digested(job, request->position)) {
		header->flags |= TRANSFER_DIGESTED;
		header->size += TRANSFER_TRAILER;
	}
	memcpy(header->name, name.data, utf8_cut(name, CHUNK_NAME_MAX));
}

/* Half of one and half of another is what nobody offered. */
static int
check_unchanged(int fd, const struct stat *before)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return CAM_ERR_SYSTEM;
	return st.st_size == before->st_size &&
		       st.st_mtim.tv_sec == before->st_mtim.tv_sec &&
		       st.st_mtim.tv_nsec == before->st_mtim.tv_nsec
		   ? 0
		   : CAM_ERR_REFUSED;
}

static int
send_chunks(struct transfer *transfer, uint64_t from, const struct stat *before)
{
	struct transfer_job *job = transfer->job;
	bool digested = is_digested(job, from);
	struct digest *digest =
	    digested && !job->has_digest ? digest_new(DIGEST_SHA256) : NULL;
	struct flow flow;
	int rc = 0;

	if (digest)
		rc = digest_add_file(digest, job->source, 0, from, &job->stop);
	if (rc == 0)
		rc = flow_out_begin(
		    &flow, &transfer->sock, transfer_cover(transfer));
	if (rc < 0)
		goto out;
	rc =
	    outfile_copy(transfer, &flow, job->source, from, job->size, digest);
	if (rc == 0)
		rc = check_unchanged(job->source, before);
	if (rc == 0 && digested) {
		memcpy(job->outcome.digest, job->digest, SHA256_SIZE);
		if (digest)
			digest_peek(digest, job->outcome.digest);
		rc = flow_out(&flow, span_of(job->outcome.digest, SHA256_SIZE));
	}
	rc = flow_out_end(&flow, rc);
out:
	digest_free(digest);
	return rc;
}

int
outfile_sealed(struct transfer *transfer)
{
	struct transfer_job *job = transfer->job;
	uint8_t bytes[TRANSFER_REQUEST_SIZE];
	struct transfer_request request;
	struct chunk_header header;
	struct stat st;
	uint64_t from = 0;
	int rc = check_source(transfer, &st);

	if (rc == 0)
		rc = sealed_await(transfer, &request, bytes);
	if (rc == 0 && request.position > job->size / CHUNK_SIZE)
		rc = CAM_ERR_REFUSED;
	if (rc < 0)
		return rc;
	from = request.position * CHUNK_SIZE;
	job->outcome.resumed = from > 0;
	transfer_moved(transfer, from);
	describe(job, &st, &request, &header);
	rc = sealed_answer(transfer, bytes, &header);
	if (rc == 0)
		rc = send_chunks(transfer, from, &st);
	if (rc == 0)
		rc = sealed_await_receipt(transfer);
	job->outcome.has_digest =
	    rc == 0 && (header.flags & TRANSFER_DIGESTED) != 0;
	return rc;
}

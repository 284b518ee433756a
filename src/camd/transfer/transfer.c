/* transfer.c: one job from its beginning to its outcome. */
#include "camd/transfer/transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/transfer/internal.h"

void
transfer_job_init(struct transfer_job *job, bool receive)
{
	memset(job, 0, sizeof(*job));
	job->receive = receive;
	job->socket = -1;
	job->source = -1;
	job->folder = -1;
	job->mask = 022;
	job->size = TRANSFER_SIZE_UNKNOWN;
}

static int
run_send(struct transfer *transfer)
{
	const struct transfer_job *job = transfer->job;

	switch (job->form) {
	case TRANSFER_DATA:
		return outfile_data(transfer);
	case TRANSFER_STREAM:
		return outstream_run(transfer);
	case TRANSFER_SEALED:
		return job->is_folder ? outtree_run(transfer)
				      : outfile_sealed(transfer);
	}
	return CAM_ERR_REQUEST;
}

/* IPMSG knows no receipt: what has come and was not kept need not be asked for
 * again. */
static bool
is_made(struct transfer *transfer)
{
	struct transfer_job *job = transfer->job;

	if (job->form == TRANSFER_SEALED ||
	    !place_find_made(
		&transfer->place, job->is_folder, job->outcome.made))
		return false;
	job->outcome.resumed = true;
	if (!job->is_folder)
		transfer_moved(transfer, job->size);
	return true;
}

static int
run_receive(struct transfer *transfer)
{
	const struct transfer_job *job = transfer->job;
	int rc = place_init(&transfer->place, job);

	if (rc < 0 || is_made(transfer))
		return rc;
	switch (job->form) {
	case TRANSFER_DATA:
		rc = infile_data(transfer);
		break;
	case TRANSFER_STREAM:
		rc = instream_run(transfer);
		break;
	case TRANSFER_SEALED:
		rc = job->is_folder ? intree_run(transfer)
				    : infile_sealed(transfer);
		break;
	}
	return rc;
}

/* A file is offered with its size. */
static bool
is_sound(const struct transfer_job *job)
{
	if (job->name == NULL ||
	    (job->form == TRANSFER_DATA && job->is_folder) ||
	    (!job->is_folder && job->size > INT64_MAX))
		return false;
	return !(job->form == TRANSFER_SEALED && job->ciphered);
}

void
transfer_run(struct transfer_job *job)
{
	struct transfer transfer = { .job = job };
	unsigned idle = job->idle_ms > 0 ? job->idle_ms
			: job->receive	 ? TRANSFER_IDLE_RECEIVE_MS
					 : TRANSFER_IDLE_SEND_MS;
	int rc = is_sound(job) ? 0 : CAM_ERR_REQUEST;

	errno = 0;
	if (rc == 0)
		rc = sock_open(
		    &transfer.sock, job->socket, idle, job->early, &job->stop);
	if (rc == 0 && job->ciphered)
		transfer.keystream = keystream_new(job->key, job->packet);
	if (rc == 0)
		rc =
		    job->receive ? run_receive(&transfer) : run_send(&transfer);
	job->outcome.err = rc;
	job->outcome.error =
	    rc == CAM_ERR_SYSTEM || rc == CAM_ERR_FULL ? errno : 0;
	if (rc < 0 && job->receive)
		sock_reject(&transfer.sock);
	job->outcome.cancelled = rc < 0 && atomic_load(&job->stop);
	place_finish(&transfer.place);
	keystream_free(transfer.keystream);
	chunk_stream_free(transfer.chunks);
	wipe(job->key, sizeof(job->key));
	wipe(job->file_key, sizeof(job->file_key));
}

void
transfer_cancel(struct transfer_job *job)
{
	atomic_store(&job->stop, true);
	/* Whoever waits for the socket wakes up. */
	(void)shutdown(job->socket, SHUT_RDWR);
}

/* What has lain there under that id. */
static int
find_place(
    int folder, const char *id, struct transfer_job *job, struct place *place)
{
	transfer_job_init(job, true);
	if (strlen(id) >= sizeof(job->id))
		return CAM_ERR_FORMAT;
	memcpy(job->id, id, strlen(id) + 1);
	job->folder = folder;
	job->name = "x";
	return place_init(place, job);
}

int
transfer_discard(int folder, const char *id)
{
	struct transfer_job job;
	struct place place;
	int rc = find_place(folder, id, &job, &place);

	return rc == 0 ? place_discard(&place) : rc;
}

int
transfer_kept(int folder, const char *id)
{
	struct transfer_job job;
	struct place place;
	int rc = find_place(folder, id, &job, &place);

	return rc == 0 ? place_forget(&place) : rc;
}

int
transfer_digest(int file, const atomic_bool *stop, uint8_t digest[SHA256_SIZE])
{
	struct digest *sum = digest_new(DIGEST_SHA256);
	struct stat st;
	int rc = fstat(file, &st) == 0 ? 0 : CAM_ERR_SYSTEM;

	if (rc == 0)
		rc = digest_add_file(sum, file, 0, (uint64_t)st.st_size, stop);
	if (rc == 0)
		digest_peek(sum, digest);
	digest_free(sum);
	return rc;
}

/* transfer.h: one file or folder on its way between a socket and the disk. */
#ifndef CAM_TRANSFER_H
#define CAM_TRANSFER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/beneath.h"
#include "base/span.h"
#include "crypto/chunk.h"
#include "crypto/digest.h"
#include "crypto/keystream.h"
#include "crypto/sign.h"
#include "ipmsg/charset.h"

/*
 * Who uses it fills a struct transfer_job, has transfer_run() called on a
 * thread that may block (struct job of loop/worker.h: a pool of as many threads
 * as transfers may run at once), and reads the outcome when that has returned.
 * Meanwhile any thread may read the counters and call transfer_cancel().
 * Nothing here knows offers, users or the database: who may fetch what is
 * decided before.
 *
 * A transfer takes 3/4 of a MiB of memory, and 32 KiB more for each level of
 * the folder that is being sent; a second thread, so that disk, cipher and
 * network overlap; and a descriptor or two for each level. Its threads must not
 * be ended by SIGPIPE and SIGXFSZ (block or ignore them).
 *
 * Receiving writes to a name that shows nothing, ".ID.part" in the download
 * folder, a folder's list of what is complete to ".ID.list", and renames when
 * all is there, checked and on the disk. After a failure these stay, unless
 * they are known to be wrong, and the same job begins where that one ended;
 * transfer_discard() removes them. What is below the final name is therefore
 * always whole, at whatever moment a process dies.
 */

enum transfer_form {
	TRANSFER_DATA,	 /* GETFILEDATA: the file's bytes and nothing else */
	TRANSFER_STREAM, /* GETDIRFILES: IPMSG's folder stream, or, for a
			    regular file, one record of it */
	TRANSFER_SEALED	 /* between two camd: sealed chunks */
};

enum {
	TRANSFER_ID_SIZE = 65, /* with its NUL */
	TRANSFER_IDLE_SEND_MS = 180000,
	TRANSFER_IDLE_RECEIVE_MS = 120000,
	TRANSFER_REQUEST_SIZE = 80 /* what a receiver of TRANSFER_SEALED asks;
				      see request.h */
};

#define TRANSFER_SIZE_UNKNOWN UINT64_MAX

/* The outcome; good once transfer_run() has returned. */
struct transfer_outcome {
	/*
	 * 0, or why not all of it went over:
	 *   CAM_ERR_CLOSED   the other end has gone: try again to go on
	 *   CAM_ERR_TIMEOUT  nothing moved for idle_ms: the same
	 *   CAM_ERR_FULL     no room on the disk, or it would go below reserve;
	 *                    error tells ENOSPC, EDQUOT or EFBIG. Try again
	 *                    when there is
	 *   CAM_ERR_LIMIT    more than quota, too deep, too many
	 *   CAM_ERR_REFUSED  sending: the source is not what was offered, or
	 *                    the request asks what cannot be; receiving: more
	 *                    than size, so it has grown; a type that is neither
	 *                    file nor folder
	 *   CAM_ERR_CRYPTO   wrong key, changed on the way, or not what the
	 *                    digest says: the partial file is removed only
	 *                    where it is the digest that differs
	 *   CAM_ERR_FORMAT   bytes that are no such stream
	 *   CAM_ERR_VERSION  a stream of a newer camd
	 *   CAM_ERR_SYSTEM   error tells
	 */
	int err;
	int error;	/* errno, or 0 */
	bool cancelled; /* by transfer_cancel() */
	bool resumed;	/* not from the beginning */
	/* Receiving: what it is called now, perhaps "name (2)". "": nothing
	 * was put in place. */
	char made[BENEATH_NAME_SIZE];
	/* TRANSFER_SEALED and has it all: the file's SHA-256, where it was
	 * asked for. */
	bool has_digest;
	uint8_t digest[SHA256_SIZE];
};

struct transfer_job {
	/* -- both ends ---------------------------------------------------- */
	bool receive;
	bool is_folder;
	enum transfer_form form;
	/* Connected; stays the caller's, who closes it soon after the run: the
	 * other end may wait for that. It is made blocking, with time limits.
	 */
	int socket;
	unsigned idle_ms; /* 0: the limits of the reference */
	/* Receiving: sent first (the ticket, or the whole IPMSG request); lives
	 * as long as the job. */
	struct span hello;
	/* What the caller has read off the socket too far; the same. */
	struct span early;
	/* UTF-8. Sending: what the other end is told. Receiving: the final
	 * name, a result of file_name_receive(). Lives as long as the job. */
	const char *name;
	/* Of a file. Sending: it must have this size, or it is not what was
	 * offered. Receiving: TRANSFER_DATA reads exactly this many bytes, the
	 * others at most. Of a folder, receiving: the most that it may have, or
	 * TRANSFER_SIZE_UNKNOWN. */
	uint64_t size;

	/* -- TRANSFER_DATA, TRANSFER_STREAM (protocol reference 4.3-4.5) ----
	 */
	bool ciphered; /* AES-256-CTR under key, from packet */
	uint32_t packet;
	uint8_t key[KEYSTREAM_KEY_SIZE]; /* wiped by transfer_run() */
	enum charset charset;		 /* of names in a stream */
	bool bare;	 /* sending to iptux: no ':' in names, bare types */
	uint64_t offset; /* TRANSFER_DATA: begins here. Receiving: what
			    the partial file is cut to; the request in hello
			    asks for the same */

	/* -- TRANSFER_SEALED (threat model 5.5) -----------------------------
	 */
	uint8_t file_key[CHUNK_KEY_SIZE]; /* of the envelope; wiped too */
	/*
	 * By way of a server that holds it (link/held.h). Sending: from chunk
	 * held_from on, to nobody who asks; well once the server has it.
	 * Receiving: as whom, for the proof that it is here.
	 */
	bool held;
	uint64_t held_from;
	uint8_t held_as[SIGN_KEY_SIZE];
	/* Of a file: what the envelope says. Without it only a file that goes
	 * on where it stopped is digested, by both ends (request.h). */
	bool has_digest;
	uint8_t digest[SHA256_SIZE];

	/* -- sending ---------------------------------------------------------
	 */
	/* The file or folder, open for reading since it was offered (F4): the
	 * caller's. Nothing else is opened but what lies beneath it. */
	int source;

	/* -- receiving -------------------------------------------------------
	 */
	int folder; /* the download folder's descriptor (F6): the caller's */
	/* Tells partial files of different transfers apart, and is the same
	 * when one is tried again: letters and digits. */
	char id[TRANSFER_ID_SIZE];
	uint64_t quota;	  /* bytes that may be written; 0: no such limit */
	uint64_t reserve; /* bytes that stay free on that disk */
	int64_t mtime;	  /* TRANSFER_DATA: seconds since 1970; 0: unknown */
	uint32_t mask;	  /* permission bits nobody gets: the user's umask */
	/* Should the process die before it has kept the outcome, the same job
	 * finds what it has made and makes no second one, by ".ID.mark" and the
	 * list, which stay until transfer_kept(). */
	bool marked;

	/* -- read by any thread ----------------------------------------------
	 */
	/* Bytes of files, those of an earlier try among them. */
	atomic_uint_fast64_t bytes;
	/* Of a folder: files and folders finished; those that the sender could
	 * not read, or that changed while being read: they are left out. */
	atomic_uint_fast64_t entries;
	atomic_uint_fast64_t unreadable;
	atomic_bool stop;

	struct transfer_outcome outcome;
};

/* Fills in what is not zero by default. The rest is the caller's. */
void transfer_job_init(struct transfer_job *job, bool receive);
/* Blocks until it has ended, well or not. Once for each job. */
void transfer_run(struct transfer_job *job);
/* Ends a running job soon; its socket is of no use afterwards. From any thread,
 * as long as the socket is not closed. */
void transfer_cancel(struct transfer_job *job);

/* Removes what a transfer of that id has left in the download folder: when it
 * is given up. */
int transfer_discard(int folder, const char *id);
/* The outcome of a marked one is kept for good. */
int transfer_kept(int folder, const char *id);

/*
 * The SHA-256 of a file, from its beginning to its end, for the envelope:
 * blocks, so for the pool. CAM_ERR_SYSTEM; CAM_ERR_CLOSED once *stop is set.
 */
int transfer_digest(
    int file, const atomic_bool *stop, uint8_t digest[SHA256_SIZE]);

#endif

/* filerequest.h: the bodies of GETFILEDATA and GETDIRFILES (protocol
 * reference 4.3-4.5). */
#ifndef CAM_FILEREQUEST_H
#define CAM_FILEREQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* How the answer travels. */
enum file_cover {
	FILE_COVER_NONE,  /* an unencrypted request, or one that says nothing of
			     it */
	FILE_COVER_AES,	  /* AES-256-CTR under key, from the request's packet
			     number (900000) */
	FILE_COVER_CLEAR, /* protected request, answer in clear (4000000) */
};

struct file_request {
	uint32_t packet; /* number of the message that offered */
	uint32_t file;
	uint64_t offset; /* 0 for folders */
	enum file_cover cover;
	uint8_t key[32];
	bool has_replay;
	uint32_t replay; /* must grow, request by request of one user */
};

/*
 * command is the request's, with options: it tells file from folder and
 * whether a cover may follow (ENCFILEOPT). body is the clear or deciphered
 * text.
 */
int file_request_parse(
    uint32_t command, struct span body, struct file_request *request);

/* Appends the body with its final colon or, for a covered one, without; the NUL
 * is the caller's or packet_build()'s. */
int file_request_build(
    uint32_t command, const struct file_request *request, struct buf *buf);

/*
 * Whether the bytes received on a TCP connection are surely a whole classic
 * request: a NUL ended it, or its last field has its colon (4.3). Some clients
 * send neither, so when no more comes for a moment parse what is there.
 */
bool file_request_is_whole(struct span bytes);
/* What is there can be read as a request: the other half of that. */
bool file_request_is_readable(struct span bytes);

#endif

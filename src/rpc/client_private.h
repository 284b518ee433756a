/* client_private.h: what the files of the asking end share; nobody else
 * includes it. */
#ifndef CAM_RPC_CLIENT_PRIVATE_H
#define CAM_RPC_CLIENT_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "rpc/client.h"
#include "rpc/given.h"

enum { CLIENT_READ_SIZE = 16 * 1024 };

struct event;

struct rpc_client {
	int fd;
	struct buf in;
	size_t scanned; /* so many bytes of in hold no LF */
	json_int_t last_id;
	struct buf out;	 /* hello, until the first call takes it along */
	bool is_greeted; /* its answer has come */
	json_t *hello;
	json_t *present; /* the event rpc_client_next() gave last */
	struct event *events;
	struct event **events_end;
	size_t event_count;
	struct given given;
};

/* A moment to be done by; for ever where timeout_ms is negative. */
struct deadline {
	bool never;
	uint64_t at_ms;
};

struct deadline deadline_in(int64_t timeout_ms);

/* All of it, or CAM_ERR_CLOSED, CAM_ERR_TIMEOUT, CAM_ERR_SYSTEM. */
int client_write(
    struct rpc_client *client, struct span line, struct deadline deadline);
/* The next object; the same errors and CAM_ERR_FORMAT. */
int client_read(
    struct rpc_client *client, struct deadline deadline, json_t **object);

#endif

/* orglink.h: the connection to our camserver: found, dialled, and known by the
 * root of its organisation before anything is told it. */
#ifndef CAM_CAMD_ORGLINK_H
#define CAM_CAMD_ORGLINK_H

#include <jansson.h>
#include <stdint.h>

#include "base/span.h"
#include "net/addr.h"
#include "org/charter.h"

struct camd;
struct channel;
struct orglink;

/* The link may be freed inside any of these. */
struct orglink_ops {
	/* Whether that charter, signed by its root, is of whom we mean: 0, or
	 * CAM_ERR_KEY. */
	int (*judge)(
	    void *arg, const struct charter *charter, struct span bytes);
	/* The server whose TLS has this key, by the charter that we have; NULL:
	 * it has yet to show one. */
	const struct charter_server *(*expected)(
	    void *arg, const uint8_t key[SIGN_KEY_SIZE]);
	/* It is the server; server has its keys. */
	void (*on_known)(void *arg, const struct charter_server *server);
	/* A request of the server's (id) or a notification (id NULL). */
	void (*on_request)(void *arg, const char *method, json_t *params,
	    const json_int_t *id);
	/* Its stream of the relay: a whole item, borrowed; room is given back
	 * by orglink_credit(). */
	void (*on_item)(void *arg, struct span item);
	void (*on_drained)(void *arg);
	/* Once. CAM_ERR_UNREACHABLE, CAM_ERR_TIMEOUT, CAM_ERR_KEY (it is not
	 * the server), CAM_ERR_VERSION, CAM_ERR_CLOSED, CAM_ERR_SYSTEM,
	 * CAM_ERR_FORMAT. */
	void (*on_closed)(void *arg, int err, const char *reason);
};

/* host: a name or an address, with or without a port. */
struct orglink *orglink_new(struct camd *camd, const char *host,
    const struct orglink_ops *ops, void *arg);
/* NULL is fine. */
void orglink_free(struct orglink *link);

/* As those of channel.h. */
int orglink_call(struct orglink *link, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg);
int orglink_notify(struct orglink *link, const char *method, json_t *params);
void orglink_fail(
    struct orglink *link, json_int_t id, int err, const char *message);
void orglink_reply(struct orglink *link, json_int_t id);
/* Where it is, once it is connected. */
const struct addr *orglink_addr(const struct orglink *link);
/* Whether it still is there is asked now. */
void orglink_question(struct orglink *link);
/* From now on it may say much. */
void orglink_admit(struct orglink *link);
/* An item for the relay; CAM_ERR_FULL: wait for on_drained. */
int orglink_send(struct orglink *link, struct span item);
void orglink_credit(struct orglink *link, size_t len);

/* "host", "host:port", "[::1]:port" into its parts; port 0: not said.
 * CAM_ERR_FORMAT. */
enum { ORGLINK_HOST_SIZE = 256 };
int orglink_split(
    const char *text, char host[ORGLINK_HOST_SIZE], uint16_t *port);

#endif

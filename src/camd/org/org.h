/* org.h: the organisation that we belong to, its directory and its relay. */
#ifndef CAM_CAMD_ORG_H
#define CAM_CAMD_ORG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/device.h"

struct addr;
struct camd;
struct link;
struct org;
struct orgline;
struct store;
struct trusted;
struct user;

/* Takes up what we belong to from store. CAM_ERR_STORE. */
int org_new(struct camd *camd, struct store *store, struct org **org);
/* The network is open: connects where we belong to one. */
void org_start(struct org *org);
/* Nothing more is sent or asked: before the pool and the writer end. */
void org_stop(struct org *org);
void org_free(struct org *org);

/*
 * Joins by a code. on_done follows, never inside: 0 and what org_object() says;
 * else err and a reason: "code" (wrong, used or expired: CAM_ERR_REFUSED),
 * "typing" (not a code: CAM_ERR_REQUEST), "name" (it is for another:
 * CAM_ERR_REFUSED), "root" (that server does not speak for the organisation of
 * the code: CAM_ERR_KEY), "member" (we belong to one: CAM_ERR_REFUSED),
 * "server" (nobody says where it is: CAM_ERR_UNREACHABLE), "unreachable"
 * (CAM_ERR_UNREACHABLE), "failed".
 */
void org_join(struct org *org, const char *code,
    void (*on_done)(void *arg, int err, const char *reason), void *arg);
/* Forgets it, here; on_done as above. CAM_ERR_UNKNOWN: we belong to none. */
void org_leave(struct org *org, void (*on_done)(void *arg, int err), void *arg);
/* The result of org.status. */
json_t *org_object(const struct org *org);

/* -- told by others ----------------------------------------------------------
 */

/* We are away, back, or have another prekey or name. */
void org_tell_away(struct org *org);
void org_tell_card(struct org *org);
/* A link to somebody is open: heads are compared. */
void org_link_open(struct org *org, struct user *user, struct link *link);
/* Somebody says where the server of an organisation is: tried where it may be
 * ours, and known by its root or left (threat model S1). NULL is fine. */
void org_hear_server(
    struct org *org, const struct addr *from, const struct orgline *line);
/* LINK_HEAD. */
int org_hear_head(struct link *link, json_t *params, const json_int_t *id);
/* What is pinned to a user has changed: whether the organisation says that it
 * is he. */
void org_judge(const struct org *org, struct user *user);

/* A colleague whom the server, which is there, does not see. */
bool org_misses(const struct org *org, const struct user *user);

/* -- the relay ---------------------------------------------------------------
 */

enum org_way {
	ORG_NO_WAY,
	ORG_RELAY,	/* the server takes it */
	ORG_RELAY_ONLY, /* and says that he is not there now */
};
/* Whether messages for him can go through the server now. */
enum org_way org_way(const struct org *org, const struct user *user);
/*
 * An envelope, by its id; outbox_relayed() follows when it is stored there or
 * refused, outbox_relay_closed() where neither will. CAM_ERR_FULL:
 * outbox_relay_drained() follows; CAM_ERR_CLOSED.
 */
int org_relay_envelope(struct org *org, const struct user *user,
    const uint8_t id[16], struct span envelope);
/*
 * A prekey of his device for one envelope alone, its signature checked (threat
 * model 5.2). take: CAM_ERR_MORE: the server can be asked; CAM_ERR_UNKNOWN:
 * there is none now. want: asks it; on_prekey follows once, not inside, within
 * two seconds or as the connection ends: NULL: there is none.
 */
struct prekey_wish;
int org_take_prekey(
    struct org *org, const struct user *user, struct prekey *prekey);
struct prekey_wish *org_want_prekey(struct org *org, const struct user *user,
    void (*on_prekey)(void *arg, const struct prekey *prekey), void *arg);
/* Nothing follows. NULL is fine; not after on_prekey. */
void prekey_wish_cancel(struct prekey_wish *wish);
/* Something said to him as on a link; takes params. on_done (may be NULL)
 * follows, also inside: 0 once the server has stored it. */
void org_relay_notice(struct org *org, const struct user *user,
    const char *method, json_t *params, void (*on_done)(void *arg, int err),
    void *arg);
/*
 * A file of a user who is connected to the server too: on_done as of
 * channel_call(), with a ticket for org_server_addr(). CAM_ERR_CLOSED,
 * CAM_ERR_FULL: nothing follows.
 */
int org_ferry_fetch(struct org *org, const struct user *user,
    const char *message, uint32_t number,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg);
/* Of the connection with that serial; NULL: that has ended. */
const struct addr *org_server_addr(const struct org *org, uint64_t serial);
/* Answers FERRY_FETCH; reason NULL: he gets it. Nothing where the connection
 * has ended. */
void org_ferry_answer(
    struct org *org, uint64_t serial, json_int_t id, const char *reason);
uint64_t org_serial(const struct org *org);
/* What came with that number is stored, or will never be. */
void org_relay_taken(struct org *org, uint64_t number, size_t room);
/* It could not be stored here: the server gives it again, over the next
 * connection. */
void org_relay_failed(struct org *org);

#endif

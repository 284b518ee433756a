/* links.h: the connections to other camd, made when they are wanted. */
#ifndef CAM_CAMD_LINKS_H
#define CAM_CAMD_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/link/link.h"

struct camd;
struct identity;
struct linkhello;
struct lan_cam;
struct links;
struct tls_context;
struct trust_claim;

/* What links ask and tell; each gets the arg of links_new(). */
struct links_ops {
	/* Our user, host, nick, group and port as a hello shows them. */
	void (*introduce)(void *arg, struct linkhello *hello);
	/* From where to dial, NULL: as the system likes. */
	const struct addr *(*source)(void *arg, enum addr_family family);
	/* Somebody with a pinned key is at that host. */
	bool (*knows)(void *arg, const struct addr *host);
	/* As trust_admit(). */
	int (*admit)(
	    void *arg, const struct trust_claim *claim, struct user **user);
	/* As trust_devices(): NULL: none known. */
	const struct devices *(*devices)(void *arg, const struct user *user);
	/* Another prekey of the user's device, its signature checked. */
	void (*on_prekey)(void *arg, struct user *user, struct link *link,
	    struct span prekey);
	/* A link to the user is greeted; it may take the place of one that is
	 * closed just after. */
	void (*on_open)(void *arg, struct user *user, struct link *link);
	/* That link has ended: nothing of it may be used any more. */
	void (*on_closed)(void *arg, struct user *user, struct link *link);
	/* He was wanted and could not be reached at any address: links_state()
	 * says whether it will be tried again. */
	void (*on_unreached)(void *arg, struct user *user);
	/* An envelope; the callee gives its room back with link_credit(). */
	void (*on_envelope)(void *arg, struct link *link, struct span envelope);
	/* All envelopes have left: link_send_envelope() takes more. */
	void (*on_drained)(void *arg, struct link *link);
};

/* identity is borrowed. CAM_ERR_CRYPTO. */
int links_new(struct camd *camd, struct identity *identity,
    const struct links_ops *ops, void *arg, struct links **links);
/* Says goodbye to all; nothing is told any more. */
void links_free(struct links *links);
/* For connections to others than camd: our TLS, from where we dial, and what we
 * say of ourselves. */
struct tls_context *links_context(const struct links *links);
const struct addr *links_source(
    const struct links *links, const struct addr *to);
void links_hello(const struct links *links, struct linkhello *hello);
/* As links_ops.knows(). */
bool links_knows(const struct links *links, const struct addr *host);
/*
 * A TLS connection that came to our TCP port; takes fd. It must be greeted
 * before deadline_ms (clock_now_ms). on_known(known_arg) follows once, when it
 * was greeted or has ended.
 */
void links_accept(struct links *links, int fd, const struct addr *from,
    uint64_t deadline_ms, void (*on_known)(void *arg), void *known_arg);

/* The greeted link to the user, NULL: none. */
struct link *links_of(const struct links *links, const struct user *user);
/* NULL: it has ended. */
struct link *links_by_serial(const struct links *links, uint64_t serial);
enum links_state {
	LINKS_NONE, /* no link and no reason to think that there could be one */
	LINKS_DIALING, /* being made: on_open or on_unreached follows */
	LINKS_WAITING, /* could not be made; tried again later, by itself */
	LINKS_OPEN,
};
enum links_state links_state(
    const struct links *links, const struct user *user);
/*
 * Somebody wants to reach the user: dials where he is known or said to speak
 * cam/1 (a CM hint, or a link before), unless it waits or is open. Who has only
 * been said to is tried once for each hint: on_unreached, and then LINKS_NONE.
 */
enum links_state links_want(struct links *links, struct user *user);
/*
 * An entry of his came from there, with or without a hint of cam/1 (cam NULL).
 * believed: that is his address of record, or was made it; else the hint counts
 * only where a device of his has signed it. A waiting dial is made at once.
 */
void links_heard(struct links *links, struct user *user,
    const struct addr *from, const struct lan_cam *cam, bool believed);
/*
 * Asks over TLS whether he still lives: on_done(arg, user, alive), never
 * inside, once for all that the same one asks meanwhile. For exits that anybody
 * could have sent (threat model N2). False: there is no way to ask, nothing
 * follows.
 */
bool links_probe(struct links *links, struct user *user,
    void (*on_done)(void *arg, struct user *user, bool alive), void *arg);
/* Our own network is another: whether each link still leads anywhere is asked,
 * and silence ends it. */
void links_question(struct links *links);
/* The user lives on as another (merged), or leaves. */
void links_user_merged(
    struct links *links, struct user *from, struct user *into);
void links_user_gone(struct links *links, struct user *user);
/* Our prekey has changed: told on every link. */
void links_tell_prekey(struct links *links);
/* Those that are greeted. */
size_t links_count(const struct links *links);

#endif

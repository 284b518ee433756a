/* links.h: the connections to other camd, made when they are wanted. */
#ifndef CAM_CAMD_LINKS_H
#define CAM_CAMD_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/link.h"

struct camd;
struct links;
struct tls_context;

struct links *links_new(struct camd *camd);
/* Says goodbye to all. */
void links_free(struct links *links);
/* A TLS connection that came to our TCP port; takes fd. */
void links_accept(struct links *links, int fd, const struct addr *from);

/* The greeted link to the user, NULL: none. */
struct link *links_of(const struct links *links, const struct user *user);
enum links_state {
	LINKS_NONE, /* no link and no reason to think that there could be one */
	LINKS_DIALING, /* being made: outbox is told how it ends */
	LINKS_WAITING, /* could not be made; tried again later, by itself */
	LINKS_OPEN,
};
enum links_state links_state(
    const struct links *links, const struct user *user);
/* Somebody wants to reach the user: dials where he is known or said to speak
 * cam/1 (a CM hint, or a link before), unless it waits or is open. */
enum links_state links_want(struct links *links, struct user *user);
/* He was heard, with or without a hint of cam/1 (tcp_port 0: none): a waiting
 * dial is made at once. */
void links_heard(struct links *links, struct user *user, uint16_t tcp_port,
    const uint8_t *device_id);
/* Asks over TLS whether he still lives: on_done(arg, alive). For exits that
 * anybody could have sent (threat model N2). */
void links_probe(struct links *links, struct user *user,
    void (*on_done)(void *arg, bool alive), void *arg);
/* The user lives on as another (merged), or leaves. */
void links_user_merged(
    struct links *links, struct user *from, struct user *into);
void links_user_gone(struct links *links, struct user *user);
/* Our prekey has changed: told on every link. */
void links_tell_prekey(struct links *links);
size_t links_count(const struct links *links);

#endif

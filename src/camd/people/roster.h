/* roster.h: all users known. */
#ifndef CAM_CAMD_ROSTER_H
#define CAM_CAMD_ROSTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/people/user.h"

struct addr;
struct camd;
struct lan_entry;
struct refreshes;
struct roster;
struct store;

/* Loads the roster from the database: everybody offline until heard.
 * CAM_ERR_STORE. */
int roster_new(struct camd *camd, struct store *store, struct roster **roster);
/* Writes nothing any more. */
void roster_free(struct roster *roster);

/* In an order of its own that stays while nobody enters or leaves; forgotten
 * ones are left out. after NULL: the first. */
struct user *roster_next(const struct roster *roster, const struct user *after);
size_t roster_count(const struct roster *roster);
/* By state; index with enum user_state. */
void roster_count_states(const struct roster *roster, size_t counts[3]);

/* By uid, forgotten ones too, and whoever a merged one lives on as; NULL:
 * never known. */
struct user *roster_by_uid(const struct roster *roster, int64_t uid);
/* By wire name, the one at addr first where several have it; addr may be NULL.
 */
struct user *roster_find(const struct roster *roster, const char *user,
    const char *host, const struct addr *addr);
/* By exact id ("anna@pc1", "anna@pc1/0fc6d781"), ASCII case apart, forgotten
 * ones too. */
struct user *roster_by_id(const struct roster *roster, const char *id);
/* Those with that logon (without fingerprint) and host one after the other,
 * forgotten ones too; after NULL: the first. */
struct user *roster_named(const struct roster *roster, const char *logon,
    const char *host, const struct user *after);
/* Those last known at that host one after the other; after NULL: the first. */
struct user *roster_at(const struct roster *roster, const struct addr *addr,
    const struct user *after);
/* Another who was thought to be at the same address and port, NULL: none. */
struct user *roster_other_at(
    const struct roster *roster, const struct user *user);
/* With that key pinned, NULL: none. */
struct user *roster_by_fingerprint(
    const struct roster *roster, const char *fingerprint);
/* Somebody with a pinned key has that address of record. */
bool roster_knows_address(const struct roster *roster, const struct addr *addr);
/* Oneself, as a user that is in no list: for from and to of messages. */
struct user *roster_self(const struct roster *roster);
/* Our names have changed. */
void roster_rename_self(struct roster *roster);

/* A user nobody had heard of: offline, without an address. NULL when the table
 * is full. */
struct user *roster_add(
    struct roster *roster, const char *user, const char *host);
/* Takes the user out for good: nothing refers to it. */
void roster_remove(struct roster *roster, struct user *user);
/* Out of the roster, but in the history. */
void roster_retire(struct roster *roster, struct user *user);
/* user is into: its uid means into from now on, and it is freed. */
void roster_merge(
    struct roster *roster, struct user *user, const struct user *into);
/* No more than LIMIT_PEERS_UNPINNED_SOURCE users without a key share an
 * address; *oldest is who of them could make room, or NULL. */
bool roster_has_room_at(
    const struct roster *roster, const struct addr *addr, struct user **oldest);
/* Nobody new can be added: LIMIT_PEERS. */
bool roster_is_full(const struct roster *roster);

void roster_set_addr(
    struct roster *roster, struct user *user, const struct addr *addr);
/* The wire name of a user has changed: another host, the same key. */
void roster_set_name(struct roster *roster, struct user *user, const char *name,
    const char *host);
/* True when it was another. Empty ones are fine. */
bool roster_set_nick(
    struct roster *roster, struct user *user, const char *nick);
bool roster_set_group(
    struct roster *roster, struct user *user, const char *group);
bool roster_set_version(
    struct roster *roster, struct user *user, const char *version);
bool roster_set_away(
    struct roster *roster, struct user *user, const char *away);
/* Tells user.entered, user.left or user.changed. */
void roster_set_state(
    struct roster *roster, struct user *user, enum user_state state);
void roster_pin(struct roster *roster, struct user *user,
    const char *fingerprint, bool verified);
/* His IPMSG key is his no more. */
void roster_unpin(struct roster *roster, struct user *user);

/* Who waits for the network's answers, borrowed. */
struct refreshes *roster_refreshes(const struct roster *roster);

/* Marks for writing, soon, in one batch with others; tells user.changed when
 * tell. */
void roster_changed(struct roster *roster, struct user *user, bool tell);
/* Hands everything that waits to the writer: what is submitted after it finds
 * the users stored. */
void roster_write(struct roster *roster);

#endif

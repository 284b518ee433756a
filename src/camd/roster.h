/* roster.h: all users known. */
#ifndef CAM_CAMD_ROSTER_H
#define CAM_CAMD_ROSTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct camd;
struct lan_entry;
struct roster;
struct rsa_public;
struct user;
struct addr;

/* Loads the roster from the database: everybody offline until heard. CAM_ERR_STORE. */
int roster_new(struct camd *camd, struct roster **roster);
/* Writes nothing any more. */
void roster_free(struct roster *roster);

/* In an order of its own that stays while nobody enters or leaves; forgotten ones are left out. after NULL: the first. */
struct user *roster_next(const struct roster *roster, const struct user *after);
size_t roster_count(const struct roster *roster);
/* By state; index with enum user_state. */
void roster_count_states(const struct roster *roster, size_t counts[3]);

/* By uid, forgotten ones too; NULL: never known. */
struct user *roster_by_uid(const struct roster *roster, int64_t uid);
/* By wire name, the one at addr first where several have it; addr may be NULL. */
struct user *roster_find(const struct roster *roster, const char *user, const char *host,
    const struct addr *addr);
/* By exact id ("anna@pc1", "anna@pc1/0fc6d781"), ASCII case apart, forgotten ones too. */
struct user *roster_by_id(const struct roster *roster, const char *id);
/* Oneself, as a user that is in no list: for from and to of messages. */
struct user *roster_self(const struct roster *roster);

/* What lan tells. */
void roster_heard_entry(struct roster *roster, const struct lan_entry *entry);

/* What the user sets; each tells user.changed. name NULL or "": none. */
void roster_set_hidden(struct roster *roster, struct user *user, bool hidden);
void roster_set_priority(struct roster *roster, struct user *user, int priority);
void roster_set_alias(struct roster *roster, struct user *user, const char *alias);

/* Asks the network who is there; fn follows when no new user has answered for 0.5 s, after 3 s at most. */
void roster_refresh(struct roster *roster, void (*fn)(void *arg), void *arg);

/* The user object of cam-rpc(7). */
json_t *roster_object(const struct roster *roster, const struct user *user);

/* Marks for writing, soon, in one batch with others; tells user.changed when tell. */
void roster_changed(struct roster *roster, struct user *user, bool tell);

#endif

/* rosterfile.h: the roster's way into the database and back. */
#ifndef CAM_CAMD_ROSTERFILE_H
#define CAM_CAMD_ROSTERFILE_H

#include <stdbool.h>
#include <stdint.h>

struct camd;
struct roster;
struct rosterfile;
struct store;
struct user;

struct rosterfile *rosterfile_new(struct camd *camd, struct roster *roster);
void rosterfile_free(struct rosterfile *file);

/* Everybody known, with pinned keys. CAM_ERR_STORE. */
int rosterfile_load(struct rosterfile *file, struct store *store);
/* The user has changed and is written soon. */
void rosterfile_mark(struct rosterfile *file, struct user *user);
/* Hands what is marked to the writer now. */
void rosterfile_write(struct rosterfile *file);
/* The user is about to be freed. */
void rosterfile_forget(struct rosterfile *file, struct user *user);

/* For rosterfile.c: somebody merged long ago. */
void roster_place_merged(struct roster *roster, int64_t uid, int64_t into);
/* For rosterfile.c: a user at its place in all tables. */
struct user *roster_place(struct roster *roster, int64_t uid, const char *name,
    const char *host, bool forgotten);

#endif

/* roll.h: all who have joined, and the directory that says so. */
#ifndef CAM_CAMSERVER_ROLL_H
#define CAM_CAMSERVER_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/table.h"
#include "net/addr.h"
#include "org/directory.h"

struct origins;
struct memberlink;
struct roll;
struct server;

enum { ROLL_AWAY_MAX = 1024, ROLL_CARD_MAX = 16 * 1024 };

enum roll_state { ROLL_OFFLINE, ROLL_AWAY, ROLL_ONLINE };
/* Since it was last told: his state, or what else there is to tell of him. */
enum roll_change { ROLL_SAME, ROLL_MOVED, ROLL_OTHER };

/* Somebody who has joined. */
struct roll_member {
	struct table_link by_key, by_number;
	TAILQ_ENTRY(roll_member) entry; /* in order of number */
	enum roll_change changed;
	int64_t member;	 /* his row */
	uint64_t number; /* of the change that says who he is */
	uint8_t user_key[SIGN_KEY_SIZE];
	char *logon;
	struct memberlink *link; /* NULL: he is not connected */
	char *away;		 /* his words; NULL: he is not away */
	struct addr addr;	 /* where his camd listens; ADDR_NONE */
	/* What he last said of himself: a hello, as JSON, NULL: never yet. */
	char *card;
	bool is_admitted;      /* the database has admitted him with that */
	uint32_t card_version; /* 0: there is none */
	uint8_t link_key[SIGN_KEY_SIZE];
};

struct roll_ops {
	/* Changes of the directory after that number, and its new head. */
	void (*on_changes)(void *arg, uint64_t after);
	/* He belongs to nobody any more: freed after it. */
	void (*on_removed)(void *arg, struct roll_member *member);
	/* Some have changed: it is to be told, and roll_told() to be called. */
	void (*on_presence)(void *arg);
};

/* Reads the directory and the cards: before the writer begins. CAM_ERR_STORE,
 * CAM_ERR_FORMAT. */
int roll_new(struct server *server, const struct roll_ops *ops, void *arg,
    struct roll **roll);
void roll_free(struct roll *roll);

/* The database may have more changes: they are read, told, and done. */
void roll_refresh(struct roll *roll);

/* NULL: nobody. */
struct roll_member *roll_by_key(
    const struct roll *roll, const uint8_t user_key[SIGN_KEY_SIZE]);
struct roll_member *roll_by_number(const struct roll *roll, uint64_t number);
size_t roll_count(const struct roll *roll);
/* How many are connected. */
size_t roll_present(const struct roll *roll);

const struct head *roll_head(const struct roll *roll);
/* The head as it is signed. */
const uint8_t *roll_head_bytes(const struct roll *roll);
/* The change with that number, 1 .. head.number. */
struct span roll_change(const struct roll *roll, uint64_t number);

/* He comes, goes (NULL), or says something of himself: told to all soon. */
void roll_set_link(
    struct roll *roll, struct roll_member *member, struct memberlink *link);
/* text NULL: he is back. */
void roll_set_away(
    struct roll *roll, struct roll_member *member, const char *text);
/* Kept, and written when it is another; takes card. */
void roll_set_card(struct roll *roll, struct roll_member *member, char *card,
    const uint8_t link_key[SIGN_KEY_SIZE], const struct addr *addr);
/* From where members have come. */
struct origins *roll_origins(const struct roll *roll);
/* What has changed up to now is known. */
void roll_told(struct roll *roll);
/* In order of number; after NULL: the first. */
const struct roll_member *roll_next(
    const struct roll *roll, const struct roll_member *after);

#endif

/* org_parts.h: what the files of our organisation share; nobody else includes
 * it. */
#ifndef CAM_CAMD_ORG_PARTS_H
#define CAM_CAMD_ORG_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/table.h"
#include "camd/org/org.h"
#include "camd/org/orglink.h"
#include "camd/org/replica.h"
#include "link/onetime.h"
#include "loop/timer.h"
#include "org/charter.h"
#include "org/invitation.h"
#include "org/policy.h"

/* Kept in the database. */
enum org_state { ORG_NONE, ORG_WAITING, ORG_JOINED, ORG_REMOVED };
enum org_alarm {
	ORG_QUIET,
	ORG_SPLIT, /* others are shown another directory */
	ORG_SHORT, /* the server shows one that we have had already */
};

/* A code that is being used. */
struct org_joining {
	struct invitation invitation;
	int err; /* of the first that was tried; 0: none was yet */
	void (*on_done)(void *arg, int err, const char *reason);
	void *arg;
};

/* Addresses that somebody says are the server's. */
enum { ORG_FOUND_MAX = 8 };

/* Something that came through the relay of somebody whose card is not here
 * yet. */
struct relay_item {
	TAILQ_ENTRY(relay_item) entry;
	uint8_t *bytes;
	size_t len;
};

/* Colleagues whose cards, or addresses, are to be written. */
struct acquaintance {
	uint64_t *numbers;
	size_t count, size;
	struct timer soon;
};

/* One-time prekeys of ours, which the server hands out. */
struct org_supply {
	struct timer due;
	bool busy;
	uint64_t serial;    /* of the link that is being asked */
	uint64_t filled_ms; /* 0: never yet */
	uint32_t drop[ONETIME_LIST_MAX];
	size_t drop_count;
};

struct org {
	struct camd *camd;
	enum org_state state;
	enum org_alarm alarm;
	struct charter charter; /* serial 0: none */
	struct buf statement;
	char *host; /* of the code; "" */
	char *name; /* ours there */
	int64_t joined_ms;
	uint8_t head[HEAD_BYTES];
	size_t head_len;

	struct policy policy;	  /* serial 0: none */
	enum policy_value legacy; /* as it was last applied */
	struct replica *replica;
	struct buf unsigned_changes; /* as they came, no head over them yet */
	size_t *ends;		     /* of each of them */
	size_t unsigned_count, ends_size;
	struct head awaited; /* of another member, greater than ours */
	bool has_awaited;

	struct orglink *link;
	uint64_t serial;		   /* of it */
	uint8_t server_key[SIGN_KEY_SIZE]; /* signs heads */
	bool is_open;			   /* entered, as a member */
	struct org_joining *joining;
	struct timer retry;
	unsigned failures;
	bool is_due;	   /* for what is said of it, when this try has ended */
	struct addr place; /* of this try, as somebody says; ADDR_NONE: host */
	struct addr found[ORG_FOUND_MAX]; /* to be tried */
	size_t found_count;
	uint64_t found_ms; /* of the last one tried */
	struct timer found_soon;
	struct timer looking; /* until nobody else will answer */
	int last_err;	      /* why there is no connection */
	bool started, stopped;

	TAILQ_HEAD(, colleague) wanted; /* cards */
	size_t asked;			/* for, not answered yet */
	size_t checking;		/* in the pool */
	struct acquaintance acquaintance;

	struct table sent; /* envelopes at the server, not yet stored */
	TAILQ_HEAD(, relay_item) early;
	json_t *taken;
	struct timer taken_soon;

	struct org_supply supply;
	struct table stocks;	 /* of others' prekeys */
	TAILQ_HEAD(, stock) due; /* to be asked for */
	size_t asking;		 /* questions under way */
	struct timer due_soon;
};

/* -- keeping.c ---------------------------------------------------------------
 */

void org_set_text(char **place, const char *text);
/* Stores what we belong to, then on_done (may be NULL). */
void org_save(struct org *org, void (*on_done)(void *arg, int err), void *arg);
/* The same where it is a new one: what was known of another is forgotten. */
void org_save_new(
    struct org *org, void (*on_done)(void *arg, int err), void *arg);
/* The same: we belong to none, and its directory is forgotten. */
void org_save_none(
    struct org *org, void (*on_done)(void *arg, int err), void *arg);
/* CAM_ERR_STORE. */
int org_load(struct org *org, struct store *store);

/* -- telling.c ---------------------------------------------------------------
 */

/* What we say of ourselves, as on a link. */
json_t *org_hello(const struct org *org);
/* Params of ORG_ENTER. */
json_t *org_entrance(const struct org *org);

/* -- org.c -------------------------------------------------------------------
 */

/* Where its server is said to be; "": nobody says. */
const char *org_host(const struct org *org);
/* It waits for a place to try, or for its time. */
bool org_is_apart(const struct org *org);
/* The next place that was found. */
void org_connect_found(struct org *org);
/* The server lies: its directory is believed no more. */
void org_raise(struct org *org, enum org_alarm alarm);
/* Nobody has answered in time. */
void org_give_up_looking(struct org *org);

/* -- finding.c ---------------------------------------------------------------
 */

void org_finding_init(struct org *org);
void org_finding_finish(struct org *org);
/* Asks the segment, unless server.host says where it is. */
void org_look(struct org *org);
/* The same where it was not reached for a while. */
void org_look_again(struct org *org);
/* The next address that somebody has said is the server's. */
bool org_next_found(struct org *org, struct addr *place);
/* Some are to be tried: soon, or never. */
void org_try_found_soon(struct org *org);
void org_forget_found(struct org *org);
/* We are in: where that was is remembered. */
void org_keep_place(struct org *org);
/* Whose TLS has this key, by the charter of the organisation that we belong to;
 * NULL: it names none. */
const struct charter_server *org_expected_server(
    void *arg, const uint8_t key[SIGN_KEY_SIZE]);
/* As orglink_ops.judge. */
int org_judge_server(
    void *arg, const struct charter *charter, struct span bytes);

/* -- directory.c -------------------------------------------------------------
 */

/* DIRECTORY_CHANGES. CAM_ERR_REQUEST, CAM_ERR_FORMAT: end the link. */
int org_take_changes(struct org *org, const json_t *params);
/* Changes that no head covers are forgotten. */
void org_drop_unsigned(struct org *org);
/* Of every user: whether the organisation says who he is. */
void org_judge_all(struct org *org);

/* -- colleagues.c ------------------------------------------------------------
 */

/* DIRECTORY_PRESENCE. */
int org_take_presence(struct org *org, const json_t *params);
/* What we know of colleagues, as link/known.h has it. */
void org_put_known(const struct org *org, struct buf *digests);
/* The connection has ended: what was asked is asked again over the next. */
void org_forget_cards(struct org *org);

/* -- acquaintance.c ----------------------------------------------------------
 */

void org_acquaintance_init(struct org *org);
void org_acquaintance_finish(struct org *org);
/* After the directory, the users and their keys. CAM_ERR_STORE. */
int org_acquaintance_load(struct org *org, struct store *store);
/* His card has come, and is believed or not; or it is the same, and he is
 * somewhere else. Written soon. */
void org_acquaint(struct org *org, struct colleague *colleague, bool is_known);
/* Written now. */
void org_acquaintance_write(struct org *org);
/* Nothing is written any more: we belong to nobody. */
void org_acquaintance_drop(struct org *org);

/* -- ferrying.c --------------------------------------------------------------
 */

/* What the server asks of files. */
void org_hear_question(
    struct org *org, const char *method, const json_t *params, json_int_t id);

/* -- held.c ------------------------------------------------------------------
 */

/* What it tells of files that it holds; 0: something else, which is nothing. */
int org_hear_held(struct org *org, const char *method, const json_t *params);

/* -- relay.c -----------------------------------------------------------------
 */

void org_relay_init(struct org *org);
void org_relay_finish(struct org *org);
void org_relay_opened(struct org *org);
void org_relay_closed(struct org *org);
void org_relay_item(struct org *org, struct span item);
/* What the server says of it; 0 for what is none of that. CAM_ERR_REQUEST. */
int org_relay_hear(struct org *org, const char *method, const json_t *params);
/* Somebody's card has come. */
void org_relay_again(struct org *org);

/* -- supply.c, stock.c -------------------------------------------------------
 */

void org_supply_init(struct org *org);
void org_supply_finish(struct org *org);
void org_supply_opened(struct org *org);
/* PREKEY_LOW. */
void org_supply_low(struct org *org);
void org_stock_init(struct org *org);
void org_stock_finish(struct org *org);
void org_stock_closed(struct org *org);

#endif

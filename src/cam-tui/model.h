/* model.h: what camd has told: users, talks, messages. Pure: fed with the
 * objects of cam-rpc(7), it knows neither socket nor screen. */
#ifndef CAM_TUI_MODEL_H
#define CAM_TUI_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

struct model;
struct model_call;

/* -- users ---------------------------------------------------------------- */

enum model_presence { PRESENCE_OFFLINE, PRESENCE_AWAY, PRESENCE_ONLINE };

struct model_user {
	struct table_link by_id;
	char *id;
	char *name; /* the own name for him, or his nickname */
	char *group;
	char *away; /* or NULL */
	char *client;
	enum model_presence presence;
	char *encryption; /* "cam1", ... "none" */
	bool verified;
	bool blocked;
	bool hidden;
	int priority;
	uint64_t version; /* another one when anything of him has changed */
	bool is_typing;	  /* to us alone */
	bool is_marked;	  /* while a list is taken in: it was there */
};

/* -- messages ------------------------------------------------------------- */

struct model_message {
	struct table_link by_id;
	json_t *object; /* the message object, as it is now */
	const char *id; /* borrowed from it */
	int64_t time_ms;
	bool is_sent;
	bool is_unread;
	size_t choices; /* of a question of theirs, 0: it is none */
};

/* -- what is told of ------------------------------------------------------ */

enum model_notify { NOTIFY_DEFAULT, NOTIFY_ALL, NOTIFY_MENTIONS, NOTIFY_NONE };

struct model_rule {
	enum model_notify notify;
	int64_t until_ms; /* wall time; 0: for good */
};

/* -- talks ---------------------------------------------------------------- */

struct model_talk {
	struct table_link by_key;
	char *key;    /* its users' ids in order, by blanks; "" everybody */
	char **users; /* ids, ordered */
	size_t user_count;
	/* A stretch of the history without holes, oldest first. */
	struct model_message **messages;
	size_t count;
	struct table by_id; /* the same */
	bool has_start;	    /* nothing is older than the first */
	bool has_end;	/* nothing is newer than the last: new ones are added */
	bool is_loaded; /* a page has come since the connection was made */
	size_t unread;
	size_t mentions; /* of them name us */
	int64_t last_ms; /* when something was last said, 0: never */
	struct model_rule rule;
};

/* -- transfers ------------------------------------------------------------ */

enum model_stage {
	STAGE_OFFERED,
	STAGE_WAITING,
	STAGE_RUNNING,
	STAGE_DONE,
	STAGE_FAILED,
	STAGE_CANCELLED,
	STAGE_EXPIRED
};

/* What is offered to or by one user, and how far it is. Texts are borrowed from
 * the object. */
struct model_transfer {
	json_t *object; /* the file object, as far as it is known */
	const char *id; /* of the offer: of ours each recipient has one */
	const char *message;
	const char *peer;
	const char *name;
	const char *kind;      /* "file", "folder", "image" */
	const char *path;      /* or NULL */
	const char *reason;    /* why it does not go on, a word; "" */
	const char *server;    /* what the organisation's has of it, or "" */
	int64_t held_until_ms; /* by it; 0: it is not */
	bool is_received;
	enum model_stage stage;
	uint64_t size; /* bytes; 0: not known */
	uint64_t done;
	uint64_t rate; /* bytes a second */
	int64_t sent_ms;
};

/* -- what has changed ----------------------------------------------------- */

enum model_change_kind {
	CHANGE_USERS, /* any of them, see user */
	CHANGE_TALK,  /* its unread, or all of its messages */
	CHANGE_MESSAGE_NEW,
	CHANGE_MESSAGE,	 /* another text, state, opened */
	CHANGE_PAGE,	 /* older or newer ones were put to a talk */
	CHANGE_TRANSFER, /* see transfer; NULL: any, and some may be gone */
	CHANGE_CALL	 /* see call, which may have ended; NULL: the same */
};

struct model_change {
	enum model_change_kind kind;
	/* Of CHANGE_USERS: the only one; NULL: any, and some may be gone. */
	const struct model_user *user;
	const struct model_user *before;     /* what he was; NULL: he is new */
	struct model_talk *talk;	     /* or NULL */
	const struct model_message *message; /* or NULL */
	const struct model_transfer *transfer;
	const struct model_call *call; /* see model_call.h */
	size_t count; /* of CHANGE_PAGE: put before the first */
};

struct model *model_new(
    void (*on_change)(const struct model_change *change, void *arg), void *arg);
void model_free(struct model *model);

/* Whose screen it is: an id and what counts as being named. */
void model_set_self(struct model *model, const char *id, const char *nick);
const char *model_self(const struct model *model);
/* How we are called; the id where that is not known. */
const char *model_nick(const struct model *model);

/* -- feeding -------------------------------------------------------------- */

/* A page of roster.list; the first begins a new list, with the last those who
 * were in none are gone. */
void model_take_users(
    struct model *model, const json_t *users, bool first, bool last);
/* talk.list: who has unread messages, and the order. */
void model_take_talks(struct model *model, const json_t *talks);

/* Where the messages of a page of message.list belong. */
enum model_page { PAGE_NEWEST, PAGE_OLDER, PAGE_NEWER, PAGE_AROUND };
/*
 * Puts a page into the talk: none twice. PAGE_NEWEST and PAGE_AROUND replace
 * what cannot be joined to it without a hole.
 */
void model_take_page(struct model *model, struct model_talk *talk,
    enum model_page page, const json_t *messages, bool more);
/* Any event; unknown ones are nothing. */
void model_take_event(
    struct model *model, const char *event, const json_t *params);
/* attention.get: the rules of talks. */
void model_take_attention(struct model *model, const json_t *object);
/* A message object that is new: a past call, which no event has with it. */
void model_take_past(struct model *model, const json_t *object);
/* The message object, wherever that message is shown. */
void model_take_message(struct model *model, const json_t *object);
/* A page of offer.list, or one file object. */
void model_take_offers(struct model *model, const json_t *offers);
void model_take_offer(struct model *model, const json_t *object);
/* It is not listed any more, with whomever. */
void model_drop_offer(struct model *model, const char *id);
void model_forget_offers(struct model *model);
/* A new connection: every talk is to be brought up to date. */
void model_forget_loaded(struct model *model);

/* -- asking --------------------------------------------------------------- */

struct model_user *model_user(const struct model *model, const char *id);
size_t model_user_count(const struct model *model);
/* All, in no order, for a walk: NULL at the end. */
struct model_user *model_user_first(const struct model *model);
struct model_user *model_user_next(
    const struct model *model, const struct model_user *user);

/* The talk with these users (in any order), made when it is missing. */
struct model_talk *model_talk_with(
    struct model *model, const char *const *ids, size_t count);
/* By its key; NULL: there is none. A user's id is the key of the talk with him
 * alone. */
struct model_talk *model_talk_by_key(
    const struct model *model, const char *key);
struct model_talk *model_talk_first(const struct model *model);
struct model_talk *model_talk_next(
    const struct model *model, const struct model_talk *talk);
/* The one a message object belongs to; NULL: the object is none. */
struct model_talk *model_talk_of(struct model *model, const json_t *object);
const struct model_message *model_message(
    const struct model_talk *talk, const char *id);
/* "Anna", "Anna, Carl", for people; a new string. */
char *model_talk_name(const struct model *model, const struct model_talk *talk);
/* The name to show of a user's id; borrowed. */
const char *model_name_of(const struct model *model, const char *id);

size_t model_transfer_count(const struct model *model);
/* From 0, the oldest; borrowed until the model changes. */
const struct model_transfer *model_transfer_at(
    const struct model *model, size_t place);
/* NULL: camd has not told of it. */
const struct model_transfer *model_transfer(
    const struct model *model, const char *id, const char *peer);
bool model_transfer_has_ended(const struct model_transfer *transfer);
/* How far what runs in that direction is, together: false: nothing runs. */
bool model_transfer_sum(
    const struct model *model, bool received, uint64_t *size, uint64_t *done);
/* Names us: as a word of the text, or as one of all. */
bool model_names_us(const struct model *model, const json_t *object);
/* The rule above those of all talks: NOTIFY_NONE is "do not disturb". */
struct model_rule model_rule(const struct model *model);
/* What a rule says at that time. */
enum model_notify model_rule_now(struct model_rule rule, int64_t now_ms);

/* Unread messages in all talks. */
size_t model_unread(const struct model *model);

/* What was read, here or on another screen. */
void model_mark_read(struct model *model, struct model_talk *talk);

#endif

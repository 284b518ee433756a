/* model_parts.h: what the files of the model share. */
#ifndef CAM_TUI_MODEL_PARTS_H
#define CAM_TUI_MODEL_PARTS_H

#include "cam-tui/model.h"
#include "cam-tui/model_call.h"

struct model {
	void (*on_change)(const struct model_change *change, void *arg);
	void *arg;
	char *self; /* our own id */
	char *nick;
	struct table users;
	uint64_t version; /* of the user who has changed last */
	struct table talks;
	struct model_transfer **transfers; /* the oldest first */
	size_t transfer_count;
	size_t running; /* of them */
	struct model_rule rule;
	struct model_call *calls[MODEL_CALLS_MAX]; /* the oldest first */
	size_t call_count;
};

void model_tell(struct model *model, const struct model_change *change);

/* Makes or changes the user of the object; NULL: it is none. before becomes
 * what he was, without id where he is new, for model_user_finish(). */
struct model_user *model_user_take(
    struct model *model, const json_t *object, struct model_user *before);
/* Tells of it. */
void model_user_tell(struct model *model, const struct model_user *user,
    const struct model_user *before);
/* Lets his texts go, but not his id. */
void model_user_finish(struct model_user *user);
void model_user_drop(struct model *model, const char *id);
void model_user_free(struct model_user *user);

void model_talk_free(struct model_talk *talk);
/* A user got another id: talks with him get another key, or are let go where
 * there is one with that key already. */
void model_talk_rename_user(
    struct model *model, const char *was, const char *id);
/* One that has just come: at the end, where the end is there, and counted. */
void model_talk_add(struct model *model, const json_t *object);

/* offer.received and transfer.*: parts of a file object. */
void model_transfer_event(struct model *model, const json_t *params);
/* What a message offers, as far as it tells and nothing else has told more. */
void model_transfer_message(struct model *model, const json_t *message);
/* What one that has just been sent offers, to each of its recipients. */
void model_transfer_sent(struct model *model, const json_t *message);
void model_transfer_rename_user(
    struct model *model, const char *was, const char *id);

#endif

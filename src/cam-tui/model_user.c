/* model_user.c: the users that camd knows. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/model_parts.h"
#include "rpc/json.h"

static uint64_t
hash_of(const struct model *model, const char *id)
{
	return table_hash_fold(&model->users, id, strlen(id));
}

static bool
has_id(const struct table_link *link, const void *key)
{
	return strcmp(container_of(link, struct model_user, by_id)->id, key) ==
	       0;
}

struct model_user *
model_user(const struct model *model, const char *id)
{
	struct table_link *link =
	    table_find(&model->users, hash_of(model, id), has_id, id);

	return link != NULL ? container_of(link, struct model_user, by_id)
			    : NULL;
}

size_t
model_user_count(const struct model *model)
{
	return model->users.count;
}

static struct model_user *
user_of(struct table_link *link)
{
	return link != NULL ? container_of(link, struct model_user, by_id)
			    : NULL;
}

struct model_user *
model_user_first(const struct model *model)
{
	return user_of(table_first(&model->users));
}

struct model_user *
model_user_next(const struct model *model, const struct model_user *user)
{
	return user_of(table_next(&model->users, &user->by_id));
}

const char *
model_name_of(const struct model *model, const char *id)
{
	const struct model_user *user = model_user(model, id);

	return user != NULL && user->name[0] != '\0' ? user->name : id;
}

void
model_user_finish(struct model_user *user)
{
	free(user->name);
	free(user->group);
	free(user->away);
	free(user->client);
	free(user->encryption);
}

void
model_user_free(struct model_user *user)
{
	model_user_finish(user);
	free(user->id);
	free(user);
}

static enum model_presence
presence_of(const char *state)
{
	if (strcmp(state, "online") == 0)
		return PRESENCE_ONLINE;
	return strcmp(state, "away") == 0 ? PRESENCE_AWAY : PRESENCE_OFFLINE;
}

/* What he had before is not let go. */
static void
fill(struct model_user *user, const json_t *object)
{
	const char *own = json_text_at(object, "name");
	const char *away = json_string_value(json_object_get(object, "away"));
	json_int_t priority =
	    json_integer_value(json_object_get(object, "priority"));

	user->name =
	    xstrdup(own[0] != '\0' ? own : json_text_at(object, "nick"));
	user->group = xstrdup(json_text_at(object, "group"));
	user->away = away != NULL ? xstrdup(away) : NULL;
	user->client = xstrdup(json_text_at(object, "client"));
	user->encryption = xstrdup(json_text_at(object, "encryption"));
	user->presence = presence_of(json_text_at(object, "state"));
	user->verified = json_is_true(json_object_get(object, "verified"));
	user->blocked = json_is_true(json_object_get(object, "blocked"));
	user->hidden = json_is_true(json_object_get(object, "hidden"));
	user->priority = (int)priority;
	if (user->presence == PRESENCE_OFFLINE)
		user->is_typing = false;
}

struct model_user *
model_user_take(
    struct model *model, const json_t *object, struct model_user *before)
{
	const char *id = json_string_value(json_object_get(object, "id"));
	struct model_user *user;

	*before = (struct model_user){ 0 };
	if (id == NULL)
		return NULL;
	user = model_user(model, id);
	if (user != NULL)
		*before = *user;
	if (user == NULL) {
		user = xcalloc(1, sizeof *user);
		user->id = xstrdup(id);
		table_add(&model->users, &user->by_id, hash_of(model, id));
	}
	fill(user, object);
	user->version = ++model->version;
	user->is_marked = true;
	return user;
}

void
model_user_tell(struct model *model, const struct model_user *user,
    const struct model_user *before)
{
	model_tell(model, &(struct model_change){ .kind = CHANGE_USERS,
			      .user = user,
			      .before = before->id != NULL ? before : NULL });
}

void
model_user_drop(struct model *model, const char *id)
{
	struct model_user *user = model_user(model, id);

	if (user == NULL)
		return;
	table_remove(&model->users, &user->by_id);
	model_user_free(user);
}

static void
drop_unmarked(struct model *model)
{
	struct model_user *user = model_user_first(model), *next;

	for (; user != NULL; user = next) {
		next = model_user_next(model, user);
		if (user->is_marked)
			continue;
		table_remove(&model->users, &user->by_id);
		model_user_free(user);
	}
}

void
model_take_users(
    struct model *model, const json_t *users, bool first, bool last)
{
	struct model_user before;
	const json_t *object;
	size_t i;

	for (struct model_user *user = first ? model_user_first(model) : NULL;
	     user != NULL; user = model_user_next(model, user))
		user->is_marked = false;
	json_array_foreach(users, i, object)
	{
		model_user_take(model, object, &before);
		model_user_finish(&before);
	}
	if (last)
		drop_unmarked(model);
	/* Who looks on sorts them: once in the middle of nothing is enough. */
	if (first || last)
		model_tell(
		    model, &(struct model_change){ .kind = CHANGE_USERS });
}

/* model_talk.c: talks and the stretch of history there is of each. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/model_parts.h"

enum {
	USERS_MAX = 64, /* a talk with more is everybody's */
	/* Of one talk, before the oldest are let go. */
	MESSAGES_MAX = 4000,
	MESSAGES_KEPT = 2000,
};

/* -- which talk ----------------------------------------------------------- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
key_of(const char *const *ids, size_t count)
{
	struct buf key;

	buf_init(&key, LIMIT_RPC_LINE);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_put_byte(&key, ' ');
		buf_put_text(&key, ids[i]);
	}
	return buf_steal_text(&key);
}

static bool
has_key(const struct table_link *link, const void *key)
{
	return strcmp(container_of(link, struct model_talk, by_key)->key,
		   key) == 0;
}

static struct model_talk *
talk_of(struct table_link *link)
{
	return link != NULL ? container_of(link, struct model_talk, by_key)
			    : NULL;
}

struct model_talk *
model_talk_by_key(const struct model *model, const char *key)
{
	return talk_of(table_find(&model->talks,
	    table_hash(&model->talks, key, strlen(key)), has_key, key));
}

static void
set_users(struct model_talk *talk, const char *const *ids, size_t count)
{
	talk->users = xcalloc(count + 1, sizeof *talk->users);
	for (size_t i = 0; i < count; i++)
		talk->users[i] = xstrdup(ids[i]);
	talk->user_count = count;
}

/* ids are in order, none twice; takes key. */
static struct model_talk *
make(struct model *model, char *key, const char *const *ids, size_t count)
{
	struct model_talk *talk = xcalloc(1, sizeof *talk);

	talk->key = key;
	set_users(talk, ids, count);
	table_add(&model->talks, &talk->by_key,
	    table_hash(&model->talks, key, strlen(key)));
	return talk;
}

struct model_talk *
model_talk_with(struct model *model, const char *const *ids, size_t count)
{
	const char **sorted = xcalloc(count + 1, sizeof *sorted);
	struct model_talk *talk;
	size_t kept = 0;
	char *key;

	for (size_t i = 0; i < count; i++)
		sorted[i] = ids[i];
	qsort(sorted, count, sizeof *sorted, by_text);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || strcmp(sorted[kept - 1], sorted[i]) != 0)
			sorted[kept++] = sorted[i];
	}
	if (kept > USERS_MAX)
		kept = 0;
	key = key_of(sorted, kept);
	talk = model_talk_by_key(model, key);
	if (talk == NULL)
		talk = make(model, key, sorted, kept);
	else
		free(key);
	free(sorted);
	return talk;
}

struct model_talk *
model_talk_first(const struct model *model)
{
	return talk_of(table_first(&model->talks));
}

struct model_talk *
model_talk_next(const struct model *model, const struct model_talk *talk)
{
	return talk_of(table_next(&model->talks, &talk->by_key));
}

/* The talk's users as camd tells them; older ones do not. */
static struct model_talk *
talk_with_list(struct model *model, const json_t *list)
{
	const char **ids = xcalloc(json_array_size(list) + 1, sizeof *ids);
	struct model_talk *talk;
	const json_t *id;
	size_t count = 0, i;

	json_array_foreach(list, i, id)
	{
		if (json_is_string(id))
			ids[count++] = json_string_value(id);
	}
	talk = model_talk_with(model, ids, count);
	free(ids);
	return talk;
}

struct model_talk *
model_talk_of(struct model *model, const json_t *object)
{
	const json_t *talk = json_object_get(object, "talk");

	return json_is_array(talk) ? talk_with_list(model, talk) : NULL;
}

char *
model_talk_name(const struct model *model, const struct model_talk *talk)
{
	struct buf name;

	if (talk->user_count == 0)
		return xstrdup(_("everybody"));
	buf_init(&name, LIMIT_RPC_LINE);
	for (size_t i = 0; i < talk->user_count; i++) {
		if (i > 0)
			buf_put_text(&name, ", ");
		buf_put_text(&name, model_name_of(model, talk->users[i]));
	}
	return buf_steal_text(&name);
}

/* -- messages ------------------------------------------------------------- */

static void
message_free(struct model_message *message)
{
	json_decref(message->object);
	free(message);
}

static bool
is_unread(const json_t *object)
{
	return json_is_true(json_object_get(object, "unread"));
}

static void
set_object(struct model_message *message, const json_t *object)
{
	const char *time = json_string_value(json_object_get(object, "time"));
	const char *type = json_string_value(json_object_get(object, "type"));
	const char *call_direction = json_string_value(
	    json_object_get(json_object_get(object, "call"), "direction"));

	json_incref((json_t *)object);
	json_decref(message->object);
	message->object = (json_t *)object;
	message->id = json_string_value(json_object_get(object, "id"));
	message->is_sent =
	    type != NULL &&
	    (strcmp(type, "message.sent") == 0 ||
		(call_direction != NULL && strcmp(call_direction, "out") == 0));
	message->is_unread = is_unread(object);
	message->choices =
	    message->is_sent
		? 0
		: json_array_size(json_object_get(object, "choices"));
	if (time == NULL || clock_parse(time, 0, &message->time_ms) != 0)
		message->time_ms = 0;
}

static struct model_message *
message_new(const json_t *object)
{
	struct model_message *message = xcalloc(1, sizeof *message);

	set_object(message, object);
	return message;
}

static uint64_t
hash_of(const struct model_talk *talk, const char *id)
{
	return table_hash(&talk->by_id, id, strlen(id));
}

static bool
has_id(const struct table_link *link, const void *id)
{
	return strcmp(container_of(link, struct model_message, by_id)->id,
		   id) == 0;
}

static void
drop_messages(struct model_talk *talk, size_t from, size_t count)
{
	if (count == 0)
		return;
	for (size_t i = from; i < from + count; i++) {
		table_remove(&talk->by_id, &talk->messages[i]->by_id);
		message_free(talk->messages[i]);
	}
	memmove(&talk->messages[from], &talk->messages[from + count],
	    (talk->count - from - count) * sizeof *talk->messages);
	talk->count -= count;
}

void
model_talk_free(struct model_talk *talk)
{
	drop_messages(talk, 0, talk->count);
	free(talk->messages);
	table_finish(&talk->by_id);
	for (size_t i = 0; i < talk->user_count; i++)
		free(talk->users[i]);
	free(talk->users);
	free(talk->key);
	free(talk);
}

static struct model_message *
find_message(const struct model_talk *talk, const char *id)
{
	struct table_link *link =
	    table_find(&talk->by_id, hash_of(talk, id), has_id, id);

	return link != NULL ? container_of(link, struct model_message, by_id)
			    : NULL;
}

const struct model_message *
model_message(const struct model_talk *talk, const char *id)
{
	return find_message(talk, id);
}

static void
insert(struct model_talk *talk, size_t place, const json_t *object)
{
	struct model_message *message;

	talk->messages = xreallocarray(
	    talk->messages, talk->count + 1, sizeof *talk->messages);
	memmove(&talk->messages[place + 1], &talk->messages[place],
	    (talk->count - place) * sizeof *talk->messages);
	talk->messages[place] = message = message_new(object);
	talk->count++;
	/* Of most talks nothing is ever shown. */
	if (talk->by_id.size == 0)
		table_init(&talk->by_id);
	table_add(&talk->by_id, &message->by_id, hash_of(talk, message->id));
	if (message->time_ms > talk->last_ms)
		talk->last_ms = message->time_ms;
}

static bool
is_message(const json_t *object)
{
	return json_is_string(json_object_get(object, "id"));
}

static bool
overlaps(const struct model_talk *talk, const json_t *messages)
{
	const json_t *object;
	size_t i;

	json_array_foreach(messages, i, object)
	{
		if (is_message(object) &&
		    find_message(talk, json_string_value(json_object_get(
					   object, "id"))) != NULL)
			return true;
	}
	return false;
}

/* What is there already is brought up to date; how many were put in. */
static size_t
put_all(struct model_talk *talk, size_t place, const json_t *messages)
{
	const json_t *object;
	size_t i, begin = talk->count;

	json_array_foreach(messages, i, object)
	{
		struct model_message *known;

		if (!is_message(object))
			continue;
		known = find_message(
		    talk, json_string_value(json_object_get(object, "id")));
		if (known != NULL)
			set_object(known, object);
		else
			insert(talk, place++, object);
	}
	return talk->count - begin;
}

static void
take_newest(struct model_talk *talk, const json_t *messages, bool more)
{
	if (!talk->has_end || (more && !overlaps(talk, messages))) {
		drop_messages(talk, 0, talk->count);
		talk->has_start = !more;
	} else if (!more) {
		talk->has_start = true;
	}
	put_all(talk, talk->count, messages);
	talk->has_end = true;
	talk->is_loaded = true;
}

void
model_take_page(struct model *model, struct model_talk *talk,
    enum model_page page, const json_t *messages, bool more)
{
	struct model_change change = { .kind = CHANGE_PAGE, .talk = talk };
	const json_t *object;
	size_t i;

	json_array_foreach(messages, i, object)
	    model_transfer_message(model, object);
	switch (page) {
	case PAGE_NEWEST:
		take_newest(talk, messages, more);
		break;
	case PAGE_OLDER:
		change.count = put_all(talk, 0, messages);
		talk->has_start = !more;
		break;
	case PAGE_NEWER:
		put_all(talk, talk->count, messages);
		talk->has_end = !more;
		break;
	case PAGE_AROUND:
		drop_messages(talk, 0, talk->count);
		talk->has_start = !more;
		talk->has_end = false;
		put_all(talk, 0, messages);
		break;
	}
	model_tell(model, &change);
}

/* -- as they come --------------------------------------------------------- */

static void
trim(struct model_talk *talk)
{
	if (talk->count <= MESSAGES_MAX)
		return;
	drop_messages(talk, 0, talk->count - MESSAGES_KEPT);
	talk->has_start = false;
}

void
model_talk_add(struct model *model, const json_t *object)
{
	struct model_talk *talk = model_talk_of(model, object);
	struct model_change change = { .kind = CHANGE_MESSAGE_NEW,
		.talk = talk };
	const char *id = json_string_value(json_object_get(object, "id"));

	if (talk == NULL || id == NULL)
		return;
	if (find_message(talk, id) != NULL) {
		model_take_message(model, object);
		return;
	}
	model_transfer_message(model, object);
	if (is_unread(object)) {
		talk->unread++;
		talk->mentions += model_names_us(model, object);
	}
	/* Else there would be a hole before it. */
	if (talk->has_end) {
		trim(talk);
		insert(talk, talk->count, object);
		change.message = talk->messages[talk->count - 1];
		model_tell(model, &change);
		return;
	}
	change.message = message_new(object);
	if (change.message->time_ms > talk->last_ms)
		talk->last_ms = change.message->time_ms;
	model_tell(model, &change);
	message_free((struct model_message *)change.message);
}

void
model_take_past(struct model *model, const json_t *object)
{
	model_talk_add(model, object);
}

void
model_take_message(struct model *model, const json_t *object)
{
	struct model_talk *talk = model_talk_of(model, object);
	const char *id = json_string_value(json_object_get(object, "id"));
	struct model_message *message;

	if (talk == NULL || id == NULL)
		return;
	message = find_message(talk, id);
	if (message == NULL)
		return;
	set_object(message, object);
	model_tell(model,
	    &(struct model_change){
		.kind = CHANGE_MESSAGE, .talk = talk, .message = message });
}

void
model_mark_read(struct model *model, struct model_talk *talk)
{
	bool had = talk->unread > 0;
	size_t left = talk->unread;

	talk->unread = talk->mentions = 0;
	/* They are the newest; some may not have been fetched. */
	for (size_t i = talk->count; left > 0 && i-- > 0;) {
		struct model_message *message = talk->messages[i];

		if (message->is_unread) {
			json_object_set_new(
			    message->object, "unread", json_false());
			message->is_unread = false;
			left--;
		}
	}
	if (had)
		model_tell(model, &(struct model_change){
				      .kind = CHANGE_TALK, .talk = talk });
}

size_t
model_unread(const struct model *model)
{
	size_t unread = 0;

	for (const struct model_talk *talk = model_talk_first(model);
	     talk != NULL; talk = model_talk_next(model, talk))
		unread += talk->unread;
	return unread;
}

void
model_take_talks(struct model *model, const json_t *talks)
{
	const json_t *object;
	size_t i;

	for (struct model_talk *talk = model_talk_first(model); talk != NULL;
	     talk = model_talk_next(model, talk))
		talk->unread = talk->mentions = 0;
	json_array_foreach(talks, i, object)
	{
		struct model_talk *talk =
		    talk_with_list(model, json_object_get(object, "talk"));
		const char *time =
		    json_string_value(json_object_get(object, "time"));
		json_int_t unread =
		    json_integer_value(json_object_get(object, "unread"));

		talk->unread = unread > 0 ? (size_t)unread : 0;
		if (time != NULL)
			clock_parse(time, 0, &talk->last_ms);
	}
	model_tell(model, &(struct model_change){ .kind = CHANGE_TALK });
}

void
model_forget_loaded(struct model *model)
{
	for (struct model_talk *talk = model_talk_first(model); talk != NULL;
	     talk = model_talk_next(model, talk))
		talk->is_loaded = false;
}

/* -- renamed -------------------------------------------------------------- */

static bool
replace_user(struct model_talk *talk, const char *was, const char *id)
{
	for (size_t i = 0; i < talk->user_count; i++) {
		if (strcmp(talk->users[i], was) != 0)
			continue;
		free(talk->users[i]);
		talk->users[i] = xstrdup(id);
		return true;
	}
	return false;
}

/* A talk stays the same struct, since a view has it; one that now has the same
 * users as another keeps its old key beside it. */
void
model_talk_rename_user(struct model *model, const char *was, const char *id)
{
	struct model_talk *talk = model_talk_first(model), *next;

	for (; talk != NULL; talk = next) {
		char *key;

		next = model_talk_next(model, talk);
		if (!replace_user(talk, was, id))
			continue;
		qsort(talk->users, talk->user_count, sizeof *talk->users,
		    by_text);
		key =
		    key_of((const char *const *)talk->users, talk->user_count);
		if (model_talk_by_key(model, key) != NULL) {
			free(key);
			continue;
		}
		table_remove(&model->talks, &talk->by_key);
		free(talk->key);
		talk->key = key;
		table_add(&model->talks, &talk->by_key,
		    table_hash(&model->talks, key, strlen(key)));
	}
}

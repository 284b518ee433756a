/* attention.c: which talks the user wants to be told of, and when of none. */
#include "camd/people/attention.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/profile.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/profile.h"
#include "store/talk.h"

static const char profile_name[] = "attention";

struct rule {
	enum attention_notify notify;
	int64_t until_ms; /* 0: for good */
};

struct talk_rule {
	int64_t *uids; /* ascending */
	size_t count;
	struct rule rule;
};

struct attention {
	struct camd *camd;
	struct rule all;
	struct talk_rule *talks;
	size_t count;
};

static const char *const words[] = { "default", "all", "mentions", "none" };
enum { WORDS = sizeof words / sizeof words[0] };

int
attention_find(const char *word)
{
	for (int i = 0; i < WORDS; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

static bool
is_over(const struct rule *rule)
{
	return rule->notify == ATTENTION_DEFAULT ||
	       (rule->until_ms != 0 && rule->until_ms <= clock_wall_ms());
}

static void
drop(struct attention *attention, size_t place)
{
	free(attention->talks[place].uids);
	attention->talks[place] = attention->talks[--attention->count];
}

static size_t
find(const struct attention *attention, const int64_t *uids, size_t count)
{
	for (size_t i = 0; i < attention->count; i++) {
		const struct talk_rule *talk = &attention->talks[i];

		if (talk->count == count &&
		    memcmp(talk->uids, uids, count * sizeof *uids) == 0)
			return i;
	}
	return attention->count;
}

static void
add(struct attention *attention, const int64_t *uids, size_t count,
    struct rule rule)
{
	attention->talks = xreallocarray(
	    attention->talks, attention->count + 1, sizeof *attention->talks);
	attention->talks[attention->count++] = (struct talk_rule){
		.uids = xmemdup(uids, (count + 1) * sizeof *uids),
		.count = count,
		.rule = rule,
	};
}

/* -- kept ------------------------------------------------------------------ */

static void
put_rule(json_t *object, const struct rule *rule)
{
	json_object_set_new(object, "notify", json_string(words[rule->notify]));
	json_object_set_new(object, "until_ms", json_integer(rule->until_ms));
}

static void
keep(const struct attention *attention)
{
	json_t *object = json_object(), *talks = json_array();
	char *text;

	put_rule(object, &attention->all);
	for (size_t i = 0; i < attention->count; i++) {
		const struct talk_rule *talk = &attention->talks[i];
		json_t *one = json_object(), *uids = json_array();

		for (size_t k = 0; k < talk->count; k++)
			json_array_append_new(
			    uids, json_integer(talk->uids[k]));
		put_rule(one, &talk->rule);
		json_object_set_new(one, "uids", uids);
		json_array_append_new(talks, one);
	}
	json_object_set_new(object, "talks", talks);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	profile_keep(attention->camd, profile_name, text);
	free(text);
}

static struct rule
read_rule(const json_t *object)
{
	const char *word = json_string_value(json_object_get(object, "notify"));
	int notify = word != NULL ? attention_find(word) : -1;

	return (struct rule){
		.notify = notify < 0 ? ATTENTION_DEFAULT
				     : (enum attention_notify)notify,
		.until_ms =
		    json_integer_value(json_object_get(object, "until_ms")),
	};
}

static void
read_talk(struct attention *attention, const json_t *object)
{
	const json_t *list = json_object_get(object, "uids");
	int64_t uids[STORE_TALK_USERS + 1] = { 0 };
	size_t count = json_array_size(list);
	struct rule rule = read_rule(object);

	if (count > STORE_TALK_USERS || is_over(&rule) ||
	    attention->count == ATTENTION_TALKS)
		return;
	for (size_t i = 0; i < count; i++)
		uids[i] = json_integer_value(json_array_get(list, i));
	add(attention, uids, count, rule);
}

struct attention *
attention_new(struct camd *camd, struct store *store)
{
	struct attention *attention = xcalloc(1, sizeof *attention);
	char *text = NULL;
	json_t *object = NULL;
	const json_t *one;
	size_t i;

	attention->camd = camd;
	if (store_profile_get(store, profile_name, &text) != 0)
		return attention;
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (object == NULL)
		log_warn("what talks to tell of cannot be read");
	attention->all = read_rule(object);
	json_array_foreach(json_object_get(object, "talks"), i, one)
	    read_talk(attention, one);
	json_decref(object);
	free(text);
	return attention;
}

void
attention_free(struct attention *attention)
{
	if (attention == NULL)
		return;
	while (attention->count > 0)
		drop(attention, attention->count - 1);
	free(attention->talks);
	free(attention);
}

/* -- changed ----------------------------------------------------------------
 */

static void
changed(struct attention *attention)
{
	for (size_t i = attention->count; i-- > 0;) {
		if (is_over(&attention->talks[i].rule))
			drop(attention, i);
	}
	keep(attention);
	events_tell(attention->camd->events, EVENT_ATTENTION_CHANGED,
	    attention_object(attention));
}

int
attention_set(struct attention *attention, const int64_t *uids, size_t count,
    enum attention_notify notify, int64_t until_ms)
{
	struct rule rule = { notify, until_ms };
	size_t place = find(attention, uids, count);

	if (place < attention->count)
		attention->talks[place].rule = rule;
	else if (attention->count == ATTENTION_TALKS)
		return CAM_ERR_FULL;
	else
		add(attention, uids, count, rule);
	changed(attention);
	return 0;
}

void
attention_set_all(
    struct attention *attention, enum attention_notify notify, int64_t until_ms)
{
	attention->all = (struct rule){ notify, until_ms };
	changed(attention);
}

/* -- told --------------------------------------------------------------------
 */

static void
tell_rule(json_t *object, const struct rule *rule)
{
	bool over = is_over(rule);

	json_object_set_new(object, "notify",
	    json_string(words[over ? ATTENTION_DEFAULT : rule->notify]));
	json_object_set_new(object, "until",
	    over || rule->until_ms == 0 ? json_null()
					: json_time(rule->until_ms));
}

/* Null: somebody is not known any more. */
static json_t *
talk_of(const struct attention *attention, const struct talk_rule *talk)
{
	json_t *list = json_array();

	for (size_t i = 0; i < talk->count; i++) {
		const struct user *user =
		    roster_by_uid(attention->camd->roster, talk->uids[i]);
		char *id;

		if (user == NULL) {
			json_decref(list);
			return NULL;
		}
		id = user_id(user);
		json_array_append_new(list, json_text(span_text(id)));
		free(id);
	}
	return list;
}

json_t *
attention_object(const struct attention *attention)
{
	json_t *object = json_object(), *talks = json_array();

	tell_rule(object, &attention->all);
	for (size_t i = 0; i < attention->count; i++) {
		const struct talk_rule *talk = &attention->talks[i];
		json_t *users =
		    is_over(&talk->rule) ? NULL : talk_of(attention, talk);
		json_t *one;

		if (users == NULL)
			continue;
		one = json_pack("{s:o}", "talk", users);
		tell_rule(one, &talk->rule);
		json_array_append_new(talks, one);
	}
	json_object_set_new(object, "talks", talks);
	return object;
}

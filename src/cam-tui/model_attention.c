/* model_attention.c: which talks are to be told of. */
#include <string.h>

#include "base/clock.h"
#include "cam-tui/model_parts.h"

static struct model_rule
rule_of(const json_t *object)
{
	static const char *const words[] = { "default", "all", "mentions",
		"none" };
	const char *word = json_string_value(json_object_get(object, "notify"));
	const char *until = json_string_value(json_object_get(object, "until"));
	struct model_rule rule = { NOTIFY_DEFAULT, 0 };

	for (size_t i = 0; word != NULL && i < sizeof words / sizeof words[0];
	     i++) {
		if (strcmp(words[i], word) == 0)
			rule.notify = (enum model_notify)i;
	}
	if (until != NULL)
		clock_parse(until, 0, &rule.until_ms);
	return rule;
}

void
model_take_attention(struct model *model, const json_t *object)
{
	const json_t *one;
	size_t i;

	model->rule = rule_of(object);
	for (struct model_talk *talk = model_talk_first(model); talk != NULL;
	     talk = model_talk_next(model, talk))
		talk->rule = (struct model_rule){ NOTIFY_DEFAULT, 0 };
	json_array_foreach(json_object_get(object, "talks"), i, one)
	{
		struct model_talk *talk = model_talk_of(model, one);

		if (talk != NULL)
			talk->rule = rule_of(one);
	}
	model_tell(model, &(struct model_change){ .kind = CHANGE_TALK });
}

struct model_rule
model_rule(const struct model *model)
{
	return model->rule;
}

enum model_notify
model_rule_now(struct model_rule rule, int64_t now_ms)
{
	return rule.until_ms != 0 && rule.until_ms <= now_ms ? NOTIFY_DEFAULT
							     : rule.notify;
}

/* policy.c: what an organisation leaves its members' programs to do. */
#include "org/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/text.h"
#include "org/name.h"

static const char policy_label[] = "cam/policy/1";

/* The form: this byte, serial, time, a count, the rules, and the signature over
 * all before it. */
enum { FORM = 1 };

/* -- words --------------------------------------------------------------------
 */

static const char *const keys[] = { [POLICY_FILES] = "files",
	[POLICY_CALLS] = "calls",
	[POLICY_LEGACY] = "legacy",
	[POLICY_RELAY] = "relay" };
static const char *const values[] = { "off", "receive", "on" };
enum {
	KEYS = sizeof keys / sizeof keys[0],
	VALUES = sizeof values / sizeof values[0],
};

const char *
policy_key_name(unsigned key)
{
	return key < KEYS ? keys[key] : NULL;
}

const char *
policy_value_name(unsigned value)
{
	return value < VALUES ? values[value] : NULL;
}

int
policy_key_parse(const char *name, enum policy_key *key)
{
	for (unsigned i = 1; i < KEYS; i++) {
		if (strcmp(name, keys[i]) == 0) {
			*key = (enum policy_key)i;
			return 0;
		}
	}
	return CAM_ERR_UNKNOWN;
}

int
policy_value_parse(
    const char *name, enum policy_key key, enum policy_value *value)
{
	bool by_halves = key == POLICY_FILES || key == POLICY_LEGACY;

	for (unsigned i = 0; i < VALUES; i++) {
		if (strcmp(name, values[i]) == 0 &&
		    (i != POLICY_RECEIVE || by_halves)) {
			*value = (enum policy_value)i;
			return 0;
		}
	}
	return CAM_ERR_FORMAT;
}

/* -- rules --------------------------------------------------------------------
 */

static struct policy_rule *
find(const struct policy *policy, const char *group, unsigned key)
{
	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->key == key && text_same(rule->group, group))
			return (struct policy_rule *)rule;
	}
	return NULL;
}

int
policy_set(struct policy *policy, const char *group, enum policy_key key,
    enum policy_value value)
{
	struct policy_rule *rule = find(policy, group, key);

	if (!member_group_is(group))
		return CAM_ERR_FORMAT;
	if (rule == NULL && policy->count == POLICY_RULES_MAX)
		return CAM_ERR_FULL;
	if (rule == NULL)
		rule = &policy->rules[policy->count++];
	snprintf(rule->group, sizeof rule->group, "%s", group);
	rule->key = (uint8_t)key;
	rule->value = (uint8_t)value;
	return 0;
}

int
policy_unset(struct policy *policy, const char *group, enum policy_key key)
{
	struct policy_rule *rule = find(policy, group, key);

	if (rule == NULL)
		return CAM_ERR_UNKNOWN;
	*rule = policy->rules[--policy->count];
	return 0;
}

/* Whether a member of group is in the rule's: the same, or below it. */
static bool
is_in(const char *group, const char *ruled)
{
	size_t len = strlen(ruled);

	return len == 0 || (text_starts_same(group, ruled) &&
			       (group[len] == '\0' || group[len] == '/'));
}

enum policy_value
policy_get(const struct policy *policy, const char *group, enum policy_key key)
{
	const struct policy_rule *nearest = NULL;

	for (size_t i = 0; i < policy->count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (rule->key == key && is_in(group, rule->group) &&
		    (nearest == NULL ||
			strlen(rule->group) > strlen(nearest->group)))
			nearest = rule;
	}
	return nearest != NULL ? (enum policy_value)nearest->value : POLICY_ON;
}

/* -- bytes --------------------------------------------------------------------
 */

static void
put_policy(struct buf *buf, const struct policy *policy)
{
	buf_put_byte(buf, FORM);
	fields_put_number(buf, policy->serial, 8);
	fields_put_number(buf, (uint64_t)policy->time_ms, 8);
	buf_put_byte(buf, (uint8_t)policy->count);
	for (size_t i = 0; i < policy->count; i++) {
		name_put(buf, policy->rules[i].group);
		buf_put_byte(buf, policy->rules[i].key);
		buf_put_byte(buf, policy->rules[i].value);
	}
}

int
policy_build(
    const struct policy *policy, const struct sign_key *server, struct buf *buf)
{
	uint8_t signature[SIGN_SIZE];
	struct buf made;
	int r;

	buf_init(&made, POLICY_BYTES_MAX);
	put_policy(&made, policy);
	r = sign_make(server, policy_label, buf_span(&made), signature);
	if (r == 0) {
		buf_put(&made, signature, sizeof signature);
		buf_put_span(buf, buf_span(&made));
	}
	buf_finish(&made);
	return r;
}

static int
get_rule(struct fields *fields, struct policy *policy)
{
	struct policy_rule *rule = &policy->rules[policy->count];

	if (!name_get(fields, MEMBER_GROUP_MAX, rule->group) ||
	    !member_group_is(rule->group))
		return CAM_ERR_FORMAT;
	rule->key = (uint8_t)fields_number(fields, 1);
	rule->value = (uint8_t)fields_number(fields, 1);
	if (rule->key == 0 || rule->value >= VALUES ||
	    find(policy, rule->group, rule->key) != NULL)
		return CAM_ERR_FORMAT;
	policy->count++;
	return 0;
}

static int
get_policy(struct fields *fields, struct policy *policy)
{
	size_t count;
	int r = 0;

	memset(policy, 0, sizeof *policy);
	(void)fields_number(fields, 1);
	policy->serial = fields_number(fields, 8);
	policy->time_ms = (int64_t)fields_number(fields, 8);
	count = (size_t)fields_number(fields, 1);
	if (policy->time_ms < 0)
		return CAM_ERR_FORMAT;
	if (count > POLICY_RULES_MAX)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; i < count && r == 0; i++)
		r = get_rule(fields, policy);
	return r;
}

int
policy_parse(struct span bytes, const uint8_t signing_key[SIGN_KEY_SIZE],
    struct policy *policy)
{
	struct fields fields = fields_of(bytes);
	struct span text, signature;
	struct policy got;
	int r;

	if (bytes.len > POLICY_BYTES_MAX)
		return CAM_ERR_LIMIT;
	if (bytes.len == 0)
		return CAM_ERR_FORMAT;
	if (bytes.data[0] != FORM)
		return CAM_ERR_VERSION;
	if ((r = get_policy(&fields, &got)) < 0)
		return r;
	text = span_of(bytes.data, bytes.len - fields.rest.len);
	signature = fields_span(&fields, SIGN_SIZE);
	if (fields.failed || fields.rest.len > 0)
		return CAM_ERR_FORMAT;
	r = sign_verify(signing_key, policy_label, text, signature.data);
	if (r == 0)
		*policy = got;
	return r;
}

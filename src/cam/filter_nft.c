/* filter_nft.c: the rules of nftables, from `nft -j list ruleset`
 * (libnftables-json(5)). */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "cam/filter.h"
#include "cam/filter_text.h"
#include "rpc/json.h"

struct reader {
	struct filter *filter;
	const json_t
	    *objects; /* the whole list: sets and maps are looked up in it */
	unsigned left_out; /* tables, a bit each: see table_bit() */
	int err;
};

/* A set or map that a rule names by "@name", in the rule's own table; NULL when
 * it is not shown. */
static const json_t *
find_elements(const struct reader *reader, const json_t *rule, const char *kind,
    const char *name)
{
	const json_t *object = NULL, *set = NULL;
	size_t i = 0;

	json_array_foreach(reader->objects, i, object)
	{
		set = json_object_get(object, kind);
		if (set == NULL || !json_text_is(set, "name", name) ||
		    !json_text_is(set, "table", json_text_at(rule, "table")) ||
		    !json_text_is(set, "family", json_text_at(rule, "family")))
			continue;
		return json_object_get(set, "elem");
	}
	return NULL;
}

static bool
to_number(const struct filter_condition *condition, const json_t *value,
    uint64_t *number)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*number = (uint64_t)json_integer_value(value);
		return true;
	}
	return text != NULL &&
	       filter_number(condition->field, span_text(text), number);
}

/* One value: a number, a name, an address, {"range": [a, b]}, {"prefix": ..},
 * {"elem": {"val": ..}}. */
static void
add_value(struct filter_condition *condition, const json_t *value)
{
	const json_t *range = json_object_get(value, "range");
	const json_t *prefix = json_object_get(value, "prefix");
	const json_t *element = json_object_get(value, "elem");
	const json_t *first = json_array_get(range, 0),
		     *last = json_array_get(range, 1);
	uint64_t low = 0, high = 0;
	char *text = NULL;

	if (element != NULL)
		value = json_object_get(element, "val");
	if (condition->field == FILTER_SOURCE ||
	    condition->field == FILTER_DESTINATION) {
		if (prefix != NULL)
			text = xasprintf("%s/%d", json_text_at(prefix, "addr"),
			    (int)json_integer_value(
				json_object_get(prefix, "len")));
		else if (json_is_string(first) && json_is_string(last))
			text = xasprintf("%s-%s", json_string_value(first),
			    json_string_value(last));
		else
			text = xstrdup(json_is_string(value)
					   ? json_string_value(value)
					   : "");
		filter_add_address(condition, span_text(text));
		free(text);
	} else if (condition->field == FILTER_INPUT ||
		   condition->field == FILTER_OUTPUT) {
		if (json_is_string(value))
			filter_add_name(
			    condition, span_text(json_string_value(value)));
		else
			condition->partly = true;
	} else if (to_number(condition, value, &low)) {
		filter_add_number(condition, low, low);
	} else if (to_number(condition, first, &low) &&
		   to_number(condition, last, &high)) {
		filter_add_number(condition, low, high);
	} else {
		condition->partly = true;
	}
}

static void
add_values(const struct reader *reader, const json_t *rule,
    struct filter_condition *condition, const json_t *right)
{
	const json_t *values = json_object_get(right, "set"), *value = NULL;
	const char *text = json_string_value(right);
	size_t i = 0;

	if (text != NULL && text[0] == '@') {
		values = find_elements(reader, rule, "set", text + 1);
		/* One that programs fill while they run may hold anything by
		 * the time a packet comes. */
		if (!json_is_array(values))
			condition->partly = true;
	} else if (json_is_array(right)) {
		values = right;
	}
	if (json_is_string(values)) {
		add_value(condition, values);
		return;
	}
	if (!json_is_array(values)) {
		add_value(condition, right);
		return;
	}
	json_array_foreach(values, i, value)
	{
		add_value(condition, value);
	}
}

/* What a payload expression looks at, and the protocol or family that it takes
 * for granted. */
static enum filter_field
payload_field(struct filter_rule *rule, const json_t *payload)
{
	const char *protocol = json_text_at(payload, "protocol"),
		   *field = json_text_at(payload, "field");
	uint64_t number = 0;

	if (strcmp(protocol, "ip") == 0 || strcmp(protocol, "ip6") == 0) {
		number = strcmp(protocol, "ip") == 0 ? 4 : 6;
		filter_add_number(
		    filter_add_condition(rule, FILTER_FAMILY), number, number);
		if (strcmp(field, "saddr") == 0)
			return FILTER_SOURCE;
		if (strcmp(field, "daddr") == 0)
			return FILTER_DESTINATION;
		if (strcmp(field, "protocol") == 0 ||
		    strcmp(field, "nexthdr") == 0)
			return FILTER_PROTOCOL;
		return FILTER_OTHER;
	}
	if (filter_number(FILTER_PROTOCOL, span_text(protocol), &number))
		filter_add_number(filter_add_condition(rule, FILTER_PROTOCOL),
		    number, number);
	else if (strcmp(protocol, "th") != 0)
		return FILTER_OTHER;
	if (strcmp(field, "dport") == 0)
		return FILTER_PORT;
	return strcmp(field, "sport") == 0 ? FILTER_SOURCE_PORT : FILTER_OTHER;
}

static enum filter_field
meta_field(const char *key)
{
	if (strcmp(key, "l4proto") == 0)
		return FILTER_PROTOCOL;
	if (strcmp(key, "nfproto") == 0 || strcmp(key, "protocol") == 0)
		return FILTER_FAMILY;
	if (strcmp(key, "iifname") == 0 || strcmp(key, "iif") == 0)
		return FILTER_INPUT;
	if (strcmp(key, "oifname") == 0 || strcmp(key, "oif") == 0)
		return FILTER_OUTPUT;
	return strcmp(key, "pkttype") == 0 ? FILTER_KIND : FILTER_OTHER;
}

static enum filter_field
field_of(struct filter_rule *rule, const json_t *left)
{
	const json_t *part = NULL;

	if ((part = json_object_get(left, "payload")) != NULL)
		return payload_field(rule, part);
	if ((part = json_object_get(left, "meta")) != NULL)
		return meta_field(json_text_at(part, "key"));
	if ((part = json_object_get(left, "ct")) != NULL)
		return json_text_is(part, "key", "state") ? FILTER_STATE
							  : FILTER_OTHER;
	if ((part = json_object_get(left, "fib")) != NULL) {
		const json_t *flags = json_object_get(part, "flags");
		/* "fib daddr type" and no more. */
		const char *flag = json_string_value(json_array_get(flags, 0));

		if (json_text_is(part, "result", "type") &&
		    json_array_size(flags) == 1 && flag != NULL &&
		    strcmp(flag, "daddr") == 0)
			return FILTER_KIND;
	}
	return FILTER_OTHER;
}

/* "<" and its like, which nft knows for numbers. */
static bool
add_comparison(
    struct filter_condition *condition, const char *op, const json_t *right)
{
	uint64_t number = 0;

	if (op[0] != '<' && op[0] != '>')
		return false;
	if (!to_number(condition, right, &number)) {
		condition->partly = true;
		return true;
	}
	if (strcmp(op, "<=") == 0)
		filter_add_number(condition, 0, number);
	else if (strcmp(op, ">=") == 0)
		filter_add_number(condition, number, UINT64_MAX);
	else if (strcmp(op, "<") == 0 && number > 0)
		filter_add_number(condition, 0, number - 1);
	else if (strcmp(op, ">") == 0 && number < UINT64_MAX)
		filter_add_number(condition, number + 1, UINT64_MAX);
	return true;
}

static void
add_match(const struct reader *reader, const json_t *object,
    struct filter_rule *rule, const json_t *match)
{
	const char *op = json_text_at(match, "op");
	enum filter_field field =
	    field_of(rule, json_object_get(match, "left"));
	struct filter_condition *condition = filter_add_condition(rule, field);

	condition->negated = strcmp(op, "!=") == 0;
	if (!add_comparison(condition, op, json_object_get(match, "right")))
		add_values(
		    reader, object, condition, json_object_get(match, "right"));
}

static char *
chain_key(const json_t *rule, const char *chain)
{
	return xasprintf("%s %s %s", json_text_at(rule, "family"),
	    json_text_at(rule, "table"), chain);
}

/* True when the statement ends the rule or jumps. */
static bool
set_verdict(
    struct filter_rule *rule, const json_t *object, const json_t *statement)
{
	const json_t *jump = json_object_get(statement, "jump");
	const json_t *leap = json_object_get(statement, "goto");

	if (json_object_get(statement, "accept") != NULL)
		rule->action = FILTER_ACCEPT;
	else if (json_object_get(statement, "drop") != NULL ||
		 json_object_get(statement, "reject") != NULL)
		rule->action = FILTER_DROP;
	else if (json_object_get(statement, "return") != NULL)
		rule->action = FILTER_RETURN;
	else if (jump == NULL && leap == NULL)
		return false;
	if (jump != NULL || leap != NULL) {
		rule->action = jump != NULL ? FILTER_JUMP : FILTER_GOTO;
		free(rule->target);
		rule->target = chain_key(
		    object, json_text_at(jump != NULL ? jump : leap, "target"));
	}
	return true;
}

/* They note or change something and let the packet go on. */
static bool
is_neutral(const json_t *statement)
{
	static const char *const names[] = { "counter", "log", "mangle", "set",
		"meter", "continue", "ct helper", "ct timeout",
		"ct expectation", "notrack", "flow", "comment", "dup", "quota",
		"snat", "dnat", "masquerade", "redirect", "map", "last" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (json_object_get(statement, names[i]) != NULL)
			return strcmp(names[i], "quota") != 0 &&
			       strcmp(names[i], "meter") != 0;
	return false;
}

static void read_statements(struct reader *reader, const json_t *object,
    const char *text, const json_t *const *given, size_t count);

/*
 * "key vmap { value : verdict, .. }": the same rule once for each pair, as "key
 * value verdict".
 */
static void
read_map(struct reader *reader, const json_t *object, const char *text,
    const json_t *const *given, size_t count, const json_t *map)
{
	const json_t *data = json_object_get(map, "data"), *pairs = NULL,
		     *pair = NULL;
	const json_t **more = xcalloc(count + 2, sizeof(*more));
	const char *name = json_string_value(data);
	size_t i = 0;

	pairs = name != NULL && name[0] == '@'
		    ? find_elements(reader, object, "map", name + 1)
		    : json_object_get(data, "set");
	if (count > 0)
		memcpy(more, given, count * sizeof(*more));
	json_array_foreach(pairs, i, pair)
	{
		json_t *match = json_pack("{s:{s:s, s:O, s:O}}", "match", "op",
		    "==", "left", json_object_get(map, "key"), "right",
		    json_array_get(pair, 0));

		if (match == NULL) {
			reader->err = CAM_ERR_FORMAT;
			break;
		}
		more[count] = match;
		more[count + 1] = json_array_get(pair, 1);
		read_statements(reader, object, text, more, count + 2);
		json_decref(match);
	}
	free(more);
}

/* Makes a rule of its statements; what follows a verdict does not count. */
static void
read_statements(struct reader *reader, const json_t *object, const char *text,
    const json_t *const *given, size_t count)
{
	struct filter_rule *rule = NULL;
	char *key = chain_key(object, json_text_at(object, "chain"));
	struct filter_chain *chain = filter_chain(reader->filter, key);

	free(key);
	if (chain != NULL)
		rule = filter_add_rule(reader->filter, chain, xstrdup(text));
	if (rule == NULL) {
		reader->err = CAM_ERR_LIMIT;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *match = json_object_get(given[i], "match");

		if (match != NULL)
			add_match(reader, object, rule, match);
		else if (set_verdict(rule, object, given[i]))
			return;
		else if (json_object_get(given[i], "queue") != NULL ||
			 json_object_get(given[i], "synproxy") != NULL ||
			 json_object_get(given[i], "tproxy") != NULL)
			rule->action = FILTER_UNSURE;
		else if (json_object_get(given[i], "xt") != NULL) {
			/* A match or a target of iptables, of which nft shows
			 * no more. */
			filter_add_condition(rule, FILTER_OTHER);
			rule->action = FILTER_UNSURE;
		} else if (!is_neutral(given[i]))
			filter_add_condition(rule, FILTER_OTHER);
	}
}

static void
read_rule(struct reader *reader, const json_t *object)
{
	const json_t *statements = json_object_get(object, "expr"),
		     *statement = NULL, *map = NULL;
	const json_t **given =
	    xcalloc(json_array_size(statements) + 1, sizeof(*given));
	char *text = filter_nft_text(statements);
	size_t i = 0;

	json_array_foreach(statements, i, statement)
	{
		map = json_object_get(statement, "vmap");
		if (map != NULL)
			break;
		given[i] = statement;
	}
	if (map != NULL)
		read_map(reader, object, text, given, i, map);
	else
		read_statements(reader, object, text, given, i);
	free(text);
	free(given);
}

static enum filter_hook
hook_of(const json_t *chain)
{
	const char *hook = json_text_at(chain, "hook"),
		   *type = json_text_at(chain, "type");

	/* nat changes where a packet goes, it does not stop it. */
	if (strcmp(type, "nat") == 0)
		return FILTER_NOWHERE;
	if (strcmp(hook, "input") == 0 || strcmp(hook, "prerouting") == 0 ||
	    strcmp(hook, "ingress") == 0)
		return FILTER_IN;
	if (strcmp(hook, "output") == 0 || strcmp(hook, "postrouting") == 0 ||
	    strcmp(hook, "egress") == 0)
		return FILTER_OUT;
	return FILTER_NOWHERE;
}

static void
read_chain(struct reader *reader, const json_t *object)
{
	const char *family = json_text_at(object, "family");
	char *key = chain_key(object, json_text_at(object, "name"));
	struct filter_chain *chain = filter_chain(reader->filter, key);

	free(key);
	if (chain == NULL) {
		reader->err = CAM_ERR_LIMIT;
		return;
	}
	chain->hook = hook_of(object);
	chain->family = strcmp(family, "ip") == 0    ? 4
			: strcmp(family, "ip6") == 0 ? 6
						     : 0;
	if (json_text_is(object, "policy", "drop"))
		chain->policy = FILTER_DROP;
	/* A bridge's own packets do not come to us, nor do ARP's. */
	if (strcmp(family, "bridge") == 0 || strcmp(family, "arp") == 0)
		chain->hook = FILTER_NOWHERE;
}

static bool
has_xt(const json_t *statements)
{
	const json_t *statement = NULL;
	size_t i = 0;

	json_array_foreach(statements, i, statement)
	{
		if (json_object_get(statement, "xt") != NULL)
			return true;
	}
	return false;
}

/* A bit for each table that iptables and ip6tables keep within nft; 0 for
 * others. */
static unsigned
table_bit(const json_t *thing)
{
	static const char *const tables[] = { "filter", "raw", "mangle", "nat",
		"security" };
	const char *family = json_text_at(thing, "family"),
		   *table = json_text_at(thing, "table");
	unsigned shift = strcmp(family, "ip6") == 0 ? 8 : 0;

	if (shift == 0 && strcmp(family, "ip") != 0)
		return 0;
	for (unsigned i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (strcmp(table, tables[i]) == 0)
			return 1u << (i + shift);
	return 0;
}

/* The tables of iptables with a rule that only iptables-save can show. */
static unsigned
find_left_out(const json_t *objects)
{
	const json_t *object = NULL, *rule = NULL;
	unsigned bits = 0;
	size_t i = 0;

	json_array_foreach(objects, i, object)
	{
		rule = json_object_get(object, "rule");
		if (rule != NULL && has_xt(json_object_get(rule, "expr")))
			bits |= table_bit(rule);
	}
	return bits;
}

static void
read_object(struct reader *reader, const json_t *object)
{
	const json_t *chain = json_object_get(object, "chain");
	const json_t *rule = json_object_get(object, "rule");

	if (chain != NULL && (table_bit(chain) & reader->left_out) == 0)
		read_chain(reader, chain);
	else if (rule != NULL && (table_bit(rule) & reader->left_out) == 0)
		read_rule(reader, rule);
}

int
filter_read_nft(struct filter *filter, struct span text, bool iptables_known)
{
	struct reader reader = { .filter = filter };
	json_t *root = NULL;
	const json_t *object = NULL;
	size_t i = 0;

	if (text.len > FILTER_TEXT_MAX)
		return CAM_ERR_LIMIT;
	root = json_loadb((const char *)text.data, text.len, 0, NULL);
	reader.objects = json_object_get(root, "nftables");
	if (!json_is_array(reader.objects))
		reader.err = CAM_ERR_FORMAT;
	else if (iptables_known)
		reader.left_out = find_left_out(reader.objects);
	json_array_foreach(reader.objects, i, object)
	{
		if (reader.err == 0)
			read_object(&reader, object);
	}
	json_decref(root);
	return reader.err;
}

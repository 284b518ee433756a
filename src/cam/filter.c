/* filter.c: packet filter rules put together. */
#include "cam/filter.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"

static void
finish_condition(struct filter_condition *condition)
{
	for (size_t i = 0; i < condition->name_count; i++)
		free(condition->names[i]);
	free(condition->names);
	free(condition->ranges);
}

static void
finish_rule(struct filter_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++)
		finish_condition(&rule->conditions[i]);
	free(rule->conditions);
	free(rule->target);
	free(rule->text);
}

void
filter_finish(struct filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		struct filter_chain *chain = &filter->chains[i];

		for (size_t k = 0; k < chain->count; k++)
			finish_rule(&chain->rules[k]);
		free(chain->rules);
		free(chain->key);
	}
	free(filter->chains);
	memset(filter, 0, sizeof(*filter));
}

/* Room for one more of count things: doubles at powers of two. */
static void *
grow(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	return xreallocarray(list, count == 0 ? 1 : count * 2, size);
}

struct filter_chain *
filter_chain(struct filter *filter, const char *key)
{
	struct filter_chain *chain = NULL;

	for (size_t i = 0; i < filter->count; i++)
		if (strcmp(filter->chains[i].key, key) == 0)
			return &filter->chains[i];
	if (filter->count == FILTER_CHAINS_MAX)
		return NULL;
	filter->chains =
	    grow(filter->chains, filter->count, sizeof(*filter->chains));
	chain = &filter->chains[filter->count++];
	*chain = (struct filter_chain){ .key = xstrdup(key),
		.policy = FILTER_ACCEPT };
	return chain;
}

struct filter_rule *
filter_add_rule(struct filter *filter, struct filter_chain *chain, char *text)
{
	if (filter->rules == FILTER_RULES_MAX) {
		free(text);
		return NULL;
	}
	filter->rules++;
	chain->rules = grow(chain->rules, chain->count, sizeof(*chain->rules));
	chain->rules[chain->count] = (struct filter_rule){ .text = text };
	return &chain->rules[chain->count++];
}

struct filter_condition *
filter_add_condition(struct filter_rule *rule, enum filter_field field)
{
	rule->conditions =
	    grow(rule->conditions, rule->count, sizeof(*rule->conditions));
	rule->conditions[rule->count] =
	    (struct filter_condition){ .field = field };
	return &rule->conditions[rule->count++];
}

static struct filter_range *
add_range(struct filter_condition *condition)
{
	condition->ranges = grow(condition->ranges, condition->range_count,
	    sizeof(*condition->ranges));
	memset(&condition->ranges[condition->range_count], 0,
	    sizeof(*condition->ranges));
	return &condition->ranges[condition->range_count++];
}

static void
put_number(uint8_t bytes[16], uint64_t number)
{
	for (int i = 15; i >= 8; i--) {
		bytes[i] = (uint8_t)number;
		number >>= 8;
	}
}

void
filter_add_number(
    struct filter_condition *condition, uint64_t low, uint64_t high)
{
	struct filter_range *range = add_range(condition);

	put_number(range->low, low);
	put_number(range->high, high);
}

void
filter_add_name(struct filter_condition *condition, struct span name)
{
	condition->names = grow(
	    condition->names, condition->name_count, sizeof(*condition->names));
	condition->names[condition->name_count++] = span_dup(name);
}

void
filter_range_address(struct filter_range *range, const uint8_t *bytes,
    size_t size, unsigned bits)
{
	memset(range, 0, sizeof(*range));
	for (size_t i = 0; i < size; i++) {
		unsigned left = bits > i * 8 ? bits - (unsigned)i * 8 : 0;
		uint8_t mask = left >= 8 ? 0xff : (uint8_t)(0xff00 >> left);

		range->low[i] = bytes[i] & mask;
		range->high[i] = (uint8_t)(bytes[i] | ~mask);
	}
}

/* Its length in bytes: 4, 16, or 0 when it is none. */
static size_t
parse_address(struct span text, uint8_t bytes[16])
{
	char copy[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof(copy) ||
	    memchr(text.data, '\0', text.len) != NULL)
		return 0;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1)
		return 4;
	return inet_pton(AF_INET6, copy, bytes) == 1 ? 16 : 0;
}

/* A prefix length, or a mask of that many leading ones. */
static bool
parse_bits(struct span text, size_t size, unsigned *bits)
{
	uint8_t mask[16];
	uint64_t number = 0;
	unsigned ones = 0;

	if (number_decimal(text, size * 8, &number) == 0) {
		*bits = (unsigned)number;
		return true;
	}
	if (parse_address(text, mask) != size)
		return false;
	while (ones < size * 8 && (mask[ones / 8] & (0x80 >> ones % 8)) != 0)
		ones++;
	for (unsigned i = ones; i < size * 8; i++)
		if ((mask[i / 8] & (0x80 >> i % 8)) != 0)
			return false;
	*bits = ones;
	return true;
}

static bool
parse_addresses(struct span text, struct filter_range *range, uint8_t *family)
{
	struct span rest = text, head;
	uint8_t low[16], high[16];
	unsigned bits = 0;
	size_t size = 0;

	if (span_cut(&rest, '-', &head)) {
		size = parse_address(head, low);
		if (size == 0 || parse_address(rest, high) != size)
			return false;
		memset(range, 0, sizeof(*range));
		memcpy(range->low, low, size);
		memcpy(range->high, high, size);
	} else {
		if (!span_cut(&rest, '/', &head))
			head = text;
		size = parse_address(head, low);
		bits = (unsigned)size * 8;
		if (size == 0 ||
		    (head.len < text.len && !parse_bits(rest, size, &bits)))
			return false;
		filter_range_address(range, low, size, bits);
	}
	*family = size == 4 ? 4 : 6;
	return true;
}

void
filter_add_address(struct filter_condition *condition, struct span text)
{
	struct filter_range range;
	uint8_t family = 0;

	/* Both families in one condition do not occur; what is not understood
	 * leaves us unsure. */
	if (!parse_addresses(text, &range, &family) ||
	    (condition->family != 0 && condition->family != family)) {
		condition->partly = true;
		return;
	}
	condition->family = family;
	*add_range(condition) = range;
}

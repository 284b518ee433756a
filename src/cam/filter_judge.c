/* filter_judge.c: what becomes of a packet. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam/filter.h"

enum match { MATCH_NO, MATCH_YES, MATCH_MAYBE };

/*
 * What may come of a chain or rule, or'ed: with several the packet's fate
 * depends on something we do not know.
 */
enum {
	MAY_ACCEPT = 1,
	MAY_DROP = 2,
	MAY_RETURN = 4, /* to the chain that jumped, or to the policy */
	MAY_GO_ON = 8,	/* to the next rule */
	MAY_ANYTHING = MAY_ACCEPT | MAY_DROP | MAY_RETURN,
};

struct place {
	const struct filter_chain *chain;
	const struct filter_rule *rule;
};

/* What is known of a chain for this packet; walked once however often it is
 * jumped to. */
struct walked {
	bool begun;
	unsigned outcome; /* 0: not yet known */
	struct place blocked;
	struct place doubted;
};

struct walk {
	const struct filter *filter;
	const struct filter_packet *packet;
	struct walked *walked; /* as many as chains */
};

static bool
is_before(const uint8_t a[16], const uint8_t b[16])
{
	return memcmp(a, b, 16) < 0;
}

static enum match
match_range(const struct filter_range *have, const struct filter_range *range)
{
	if (is_before(have->high, range->low) ||
	    is_before(range->high, have->low))
		return MATCH_NO;
	if (is_before(have->low, range->low) ||
	    is_before(range->high, have->high))
		return MATCH_MAYBE;
	return MATCH_YES;
}

static enum match
match_ranges(
    const struct filter_condition *condition, const struct filter_range *have)
{
	enum match found = condition->partly ? MATCH_MAYBE : MATCH_NO;

	for (size_t i = 0; i < condition->range_count; i++) {
		switch (match_range(have, &condition->ranges[i])) {
		case MATCH_YES:
			return MATCH_YES;
		case MATCH_MAYBE:
			found = MATCH_MAYBE;
			break;
		case MATCH_NO:
			break;
		}
	}
	return found;
}

static enum match
match_numbers(
    const struct filter_condition *condition, uint64_t low, uint64_t high)
{
	struct filter_range have = { .low = { 0 } };

	for (int i = 15; i >= 8; i--) {
		have.low[i] = (uint8_t)low;
		have.high[i] = (uint8_t)high;
		low >>= 8;
		high >>= 8;
	}
	return match_ranges(condition, &have);
}

static bool
name_fits(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, name, len - 1) == 0;
	return strcmp(pattern, name) == 0;
}

/* A packet on its way in has no output interface yet, and the other way round.
 */
static enum match
match_names(
    const struct filter_condition *condition, const char *name, bool has)
{
	for (size_t i = 0; has && i < condition->name_count; i++)
		if (name_fits(condition->names[i], name))
			return MATCH_YES;
	return condition->partly ? MATCH_MAYBE : MATCH_NO;
}

static enum match
match_field(const struct filter_condition *condition,
    const struct filter_packet *packet)
{
	switch (condition->field) {
	case FILTER_FAMILY:
		return match_numbers(condition, packet->family, packet->family);
	case FILTER_PROTOCOL:
		return match_numbers(
		    condition, packet->protocol, packet->protocol);
	case FILTER_PORT:
		return match_numbers(condition, packet->port, packet->port);
	case FILTER_SOURCE_PORT:
		if (packet->source_port != 0)
			return match_numbers(condition, packet->source_port,
			    packet->source_port);
		return match_numbers(condition, 1, UINT16_MAX);
	case FILTER_SOURCE:
		return match_ranges(condition, &packet->source);
	case FILTER_DESTINATION:
		return match_ranges(condition, &packet->destination);
	case FILTER_INPUT:
		return match_names(
		    condition, packet->interface, packet->hook == FILTER_IN);
	case FILTER_OUTPUT:
		return match_names(
		    condition, packet->interface, packet->hook == FILTER_OUT);
	case FILTER_STATE:
		return match_numbers(condition, 1, 1);
	case FILTER_KIND:
		return match_numbers(condition, packet->kind, packet->kind);
	case FILTER_OTHER:
		break;
	}
	return MATCH_MAYBE;
}

static enum match
match_condition(const struct filter_condition *condition,
    const struct filter_packet *packet)
{
	enum match match = MATCH_MAYBE;

	/* An address of the other family is in no packet of this one, equal or
	 * not. */
	if (condition->family != 0 && condition->family != packet->family)
		return MATCH_NO;
	match = match_field(condition, packet);
	if (match == MATCH_MAYBE || !condition->negated)
		return match;
	return match == MATCH_YES ? MATCH_NO : MATCH_YES;
}

static enum match
match_rule(const struct filter_rule *rule, const struct filter_packet *packet)
{
	enum match match = MATCH_YES;

	for (size_t i = 0; i < rule->count; i++) {
		switch (match_condition(&rule->conditions[i], packet)) {
		case MATCH_NO:
			return MATCH_NO;
		case MATCH_MAYBE:
			match = MATCH_MAYBE;
			break;
		case MATCH_YES:
			break;
		}
	}
	return match;
}

static unsigned follow(struct walk *walk, size_t index);

/* The outcome of a rule that matches, and where in the chain it jumps to that
 * is decided. */
static unsigned
outcome_of(struct walk *walk, const struct filter_rule *rule,
    struct place *blocked, struct place *doubted)
{
	unsigned outcome = 0;

	switch (rule->action) {
	case FILTER_NEXT:
		return MAY_GO_ON;
	case FILTER_ACCEPT:
		return MAY_ACCEPT;
	case FILTER_DROP:
		return MAY_DROP;
	case FILTER_RETURN:
		return MAY_RETURN;
	case FILTER_UNSURE:
		return MAY_ACCEPT | MAY_DROP | MAY_GO_ON;
	case FILTER_JUMP:
	case FILTER_GOTO:
		break;
	}
	for (size_t i = 0; i < walk->filter->count; i++) {
		if (strcmp(walk->filter->chains[i].key, rule->target) != 0)
			continue;
		outcome = follow(walk, i);
		*blocked = walk->walked[i].blocked;
		*doubted = walk->walked[i].doubted;
		if (rule->action == FILTER_JUMP && (outcome & MAY_RETURN) != 0)
			outcome = (outcome & ~(unsigned)MAY_RETURN) | MAY_GO_ON;
		return outcome;
	}
	/* To a chain that was not shown. */
	return MAY_ACCEPT | MAY_DROP | MAY_GO_ON;
}

static bool
is_one(unsigned outcome)
{
	return (outcome & (outcome - 1)) == 0;
}

/* Adds what the rule may do to what is known of its chain; true when no later
 * rule is reached. */
static bool
take_rule(struct walk *walk, const struct filter_chain *chain,
    const struct filter_rule *rule, struct walked *walked, unsigned *outcome)
{
	struct place here = { .chain = chain, .rule = rule };
	struct place blocked = { NULL, NULL }, doubted = { NULL, NULL };
	enum match match = match_rule(rule, walk->packet);
	unsigned may = 0;

	if (match == MATCH_NO)
		return false;
	may = outcome_of(walk, rule, &blocked, &doubted);
	/* The last one certain to be reached is what blocks; an earlier one
	 * only may. */
	if ((may & MAY_DROP) != 0 &&
	    (match == MATCH_YES || walked->blocked.rule == NULL))
		walked->blocked = blocked.rule != NULL ? blocked : here;
	if (walked->doubted.rule == NULL && may != MAY_GO_ON) {
		if (doubted.rule != NULL && !is_one(may))
			walked->doubted = doubted;
		else if (match == MATCH_MAYBE || !is_one(may))
			walked->doubted = here;
	}
	*outcome |= may & MAY_ANYTHING;
	return match == MATCH_YES && (may & MAY_GO_ON) == 0;
}

static unsigned
follow(struct walk *walk, size_t index)
{
	const struct filter_chain *chain = &walk->filter->chains[index];
	struct walked *walked = &walk->walked[index];
	unsigned outcome = 0;
	bool ended = false;

	if (walked->outcome != 0)
		return walked->outcome;
	/* The kernel knows no loops; whoever wrote this one may mean anything.
	 */
	if (walked->begun)
		return MAY_ANYTHING;
	walked->begun = true;
	for (size_t i = 0; i < chain->count && !ended; i++)
		ended =
		    take_rule(walk, chain, &chain->rules[i], walked, &outcome);
	if (!ended)
		outcome |= MAY_RETURN;
	walked->outcome = outcome;
	return outcome;
}

static enum filter_verdict
judge_base(struct walk *walk, size_t index, struct filter_reason *reason)
{
	const struct filter_chain *base = &walk->filter->chains[index];
	unsigned outcome = follow(walk, index);
	struct place place = walk->walked[index].blocked;

	if ((outcome & MAY_RETURN) != 0) {
		outcome &= ~(unsigned)MAY_RETURN;
		outcome |= base->policy == FILTER_DROP ? MAY_DROP : MAY_ACCEPT;
		if (base->policy == FILTER_DROP)
			place = (struct place){ base, NULL };
	}
	if (outcome == MAY_ACCEPT)
		return FILTER_PASSES;
	if (outcome != MAY_DROP)
		place = walk->walked[index].doubted;
	*reason = (struct filter_reason){ base, place.chain, place.rule };
	return outcome == MAY_DROP ? FILTER_BLOCKED : FILTER_DEPENDS;
}

enum filter_verdict
filter_judge(const struct filter *filter, const struct filter_packet *packet,
    struct filter_reason *reason)
{
	struct walk walk = { .filter = filter, .packet = packet };
	enum filter_verdict worst = FILTER_PASSES, verdict = FILTER_PASSES;
	struct filter_reason found;

	walk.walked = xcalloc(filter->count + 1, sizeof(*walk.walked));
	for (size_t i = 0; i < filter->count && worst != FILTER_BLOCKED; i++) {
		const struct filter_chain *chain = &filter->chains[i];

		if (chain->hook != packet->hook ||
		    (chain->family != 0 && chain->family != packet->family))
			continue;
		verdict = judge_base(&walk, i, &found);
		if (verdict == FILTER_BLOCKED ||
		    (verdict == FILTER_DEPENDS && worst == FILTER_PASSES)) {
			worst = verdict;
			*reason = found;
		}
	}
	free(walk.walked);
	return worst;
}

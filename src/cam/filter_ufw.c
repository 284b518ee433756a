/* filter_ufw.c: the rules of ufw, as `ufw status verbose` shows them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cam/filter.h"
#include "cam/filter_text.h"

/* "Default: deny (incoming), allow (outgoing), disabled (routed)" */
static void
read_default(struct filter *filter, struct span line)
{
	struct span policy, where;
	struct filter_chain *chain = NULL;

	(void)filter_word(&line, &policy);
	while (filter_word(&line, &policy) && filter_word(&line, &where)) {
		if (span_starts(where, "(incoming)"))
			chain = filter_chain(filter, "ufw incoming");
		else if (span_starts(where, "(outgoing)"))
			chain = filter_chain(filter, "ufw outgoing");
		else
			continue;
		if (chain != NULL && !span_equal_text(policy, "allow"))
			chain->policy = FILTER_DROP;
	}
}

static bool
is_address(struct span word)
{
	struct filter_condition condition = { .field = FILTER_OTHER };
	bool is = false;

	filter_add_address(&condition, word);
	is = condition.range_count > 0;
	free(condition.ranges);
	return is;
}

static void
read_word(struct filter_rule *rule, struct span word, bool destination)
{
	if (span_equal_text(word, "Anywhere"))
		return;
	if (span_equal_text(word, "(v6)"))
		filter_add_number(
		    filter_add_condition(rule, FILTER_FAMILY), 6, 6);
	else if (is_address(word))
		filter_add_address(
		    filter_add_condition(
			rule, destination ? FILTER_DESTINATION : FILTER_SOURCE),
		    word);
	else if (!destination || !filter_add_ports(rule, word))
		/* A profile's name, a source port: we cannot see behind it. */
		(void)filter_add_condition(rule, FILTER_OTHER);
}

/* One side of a rule: "2425/udp on eth0", "10.1.2.3 2425/udp", "Anywhere (v6)",
 * "OpenSSH". */
static void
read_side(struct filter_rule *rule, struct span side, bool destination)
{
	struct span word;

	while (filter_word(&side, &word)) {
		if (word.len > 0 && word.data[0] == '#')
			return; /* a remark */
		if (span_equal_text(word, "on")) {
			if (filter_word(&side, &word))
				filter_add_name(
				    filter_add_condition(rule, FILTER_INPUT),
				    word);
		} else {
			read_word(rule, word, destination);
		}
	}
}

static const struct {
	const char *words;
	enum filter_action action;
} actions[] = {
	{ " ALLOW IN ", FILTER_ACCEPT },
	{ " DENY IN ", FILTER_DROP },
	{ " REJECT IN ", FILTER_DROP },
	/* So many a while are let through, more are not. */
	{ " LIMIT IN ", FILTER_UNSURE },
};

/* "2425/udp                   ALLOW IN    192.168.1.0/24" */
static int
read_rule(struct filter *filter, struct span line)
{
	struct filter_chain *chain = filter_chain(filter, "ufw incoming");
	struct filter_rule *rule = NULL;
	char *text = filter_trimmed(line), *at = NULL;
	size_t i = 0;

	while (at == NULL && i < sizeof(actions) / sizeof(*actions))
		at = strstr(text, actions[i++].words);
	if (at == NULL || chain == NULL) {
		free(text);
		return 0;
	}
	rule = filter_add_rule(filter, chain, text);
	if (rule == NULL)
		return CAM_ERR_LIMIT;
	rule->action = actions[i - 1].action;
	read_side(rule, span_of(text, (size_t)(at - text)), true);
	read_side(rule, span_text(at + strlen(actions[i - 1].words)), false);
	return 0;
}

static int
read_active(struct filter *filter, struct span text)
{
	struct filter_chain *chain = filter_chain(filter, "ufw incoming");
	struct span line;
	int err = 0;

	if (chain == NULL)
		return CAM_ERR_LIMIT;
	chain->hook = FILTER_IN;
	chain = filter_chain(filter, "ufw outgoing");
	if (chain == NULL)
		return CAM_ERR_LIMIT;
	chain->hook = FILTER_OUT;
	while (err == 0 && filter_line(&text, &line)) {
		if (span_starts(line, "Default: "))
			read_default(filter, line);
		else
			err = read_rule(filter, line);
	}
	return err;
}

int
filter_read_ufw(struct filter *filter, struct span text, bool *active)
{
	struct span line;

	if (text.len > FILTER_TEXT_MAX)
		return CAM_ERR_LIMIT;
	while (filter_line(&text, &line)) {
		if (!span_starts(line, "Status: "))
			continue;
		*active = span_starts(line, "Status: active");
		return *active ? read_active(filter, text) : 0;
	}
	return CAM_ERR_FORMAT;
}

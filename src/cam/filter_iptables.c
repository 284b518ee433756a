/* filter_iptables.c: the rules of iptables, from iptables-save(8) and
 * ip6tables-save(8). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cam/filter.h"
#include "cam/filter_text.h"

struct reader {
	struct filter *filter;
	uint8_t family;
	char *table;
	int err;
};

static bool
is_one_of(struct span word, const char *const list[])
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (span_equal_text(word, list[i]))
			return true;
	return false;
}

static char *
chain_key(const struct reader *reader, struct span name)
{
	return xasprintf("%s %s %.*s",
	    reader->family == 4 ? "iptables" : "ip6tables", reader->table,
	    (int)name.len, (const char *)name.data);
}

static struct filter_chain *
have_chain(struct reader *reader, struct span name)
{
	char *key = chain_key(reader, name);
	struct filter_chain *chain = filter_chain(reader->filter, key);

	free(key);
	if (chain == NULL)
		reader->err = CAM_ERR_LIMIT;
	return chain;
}

/* nat changes where a packet goes; the others can stop it. */
static enum filter_hook
hook_of(const struct reader *reader, struct span name)
{
	if (strcmp(reader->table, "nat") == 0)
		return FILTER_NOWHERE;
	if (span_equal_text(name, "INPUT") ||
	    span_equal_text(name, "PREROUTING"))
		return FILTER_IN;
	if (span_equal_text(name, "OUTPUT") ||
	    span_equal_text(name, "POSTROUTING"))
		return FILTER_OUT;
	return FILTER_NOWHERE;
}

/* ":INPUT DROP [0:0]"; a chain of the user's own has - as its policy. */
static void
read_chain(struct reader *reader, struct span line)
{
	struct span name, policy;
	struct filter_chain *chain = NULL;

	if (!filter_word(&line, &name) || !filter_word(&line, &policy))
		return;
	chain = have_chain(reader, name);
	if (chain == NULL)
		return;
	chain->family = reader->family;
	if (span_equal_text(policy, "-"))
		return;
	chain->hook = hook_of(reader, name);
	chain->policy =
	    span_equal_text(policy, "DROP") ? FILTER_DROP : FILTER_ACCEPT;
}

static void
add_ports(struct filter_condition *condition, struct span list)
{
	struct span item, rest = list;
	uint64_t low = 0, high = 0;
	bool more = true;

	while (more) {
		more = span_cut(&rest, ',', &item);
		if (!more)
			item = rest;
		if (filter_ports(item, &low, &high))
			filter_add_number(condition, low, high);
		else
			condition->partly = true;
	}
}

static void
add_words(struct filter_condition *condition, struct span list)
{
	struct span item, rest = list;
	uint64_t number = 0;
	bool more = true;

	while (more) {
		more = span_cut(&rest, ',', &item);
		if (!more)
			item = rest;
		if (filter_number(condition->field, item, &number))
			filter_add_number(condition, number, number);
		else
			condition->partly = true;
	}
}

/* "eth+": any that begins with eth. */
static void
add_interface(struct filter_condition *condition, struct span name)
{
	char *copy = span_dup(name);
	size_t len = strlen(copy);

	if (len > 0 && copy[len - 1] == '+')
		copy[len - 1] = '*';
	filter_add_name(condition, span_text(copy));
	free(copy);
}

static const struct {
	const char *option;
	enum filter_field field;
} known[] = {
	{ "-p", FILTER_PROTOCOL },
	{ "--protocol", FILTER_PROTOCOL },
	{ "-s", FILTER_SOURCE },
	{ "--source", FILTER_SOURCE },
	{ "--src-range", FILTER_SOURCE },
	{ "-d", FILTER_DESTINATION },
	{ "--destination", FILTER_DESTINATION },
	{ "--dst-range", FILTER_DESTINATION },
	{ "-i", FILTER_INPUT },
	{ "--in-interface", FILTER_INPUT },
	{ "-o", FILTER_OUTPUT },
	{ "--out-interface", FILTER_OUTPUT },
	{ "--dport", FILTER_PORT },
	{ "--dports", FILTER_PORT },
	{ "--sport", FILTER_SOURCE_PORT },
	{ "--sports", FILTER_SOURCE_PORT },
	{ "--ctstate", FILTER_STATE },
	{ "--state", FILTER_STATE },
	{ "--dst-type", FILTER_KIND },
	{ "--pkt-type", FILTER_KIND },
};

static void
add_value(
    struct filter_condition *condition, struct span option, struct span value)
{
	switch (condition->field) {
	case FILTER_SOURCE:
	case FILTER_DESTINATION:
		filter_add_address(condition, value);
		break;
	case FILTER_INPUT:
	case FILTER_OUTPUT:
		add_interface(condition, value);
		break;
	case FILTER_PORT:
	case FILTER_SOURCE_PORT:
		add_ports(condition, value);
		break;
	default:
		/* "unicast" is here what others call local. */
		if (span_equal_text(option, "--pkt-type") &&
		    span_equal_text(value, "unicast"))
			filter_add_number(condition, FILTER_OURS, FILTER_OURS);
		else if (span_equal_text(option, "-p") &&
			 span_equal_text(value, "all"))
			filter_add_number(condition, 0, 255);
		else
			add_words(condition, value);
	}
}

/* The words of one rule, read one after the other. */
struct words {
	struct span rest;
	struct span word;
	bool has;
};

static void
next_word(struct words *words)
{
	words->has = filter_word(&words->rest, &words->word);
}

/* An option we do not model: its values are skipped, the rule may match or not.
 */
static void
read_unknown(struct filter_rule *rule, struct words *words)
{
	(void)filter_add_condition(rule, FILTER_OTHER);
	next_word(words);
	while (words->has && !span_starts(words->word, "-") &&
	       !span_equal_text(words->word, "!"))
		next_word(words);
}

static void
read_option(struct filter_rule *rule, struct words *words, bool negated)
{
	struct filter_condition *condition = NULL;
	struct span option = words->word;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!span_equal_text(option, known[i].option))
			continue;
		next_word(words);
		if (!words->has)
			return;
		condition = filter_add_condition(rule, known[i].field);
		condition->negated = negated;
		add_value(condition, option, words->word);
		next_word(words);
		return;
	}
	read_unknown(rule, words);
}

static void
read_target(struct reader *reader, struct filter_rule *rule, struct span target,
    bool leap)
{
	static const char *const neutral[] = { "LOG", "NFLOG", "ULOG", "MARK",
		"CONNMARK", "TRACE", "CT", "NOTRACK", "CHECKSUM", "TCPMSS",
		"CLASSIFY", "SET", "AUDIT", "DSCP", "TOS", "TTL", "HL",
		"SECMARK", "CONNSECMARK", "LED", "IDLETIMER", NULL };
	static const char *const unsure[] = { "QUEUE", "NFQUEUE", "TPROXY",
		"SYNPROXY", "STEAL", NULL };

	if (span_equal_text(target, "ACCEPT"))
		rule->action = FILTER_ACCEPT;
	else if (span_equal_text(target, "DROP") ||
		 span_equal_text(target, "REJECT"))
		rule->action = FILTER_DROP;
	else if (span_equal_text(target, "RETURN"))
		rule->action = FILTER_RETURN;
	else if (is_one_of(target, unsure))
		rule->action = FILTER_UNSURE;
	else if (!is_one_of(target, neutral)) {
		/* A target of the kernel's that we do not know is a chain that
		 * was not shown: unsure as well. */
		rule->action = leap ? FILTER_GOTO : FILTER_JUMP;
		rule->target = chain_key(reader, target);
	}
}

/* "-A INPUT -p udp -m udp --dport 2425 -j DROP"; what follows the target are
 * the target's options. */
static void
read_rule(struct reader *reader, struct span line)
{
	struct words words = { .rest = line };
	struct filter_chain *chain = NULL;
	struct filter_rule *rule = NULL;
	bool negated = false, leap = false;

	next_word(&words);
	next_word(&words);
	chain = words.has ? have_chain(reader, words.word) : NULL;
	if (chain == NULL)
		return;
	rule = filter_add_rule(reader->filter, chain, span_dup(line));
	if (rule == NULL) {
		reader->err = CAM_ERR_LIMIT;
		return;
	}
	next_word(&words);
	while (words.has) {
		negated = span_equal_text(words.word, "!");
		if (negated)
			next_word(&words);
		if (!words.has)
			return;
		leap = span_equal_text(words.word, "-g");
		if (leap || span_equal_text(words.word, "-j")) {
			next_word(&words);
			if (words.has)
				read_target(reader, rule, words.word, leap);
			return;
		}
		/* Names of modules and remarks say nothing; what a module looks
		 * at does. */
		if (span_equal_text(words.word, "-m") ||
		    span_equal_text(words.word, "--comment")) {
			next_word(&words);
			next_word(&words);
		} else {
			read_option(rule, &words, negated);
		}
	}
}

static void
read_line(struct reader *reader, struct span line)
{
	if (line.len == 0 || line.data[0] == '#')
		return;
	if (line.data[0] == '*') {
		free(reader->table);
		reader->table = span_dup(span_of(line.data + 1, line.len - 1));
	} else if (span_equal_text(line, "COMMIT")) {
		free(reader->table);
		reader->table = NULL;
	} else if (reader->table == NULL) {
		reader->err = CAM_ERR_FORMAT;
	} else if (line.data[0] == ':') {
		read_chain(reader, span_of(line.data + 1, line.len - 1));
	} else if (span_starts(line, "-A ")) {
		read_rule(reader, line);
	} else if (line.data[0] == '[') {
		/* "[1:60] -A ..": with counters */
		struct span head;

		if (span_cut(&line, ']', &head) && line.len > 1)
			read_line(reader, span_of(line.data + 1, line.len - 1));
	} else {
		reader->err = CAM_ERR_FORMAT;
	}
}

int
filter_read_iptables(struct filter *filter, struct span text, uint8_t family)
{
	struct reader reader = { .filter = filter, .family = family };
	struct span line;

	if (text.len > FILTER_TEXT_MAX)
		return CAM_ERR_LIMIT;
	while (reader.err == 0 && filter_line(&text, &line))
		read_line(&reader, line);
	free(reader.table);
	return reader.err;
}

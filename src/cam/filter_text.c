/* filter_text.c: the words of packet filters. */
#include "cam/filter_text.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "rpc/json.h"

enum { TEXT_MAX = 2048, VALUES_SHOWN = 8 };

/* As a condition on STATE sees it only new is 1; what is no known word leaves
 * us unsure. */
static const struct {
	enum filter_field field;
	const char *word;
	uint64_t number;
} words[] = {
	{ FILTER_PROTOCOL, "udp", IPPROTO_UDP },
	{ FILTER_PROTOCOL, "tcp", IPPROTO_TCP },
	{ FILTER_PROTOCOL, "udplite", 136 },
	{ FILTER_PROTOCOL, "icmp", IPPROTO_ICMP },
	{ FILTER_PROTOCOL, "icmpv6", IPPROTO_ICMPV6 },
	{ FILTER_PROTOCOL, "ipv6-icmp", IPPROTO_ICMPV6 },
	{ FILTER_PROTOCOL, "igmp", IPPROTO_IGMP },
	{ FILTER_PROTOCOL, "sctp", 132 },
	{ FILTER_PROTOCOL, "dccp", 33 },
	{ FILTER_PROTOCOL, "gre", 47 },
	{ FILTER_PROTOCOL, "esp", 50 },
	{ FILTER_PROTOCOL, "ah", 51 },
	{ FILTER_PROTOCOL, "vrrp", 112 },
	{ FILTER_FAMILY, "ipv4", 4 },
	{ FILTER_FAMILY, "ipv6", 6 },
	{ FILTER_FAMILY, "ip", 4 },
	{ FILTER_FAMILY, "ip6", 6 },
	{ FILTER_FAMILY, "arp", 1 },
	{ FILTER_STATE, "new", 1 },
	{ FILTER_STATE, "established", 2 },
	{ FILTER_STATE, "related", 2 },
	{ FILTER_STATE, "invalid", 2 },
	{ FILTER_STATE, "untracked", 2 },
	{ FILTER_STATE, "snat", 2 },
	{ FILTER_STATE, "dnat", 2 },
	{ FILTER_KIND, "local", FILTER_OURS },
	{ FILTER_KIND, "host", FILTER_OURS },
	{ FILTER_KIND, "broadcast", FILTER_BROADCAST },
	{ FILTER_KIND, "multicast", FILTER_MULTICAST },
	{ FILTER_KIND, "unicast", FILTER_THEIRS },
	{ FILTER_KIND, "anycast", 5 },
	{ FILTER_KIND, "other", 5 },
	{ FILTER_KIND, "blackhole", 5 },
	{ FILTER_KIND, "unreachable", 5 },
	{ FILTER_KIND, "prohibit", 5 },
};

bool
filter_number(enum filter_field field, struct span text, uint64_t *number)
{
	bool ports = field == FILTER_PORT || field == FILTER_SOURCE_PORT;
	char *word = NULL;
	bool found = false;

	if (ports || field == FILTER_PROTOCOL)
		if (number_decimal(text, UINT16_MAX, number) == 0)
			return true;
	if (ports || text.len > 32)
		return false;
	word = span_dup(text);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words) && !found; i++) {
		if (words[i].field != field || !text_same(words[i].word, word))
			continue;
		*number = words[i].number;
		found = true;
	}
	free(word);
	return found;
}

bool
filter_ports(struct span text, uint64_t *low, uint64_t *high)
{
	struct span rest = text, head;

	if (!span_cut(&rest, ':', &head) && !span_cut(&rest, '-', &head)) {
		if (!filter_number(FILTER_PORT, text, low))
			return false;
		*high = *low;
		return true;
	}
	/* iptables leaves out an end that is the first or last port. */
	*low = 0;
	*high = UINT16_MAX;
	return (head.len == 0 || filter_number(FILTER_PORT, head, low)) &&
	       (rest.len == 0 || filter_number(FILTER_PORT, rest, high)) &&
	       *low <= *high;
}

bool
filter_line(struct span *text, struct span *line)
{
	if (text->len == 0)
		return false;
	if (!span_cut(text, '\n', line)) {
		*line = *text;
		*text = span_of(NULL, 0);
	}
	return true;
}

bool
filter_word(struct span *line, struct span *word)
{
	size_t i = 0;

	while (
	    line->len > 0 && (line->data[0] == ' ' || line->data[0] == '\t' ||
				 line->data[0] == '\r'))
		*line = span_of(line->data + 1, line->len - 1);
	if (line->len == 0)
		return false;
	if (line->data[0] == '"') {
		for (i = 1; i < line->len && line->data[i] != '"'; i++)
			if (line->data[i] == '\\')
				i++;
		if (i > line->len)
			i = line->len;
		*word = span_of(line->data + 1, i - 1);
		i += i < line->len;
	} else {
		while (i < line->len && line->data[i] != ' ' &&
		       line->data[i] != '\t' && line->data[i] != '\r')
			i++;
		*word = span_of(line->data, i);
	}
	*line = span_of(line->data + i, line->len - i);
	return true;
}

char *
filter_trimmed(struct span line)
{
	while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
		line.len--;
	while (line.len > 0 && strchr(" \t", line.data[0]) != NULL)
		line = span_of(line.data + 1, line.len - 1);
	return span_dup(line);
}

bool
filter_add_ports(struct filter_rule *rule, struct span word)
{
	struct span ports = word, rest = word, item;
	struct filter_condition *condition = NULL;
	uint64_t low = 0, high = 0, protocol = 0;
	bool more = true;

	if (span_cut(&rest, '/', &ports) &&
	    !filter_number(FILTER_PROTOCOL, rest, &protocol))
		return false;
	if (protocol != 0)
		filter_add_number(filter_add_condition(rule, FILTER_PROTOCOL),
		    protocol, protocol);
	condition = filter_add_condition(rule, FILTER_PORT);
	while (more) {
		more = span_cut(&ports, ',', &item);
		if (!more)
			item = ports;
		if (!filter_ports(item, &low, &high)) {
			condition->partly = true;
			return false;
		}
		filter_add_number(condition, low, high);
	}
	return true;
}

static void
put_left(struct buf *text, const json_t *left)
{
	const json_t *part = NULL;

	if ((part = json_object_get(left, "payload")) != NULL)
		buf_printf(text, "%s %s", json_text_at(part, "protocol"),
		    json_text_at(part, "field"));
	else if ((part = json_object_get(left, "meta")) != NULL)
		buf_put_text(text, json_text_at(part, "key"));
	else if ((part = json_object_get(left, "ct")) != NULL)
		buf_printf(text, "ct %s", json_text_at(part, "key"));
	else if ((part = json_object_get(left, "fib")) != NULL)
		buf_printf(text, "fib %s", json_text_at(part, "result"));
	else
		buf_put_text(text, "...");
}

static void
put_value(struct buf *text, const json_t *value)
{
	const json_t *range = json_object_get(value, "range");
	const json_t *prefix = json_object_get(value, "prefix");

	if (json_is_string(value))
		buf_put_text(text, json_string_value(value));
	else if (json_is_integer(value))
		buf_printf(text, "%lld", (long long)json_integer_value(value));
	else if (json_array_size(range) == 2) {
		for (size_t i = 0; i < 2; i++) {
			const json_t *end = json_array_get(range, i);

			buf_put_text(text, i > 0 ? "-" : "");
			if (json_is_string(end))
				buf_put_text(text, json_string_value(end));
			else
				buf_printf(text, "%lld",
				    (long long)json_integer_value(end));
		}
	} else if (prefix != NULL)
		buf_printf(text, "%s/%d", json_text_at(prefix, "addr"),
		    (int)json_integer_value(json_object_get(prefix, "len")));
	else
		buf_put_text(text, "...");
}

static void
put_right(struct buf *text, const json_t *right)
{
	const json_t *set = json_object_get(right, "set");
	const json_t *values = json_is_array(set) ? set : right, *value = NULL;
	size_t i = 0;

	if (!json_is_array(values)) {
		put_value(text, json_is_string(set) ? set : right);
		return;
	}
	buf_put_text(text, "{ ");
	json_array_foreach(values, i, value)
	{
		buf_put_text(text, i > 0 ? ", " : "");
		if (i == VALUES_SHOWN) {
			buf_put_text(text, "...");
			break;
		}
		put_value(text, value);
	}
	buf_put_text(text, " }");
}

static void
put_statement(struct buf *text, const json_t *statement)
{
	static const char *const verdicts[] = { "accept", "drop", "reject",
		"return", "queue" };
	const json_t *match = json_object_get(statement, "match");
	const json_t *jump = json_object_get(statement, "jump");
	const json_t *leap = json_object_get(statement, "goto");
	const json_t *map = json_object_get(statement, "vmap");
	const char *op = json_text_at(match, "op");

	if (match != NULL) {
		put_left(text, json_object_get(match, "left"));
		buf_printf(text, "%s%s ",
		    op[0] == '!' || op[0] == '<' || op[0] == '>' ? " " : "",
		    op[0] == '!' || op[0] == '<' || op[0] == '>' ? op : "");
		put_right(text, json_object_get(match, "right"));
	} else if (jump != NULL || leap != NULL) {
		buf_printf(text, "%s %s", jump != NULL ? "jump" : "goto",
		    json_text_at(jump != NULL ? jump : leap, "target"));
	} else if (map != NULL) {
		put_left(text, json_object_get(map, "key"));
		buf_put_text(text, " vmap ...");
	} else {
		for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts);
		     i++)
			if (json_object_get(statement, verdicts[i]) != NULL) {
				buf_put_text(text, verdicts[i]);
				return;
			}
		/* "counter", "limit" and the like by their name. */
		buf_put_text(text, json_object_iter_key(
				       json_object_iter((json_t *)statement)));
	}
}

char *
filter_nft_text(const json_t *statements)
{
	const json_t *statement = NULL;
	struct buf text;
	size_t i = 0;

	buf_init(&text, TEXT_MAX);
	json_array_foreach(statements, i, statement)
	{
		if (json_object_size(statement) == 0 ||
		    json_object_get(statement, "counter") != NULL)
			continue;
		if (text.len > 0)
			buf_put_byte(&text, ' ');
		put_statement(&text, statement);
	}
	/* Too long to be read by anybody: its beginning will do. */
	text.failed = false;
	text.max = SIZE_MAX;
	return buf_steal_text(&text);
}

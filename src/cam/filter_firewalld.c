/* filter_firewalld.c: the rules of firewalld, as `firewall-cmd
 * --list-all-zones` shows them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cam/filter.h"
#include "cam/filter_text.h"

/*
 * A zone becomes three steps in firewalld's own order: what its rich rules
 * refuse, what is allowed, and its target.
 */
struct zone {
	struct filter *filter;
	const char *default_zone;
	char *name; /* of the one being read, or NULL */
	bool active;
	char *refuse; /* keys of its chains */
	char *allow;
	char *interfaces;
	enum filter_action target;
	bool has_default;
	enum filter_action default_target;
	char *claimed; /* interfaces of the zones that are active, by blanks */
	int err;
};

static struct filter_rule *
zone_rule(struct zone *zone, const char *key, struct span text,
    enum filter_action action)
{
	struct filter_chain *chain = filter_chain(zone->filter, key);
	struct filter_rule *rule = NULL;

	if (chain != NULL)
		rule =
		    filter_add_rule(zone->filter, chain, filter_trimmed(text));
	if (rule == NULL)
		zone->err = CAM_ERR_LIMIT;
	else
		rule->action = action;
	return rule;
}

/* Services that come with firewalld and have none of our ports; any other may
 * have them. */
static bool
is_foreign_service(struct span name)
{
	static const char *const names[] = { "ssh", "dhcp", "dhcpv6",
		"dhcpv6-client", "dns", "mdns", "http", "https", "samba",
		"samba-client", "ipp", "ipp-client", "cockpit", "nfs", "ntp",
		"rdp", "vnc-server", "llmnr", "ftp", "smtp", "imaps", "libvirt",
		"mosh" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_equal_text(name, names[i]))
			return true;
	return false;
}

/* An item of "ports:", "protocols:", "services:" or "source-ports:". */
static void
read_item(struct zone *zone, struct span name, struct span item)
{
	struct filter_rule *rule = NULL;
	uint64_t number = 0;

	if (span_equal_text(name, "services:") && is_foreign_service(item))
		return;
	rule = zone_rule(zone, zone->allow, item, FILTER_ACCEPT);
	if (rule == NULL)
		return;
	if (span_equal_text(name, "ports:") && filter_add_ports(rule, item))
		return;
	if (span_equal_text(name, "protocols:") &&
	    filter_number(FILTER_PROTOCOL, item, &number))
		filter_add_number(filter_add_condition(rule, FILTER_PROTOCOL),
		    number, number);
	else
		(void)filter_add_condition(rule, FILTER_OTHER);
}

/* The value of name="value" within a rich rule; empty when it is not there. */
static struct span
rich_value(const char *rule, const char *name)
{
	const char *at = strstr(rule, name);

	if (at == NULL)
		return span_of(NULL, 0);
	at += strlen(name);
	return span_of(at, strcspn(at, "\""));
}

/* Something we do not model, the order that priorities give included. */
static bool
is_more(const char *rule)
{
	static const char *const words[] = { "service ", "NOT ", "limit ",
		"destination ", "priority=", "mark ",
		"ipset=", "mac=", "source-port ", "icmp", "forward-port",
		"masquerade" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strstr(rule, words[i]) != NULL)
			return true;
	return false;
}

static void
add_rich_ports(struct filter_rule *rule, struct span port, struct span protocol)
{
	char *ports =
	    xasprintf("%.*s/%.*s", (int)port.len, (const char *)port.data,
		(int)protocol.len, (const char *)protocol.data);

	if (!filter_add_ports(rule, span_text(ports)))
		(void)filter_add_condition(rule, FILTER_OTHER);
	free(ports);
}

/* rule family="ipv4" source address="10.0.0.0/8" port port="2425"
 * protocol="udp" accept */
static void
read_rich(struct zone *zone, struct span line)
{
	char *text = filter_trimmed(line);
	bool accepts = strstr(text, " accept") != NULL;
	bool refuses =
	    strstr(text, " drop") != NULL || strstr(text, " reject") != NULL;
	struct filter_rule *rule = zone_rule(
	    zone, accepts ? zone->allow : zone->refuse, line, FILTER_NEXT);
	struct span port = rich_value(text, " port=\"");
	struct span source = rich_value(text, "source address=\"");
	uint64_t number = 0;

	if (rule == NULL)
		goto out;
	/* Without either it logs or forwards. */
	rule->action = accepts	 ? FILTER_ACCEPT
		       : refuses ? FILTER_DROP
				 : FILTER_NEXT;
	if (filter_number(
		FILTER_FAMILY, rich_value(text, "family=\""), &number))
		filter_add_number(
		    filter_add_condition(rule, FILTER_FAMILY), number, number);
	if (source.len > 0)
		filter_add_address(
		    filter_add_condition(rule, FILTER_SOURCE), source);
	if (port.len > 0)
		add_rich_ports(rule, port, rich_value(text, "protocol=\""));
	if (is_more(text))
		(void)filter_add_condition(rule, FILTER_OTHER);
out:
	free(text);
}

static void
read_zone_line(struct zone *zone, struct span line)
{
	static const char *const lists[] = {
		"ports:", "protocols:", "services:", "source-ports:"
	};
	struct span rest = line, name, word;

	if (!filter_word(&rest, &name))
		return;
	if (span_equal_text(name, "rule")) {
		read_rich(zone, line);
	} else if (span_equal_text(name, "target:") &&
		   filter_word(&rest, &word)) {
		zone->target = span_equal_text(word, "ACCEPT") ? FILTER_ACCEPT
							       : FILTER_DROP;
	} else if (span_equal_text(name, "interfaces:")) {
		free(zone->interfaces);
		zone->interfaces = span_dup(rest);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		while (span_equal_text(name, lists[i]) && zone->err == 0 &&
		       filter_word(&rest, &word))
			read_item(zone, name, word);
}

/* Three rules that enter the zone's chains, only for those interfaces or only
 * for others. */
static void
enter_zone(struct zone *zone, const char *name, const char *interfaces,
    bool others, enum filter_action target)
{
	char *key = xasprintf("firewalld %s", name);
	char *chains[] = { xasprintf("%s, refused", key),
		xasprintf("%s, allowed", key), NULL };
	struct filter_chain *base = filter_chain(zone->filter, key);
	struct filter_condition *condition = NULL;
	struct filter_rule *rule = NULL;
	struct span names, word;

	if (base == NULL)
		zone->err = CAM_ERR_LIMIT;
	else
		base->hook = FILTER_IN;
	for (size_t i = 0; i < 3 && zone->err == 0; i++) {
		rule = zone_rule(
		    zone, key, span_text(key), i < 2 ? FILTER_JUMP : target);
		if (rule == NULL)
			break;
		rule->target = chains[i] != NULL ? xstrdup(chains[i]) : NULL;
		condition = filter_add_condition(rule, FILTER_INPUT);
		condition->negated = others;
		names = span_text(interfaces);
		while (filter_word(&names, &word))
			filter_add_name(condition, word);
	}
	free(chains[0]);
	free(chains[1]);
	free(key);
}

static void
finish_zone(struct zone *zone)
{
	char *more = NULL;

	if (zone->name == NULL || zone->err < 0)
		goto out;
	if (zone->active && zone->interfaces != NULL) {
		enter_zone(
		    zone, zone->name, zone->interfaces, false, zone->target);
		more = xasprintf("%s %s",
		    zone->claimed != NULL ? zone->claimed : "",
		    zone->interfaces);
		free(zone->claimed);
		zone->claimed = more;
	}
	if (strcmp(zone->name, zone->default_zone) == 0) {
		zone->has_default = true;
		zone->default_target = zone->target;
	}
out:
	free(zone->name);
	free(zone->refuse);
	free(zone->allow);
	free(zone->interfaces);
	zone->name = zone->refuse = zone->allow = zone->interfaces = NULL;
}

/* "public (active)", "public (default, active)" at the beginning of a line. */
static void
begin_zone(struct zone *zone, struct span line)
{
	char *text = filter_trimmed(line);

	finish_zone(zone);
	zone->active = strstr(text, "active)") != NULL;
	text[strcspn(text, " ")] = '\0';
	zone->name = xstrdup(text);
	zone->refuse = xasprintf("firewalld %s, refused", text);
	zone->allow = xasprintf("firewalld %s, allowed", text);
	zone->target = FILTER_DROP;
	if (filter_chain(zone->filter, zone->refuse) == NULL ||
	    filter_chain(zone->filter, zone->allow) == NULL)
		zone->err = CAM_ERR_LIMIT;
	free(text);
}

int
filter_read_firewalld(
    struct filter *filter, struct span text, const char *default_zone)
{
	struct zone zone = { .filter = filter, .default_zone = default_zone };
	struct span line;

	if (text.len > FILTER_TEXT_MAX)
		return CAM_ERR_LIMIT;
	while (zone.err == 0 && filter_line(&text, &line)) {
		if (line.len == 0)
			continue;
		if (line.data[0] != ' ' && line.data[0] != '\t')
			begin_zone(&zone, line);
		else if (zone.name == NULL)
			zone.err = CAM_ERR_FORMAT;
		else
			read_zone_line(&zone, line);
	}
	finish_zone(&zone);
	if (zone.err == 0 && !zone.has_default)
		zone.err = CAM_ERR_FORMAT;
	/* Its chains are there, whether it was entered above or not. */
	if (zone.err == 0)
		enter_zone(&zone, default_zone,
		    zone.claimed != NULL ? zone.claimed : "", true,
		    zone.default_target);
	free(zone.claimed);
	return zone.err;
}

/* test_filter.c: packet filter rules are read, and packets followed through
 * them. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cam/filter.h"

/* -- asking
 * ------------------------------------------------------------------------- */

/* UDP to port 2425 from somebody in 10.77.0.0/24, in through eth0,
 * to 10.77.0.3. */
static struct filter_packet
usual(void)
{
	static const uint8_t own[4] = { 10, 77, 0, 3 };
	struct filter_packet packet = { .family = 4,
		.protocol = IPPROTO_UDP,
		.port = 2425,
		.source_port = 2425,
		.interface = "eth0",
		.hook = FILTER_IN,
		.kind = FILTER_OURS };

	filter_range_address(&packet.destination, own, 4, 32);
	filter_range_address(&packet.source, own, 4, 24);
	return packet;
}

static enum filter_verdict
judged(const struct filter *filter, const struct filter_packet *packet)
{
	struct filter_reason reason = { .base = NULL };

	return filter_judge(filter, packet, &reason);
}

/* -- nft
 * ----------------------------------------------------------------------------
 */

#define CHAIN(policy)                                                          \
	"{\"chain\":{\"family\":\"inet\",\"table\":\"filter\",\"name\":"       \
	"\"input\",\"type\":"                                                  \
	"\"filter\",\"hook\":\"input\",\"prio\":0,\"policy\":\"" policy "\"}}"
#define RULE(expr)                                                             \
	",{\"rule\":{\"family\":\"inet\",\"table\":\"filter\",\"chain\":"      \
	"\"input\",\"expr\":"                                                  \
	"[" expr "]}}"
#define OTHER(expr)                                                            \
	",{\"rule\":{\"family\":\"inet\",\"table\":\"filter\",\"chain\":"      \
	"\"other\",\"expr\":"                                                  \
	"[" expr "]}}"
#define MATCH(op, left, right)                                                 \
	"{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}" \
	"}"
#define DPORT(right)                                                           \
	MATCH("==",                                                            \
	    "{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}", right)
#define IIF(right) MATCH("==", "{\"meta\":{\"key\":\"iifname\"}}", right)
#define SADDR(right)                                                           \
	MATCH("==", "{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}", \
	    right)
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"

static void
nft_to(const char *objects, bool iptables_known, struct filter *filter)
{
	char *text =
	    xasprintf("{\"nftables\":[{\"metainfo\":{}},%s]}", objects);

	memset(filter, 0, sizeof(*filter));
	assert_int_equal(
	    filter_read_nft(filter, span_text(text), iptables_known), 0);
	free(text);
}

static enum filter_verdict
nft(const char *objects)
{
	struct filter_packet packet = usual();
	enum filter_verdict verdict = FILTER_PASSES;
	struct filter filter;

	nft_to(objects, false, &filter);
	verdict = judged(&filter, &packet);
	filter_finish(&filter);
	return verdict;
}

static void
no_rules_let_everything_pass(void **state)
{
	assert_int_equal(nft(CHAIN("accept")), FILTER_PASSES);
}

static void
a_policy_decides_what_no_rule_does(void **state)
{
	assert_int_equal(nft(CHAIN("drop")), FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(DPORT("2425") "," ACCEPT)), FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(DPORT("2426") "," ACCEPT)), FILTER_BLOCKED);
}

static void
the_first_rule_that_matches_decides(void **state)
{
	assert_int_equal(nft(CHAIN("accept") RULE(DPORT("2425") "," DROP)
				 RULE(DPORT("2425") "," ACCEPT)),
	    FILTER_BLOCKED);
	assert_int_equal(nft(CHAIN("accept") RULE(DPORT("2425") "," ACCEPT)
				 RULE(DPORT("2425") "," DROP)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("accept") RULE("{\"counter\":{}},{\"log\":null}")
		    RULE(DPORT("2425") ",{\"reject\":{}}")),
	    FILTER_BLOCKED);
}

static void
ports_come_as_sets_ranges_and_comparisons(void **state)
{
	assert_int_equal(
	    nft(CHAIN("drop") RULE(DPORT("{\"set\":[22,2425]}") "," ACCEPT)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(
		DPORT("{\"set\":[{\"range\":[2400,2500]}]}") "," ACCEPT)),
	    FILTER_PASSES);
	assert_int_equal(nft(CHAIN("drop") RULE(
			     DPORT("{\"range\":[2426,2500]}") "," ACCEPT)),
	    FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("accept") RULE(MATCH(">=",
		"{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}",
		"1024") "," DROP)),
	    FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("accept") RULE(MATCH("!=",
		"{\"payload\":{\"protocol\":\"udp\",\"field\":\"dport\"}}",
		"2425") "," DROP)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("accept") RULE(MATCH("<",
		"{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}",
		"9999") "," DROP)),
	    FILTER_PASSES);
}

static void
named_sets_are_looked_up(void **state)
{
#define SET                                                                    \
	",{\"set\":{\"family\":\"inet\",\"name\":\"ports\",\"table\":"         \
	"\"filter\",\"elem\":"                                                 \
	"[2425,{\"range\":[22224,22229]}]}}"
	assert_int_equal(
	    nft(CHAIN("drop") SET RULE(DPORT("\"@ports\"") "," ACCEPT)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") SET RULE(DPORT("\"@others\"") "," ACCEPT)),
	    FILTER_DEPENDS);
}

static void
interfaces_and_sources_are_told_apart(void **state)
{
	assert_int_equal(
	    nft(CHAIN("drop") RULE(IIF("\"eth0\"") "," ACCEPT)), FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(IIF("\"eth*\"") "," ACCEPT)), FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(IIF("\"lo\"") "," ACCEPT)), FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(SADDR(
		"{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":8}}") "," ACCEPT)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(SADDR("\"192.168.1.1\"") "," ACCEPT)),
	    FILTER_BLOCKED);
	/* One neighbour may, the others may not: it depends on who writes. */
	assert_int_equal(
	    nft(CHAIN("drop") RULE(SADDR("\"10.77.0.9\"") "," ACCEPT)),
	    FILTER_DEPENDS);
	assert_int_equal(
	    nft(CHAIN("accept") RULE(SADDR("\"10.77.0.9\"") "," DROP)),
	    FILTER_DEPENDS);
	assert_int_equal(nft(CHAIN("drop") RULE(
			     MATCH("==", "{\"meta\":{\"key\":\"oifname\"}}",
				 "\"eth0\"") "," ACCEPT)),
	    FILTER_BLOCKED);
}

static void
what_we_ask_about_is_a_new_connection(void **state)
{
#define STATE(op, right) MATCH(op, "{\"ct\":{\"key\":\"state\"}}", right)
	assert_int_equal(nft(CHAIN("drop") RULE(STATE("in",
			     "[\"established\",\"related\"]") "," ACCEPT)),
	    FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(
		STATE("==", "{\"set\":[\"established\",\"new\"]}") "," ACCEPT)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("accept") RULE(STATE("in", "\"invalid\"") "," DROP)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE(
		"{\"vmap\":{\"key\":{\"ct\":{\"key\":\"state\"}},\"data\":"
		"{\"set\":[[\"established\"," ACCEPT "],[\"invalid\"," DROP
		"]]}}}") RULE(DPORT("2425") "," ACCEPT)),
	    FILTER_PASSES);
}

static void
jumps_are_followed_and_return(void **state)
{
	assert_int_equal(nft(CHAIN("drop") OTHER(DPORT("2425") "," ACCEPT)
				 RULE("{\"jump\":{\"target\":\"other\"}}")),
	    FILTER_PASSES);
	assert_int_equal(nft(CHAIN("accept") OTHER("{\"return\":null}") OTHER(
			     DROP) RULE("{\"jump\":{\"target\":\"other\"}}")),
	    FILTER_PASSES);
	/* A goto does not come back: the policy follows, not the next rule. */
	assert_int_equal(nft(CHAIN("drop") OTHER(DPORT("9") "," ACCEPT) RULE(
			     "{\"goto\":{\"target\":\"other\"}}") RULE(ACCEPT)),
	    FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("drop") RULE("{\"jump\":{\"target\":\"nowhere\"}}")),
	    FILTER_DEPENDS);
}

static void
a_verdict_map_of_interfaces_is_followed(void **state)
{
#define MAP                                                                    \
	",{\"map\":{\"family\":\"inet\",\"name\":\"m\",\"table\":\"filter\","  \
	"\"elem\":"                                                            \
	"[[\"lo\"," ACCEPT "],[\"eth0\",{\"jump\":{\"target\":\"other\"}}]]}}"
	assert_int_equal(nft(CHAIN("drop") MAP OTHER(DPORT("2425") "," ACCEPT)
				 RULE("{\"vmap\":{\"key\":{\"meta\":{\"key\":"
				      "\"iifname\"}},\"data\":\"@m\"}}")),
	    FILTER_PASSES);
}

static void
a_chain_that_jumps_to_itself_ends(void **state)
{
	assert_int_equal(
	    nft(CHAIN("drop") OTHER("{\"jump\":{\"target\":\"other\"}}")
		    RULE("{\"jump\":{\"target\":\"other\"}}")),
	    FILTER_DEPENDS);
}

static void
what_we_do_not_model_leaves_us_unsure(void **state)
{
	assert_int_equal(
	    nft(CHAIN("drop") RULE("{\"limit\":{\"rate\":5}}," ACCEPT)),
	    FILTER_DEPENDS);
	assert_int_equal(
	    nft(CHAIN("accept") RULE("{\"queue\":null}")), FILTER_DEPENDS);
	assert_int_equal(
	    nft(CHAIN("accept") RULE("{\"something new\":1}," DROP)),
	    FILTER_DEPENDS);
	/* But where every way ends the same it does not matter. */
	assert_int_equal(
	    nft(CHAIN("accept") RULE("{\"limit\":{\"rate\":5}}," ACCEPT)),
	    FILTER_PASSES);
	assert_int_equal(
	    nft(CHAIN("drop") RULE("{\"limit\":{\"rate\":5}}," DROP)),
	    FILTER_BLOCKED);
	assert_int_equal(
	    nft(CHAIN("drop") RULE("{\"limit\":{\"rate\":5}},{\"log\":null}")
		    RULE(ACCEPT)),
	    FILTER_PASSES);
}

static void
tables_only_iptables_can_show_are_left_to_it(void **state)
{
	static const char objects[] =
	    "{\"chain\":{\"family\":\"ip\",\"table\":\"filter\",\"name\":"
	    "\"INPUT\",\"type\":"
	    "\"filter\",\"hook\":\"input\",\"policy\":\"drop\"}},{\"rule\":{"
	    "\"family\":\"ip\","
	    "\"table\":\"filter\",\"chain\":\"INPUT\",\"expr\":[{\"xt\":{"
	    "\"type\":\"match\"}},"
	    "{\"accept\":null}]}}";
	struct filter_packet packet = usual();
	struct filter filter;

	nft_to(objects, true, &filter);
	assert_int_equal(judged(&filter, &packet), FILTER_PASSES);
	filter_finish(&filter);
	nft_to(objects, false, &filter);
	assert_int_equal(judged(&filter, &packet), FILTER_DEPENDS);
	filter_finish(&filter);
}

static void
broadcasts_have_an_address_type_of_their_own(void **state)
{
	static const char objects[] = CHAIN("drop") RULE(
	    MATCH("==", "{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}",
		"\"local\"") "," ACCEPT);
	struct filter_packet packet = usual();
	struct filter filter;

	nft_to(objects, false, &filter);
	assert_int_equal(judged(&filter, &packet), FILTER_PASSES);
	packet.kind = FILTER_BROADCAST;
	assert_int_equal(judged(&filter, &packet), FILTER_BLOCKED);
	filter_finish(&filter);
}

static void
the_reason_names_the_rule_or_the_policy(void **state)
{
	struct filter_packet packet = usual();
	struct filter_reason reason = { .base = NULL };
	struct filter filter;

	nft_to(CHAIN("accept") OTHER(DPORT("{\"set\":[9,2425]}") "," DROP)
		   RULE(SADDR("\"10.77.0.9\"") "," DROP)
		       RULE("{\"jump\":{\"target\":\"other\"}}"),
	    false, &filter);
	assert_int_equal(
	    filter_judge(&filter, &packet, &reason), FILTER_BLOCKED);
	assert_string_equal(reason.base->key, "inet filter input");
	assert_string_equal(reason.chain->key, "inet filter other");
	assert_string_equal(reason.rule->text, "udp dport { 9, 2425 } drop");
	filter_finish(&filter);
	nft_to(CHAIN("drop"), false, &filter);
	assert_int_equal(
	    filter_judge(&filter, &packet, &reason), FILTER_BLOCKED);
	assert_string_equal(reason.base->key, "inet filter input");
	assert_null(reason.rule);
	filter_finish(&filter);
	nft_to(CHAIN("drop") RULE("{\"limit\":{\"rate\":5}}," ACCEPT), false,
	    &filter);
	assert_int_equal(
	    filter_judge(&filter, &packet, &reason), FILTER_DEPENDS);
	assert_string_equal(reason.rule->text, "limit accept");
	filter_finish(&filter);
}

static void
what_is_no_ruleset_is_refused(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{}",
		"{\"nftables\":{}}", "null" };
	struct filter filter = { .chains = NULL };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(
		    filter_read_nft(&filter, span_text(texts[i]), false),
		    CAM_ERR_FORMAT);
	assert_int_equal(filter_read_iptables(&filter, span_text("hello"), 4),
	    CAM_ERR_FORMAT);
	filter_finish(&filter);
}

/* -- iptables
 * ----------------------------------------------------------------------- */

static enum filter_verdict
iptables_with(const char *rules, const struct filter_packet *packet)
{
	struct filter filter = { .chains = NULL };
	enum filter_verdict verdict = FILTER_PASSES;
	char *text = xasprintf("# made by hand\n*filter\n%sCOMMIT\n", rules);
	assert_int_equal(filter_read_iptables(&filter, span_text(text), 4), 0);
	verdict = judged(&filter, packet);
	filter_finish(&filter);
	free(text);
	return verdict;
}

static enum filter_verdict
iptables(const char *rules)
{
	struct filter_packet packet = usual();

	return iptables_with(rules, &packet);
}

static void
iptables_rules_are_followed_in_order(void **state)
{
	assert_int_equal(iptables(":INPUT DROP [0:0]\n"), FILTER_BLOCKED);
	assert_int_equal(iptables(":INPUT ACCEPT [0:0]\n"), FILTER_PASSES);
	assert_int_equal(iptables(":INPUT DROP [0:0]\n-A INPUT -p udp -m udp "
				  "--dport 2425 -j ACCEPT\n"),
	    FILTER_PASSES);
	assert_int_equal(iptables(":INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp "
				  "--dport 2425 -j DROP\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(
		":INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 2000:3000 "
		"-j REJECT --reject-with icmp-port-unreachable\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    iptables(":INPUT ACCEPT [0:0]\n[5:300] -A INPUT -j DROP\n"),
	    FILTER_BLOCKED);
}

static void
iptables_matches_are_understood(void **state)
{
	assert_int_equal(
	    iptables(
		":INPUT DROP [0:0]\n-A INPUT -p udp -m multiport --dports "
		"22,2425,22224:22229 -m comment --comment \"a -j DROP b\" -j "
		"ACCEPT\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(":INPUT DROP [0:0]\n-A INPUT ! -s 10.0.0.0/8 -j ACCEPT\n"),
	    FILTER_BLOCKED);
	assert_int_equal(iptables(":INPUT DROP [0:0]\n-A INPUT -s "
				  "10.0.0.0/255.0.0.0 -j ACCEPT\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(":INPUT DROP [0:0]\n-A INPUT -i eth+ -j ACCEPT\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(":INPUT DROP [0:0]\n-A INPUT ! -i eth0 -j ACCEPT\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    iptables(":INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate "
		     "RELATED,ESTABLISHED -j ACCEPT\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    iptables(
		":INPUT DROP [0:0]\n-A INPUT -m state --state NEW -j ACCEPT\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(
		":INPUT ACCEPT [0:0]\n-A INPUT -m recent --rcheck --seconds 60 "
		"--name X --mask 255.255.255.255 --rsource -j DROP\n"),
	    FILTER_DEPENDS);
	assert_int_equal(iptables(":INPUT ACCEPT [0:0]\n-A INPUT -p icmp -m "
				  "recent --rcheck --name "
				  "X -j DROP\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(
		":INPUT ACCEPT [0:0]\n-A INPUT -j LOG --log-prefix \"a b \" "
		"--log-level 7\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    iptables(":INPUT ACCEPT [0:0]\n-A INPUT -j NEWTARGET --foo\n"),
	    FILTER_DEPENDS);
}

static void
chains_of_the_users_own_are_followed(void **state)
{
	/* As ufw makes them. */
	static const char rules[] =
	    ":INPUT DROP [0:0]\n:ufw-before-input - [0:0]\n:ufw-not-local - "
	    "[0:0]\n"
	    "-A INPUT -j ufw-before-input\n"
	    "-A ufw-before-input -i lo -j ACCEPT\n"
	    "-A ufw-before-input -j ufw-not-local\n"
	    "-A ufw-before-input -p udp -m udp --dport 2425 -j ACCEPT\n"
	    "-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN\n"
	    "-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN\n"
	    "-A ufw-not-local -j DROP\n";
	struct filter_packet packet = usual();

	assert_int_equal(iptables_with(rules, &packet), FILTER_PASSES);
	packet.kind = FILTER_BROADCAST;
	assert_int_equal(iptables_with(rules, &packet), FILTER_BLOCKED);
	packet.kind = FILTER_MULTICAST;
	assert_int_equal(iptables_with(rules, &packet), FILTER_PASSES);
	packet.family = 6;
	assert_int_equal(iptables_with(rules, &packet), FILTER_PASSES);
}

static void
other_tables_can_stop_a_packet_too(void **state)
{
	struct filter filter = { .chains = NULL };
	struct filter_packet packet = usual();

	assert_int_equal(
	    filter_read_iptables(&filter,
		span_text(
		    "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j "
		    "DROP\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"),
		4),
	    0);
	assert_int_equal(judged(&filter, &packet), FILTER_BLOCKED);
	packet.hook = FILTER_OUT;
	assert_int_equal(judged(&filter, &packet), FILTER_PASSES);
	filter_finish(&filter);
	assert_int_equal(
	    filter_read_iptables(&filter,
		span_text("*nat\n:PREROUTING DROP [0:0]\nCOMMIT\n"), 4),
	    0);
	packet.hook = FILTER_IN;
	assert_int_equal(judged(&filter, &packet), FILTER_PASSES);
	filter_finish(&filter);
}

/* -- ufw
 * ----------------------------------------------------------------------------
 */

static enum filter_verdict
ufw(const char *rules)
{
	struct filter filter = { .chains = NULL };
	struct filter_packet packet = usual();
	enum filter_verdict verdict = FILTER_PASSES;
	bool active = false;
	char *text = xasprintf(
	    "Status: active\nLogging: on (low)\nDefault: deny (incoming), "
	    "allow (outgoing), "
	    "disabled (routed)\nNew profiles: skip\n\nTo                       "
	    "  Action      "
	    "From\n--                         ------      ----\n%s",
	    rules);
	assert_int_equal(filter_read_ufw(&filter, span_text(text), &active), 0);
	assert_true(active);
	verdict = judged(&filter, &packet);
	packet.hook = FILTER_OUT;
	assert_int_equal(judged(&filter, &packet), FILTER_PASSES);
	filter_finish(&filter);
	free(text);
	return verdict;
}

static void
ufw_rules_are_followed(void **state)
{
	assert_int_equal(ufw(""), FILTER_BLOCKED);
	assert_int_equal(
	    ufw("2425/udp                   ALLOW IN    Anywhere\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    ufw("2425                       ALLOW IN    Anywhere   # chat\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    ufw("2425/tcp                   ALLOW IN    Anywhere\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    ufw("2400:2500/udp              ALLOW IN    10.77.0.0/24\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    ufw("2425/udp                   ALLOW IN    10.77.0.9\n"),
	    FILTER_DEPENDS);
	assert_int_equal(
	    ufw("2425/udp (v6)              ALLOW IN    Anywhere (v6)\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    ufw("2425/udp on wlan0          ALLOW IN    Anywhere\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    ufw("2425/udp on eth0           ALLOW IN    Anywhere\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    ufw("2425/udp                   DENY IN     Anywhere\n"
		"2425/udp                   ALLOW IN    Anywhere\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    ufw("Anywhere                   ALLOW IN    10.0.0.0/8\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    ufw("10.77.0.3 2425/udp         ALLOW IN    Anywhere\n"),
	    FILTER_PASSES);
	assert_int_equal(
	    ufw("My Chat                    ALLOW IN    Anywhere\n"),
	    FILTER_DEPENDS);
	assert_int_equal(
	    ufw("2425/udp                   LIMIT IN    Anywhere\n"),
	    FILTER_DEPENDS);
	assert_int_equal(
	    ufw("2425/udp                   DENY OUT    Anywhere\n"),
	    FILTER_BLOCKED);
}

static void
an_inactive_ufw_says_nothing(void **state)
{
	struct filter filter = { .chains = NULL };
	bool active = true;

	assert_int_equal(
	    filter_read_ufw(&filter, span_text("Status: inactive\n"), &active),
	    0);
	assert_false(active);
	assert_int_equal(filter.count, 0);
	assert_int_equal(
	    filter_read_ufw(&filter, span_text("ERROR: no\n"), &active),
	    CAM_ERR_FORMAT);
}

/* -- firewalld
 * ---------------------------------------------------------------------- */

#define ZONES                                                                  \
	"block\n"                                                              \
	"  target: %%REJECT%%\n"                                               \
	"  interfaces: \n"                                                     \
	"  ports: \n"                                                          \
	"\n"                                                                   \
	"home (active)\n"                                                      \
	"  target: default\n"                                                  \
	"  interfaces: wlan0\n"                                                \
	"  services: ssh mdns\n"                                               \
	"  ports: 2425/udp\n"                                                  \
	"  rich rules: \n"                                                     \
	"\trule family=\"ipv4\" source address=\"10.77.0.9\" port "            \
	"port=\"2425\" protocol=\"udp\" "                                      \
	"reject\n"                                                             \
	"\n"                                                                   \
	"public (default, active)\n"                                           \
	"  target: default\n"                                                  \
	"  interfaces: %s\n"                                                   \
	"  services: %s\n"                                                     \
	"  ports: %s\n"                                                        \
	"  rich rules: \n"                                                     \
	"%s"

static enum filter_verdict
firewalld_on(const char *interface, const char *of_public, const char *services,
    const char *ports, const char *rich)
{
	struct filter filter = { .chains = NULL };
	struct filter_packet packet = usual();
	enum filter_verdict verdict = FILTER_PASSES;
	char text[2048];

	snprintf(text, sizeof(text), ZONES, of_public, services, ports, rich);
	assert_int_equal(
	    filter_read_firewalld(&filter, span_text(text), "public"), 0);
	packet.interface = interface;
	verdict = judged(&filter, &packet);
	filter_finish(&filter);
	return verdict;
}

static void
firewalld_zones_are_followed(void **state)
{
	assert_int_equal(
	    firewalld_on("eth0", "eth0", "ssh", "", ""), FILTER_BLOCKED);
	assert_int_equal(
	    firewalld_on("eth0", "eth0", "ssh", "80/tcp 2425/udp", ""),
	    FILTER_PASSES);
	assert_int_equal(firewalld_on("eth0", "eth0", "ssh", "2425/tcp", ""),
	    FILTER_BLOCKED);
	assert_int_equal(
	    firewalld_on("eth0", "eth0", "ssh", "2400-2500/udp", ""),
	    FILTER_PASSES);
	/* An interface of no zone is the default one's. */
	assert_int_equal(
	    firewalld_on("eth7", "eth0", "ssh", "2425/udp", ""), FILTER_PASSES);
	assert_int_equal(
	    firewalld_on("eth7", "eth0", "ssh", "", ""), FILTER_BLOCKED);
	assert_int_equal(
	    firewalld_on("eth7", "", "ssh", "2425/udp", ""), FILTER_PASSES);
	/* Another zone's interface: one neighbour is refused there. */
	assert_int_equal(
	    firewalld_on("wlan0", "eth0", "ssh", "", ""), FILTER_DEPENDS);
	/* A service we do not know may be ours. */
	assert_int_equal(
	    firewalld_on("eth0", "eth0", "ssh ipmsg", "", ""), FILTER_DEPENDS);
	assert_int_equal(firewalld_on("eth0", "eth0", "ssh", "",
			     "\trule family=\"ipv4\" port port=\"2425\" "
			     "protocol=\"udp\" accept\n"),
	    FILTER_PASSES);
	assert_int_equal(firewalld_on("eth0", "eth0", "ssh", "",
			     "\trule family=\"ipv6\" port port=\"2425\" "
			     "protocol=\"udp\" accept\n"),
	    FILTER_BLOCKED);
	assert_int_equal(
	    firewalld_on("eth0", "eth0", "ssh", "2425/udp",
		"\trule port port=\"2425\" protocol=\"udp\" drop\n"),
	    FILTER_BLOCKED);
	assert_int_equal(firewalld_on("eth0", "eth0", "ssh", "",
			     "\trule priority=\"5\" port port=\"2425\" "
			     "protocol=\"udp\" accept\n"),
	    FILTER_DEPENDS);
}

static void
a_default_zone_that_is_not_shown_is_refused(void **state)
{
	struct filter filter = { .chains = NULL };

	assert_int_equal(filter_read_firewalld(
			     &filter, span_text("home (active)\n"), "public"),
	    CAM_ERR_FORMAT);
	filter_finish(&filter);
	assert_int_equal(filter_read_firewalld(&filter,
			     span_text("  target: default\n"), "public"),
	    CAM_ERR_FORMAT);
	filter_finish(&filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rules_let_everything_pass),
		cmocka_unit_test(a_policy_decides_what_no_rule_does),
		cmocka_unit_test(the_first_rule_that_matches_decides),
		cmocka_unit_test(ports_come_as_sets_ranges_and_comparisons),
		cmocka_unit_test(named_sets_are_looked_up),
		cmocka_unit_test(interfaces_and_sources_are_told_apart),
		cmocka_unit_test(what_we_ask_about_is_a_new_connection),
		cmocka_unit_test(jumps_are_followed_and_return),
		cmocka_unit_test(a_verdict_map_of_interfaces_is_followed),
		cmocka_unit_test(a_chain_that_jumps_to_itself_ends),
		cmocka_unit_test(what_we_do_not_model_leaves_us_unsure),
		cmocka_unit_test(tables_only_iptables_can_show_are_left_to_it),
		cmocka_unit_test(broadcasts_have_an_address_type_of_their_own),
		cmocka_unit_test(the_reason_names_the_rule_or_the_policy),
		cmocka_unit_test(what_is_no_ruleset_is_refused),
		cmocka_unit_test(iptables_rules_are_followed_in_order),
		cmocka_unit_test(iptables_matches_are_understood),
		cmocka_unit_test(chains_of_the_users_own_are_followed),
		cmocka_unit_test(other_tables_can_stop_a_packet_too),
		cmocka_unit_test(ufw_rules_are_followed),
		cmocka_unit_test(an_inactive_ufw_says_nothing),
		cmocka_unit_test(firewalld_zones_are_followed),
		cmocka_unit_test(a_default_zone_that_is_not_shown_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

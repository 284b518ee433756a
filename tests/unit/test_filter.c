/* test_filter.c: rules of iptables, ufw and firewalld are read, and packets
 * followed through them. */
#include "packets.h"

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

/* test_filter_nft.c: rules of nft are read, and packets followed through them.
 */
#include "packets.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_addr.c: addresses are read, written, compared. */
#include "test.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/err.h"
#include "net/addr.h"

static struct addr
parsed(const char *text)
{
	struct addr addr;

	memset(&addr, 0, sizeof(addr));
	assert_int_equal(addr_parse(span_text(text), 0, &addr), 0);
	return addr;
}

static void
an_address_is_small(void **state)
{
	assert_true(sizeof(struct addr) <= 28);
}

static void
texts_come_back_as_they_were(void **state)
{
	static const char *const texts[] = { "10.1.2.3", "10.1.2.3:2426",
		"255.255.255.255:1", "[fd00::1]:2425", "fd00::1", "::1",
		"[::1]:65535", "::", "0.0.0.0", "fe80::1%lo",
		"[fe80::1%lo]:2425", "ff02::1%lo", "fe80::1" };
	char text[ADDR_TEXT_SIZE];
	struct addr addr;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		addr = parsed(texts[i]);
		assert_string_equal(addr_format(&addr, text), texts[i]);
	}
}

static void
a_port_is_taken_from_the_text_or_the_default(void **state)
{
	struct addr addr;

	assert_int_equal(addr_parse(span_text("10.1.2.3"), 2425, &addr), 0);
	assert_int_equal(addr.port, 2425);
	assert_int_equal(addr_parse(span_text("10.1.2.3:7"), 2425, &addr), 0);
	assert_int_equal(addr.port, 7);
	assert_int_equal(addr_parse(span_text("[fd00::1]"), 2425, &addr), 0);
	assert_int_equal(addr.port, 2425);
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const texts[] = { "", " ", "10.1.2", "10.1.2.3.4",
		"10.1.2.256", "010.1.2.3", "10.1.2.3 ", " 10.1.2.3",
		"10.1.2.3:", "10.1.2.3:0", "10.1.2.3:65536", "10.1.2.3:-1",
		"10.1.2.3:+5", "10.1.2.3:1:2", ":2425", "[10.1.2.3]:5",
		"[fd00::1", "[fd00::1]x", "[fd00::1]:", "[]:5", "fd00::1%lo",
		"10.1.2.3%lo", "fe80::1%", "fe80::1%nosuchif0",
		"fe80::1%4294967296", "fe80::1%averyveryverylongname",
		"::ffff:10.1.2.3%1", "host", "fd00:::1", "1:2:3:4:5:6:7:8:9" };
	struct addr addr;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (addr_parse(span_text(texts[i]), 0, &addr) != CAM_ERR_FORMAT)
			fail_msg("taken: '%s'", texts[i]);
	assert_int_equal(
	    addr_parse(span_of("10.1.2.3\0", 9), 0, &addr), CAM_ERR_FORMAT);
}

static void
the_result_is_untouched_on_failure(void **state)
{
	struct addr addr = addr_v4(0x01020304, 9), before = addr;

	assert_int_equal(
	    addr_parse(span_text("nonsense"), 5, &addr), CAM_ERR_FORMAT);
	assert_memory_equal(&addr, &before, sizeof(addr));
}

static void
a_mapped_address_is_an_ipv4_address(void **state)
{
	struct addr mapped = parsed("[::ffff:10.1.2.3]:5"),
		    plain = parsed("10.1.2.3:5");
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(5) };
	struct addr addr;

	assert_memory_equal(&mapped, &plain, sizeof(plain));
	inet_pton(AF_INET6, "::ffff:10.1.2.3", &v6.sin6_addr);
	assert_int_equal(
	    addr_from_sockaddr((struct sockaddr *)&v6, sizeof(v6), &addr), 0);
	assert_memory_equal(&addr, &plain, sizeof(plain));
}

static void
a_sockaddr_comes_back_as_it_was(void **state)
{
	static const char *const texts[] = { "10.1.2.3:2426", "[fd00::1]:2425",
		"[fe80::1%lo]:2425" };
	struct sockaddr_storage sa;
	struct addr addr, back;
	socklen_t len = 0;

	for (size_t i = 0; i < 3; i++) {
		addr = parsed(texts[i]);
		len = addr_to_sockaddr(&addr, &sa);
		assert_int_equal(
		    addr_from_sockaddr((struct sockaddr *)&sa, len, &back), 0);
		assert_true(addr_equal(&addr, &back));
		assert_int_equal(
		    addr_from_sockaddr((struct sockaddr *)&sa, len - 1, &back),
		    CAM_ERR_FORMAT);
	}
	sa.ss_family = AF_UNIX;
	assert_int_equal(
	    addr_from_sockaddr((struct sockaddr *)&sa, sizeof(sa), &back),
	    CAM_ERR_FORMAT);
	memset(&addr, 0, sizeof(addr));
	assert_int_equal(addr_to_sockaddr(&addr, &sa), 0);
}

static void
hosts_are_the_same_whatever_the_port(void **state)
{
	struct addr a = parsed("10.1.2.3:1"), b = parsed("10.1.2.3:2"),
		    c = parsed("10.1.2.4:1");
	struct addr d = parsed("fe80::1%lo"), e = parsed("fe80::1");

	assert_true(addr_same_host(&a, &b));
	assert_false(addr_equal(&a, &b));
	assert_false(addr_same_host(&a, &c));
	assert_false(addr_same_host(&d, &e));
	assert_true(addr_compare(&a, &b) < 0 && addr_compare(&b, &a) > 0);
	assert_true(addr_compare(&b, &c) < 0);
	assert_true(addr_compare(&c, &e) < 0);
	assert_int_equal(addr_compare(&a, &a), 0);
}

static void
a_prefix_covers_its_network_only(void **state)
{
	struct addr net = parsed("10.1.2.0"), in = parsed("10.1.2.200:5"),
		    out = parsed("10.1.3.1");
	struct addr net6 = parsed("fd00:1:2:3::"),
		    in6 = parsed("fd00:1:2:3::9");
	struct addr out6 = parsed("fd00:1:2:4::9"), all = parsed("0.0.0.0"),
		    other = parsed("::");

	assert_true(addr_in_prefix(&in, &net, 24));
	assert_false(addr_in_prefix(&out, &net, 24));
	assert_true(addr_in_prefix(&out, &net, 23));
	assert_true(addr_in_prefix(&in6, &net6, 64));
	assert_false(addr_in_prefix(&out6, &net6, 64));
	assert_true(addr_in_prefix(&out6, &net6, 61));
	assert_true(addr_in_prefix(&in, &all, 0));
	assert_false(addr_in_prefix(&in6, &all, 0));
	assert_false(addr_in_prefix(&in, &other, 0));
	assert_false(addr_in_prefix(&in, &net, 32));
	assert_true(addr_in_prefix(&in, &in, 128));
}

static void
a_neighbourhood_is_a_24_or_a_64(void **state)
{
	struct addr a = parsed("10.1.2.200:5"),
		    b = parsed("[fd00:1:2:3:4:5:6:7]:9");
	char text[ADDR_TEXT_SIZE];

	a = addr_neighbourhood(&a);
	b = addr_neighbourhood(&b);
	assert_string_equal(addr_format(&a, text), "10.1.2.0");
	assert_string_equal(addr_format(&b, text), "fd00:1:2:3::");
}

static void
a_source_is_an_address_without_port_or_a_64(void **state)
{
	struct addr a = parsed("10.1.2.200:5"),
		    b = parsed("[fd00:1:2:3:4:5:6:7]:9");
	char text[ADDR_TEXT_SIZE];

	a = addr_source(&a);
	b = addr_source(&b);
	assert_string_equal(addr_format(&a, text), "10.1.2.200");
	assert_string_equal(addr_format(&b, text), "fd00:1:2:3::");
}

static void
kinds_of_addresses_are_told_apart(void **state)
{
	struct addr addr;

	addr = parsed("127.9.9.9");
	assert_true(addr_is_loopback(&addr));
	addr = parsed("::1");
	assert_true(addr_is_loopback(&addr));
	addr = parsed("ff15::979");
	assert_true(addr_is_multicast(&addr));
	addr = parsed("224.0.0.1");
	assert_true(addr_is_multicast(&addr));
	addr = parsed("223.255.255.255");
	assert_false(addr_is_multicast(&addr));
	addr = parsed("255.255.255.255");
	assert_true(addr_is_broadcast(&addr));
	addr = parsed("febf::1");
	assert_true(addr_is_link_local(&addr));
	addr = parsed("fec0::1");
	assert_false(addr_is_link_local(&addr));
	addr = parsed("169.254.3.4");
	assert_true(addr_is_link_local(&addr));
	addr = parsed("0.0.0.0");
	assert_true(addr_is_any(&addr));
	memset(&addr, 0, sizeof(addr));
	assert_false(addr_is_any(&addr));
}

static void
only_single_hosts_with_a_port_can_be_answered(void **state)
{
	static const char *const no[] = { "10.1.2.3", "0.0.0.0:5", "0.1.2.3:5",
		"224.0.0.1:5", "255.255.255.255:5", "240.0.0.1:5",
		"[ff02::1%lo]:5", "[::]:5" };
	struct addr addr = parsed("10.1.2.3:5");

	assert_true(addr_is_answerable(&addr));
	addr = parsed("[fe80::1%lo]:5");
	assert_true(addr_is_answerable(&addr));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
		addr = parsed(no[i]);
		if (addr_is_answerable(&addr))
			fail_msg("answerable: %s", no[i]);
	}
}

static void
a_number_becomes_an_address_and_back(void **state)
{
	struct addr addr = addr_v4(0x0a010203, 2425);
	char text[ADDR_TEXT_SIZE];

	assert_string_equal(addr_format(&addr, text), "10.1.2.3:2425");
	assert_string_equal(addr_format_host(&addr, text), "10.1.2.3");
	assert_int_equal(addr_v4_number(&addr), 0x0a010203);
	addr = parsed("::1");
	assert_int_equal(addr_v4_number(&addr), 0);
	memset(&addr, 0, sizeof(addr));
	assert_string_equal(addr_format(&addr, text), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_small),
		cmocka_unit_test(texts_come_back_as_they_were),
		cmocka_unit_test(a_port_is_taken_from_the_text_or_the_default),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(the_result_is_untouched_on_failure),
		cmocka_unit_test(a_mapped_address_is_an_ipv4_address),
		cmocka_unit_test(a_sockaddr_comes_back_as_it_was),
		cmocka_unit_test(hosts_are_the_same_whatever_the_port),
		cmocka_unit_test(a_prefix_covers_its_network_only),
		cmocka_unit_test(a_neighbourhood_is_a_24_or_a_64),
		cmocka_unit_test(a_source_is_an_address_without_port_or_a_64),
		cmocka_unit_test(kinds_of_addresses_are_told_apart),
		cmocka_unit_test(only_single_hosts_with_a_port_can_be_answered),
		cmocka_unit_test(a_number_becomes_an_address_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

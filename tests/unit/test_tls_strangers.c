/* test_tls_strangers.c: TLS against who is too slow, leaves, or speaks
 * something else. */
#include "tls_ends.h"

/* -- who is too slow, or speaks something else -------------------------------
 */

/* The first bytes of a proper ClientHello. */
static size_t
client_hello(uint8_t bytes[2048])
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int fds[2];
	ssize_t len;

	make_pair(fds);
	raw_open(&raw, fds[1], true, &options);
	raw_step(&raw);
	len = read(fds[0], bytes, 2048);
	assert_true(len > 100);
	raw_close(&raw);
	close(fds[0]);
	return (size_t)len;
}

static void
silence_ends_the_handshake(void **state)
{
	uint8_t bytes[2048];
	size_t len = client_hello(bytes);
	const size_t sent[] = { 0, 1, 5, len / 2, len };

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		for (int connected = 0; connected < 2; connected++) {
			int fds[2];

			make_pair(fds);
			start(&one, fds[0], connected == 1, SHORT_MS);
			if (connected == 0)
				assert_int_equal(
				    write(fds[1], bytes, sent[i]), sent[i]);
			while (!one.is_closed)
				loop_turn(loop, 1);
			assert_int_equal(one.err, CAM_ERR_TIMEOUT);
			assert_false(one.is_ready);
			close(fds[1]);
			close_both(NULL);
			open_both(NULL);
		}
	}
}

static void
once_open_there_is_no_time_limit(void **state)
{
	static struct end lonely;
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], true, SHORT_MS);
	start(&other, fds[1], false, SHORT_MS);
	while (!one.is_ready || !other.is_ready)
		loop_turn(loop, 1);
	/* One that meets nobody tells when the time is over. */
	end_open(&lonely);
	make_pair(fds);
	start(&lonely, fds[0], true, 2 * SHORT_MS);
	while (!lonely.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(lonely.err, CAM_ERR_TIMEOUT);
	assert_false(one.is_closed || other.is_closed);
	end_close(&lonely);
	close(fds[1]);
}

static void
other_languages_end_the_handshake(void **state)
{
	static const uint8_t words[][40] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"1:100:anna:pc1:96:0:0:0:",
		"\x16\x03\x01\xff\xff\x01",
		"\x16\x03\x01\0\x05\x02\0\0\x01\0",
		"\x80\x2e\x01\0\x02\0\x15\0\0\0\x10",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int connected = 0; connected < 2; connected++) {
			uint8_t bytes[512] = { 0 };
			int fds[2];

			memcpy(bytes, words[i], sizeof(words[i]));
			make_pair(fds);
			start(&one, fds[0], connected == 1, LONG_MS);
			assert_int_equal(
			    write(fds[1], bytes, sizeof(bytes)), sizeof(bytes));
			while (!one.is_closed)
				loop_turn(loop, 1);
			assert_int_equal(one.err, CAM_ERR_VERSION);
			close(fds[1]);
			close_both(NULL);
			open_both(NULL);
		}
	}
}

static void
one_that_leaves_within_the_handshake_is_an_error(void **state)
{
	uint8_t bytes[2048];
	size_t len = client_hello(bytes);
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], false, LONG_MS);
	assert_int_equal(write(fds[1], bytes, len / 2), len / 2);
	close(fds[1]);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
}

/* A ClientHello with each of its bytes changed: it ends, or it does not, and
 * never badly. */
static void
no_change_of_a_client_hello_does_harm(void **state)
{
	uint8_t bytes[2048];
	size_t len = client_hello(bytes);

	for (size_t i = 0; i < len; i++) {
		int fds[2];

		make_pair(fds);
		start(&one, fds[0], false, LONG_MS);
		bytes[i] ^= 0x41;
		assert_int_equal(write(fds[1], bytes, len), len);
		bytes[i] ^= 0x41;
		shutdown(fds[1], SHUT_WR);
		while (!one.is_closed)
			loop_turn(loop, 1);
		assert_false(one.is_ready);
		free_end_tls(&one);
		one.is_closed = false;
		close(fds[1]);
	}
}

static void
a_context_needs_a_protocol_it_can_name(void **state)
{
	struct tls_context *context = NULL;

	assert_int_equal(
	    tls_context_new(one.key, "", &context), CAM_ERR_CRYPTO);
	assert_int_equal(
	    tls_context_new(one.key,
		"a name of a protocol that is longer than any", &context),
	    CAM_ERR_CRYPTO);
	assert_null(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(silence_ends_the_handshake),
		TEST(once_open_there_is_no_time_limit),
		TEST(other_languages_end_the_handshake),
		TEST(one_that_leaves_within_the_handshake_is_an_error),
		TEST(no_change_of_a_client_hello_does_harm),
		TEST(a_context_needs_a_protocol_it_can_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tls_others.c: TLS against other ends that are wrong or old. */
#include "tls_ends.h"

/* -- others ------------------------------------------------------------------
 */

/* Ours is the server when the other end is the client. Until both know. */
static void
meet_raw(struct raw *raw, bool raw_is_client, const struct raw_options *options)
{
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], !raw_is_client, LONG_MS);
	raw_open(raw, fds[1], raw_is_client, options);
	while (!one.is_closed && !(one.is_ready && raw->ready)) {
		raw_step(raw);
		loop_turn(loop, 0);
	}
}

static void
assert_refused_as(
    const struct raw_options *options, int server_err, int client_err)
{
	for (int client = 0; client < 2; client++) {
		int err = client == 1 ? client_err : server_err;
		struct raw raw;

		meet_raw(&raw, client == 1, options);
		if (!one.is_closed || one.is_ready || one.err != err)
			print_error(
			    "kind %d client %d: closed %d ready %d err %d\n",
			    (int)options->certificate, client, one.is_closed,
			    one.is_ready, one.err);
		assert_true(one.is_closed);
		assert_false(one.is_ready);
		assert_int_equal(one.err, err);
		raw_close(&raw);
		close_both(NULL);
		open_both(NULL);
	}
}

static void
assert_refused(const struct raw_options *options, int err)
{
	assert_refused_as(options, err, err);
}

static void
assert_taken(const struct raw_options *options)
{
	for (int client = 0; client < 2; client++) {
		struct raw raw;
		char byte = 0;

		meet_raw(&raw, client == 1, options);
		assert_true(one.is_ready);
		one.to_send = 1;
		tls_kick(one.tls);
		while (SSL_read(raw.ssl, &byte, 1) != 1)
			loop_turn(loop, 0);
		assert_int_equal((uint8_t)byte, byte_at(0));
		assert_string_equal(SSL_get_version(raw.ssl), "TLSv1.3");
		raw_close(&raw);
		close_both(NULL);
		open_both(NULL);
	}
}

static void
an_ed25519_certificate_is_taken_whatever_it_says(void **state)
{
	assert_taken(&(struct raw_options){
	    .certificate = RAW_ED25519, .alpn = "cam/1" });
	assert_taken(&(struct raw_options){
	    .certificate = RAW_EXPIRED, .alpn = "cam/1" });
}

/* They are neither asked nor believed: the key is looked up. */
static void
extensions_of_a_certificate_say_nothing(void **state)
{
	assert_taken(&(struct raw_options){
	    .certificate = RAW_EXTENDED, .alpn = "cam/1" });
}

static void
a_certificate_with_broken_extensions_does_no_harm(void **state)
{
	assert_taken(&(struct raw_options){
	    .certificate = RAW_BROKEN, .alpn = "cam/1" });
}

static void
a_certificate_that_is_too_long_is_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_BLOATED,
			   .alpn = "cam/1" },
	    CAM_ERR_VERSION);
}

static void
other_certificates_are_refused(void **state)
{
	static const enum raw_certificate kinds[] = { RAW_CHAINED, RAW_STOLEN };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_refused(&(struct raw_options){ .certificate = kinds[i],
				   .alpn = "cam/1" },
		    CAM_ERR_KEY);
}

/* Nothing but Ed25519 is offered: such a server finds no signature to agree on,
 * and such a client shows none. */
static void
certificates_of_other_algorithms_are_not_even_asked_for(void **state)
{
	static const enum raw_certificate kinds[] = { RAW_RSA, RAW_EC };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_refused_as(
		    &(struct raw_options){
			.certificate = kinds[i], .alpn = "cam/1" },
		    CAM_ERR_VERSION, CAM_ERR_KEY);
}

/* A server cannot be without one in TLS. */
static void
a_client_without_certificate_is_refused(void **state)
{
	struct raw_options options = { .certificate = RAW_NONE,
		.alpn = "cam/1" };
	struct raw raw;

	meet_raw(&raw, true, &options);
	assert_false(one.is_ready);
	assert_int_equal(one.err, CAM_ERR_KEY);
	raw_close(&raw);
}

static void
a_server_that_wants_no_certificate_sees_none_of_ours(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int fds[2];

	make_pair(fds);
	start(&one, fds[0], true, LONG_MS);
	raw_open(&raw, fds[1], false, &options);
	SSL_set_verify(raw.ssl, SSL_VERIFY_NONE, NULL);
	while (!(one.is_ready && raw.ready)) {
		raw_step(&raw);
		loop_turn(loop, 0);
	}
	assert_null(SSL_get0_peer_certificate(raw.ssl));
	raw_close(&raw);
}

static void
other_protocols_are_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "http/1.1" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/2" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/11" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519 },
	    CAM_ERR_VERSION);
}

static void
old_tls_is_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/1",
			   .max_version = TLS1_2_VERSION },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_RSA,
			   .alpn = "cam/1",
			   .max_version = TLS1_2_VERSION },
	    CAM_ERR_VERSION);
}

static void
other_ciphers_and_groups_are_refused(void **state)
{
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/1",
			   .ciphersuites = "TLS_AES_128_GCM_SHA256" },
	    CAM_ERR_VERSION);
	assert_refused(&(struct raw_options){ .certificate = RAW_ED25519,
			   .alpn = "cam/1",
			   .groups = "P-256" },
	    CAM_ERR_VERSION);
	assert_taken(&(struct raw_options){ .certificate = RAW_ED25519,
	    .alpn = "cam/1",
	    .ciphersuites = "TLS_AES_256_GCM_SHA384" });
	assert_taken(&(struct raw_options){ .certificate = RAW_ED25519,
	    .alpn = "cam/1",
	    .ciphersuites = "TLS_CHACHA20_POLY1305_SHA256" });
}

static void
nobody_gets_a_ticket(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	char bytes[100];
	size_t received = 0;

	meet_raw(&raw, true, &options);
	one.to_send = sizeof(bytes);
	tls_kick(one.tls);
	while (received < sizeof(bytes)) {
		int len = SSL_read(raw.ssl, bytes, sizeof(bytes));

		received += len > 0 ? (size_t)len : 0;
		loop_turn(loop, 0);
	}
	assert_int_equal(raw.tickets, 0);
	assert_int_equal(SSL_SESSION_is_resumable(SSL_get_session(raw.ssl)), 0);
	raw_close(&raw);
}

/* -- sessions of before ------------------------------------------------------
 */

/* As if somebody had a session with us, in which he may say so much at once. */
static uint32_t early_max;

static int
on_session(SSL *ssl, const EVP_MD *digest, const unsigned char **id,
    size_t *id_len, SSL_SESSION **result)
{
	static const unsigned char chacha20_poly1305[] = { 0x13, 0x03 };
	static const unsigned char secret[32] = { 1 };
	static const char protocol[] = "cam/1";
	const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, chacha20_poly1305);
	SSL_SESSION *session = SSL_SESSION_new();

	raw_must(
	    cipher != NULL && session != NULL &&
	    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1 &&
	    SSL_SESSION_set_cipher(session, cipher) == 1 &&
	    SSL_SESSION_set1_master_key(session, secret, sizeof(secret)) == 1 &&
	    SSL_SESSION_set1_alpn_selected(session,
		(const unsigned char *)protocol, strlen(protocol)) == 1 &&
	    SSL_SESSION_set_max_early_data(session, early_max) == 1);
	*id = (const unsigned char *)"before";
	*id_len = 6;
	*result = session;
	return 1;
}

static void
open_with_session(struct raw *raw, uint32_t max)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1",
		.ciphersuites = "TLS_CHACHA20_POLY1305_SHA256" };
	int fds[2];

	early_max = max;
	make_pair(fds);
	start(&one, fds[0], false, LONG_MS);
	raw_open(raw, fds[1], true, &options);
	SSL_set_psk_use_session_callback(raw->ssl, on_session);
}

static void
who_offers_a_session_of_before_begins_anew(void **state)
{
	struct raw raw;

	open_with_session(&raw, 0);
	while (!one.is_closed && !(one.is_ready && raw.ready)) {
		raw_step(&raw);
		loop_turn(loop, 0);
	}
	assert_true(one.is_ready);
	assert_int_equal(SSL_session_reused(raw.ssl), 0);
	raw_close(&raw);
}

/* What could be sent again by anybody is not even read away. */
static void
data_before_the_handshake_ends_it(void **state)
{
	static const char early[] = "early";
	size_t written = 0;
	struct raw raw;

	open_with_session(&raw, 16384);
	assert_int_equal(
	    SSL_write_early_data(raw.ssl, early, sizeof(early), &written), 1);
	assert_int_equal(written, sizeof(early));
	while (!one.is_closed && !one.is_ready) {
		raw_step(&raw);
		loop_turn(loop, 0);
	}
	assert_false(one.is_ready);
	assert_int_equal(one.received, 0);
	assert_int_equal(one.err, CAM_ERR_VERSION);
	assert_int_not_equal(
	    SSL_get_early_data_status(raw.ssl), SSL_EARLY_DATA_ACCEPTED);
	raw_close(&raw);
}

/* More records than one key is used for, in both directions. */
static void
keys_change_and_nobody_notices(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	size_t received = 0;

	meet();
	one.most = other.most = 1;
	exchange(70000);
	close_both(NULL);
	open_both(NULL);
	/* And they do change. */
	meet_raw(&raw, true, &options);
	one.most = 1;
	one.to_send = 70000;
	tls_kick(one.tls);
	while (received < one.to_send) {
		char bytes[100];
		int len = SSL_read(raw.ssl, bytes, sizeof(bytes));

		received += len > 0 ? (size_t)len : 0;
		if (len <= 0)
			loop_turn(loop, 0);
	}
	assert_int_equal(raw.updates, 1);
	ERR_clear_error();
	raw_close(&raw);
}

static void
a_proper_end_is_told_from_a_broken_one(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;

	meet_raw(&raw, true, &options);
	SSL_shutdown(raw.ssl);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_CLOSED);
	raw_close(&raw);
	close_both(NULL);
	open_both(NULL);
	/* And without a word. */
	meet_raw(&raw, true, &options);
	close(raw.fd);
	raw.fd = -1;
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_int_equal(one.error, ECONNRESET);
	raw_close(&raw);
}

static void
bytes_that_are_no_record_end_it(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;

	meet_raw(&raw, false, &options);
	assert_int_equal(write(raw.fd, "\x17\x03\x03\0\x20garbage", 12), 12);
	assert_int_equal(
	    write(raw.fd, "and more of it, to the very end.", 32), 32);
	while (!one.is_closed)
		loop_turn(loop, 1);
	assert_int_equal(one.err, CAM_ERR_SYSTEM);
	assert_int_equal(one.error, EPROTO);
	raw_close(&raw);
}

/* Each costs us more than it costs the peer; others must have their turn. */
static void
who_only_changes_keys_gets_no_more_than_his_turns(void **state)
{
	struct raw_options options = { .certificate = RAW_ED25519,
		.alpn = "cam/1" };
	struct raw raw;
	int updates = 0;

	meet_raw(&raw, true, &options);
	/* As many as the socket holds; each is a record of its own. */
	while (SSL_key_update(raw.ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
	       SSL_do_handshake(raw.ssl) == 1 && updates < 200)
		updates++;
	assert_true(updates > 100);
	loop_turn(loop, 0);
	{
		int left = 0;

		/* What is still in the socket was left for later turns. */
		assert_int_equal(ioctl(raw.fd, TIOCOUTQ, &left), 0);
		assert_true(left > 0);
	}
	ERR_clear_error();
	for (int i = 0; i < 2 * updates; i++)
		loop_turn(loop, 0);
	assert_false(one.is_closed);
	while (SSL_write(raw.ssl, "\0", 1) != 1)
		loop_turn(loop, 0);
	while (one.received < 1)
		loop_turn(loop, 0);
	raw_close(&raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ed25519_certificate_is_taken_whatever_it_says),
		TEST(extensions_of_a_certificate_say_nothing),
		TEST(a_certificate_with_broken_extensions_does_no_harm),
		TEST(a_certificate_that_is_too_long_is_refused),
		TEST(other_certificates_are_refused),
		TEST(certificates_of_other_algorithms_are_not_even_asked_for),
		TEST(a_client_without_certificate_is_refused),
		TEST(a_server_that_wants_no_certificate_sees_none_of_ours),
		TEST(other_protocols_are_refused),
		TEST(old_tls_is_refused),
		TEST(other_ciphers_and_groups_are_refused),
		TEST(nobody_gets_a_ticket),
		TEST(who_offers_a_session_of_before_begins_anew),
		TEST(data_before_the_handshake_ends_it),
		TEST(keys_change_and_nobody_notices),
		TEST(a_proper_end_is_told_from_a_broken_one),
		TEST(bytes_that_are_no_record_end_it),
		TEST(who_only_changes_keys_gets_no_more_than_his_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

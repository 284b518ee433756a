/* test_org.c: charters, directories and invitations: round trips, and every
 * change refused. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/crypto.h"
#include "org/charter.h"
#include "org/directory.h"
#include "org/invitation.h"
#include "test.h"

static void
set(char *at, const char *text)
{
	memcpy(at, text, strlen(text) + 1);
}

struct fixture {
	struct crypto *crypto;
	struct sign_key *root;
	struct sign_key *server;
	struct charter charter;
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof *fixture);
	struct charter *charter = &fixture->charter;

	fixture->crypto = crypto_new();
	assert_int_equal(sign_key_generate(&fixture->root), 0);
	assert_int_equal(sign_key_generate(&fixture->server), 0);
	sign_key_public(fixture->root, charter->root);
	charter->serial = 7;
	charter->issued_ms = 1792000000123;
	set(charter->name, "日本商事 Ltd.");
	charter->count = 2;
	for (size_t i = 0; i < CHARTER_SERVERS_MAX; i++) {
		random_bytes(charter->servers[i].link_key, SIGN_KEY_SIZE);
		random_bytes(charter->servers[i].signing_key, SIGN_KEY_SIZE);
	}
	sign_key_public(fixture->server, charter->servers[1].signing_key);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	sign_key_free(fixture->root);
	sign_key_free(fixture->server);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

/* -- charters -------------------------------------------------------------
 */

static struct buf
built(const struct fixture *fixture)
{
	struct buf buf;

	buf_init(&buf, CHARTER_BYTES_MAX);
	assert_int_equal(
	    charter_build(&fixture->charter, fixture->root, &buf), 0);
	return buf;
}

static void
a_charter_says_after_parsing_what_was_put_in(void **state)
{
	const struct fixture *fixture = *state;
	const struct charter *charter = &fixture->charter;
	struct buf buf = built(fixture);
	struct charter got;

	assert_int_equal(charter_parse(buf_span(&buf), &got), 0);
	assert_memory_equal(got.root, charter->root, SIGN_KEY_SIZE);
	assert_int_equal(got.serial, 7);
	assert_int_equal(got.issued_ms, 1792000000123);
	assert_string_equal(got.name, "日本商事 Ltd.");
	assert_int_equal(got.count, 2);
	assert_ptr_equal(charter_server(&got, charter->servers[1].link_key),
	    &got.servers[1]);
	assert_null(charter_server(&got, charter->servers[1].signing_key));
	assert_null(charter_server(&got, charter->servers[2].link_key));
	buf_finish(&buf);
}

static void
a_charter_with_one_bit_changed_is_refused(void **state)
{
	struct buf buf = built(*state);
	struct charter got;

	for (size_t i = 0; i < buf.len * 8; i++) {
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(charter_parse(buf_span(&buf), &got) < 0);
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (size_t len = 0; len < buf.len; len++)
		assert_true(charter_parse(span_of(buf.data, len), &got) < 0);
	buf_finish(&buf);
}

static void
a_charter_of_a_later_form_is_told_from_a_broken_one(void **state)
{
	struct buf buf = built(*state);
	struct charter got;

	buf.data[0] = 2;
	assert_int_equal(charter_parse(buf_span(&buf), &got), CAM_ERR_VERSION);
	buf_finish(&buf);
}

static void
a_charter_that_would_not_parse_is_not_made(void **state)
{
	struct fixture *fixture = *state;
	struct charter *charter = &fixture->charter;
	struct buf buf;

	buf_init(&buf, CHARTER_BYTES_MAX);
	charter->count = 0;
	assert_int_equal(
	    charter_build(charter, fixture->root, &buf), CAM_ERR_LIMIT);
	charter->count = CHARTER_SERVERS_MAX + 1;
	assert_int_equal(
	    charter_build(charter, fixture->root, &buf), CAM_ERR_LIMIT);
	charter->count = 1;
	assert_int_equal(
	    charter_build(charter, fixture->server, &buf), CAM_ERR_CRYPTO);
	charter->name[0] = '\0';
	assert_int_equal(
	    charter_build(charter, fixture->root, &buf), CAM_ERR_FORMAT);
	set(charter->name, "two\nlines");
	assert_int_equal(
	    charter_build(charter, fixture->root, &buf), CAM_ERR_FORMAT);
	assert_int_equal(buf.len, 0);
	buf_finish(&buf);
}

static void
one_key_in_two_places_makes_no_charter(void **state)
{
	struct fixture *fixture = *state;
	struct charter *charter = &fixture->charter, got;
	struct buf buf;

	memcpy(charter->servers[0].link_key, charter->servers[1].signing_key,
	    SIGN_KEY_SIZE);
	buf = built(fixture);
	assert_int_equal(charter_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
the_largest_charter_fits(void **state)
{
	struct fixture *fixture = *state;
	struct charter got;
	struct buf buf;

	fixture->charter.count = CHARTER_SERVERS_MAX;
	memset(fixture->charter.name, 'n', CHARTER_NAME_MAX);
	fixture->charter.name[CHARTER_NAME_MAX] = '\0';
	buf = built(fixture);
	assert_int_equal(charter_parse(buf_span(&buf), &got), 0);
	buf_finish(&buf);
}

static void
a_pin_depends_on_the_root_alone(void **state)
{
	const struct fixture *fixture = *state;
	uint8_t a[ROOT_PIN_SIZE], b[ROOT_PIN_SIZE];
	/* SHA-256 of "cam/root/1", a zero byte and 32 bytes 0x11. */
	static const uint8_t known[ROOT_PIN_SIZE] = { 0x59, 0x26, 0xc1, 0x69,
		0xb6, 0x60, 0xe8, 0x68, 0x52, 0xc8, 0x3a, 0x78, 0x1b, 0x8c,
		0x36, 0x74 };
	uint8_t key[SIGN_KEY_SIZE];

	root_pin(fixture->charter.root, a);
	root_pin(fixture->charter.servers[0].link_key, b);
	assert_memory_not_equal(a, b, sizeof a);
	memset(key, 0x11, sizeof key);
	root_pin(key, a);
	assert_memory_equal(a, known, sizeof a);
}

/* -- the directory --------------------------------------------------------
 */

static struct membership
anna(void)
{
	struct membership membership = { .kind = MEMBERSHIP_GIVEN,
		.time_ms = 1792000000123,
		.logon = "anna",
		.nick = "Anna 安娜",
		.group = "Sales/North" };

	memset(membership.user_key, 0xaa, sizeof membership.user_key);
	return membership;
}

static void
a_membership_says_after_parsing_what_was_put_in(void **state)
{
	struct membership membership = anna(), got;
	struct buf buf;

	buf_init(&buf, MEMBERSHIP_BYTES_MAX);
	assert_int_equal(membership_build(&membership, &buf), 0);
	assert_int_equal(membership_parse(buf_span(&buf), &got), 0);
	assert_memory_equal(&got, &membership, sizeof got);
	buf_clear(&buf);
	membership =
	    (struct membership){ .kind = MEMBERSHIP_ENDED, .time_ms = 5 };
	assert_int_equal(membership_build(&membership, &buf), 0);
	assert_int_equal(membership_parse(buf_span(&buf), &got), 0);
	assert_memory_equal(&got, &membership, sizeof got);
	buf_finish(&buf);
}

static void
a_membership_that_is_cut_or_goes_on_is_refused(void **state)
{
	struct membership membership = anna(), got;
	struct buf buf;

	buf_init(&buf, MEMBERSHIP_BYTES_MAX);
	assert_int_equal(membership_build(&membership, &buf), 0);
	for (size_t len = 0; len < buf.len; len++)
		assert_int_equal(membership_parse(span_of(buf.data, len), &got),
		    CAM_ERR_FORMAT);
	buf_put_byte(&buf, 0);
	assert_int_equal(
	    membership_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	buf.data[0] = 3;
	assert_int_equal(
	    membership_parse(buf_span(&buf), &got), CAM_ERR_VERSION);
	buf_finish(&buf);
}

static void
names_that_mislead_are_no_names_of_members(void **state)
{
	static const char *const logons[] = { "", "a@b", "a,b", "#room", " a",
		"a ", "a\x1b[31m", "a\nb", "\xff", "a\xe2\x80\xae" };
	static const char *const groups[] = { "/a", "a/", "a//b", "a\tb" };
	struct membership membership = anna();
	struct buf buf;

	buf_init(&buf, MEMBERSHIP_BYTES_MAX);
	for (size_t i = 0; i < sizeof logons / sizeof *logons; i++) {
		set(membership.logon, logons[i]);
		assert_int_equal(
		    membership_build(&membership, &buf), CAM_ERR_FORMAT);
	}
	membership = anna();
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		set(membership.group, groups[i]);
		assert_int_equal(
		    membership_build(&membership, &buf), CAM_ERR_FORMAT);
	}
	membership = anna();
	membership.kind = 0;
	assert_int_equal(membership_build(&membership, &buf), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
two_who_saw_other_memberships_have_other_heads(void **state)
{
	struct head a = { 0 }, b = { 0 };

	head_add(&a, span_text("one"));
	head_add(&b, span_text("one"));
	assert_memory_equal(&a, &b, sizeof a);
	head_add(&a, span_text("two"));
	head_add(&b, span_text("2"));
	head_add(&a, span_text("three"));
	head_add(&b, span_text("three"));
	assert_int_equal(a.number, 3);
	assert_memory_not_equal(a.hash, b.hash, sizeof a.hash);
}

static void
only_the_servers_key_states_a_head(void **state)
{
	const struct fixture *fixture = *state;
	const uint8_t *key = fixture->charter.servers[1].signing_key;
	struct head head = { .time_ms = 12 }, got;
	uint8_t bytes[HEAD_BYTES];

	head_add(&head, span_text("one"));
	assert_int_equal(head_build(&head, fixture->server, bytes), 0);
	assert_int_equal(
	    head_parse(span_of(bytes, sizeof bytes), key, &got), 0);
	assert_memory_equal(&got, &head, sizeof got);
	for (size_t i = 0; i < sizeof bytes * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(
		    head_parse(span_of(bytes, sizeof bytes), key, &got) < 0);
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(
	    head_parse(span_of(bytes, sizeof bytes - 1), key, &got),
	    CAM_ERR_FORMAT);
	assert_int_equal(head_parse(span_of(bytes, sizeof bytes),
			     fixture->charter.root, &got),
	    CAM_ERR_CRYPTO);
}

/* -- invitations ----------------------------------------------------------
 */

static void
a_code_is_read_as_it_was_printed(void **state)
{
	static const char *const hosts[] = { "", "server.example",
		"192.0.2.1:2425", "[2001:db8::1]:2425" };
	struct invitation invitation, got;
	char text[INVITATION_TEXT_SIZE];

	for (size_t i = 0; i < 400; i++) {
		memset(&invitation, 0, sizeof invitation);
		random_bytes(invitation.secret, sizeof invitation.secret);
		random_bytes(invitation.pin, sizeof invitation.pin);
		set(invitation.host, hosts[i % 4]);
		assert_int_equal(invitation_print(&invitation, text), 0);
		assert_int_equal(invitation_parse(text, &got), 0);
		assert_memory_equal(&got, &invitation, sizeof got);
	}
}

static void
a_code_is_read_as_people_type_it(void **state)
{
	struct invitation invitation = { .host = "" }, got;
	char text[INVITATION_TEXT_SIZE], typed[2 * INVITATION_TEXT_SIZE] = "  ";
	size_t len = 2;

	memset(invitation.secret, 0x08, sizeof invitation.secret);
	memset(invitation.pin, 0x01, sizeof invitation.pin);
	assert_int_equal(invitation_print(&invitation, text), 0);
	assert_non_null(strchr(text + 5, '0'));
	assert_non_null(strchr(text + 5, '1'));
	for (const char *at = text; *at != '\0'; at++) {
		char c = *at;

		if (at >= text + 5 && c == '0')
			c = 'o';
		else if (at >= text + 5 && c == '1')
			c = (at - text) % 2 == 0 ? 'l' : 'I';
		else if (at >= text + 5 && c == '-')
			continue;
		typed[len++] = (char)tolower((unsigned char)c);
		if (len % 7 == 0 && at >= text + 5)
			typed[len++] = ' ';
	}
	typed[len++] = '\n';
	assert_int_equal(invitation_parse(typed, &got), 0);
	assert_memory_equal(&got, &invitation, sizeof got);
}

static void
a_typing_error_in_a_code_is_found(void **state)
{
	struct invitation invitation = { 0 }, got;
	char text[INVITATION_TEXT_SIZE];
	unsigned found = 0, tries = 0;

	random_bytes(invitation.secret, sizeof invitation.secret);
	random_bytes(invitation.pin, sizeof invitation.pin);
	assert_int_equal(invitation_print(&invitation, text), 0);
	for (char *at = text + 5; *at != '\0'; at++) {
		char was = *at;

		if (was == '-')
			continue;
		*at = was == '7' ? '8' : '7';
		tries++;
		found += invitation_parse(text, &got) == CAM_ERR_KEY;
		*at = was;
	}
	assert_int_equal(found, tries);
	assert_int_equal(tries, 55);
}

static void
what_is_no_code_is_called_so(void **state)
{
	static const char *const texts[] = { "", "cam1", "cam1-", "hello",
		"cam1-12345-12345", "cam2-00000" };
	struct invitation invitation = { 0 }, got;
	char text[INVITATION_TEXT_SIZE + 80];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(
		    invitation_parse(texts[i], &got), CAM_ERR_FORMAT);
	set(invitation.host, "two words");
	assert_int_equal(invitation_print(&invitation, text), CAM_ERR_FORMAT);
	invitation.host[0] = '\0';
	assert_int_equal(invitation_print(&invitation, text), 0);
	set(text + strlen(text), "@");
	assert_int_equal(invitation_parse(text, &got), CAM_ERR_FORMAT);
	set(text + strlen(text), "host; rm");
	assert_int_equal(invitation_parse(text, &got), CAM_ERR_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_charter_says_after_parsing_what_was_put_in, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_charter_with_one_bit_changed_is_refused, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_charter_of_a_later_form_is_told_from_a_broken_one, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_charter_that_would_not_parse_is_not_made, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    one_key_in_two_places_makes_no_charter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_largest_charter_fits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_pin_depends_on_the_root_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_membership_says_after_parsing_what_was_put_in, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_membership_that_is_cut_or_goes_on_is_refused, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    names_that_mislead_are_no_names_of_members, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    two_who_saw_other_memberships_have_other_heads, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    only_the_servers_key_states_a_head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_code_is_read_as_it_was_printed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_code_is_read_as_people_type_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_typing_error_in_a_code_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_no_code_is_called_so, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_rosterfile.c: users are there again after a restart, as they were. */
#include "camd/people/marks.h"
#include "store/pin.h"
#include "store/user.h"
#include "town.h"
#include "wire.h"

static struct roster *
roster_of(struct town *town)
{
	return town->world.camd.roster;
}

static struct user *
add(struct town *town, const char *name, const char *host)
{
	struct user *user = roster_add(roster_of(town), name, host);

	assert_non_null(user);
	roster_changed(roster_of(town), user, false);
	return user;
}

static void
all_that_is_known_of_a_user_comes_back(void **state)
{
	struct town *town = *state;
	struct user *user = add(town, "anna-<0123456789abcdef>", "pc1");
	struct addr at = address("[fe80::1%7]:2426");
	int64_t uid = user->uid, first_ms = user->first_ms;

	roster_set_addr(roster_of(town), user, &at);
	roster_set_nick(roster_of(town), user, "Anna \xe3\x82\xa2");
	roster_set_group(roster_of(town), user, "Sales");
	roster_set_version(roster_of(town), user, "Windows 4.99r3");
	user->peer.status = 0x05600000;
	user->peer.charset = CHARSET_CP932;
	user->peer.client = CLIENT_FEIQ;
	user->seen_ms = 1700000000123;
	user->second = true;
	marks_alias(roster_of(town), user, "Annie");
	marks_priority(roster_of(town), user, -5);
	marks_hidden(roster_of(town), user, true);
	roster_set_state(roster_of(town), user, USER_AWAY);
	town_restart(town);
	user = roster_by_uid(roster_of(town), uid);
	assert_string_equal(user->peer.user, "anna-<0123456789abcdef>");
	assert_string_equal(user->peer.host, "pc1");
	assert_at(user, "[fe80::1%7]:2426");
	assert_string_equal(user->nick, "Anna \xe3\x82\xa2");
	assert_string_equal(user->group, "Sales");
	assert_string_equal(user->version, "Windows 4.99r3");
	assert_int_equal(user->peer.status, 0x05600000);
	assert_int_equal(user->peer.charset, CHARSET_CP932);
	assert_int_equal(user->peer.client, CLIENT_FEIQ);
	assert_string_equal(user->alias, "Annie");
	assert_int_equal(user->priority, -5);
	assert_true(user->hidden);
	assert_true(user->second);
	assert_true(user->seen_ms == 1700000000123);
	assert_true(user->first_ms == first_ms);
	/* But nobody is here before he is heard. */
	assert_int_equal(user->state, USER_OFFLINE);
	assert_null(user->away);
}

static void
names_longer_than_we_would_send_come_back_whole(void **state)
{
	struct town *town = *state;
	char *logon = letters('x', 200), *host = letters('h', 200);
	char *named = xasprintf("%s-<0123456789abcdef>", logon);

	add(town, logon, host);
	add(town, named, host);
	town_restart(town);
	assert_non_null(roster_find(roster_of(town), logon, host, NULL));
	assert_non_null(roster_find(roster_of(town), named, host, NULL));
	free(logon);
	free(host);
	free(named);
}

static void
several_of_one_name_stay_apart(void **state)
{
	struct town *town = *state;
	int64_t one = add(town, "anna", "pc1")->uid;
	int64_t other = add(town, "anna", "pc1")->uid;

	town_restart(town);
	assert_int_equal(roster_count(roster_of(town)), 2);
	assert_ptr_not_equal(roster_by_uid(roster_of(town), one),
	    roster_by_uid(roster_of(town), other));
	/* The next one has a number of its own. */
	assert_true(add(town, "carl", "pc3")->uid > other);
}

static void
what_changes_is_written_by_itself(void **state)
{
	struct town *town = *state;
	int64_t uid = add(town, "anna", "pc1")->uid;

	roster_write(roster_of(town));
	town_settle(town);
	roster_set_nick(
	    roster_of(town), roster_by_uid(roster_of(town), uid), "New");
	roster_changed(
	    roster_of(town), roster_by_uid(roster_of(town), uid), false);
	/* camd writes at its end what has waited. */
	town_restart(town);
	assert_string_equal(roster_by_uid(roster_of(town), uid)->nick, "New");
}

static void
thousands_are_written_and_read(void **state)
{
	enum { COUNT = 5000 };
	struct town *town = *state;

	for (int i = 0; i < COUNT; i++) {
		char name[16];

		snprintf(name, sizeof name, "u%d", i);
		add(town, name, "pc");
	}
	/* Some go before they are written. */
	for (int i = 0; i < COUNT; i += 1000) {
		char name[16];

		snprintf(name, sizeof name, "u%d", i);
		roster_remove(roster_of(town),
		    roster_find(roster_of(town), name, "pc", NULL));
	}
	town_restart(town);
	assert_int_equal(roster_count(roster_of(town)), COUNT - COUNT / 1000);
	assert_null(roster_find(roster_of(town), "u1000", "pc", NULL));
	assert_non_null(roster_find(roster_of(town), "u1001", "pc", NULL));
}

/* -- keys ------------------------------------------------------------------ */

static void
add_pins(struct store *store, void *arg)
{
	struct rsa_key *const *keys = arg;

	for (int i = 0; i < 2; i++) {
		struct span modulus =
		    rsa_public_modulus(rsa_key_public(keys[i]));
		struct store_pin pin = { .uid = 1,
			.bits = (int)modulus.len * 8,
			.n = modulus,
			.e = 65537,
			.word = i == 0 ? 0x20002 : CAPA_OURS,
			.verified = i == 1 };

		assert_int_equal(store_pin_add(store, &pin), 0);
	}
}

static void
of_two_pinned_keys_the_stronger_counts(void **state)
{
	struct town *town = *state;
	struct rsa_key *keys[2] = { test_key("other1024"),
		test_key("other2048") };
	struct user *user = add(town, "anna", "pc1");

	assert_int_equal(user->uid, 1);
	roster_write(roster_of(town));
	town_look(town, add_pins, keys);
	town_restart(town);
	user = roster_by_uid(roster_of(town), 1);
	assert_true(rsa_public_equal(user->peer.key, rsa_key_public(keys[1])));
	assert_int_equal(user->peer.word, CAPA_OURS);
	rsa_key_free(keys[0]);
	rsa_key_free(keys[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(all_that_is_known_of_a_user_comes_back),
		TEST_OF_TOWN(names_longer_than_we_would_send_come_back_whole),
		TEST_OF_TOWN(several_of_one_name_stay_apart),
		TEST_OF_TOWN(what_changes_is_written_by_itself),
		TEST_OF_TOWN(thousands_are_written_and_read),
		TEST_OF_TOWN(of_two_pinned_keys_the_stronger_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

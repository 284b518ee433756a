/* test_members.c: who becomes a member, and who does not. */
#include "base/buf.h"
#include "camserver/members.h"
#include "crypto/crypto.h"
#include "crypto/device.h"
#include "store/directory.h"
#include "store/queue.h"
#include "stores.h"

enum { NOW = 1000, LATER = 2000 };

static const uint8_t secret[INVITATION_SECRET_SIZE] = { 7 };

struct fixture {
	struct crypto *crypto;
	struct place *place;
	struct sign_key *user;
	uint8_t user_key[SIGN_KEY_SIZE];
	struct buf lists[3]; /* of devices, version 1 .. 3 */
};

static void
make_list(struct fixture *fixture, uint64_t version)
{
	struct devices devices = { .version = version,
		.issued_ms = 1,
		.count = 1,
		.list = { { { (uint8_t)version }, { 200 } } } };
	struct buf *list = &fixture->lists[version - 1];

	memcpy(devices.user_key, fixture->user_key, SIGN_KEY_SIZE);
	buf_init(list, DEVICES_BYTES_MAX);
	assert_int_equal(devices_build(&devices, fixture->user, list), 0);
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	char problem[STORE_PROBLEM_SIZE] = "";

	fixture->crypto = crypto_new();
	fixture->place = place_new();
	if (store_open_server(fixture->place->path, STORE_WRITE, problem,
		&fixture->place->store) != 0)
		fail_msg("%s", problem);
	assert_int_equal(sign_key_generate(&fixture->user), 0);
	sign_key_public(fixture->user, fixture->user_key);
	for (uint64_t version = 1; version <= 3; version++)
		make_list(fixture, version);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 3; i++)
		buf_finish(&fixture->lists[i]);
	sign_key_free(fixture->user);
	place_free(fixture->place);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

static struct member_keys
keys(const struct fixture *fixture, const char *logon, uint64_t version)
{
	return (struct member_keys){ .logon = logon,
		.user_key = fixture->user_key,
		.devices = buf_span(&fixture->lists[version - 1]),
		.version = version };
}

static void
invite(const struct fixture *fixture, const char *logon)
{
	struct member_wishes wishes = { 0 };

	assert_int_equal(member_wishes_set(&wishes, logon, NULL, "Sales"), 0);
	assert_int_equal(
	    members_invite(fixture->place->store, &wishes, secret, NOW, LATER),
	    0);
	member_wishes_finish(&wishes);
}

static int
join(const struct fixture *fixture, const char *logon, int64_t now_ms,
    struct member_standing *standing)
{
	struct member_keys shown = keys(fixture, logon, 2);

	return members_join(
	    fixture->place->store, secret, &shown, false, now_ms, standing);
}

static int
enter(const struct fixture *fixture, const char *logon, uint64_t version)
{
	struct member_keys shown = keys(fixture, logon, version);
	struct member_standing standing;

	return members_enter(fixture->place->store, &shown, NOW, &standing);
}

static int
count_change(int64_t number, struct span bytes, void *arg)
{
	struct membership membership;

	assert_int_equal(membership_parse(bytes, &membership), 0);
	*(int *)arg = *(int *)arg * 10 + (int)membership.kind;
	return 0;
}

/* 1: given, 2: ended, in order. */
static int
changes(const struct fixture *fixture)
{
	int kinds = 0;

	assert_int_equal(store_directory_each(
			     fixture->place->store, 0, 9, count_change, &kinds),
	    0);
	return kinds;
}

static void
a_code_serves_once_in_its_time_and_for_its_name(void **state)
{
	const struct fixture *fixture = *state;
	struct member_standing standing;

	assert_int_equal(
	    join(fixture, "anna", NOW, &standing), CAM_ERR_UNKNOWN);
	invite(fixture, "anna");
	assert_int_equal(
	    join(fixture, "anna", LATER, &standing), CAM_ERR_UNKNOWN);
	assert_int_equal(join(fixture, "bob", NOW, &standing), CAM_ERR_REFUSED);
	/* None of that has used it up. */
	assert_int_equal(changes(fixture), 0);
	assert_int_equal(join(fixture, "ANNA", NOW, &standing), 0);
	assert_int_equal(standing.state, MEMBER_JOINED);
	assert_string_equal(standing.logon, "anna");
	assert_int_equal(
	    join(fixture, "anna", NOW, &standing), CAM_ERR_UNKNOWN);
	assert_int_equal(changes(fixture), 1);
}

static void
a_key_is_one_members(void **state)
{
	const struct fixture *fixture = *state;
	struct member_standing standing;

	invite(fixture, "anna");
	assert_int_equal(join(fixture, "anna", NOW, &standing), 0);
	invite(fixture, "bob");
	assert_int_equal(join(fixture, "bob", NOW, &standing), CAM_ERR_EXISTS);
	assert_int_equal(changes(fixture), 1);
}

/* No list of devices takes the place of a newer one (threat model 5.2). */
static void
members_enter_with_their_newest_list(void **state)
{
	const struct fixture *fixture = *state;
	struct member_standing standing;

	assert_int_equal(enter(fixture, "anna", 2), CAM_ERR_UNKNOWN);
	invite(fixture, "anna");
	assert_int_equal(join(fixture, "anna", NOW, &standing), 0);
	assert_int_equal(enter(fixture, "anna", 2), 0);
	assert_int_equal(enter(fixture, "anna", 1), CAM_ERR_KEY);
	assert_int_equal(enter(fixture, "bob", 2), CAM_ERR_REFUSED);
	assert_int_equal(enter(fixture, "anna", 3), 0);
	assert_int_equal(enter(fixture, "anna", 2), CAM_ERR_KEY);
	assert_int_equal(enter(fixture, "anna", 3), 0);
	assert_int_equal(changes(fixture), 1);
}

static void
who_must_be_approved_waits_for_it(void **state)
{
	const struct fixture *fixture = *state;
	struct store *store = fixture->place->store;
	struct member_keys shown = keys(fixture, "anna", 1);
	struct member_standing standing;

	invite(fixture, "anna");
	assert_int_equal(members_approve(store, "anna"), CAM_ERR_REFUSED);
	assert_int_equal(
	    members_join(store, secret, &shown, true, NOW, &standing), 0);
	assert_int_equal(standing.state, MEMBER_WAITING);
	assert_int_equal(changes(fixture), 0);
	assert_int_equal(enter(fixture, "anna", 1), 0);
	assert_int_equal(members_approve(store, "anna"), 0);
	assert_int_equal(changes(fixture), 1);
	assert_int_equal(members_approve(store, "anna"), CAM_ERR_REFUSED);
	assert_int_equal(members_approve(store, "bob"), CAM_ERR_UNKNOWN);
}

static int
count_queued(const struct store_queued *queued, void *arg)
{
	++*(int *)arg;
	return 0;
}

static void
who_is_removed_is_nobody_and_leaves_nothing(void **state)
{
	static const struct store_quota quota = { 9, 900, 9, 900 };
	const struct fixture *fixture = *state;
	struct store *store = fixture->place->store;
	struct member_standing standing;
	struct store_queued queued = {
		.kind = 1, .bytes = span_text("x"), .expires_ms = LATER
	};
	int count = 0;

	invite(fixture, "anna");
	assert_int_equal(join(fixture, "anna", NOW, &standing), 0);
	queued.receiver = queued.sender = standing.member;
	assert_int_equal(store_queue_begin(store, &queued.number), 0);
	queued.number++;
	assert_int_equal(store_queue_put(store, &queued, &quota), 0);
	assert_int_equal(members_remove(store, "anna"), 0);
	assert_int_equal(enter(fixture, "anna", 2), CAM_ERR_UNKNOWN);
	assert_int_equal(store_queue_each(store, standing.member, 0, 9,
			     count_queued, &count),
	    0);
	assert_int_equal(count, 0);
	assert_int_equal(changes(fixture), 12);
	/* Invited again, with the same key. */
	invite(fixture, "anna");
	assert_int_equal(enter(fixture, "anna", 2), CAM_ERR_UNKNOWN);
	assert_int_equal(join(fixture, "anna", NOW, &standing), 0);
	assert_int_equal(changes(fixture), 121);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_code_serves_once_in_its_time_and_for_its_name),
		TEST(a_key_is_one_members),
		TEST(members_enter_with_their_newest_list),
		TEST(who_must_be_approved_waits_for_it),
		TEST(who_is_removed_is_nobody_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

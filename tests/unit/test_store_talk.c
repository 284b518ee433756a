/* test_store_talk.c: talks, deliveries, notices, hashes, small values. */
#include "stores.h"

static void
a_talk_is_its_set_of_users(void **state)
{
	struct place *place = *state;
	int64_t a = add_user(place->store, "a"),
		b = add_user(place->store, "b");
	int64_t ab[] = { a, b }, ba[] = { b, a, b }, read[4];
	int64_t first = 0, second = 0;
	size_t count = 0;

	assert_int_equal(
	    store_talk_find(place->store, ab, 2, &first), CAM_ERR_UNKNOWN);
	assert_int_equal(store_talk_make(place->store, ab, 2, &first), 0);
	assert_int_equal(store_talk_make(place->store, ba, 3, &second), 0);
	assert_int_equal(first, second);
	assert_int_equal(store_talk_find(place->store, ba, 3, &second), 0);
	assert_int_equal(first, second);
	assert_true(talk_with(place->store, a) != first);
	assert_int_equal(
	    store_talk_users(place->store, first, read, 4, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(read[0], a);
	assert_int_equal(read[1], b);
	assert_int_equal(store_talk_users(place->store, 99, read, 4, &count),
	    CAM_ERR_UNKNOWN);
}

static void
a_talk_with_a_user_unknown_is_not_made(void **state)
{
	struct place *place = *state;
	int64_t uids[] = { add_user(place->store, "a"), 99 }, talk = 0;

	assert_int_equal(
	    store_talk_make(place->store, uids, 2, &talk), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_talk_find(place->store, uids, 2, &talk), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_talk_make(place->store, uids, 0, &talk), CAM_ERR_UNKNOWN);
}

static void
very_many_users_are_everybody(void **state)
{
	struct place *place = *state;
	int64_t uids[STORE_TALK_USERS + 1], talk = 0;
	size_t count = 1;
	char name[16];

	for (size_t i = 0; i <= STORE_TALK_USERS; i++) {
		snprintf(name, sizeof name, "u%zu", i);
		uids[i] = add_user(place->store, name);
	}
	assert_int_equal(
	    store_talk_make(place->store, uids, STORE_TALK_USERS + 1, &talk),
	    0);
	assert_int_equal(talk, STORE_TALK_ALL);
	assert_int_equal(
	    store_talk_users(place->store, talk, NULL, 0, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    store_talk_make(place->store, uids, STORE_TALK_USERS, &talk), 0);
	assert_true(talk > STORE_TALK_ALL);
	assert_int_equal(
	    store_talk_users(place->store, talk, NULL, 0, &count), 0);
	assert_int_equal(count, STORE_TALK_USERS);
}

static int
gather_talk(const struct store_talk *talk, void *arg)
{
	struct store_talk **next = arg;

	*(*next)++ = *talk;
	return 0;
}

static void
what_came_is_unread_until_the_talk_is_read(void **state)
{
	struct place *place = *state;
	int64_t a = add_user(place->store, "a"),
		b = add_user(place->store, "b");
	int64_t count = -1, row;
	struct store_talk talks[3], *next = talks;
	struct store_message *message = NULL;

	add_received(place->store, a, "1", 1);
	add_received(place->store, a, "2", 2);
	row = add_received(place->store, b, "3", 3);
	add_user(place->store, "nobody");
	assert_int_equal(store_talk_unread(place->store, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(
	    store_talk_read(place->store, talk_with(place->store, a), &count),
	    0);
	assert_int_equal(count, 2);
	assert_int_equal(
	    store_talk_read(place->store, talk_with(place->store, a), &count),
	    0);
	assert_int_equal(count, 0);
	assert_int_equal(store_talk_each(place->store, gather_talk, &next), 0);
	assert_int_equal(next - talks, 2);
	assert_int_equal(talks[0].last_row, row);
	assert_int_equal(talks[0].unread, 1);
	assert_int_equal(talks[1].unread, 0);
	assert_int_equal(store_message_get(place->store, row, &message), 0);
	assert_false(message->read);
	free(message);
	assert_int_equal(store_message_get(place->store, row - 1, &message), 0);
	assert_true(message->read);
	free(message);
	assert_int_equal(store_message_remove(place->store, row), 0);
	assert_int_equal(store_talk_unread(place->store, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(
	    store_talk_read(place->store, 99, &count), CAM_ERR_UNKNOWN);
}

static void
a_talk_is_found_by_all_of_its_users_and_no_others(void **state)
{
	struct place *place = *state;
	int64_t a = add_user(place->store, "a"),
		b = add_user(place->store, "b");
	int64_t both[2] = { a < b ? a : b, a < b ? b : a };
	int64_t of_both, talks[STORE_TALK_SAME];
	size_t found = 9;

	assert_int_equal(store_talk_make(place->store, both, 2, &of_both), 0);
	assert_int_equal(
	    store_talk_same(place->store, both, 2, talks, &found), 0);
	assert_int_equal(found, 1);
	assert_int_equal(talks[0], of_both);
	assert_int_equal(
	    store_talk_same(place->store, &a, 1, talks, &found), 0);
	assert_int_equal(found, 0);
	assert_int_equal(
	    store_talk_same(place->store, NULL, 0, talks, &found), 0);
	assert_int_equal(found, 1);
	assert_int_equal(talks[0], STORE_TALK_ALL);
}

static void
talks_of_a_merged_user_are_those_of_the_other(void **state)
{
	struct place *place = *state;
	int64_t old = add_user(place->store, "old"),
		new = add_user(place->store, "new");
	int64_t with_old = talk_with(place->store, old),
		with_new = talk_with(place->store, new);
	int64_t talks[STORE_TALK_SAME];
	size_t found = 0;

	assert_int_equal(store_user_merge(place->store, old, new), 0);
	assert_int_equal(
	    store_talk_same(place->store, &new, 1, talks, &found), 0);
	assert_int_equal(found, 2);
	assert_true((talks[0] == with_old && talks[1] == with_new) ||
		    (talks[0] == with_new && talks[1] == with_old));
}

/* -- deliveries ----------------------------------------------------------- */

struct deliveries {
	struct store_delivery all[8];
	size_t count;
};

static int
gather_delivery(const struct store_delivery *delivery, void *arg)
{
	struct deliveries *deliveries = arg;

	deliveries->all[deliveries->count++] = *delivery;
	return 0;
}

static int64_t
send_to(struct store *store, int64_t uid, uint32_t packet_no)
{
	struct store_message message = { .talk = talk_with(store, uid),
		.text = "hi" };
	struct store_delivery delivery = {
		.uid = uid, .packet_no = packet_no, .state = STORE_QUEUED
	};

	assert_int_equal(store_message_send(store, &message, &delivery, 1), 0);
	return message.row;
}

static void
a_delivery_is_followed_to_its_end(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "a");
	int64_t row = send_to(place->store, uid, 100);
	int64_t later = send_to(place->store, uid, 101);
	struct store_delivery delivery;
	struct deliveries found = { .count = 0 };

	assert_int_equal(store_delivery_find(place->store, 100, &delivery), 0);
	assert_int_equal(delivery.message, row);
	delivery.state = STORE_SENT;
	delivery.attempts = 2;
	delivery.packet_no = 102;
	memset(delivery.error, 'e', sizeof delivery.error);
	memcpy(delivery.error + sizeof delivery.error - 3, "あ", 3);
	assert_int_equal(store_delivery_put(place->store, &delivery), 0);
	assert_int_equal(
	    store_delivery_find(place->store, 100, &delivery), CAM_ERR_UNKNOWN);
	assert_int_equal(
	    store_delivery_unfinished(place->store, gather_delivery, &found),
	    0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.all[0].message, row);
	assert_int_equal(found.all[0].attempts, 2);
	assert_int_equal(strlen(found.all[0].error), sizeof delivery.error - 3);
	delivery.state = STORE_DELIVERED;
	delivery.packet_no = 102;
	delivery.message = row;
	delivery.uid = uid;
	delivery.delivered_ms = 55;
	assert_int_equal(store_delivery_put(place->store, &delivery), 0);
	found.count = 0;
	assert_int_equal(
	    store_delivery_unfinished(place->store, gather_delivery, &found),
	    0);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.all[0].message, later);
	assert_int_equal(
	    store_delivery_get(place->store, row, uid, &delivery), 0);
	assert_int_equal(delivery.delivered_ms, 55);
	delivery.uid = 99;
	assert_int_equal(
	    store_delivery_put(place->store, &delivery), CAM_ERR_UNKNOWN);
	assert_int_equal(store_delivery_get(place->store, row, 99, &delivery),
	    CAM_ERR_UNKNOWN);
}

static void
the_greatest_packet_number_is_known(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "a"), row;
	struct store_notice notice = { .packet_no = 4294967295u };
	uint32_t packet_no = 1;

	assert_int_equal(store_packet_no_max(place->store, &packet_no), 0);
	assert_int_equal(packet_no, 0);
	send_to(place->store, uid, 4000000000u);
	row = send_to(place->store, uid, 17);
	assert_int_equal(store_packet_no_max(place->store, &packet_no), 0);
	assert_int_equal(packet_no, 4000000000u);
	notice.message = row;
	assert_int_equal(store_notice_put(place->store, &notice), 0);
	assert_int_equal(store_packet_no_max(place->store, &packet_no), 0);
	assert_int_equal(packet_no, 4294967295u);
	assert_int_equal(store_message_remove(place->store, row), 0);
	assert_int_equal(store_packet_no_max(place->store, &packet_no), 0);
	assert_int_equal(packet_no, 4294967295u);
}

/* -- notices, hashes, values ----------------------------------------------- */

static int
take_notice(const struct store_notice *notice, void *arg)
{
	struct store_notice *kept = arg;

	*kept = *notice;
	return 17;
}

static void
a_notice_stays_until_it_is_removed(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "a");
	struct store_notice read = { 0 };
	struct store_notice notice = {
		.message = add_received(place->store, uid, "x", 1),
		.packet_no = 5,
		.next_try_ms = 10,
	};

	assert_int_equal(store_notice_put(place->store, &notice), 0);
	notice.attempts = 3;
	assert_int_equal(store_notice_put(place->store, &notice), 0);
	assert_int_equal(
	    store_notice_each(place->store, take_notice, &read), 17);
	assert_int_equal(read.message, notice.message);
	assert_int_equal(read.packet_no, 5);
	assert_int_equal(read.attempts, 3);
	assert_int_equal(read.next_try_ms, 10);
	assert_int_equal(store_notice_remove(place->store, notice.message), 0);
	assert_int_equal(
	    store_notice_each(place->store, take_notice, &read), 0);
	assert_int_equal(store_notice_remove(place->store, notice.message), 0);
	notice.message = 99;
	assert_int_equal(
	    store_notice_put(place->store, &notice), CAM_ERR_UNKNOWN);
}

static void
a_hash_is_known_until_it_expires(void **state)
{
	struct place *place = *state;
	struct store_hash hash = { .expires_ms = 1000 };
	int64_t earlier = 0;
	size_t count = 9;
	bool more = true;

	for (uint8_t i = 0; i < 10; i++) {
		hash.hash[0] = i;
		assert_int_equal(
		    store_seen_add(place->store, &hash, i, &earlier), 0);
		assert_int_equal(earlier, -1);
	}
	hash.hash[0] = 3;
	hash.expires_ms = 2000;
	assert_int_equal(store_seen_add(place->store, &hash, 77, &earlier), 0);
	assert_int_equal(earlier, 3);
	assert_int_equal(store_seen_purge(place->store, 1500, 4, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(store_tend(place->store, 1500, &more), 0);
	assert_int_equal(store_seen_purge(place->store, 1500, 100, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_seen_find(place->store, &hash, &earlier), 0);
	assert_int_equal(earlier, 3);
	hash.hash[0] = 4;
	assert_int_equal(store_seen_find(place->store, &hash, &earlier), 0);
	assert_int_equal(earlier, -1);
}

/* Whatever lies beside it in the database. */
static void
a_hash_with_a_time_is_known_with_that_time_alone(void **state)
{
	struct place *place = *state;
	struct store_hash hash = { .hash = { 1 },
		.expires_ms = 1000,
		.time_ms = INT64_C(1790000000123) };
	struct store_hash other = hash;
	int64_t earlier = 0;

	assert_int_equal(store_seen_add(place->store, &hash, 5, &earlier), 0);
	assert_int_equal(earlier, -1);
	assert_int_equal(store_seen_find(place->store, &hash, &earlier), 0);
	assert_int_equal(earlier, 5);
	other.time_ms++;
	assert_int_equal(store_seen_find(place->store, &other, &earlier), 0);
	assert_int_equal(earlier, -1);
	other.time_ms = 0;
	assert_int_equal(store_seen_find(place->store, &other, &earlier), 0);
	assert_int_equal(earlier, -1);
	other = hash;
	other.hash[15] = 1;
	assert_int_equal(store_seen_find(place->store, &other, &earlier), 0);
	assert_int_equal(earlier, -1);
}

static int
take_offer(const struct store_offer *offer, void *arg)
{
	char *all = arg;
	size_t len = strlen(all);

	snprintf(all + len, 200 - len, "%u:%s:%llu:%s ", offer->number,
	    offer->name, (unsigned long long)offer->size,
	    store_kind_word(offer->kind));
	return 0;
}

static void
offers_are_listed_by_number(void **state)
{
	struct place *place = *state;
	int64_t uid = add_user(place->store, "a"), duplicate_of;
	char all[200] = "";
	struct store_offer offers[] = {
		{ .number = 2, .name = "b", .size = 5, .kind = STORE_IMAGE },
		{ .number = 1,
		    .name = "a",
		    .size = INT64_MAX,
		    .kind = STORE_FOLDER },
		{ .number = 2, .name = "again" },
	};
	struct store_message message = {
		.talk = talk_with(place->store, uid), .from = uid, .text = ""
	};

	assert_int_equal(store_message_receive(place->store, &message, offers,
			     3, NULL, 0, &duplicate_of),
	    0);
	assert_int_equal(
	    store_offer_each(place->store, message.row, take_offer, all), 0);
	assert_string_equal(all, "1:a:9223372036854775807:folder 2:b:5:image ");
	offers[0].size = (uint64_t)INT64_MAX + 1;
	assert_int_equal(store_message_receive(place->store, &message, offers,
			     1, NULL, 0, &duplicate_of),
	    CAM_ERR_LIMIT);
}

static void
values_are_kept_by_name(void **state)
{
	struct place *place = *state;
	char *value = NULL;
	int64_t number = 5;

	assert_int_equal(
	    store_profile_get(place->store, "away", &value), CAM_ERR_UNKNOWN);
	assert_int_equal(store_profile_set(place->store, "away", "外出中"), 0);
	assert_int_equal(store_profile_get(place->store, "away", &value), 0);
	assert_string_equal(value, "外出中");
	free(value);
	assert_int_equal(
	    store_profile_get_number(place->store, "away", &number),
	    CAM_ERR_FORMAT);
	assert_int_equal(store_profile_set(place->store, "away", NULL), 0);
	assert_int_equal(
	    store_profile_get_number(place->store, "away", &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(
	    store_profile_set_number(place->store, "n", INT64_MIN), 0);
	assert_int_equal(
	    store_profile_get_number(place->store, "n", &number), 0);
	assert_true(number == INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_STORE(a_talk_is_its_set_of_users),
		TEST_OF_STORE(a_talk_with_a_user_unknown_is_not_made),
		TEST_OF_STORE(very_many_users_are_everybody),
		TEST_OF_STORE(what_came_is_unread_until_the_talk_is_read),
		TEST_OF_STORE(
		    a_talk_is_found_by_all_of_its_users_and_no_others),
		TEST_OF_STORE(talks_of_a_merged_user_are_those_of_the_other),
		TEST_OF_STORE(a_delivery_is_followed_to_its_end),
		TEST_OF_STORE(the_greatest_packet_number_is_known),
		TEST_OF_STORE(a_notice_stays_until_it_is_removed),
		TEST_OF_STORE(a_hash_is_known_until_it_expires),
		TEST_OF_STORE(a_hash_with_a_time_is_known_with_that_time_alone),
		TEST_OF_STORE(offers_are_listed_by_number),
		TEST_OF_STORE(values_are_kept_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_neighbours.c: who is there in other segments, as a server hears it. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "camserver/lan/neighbours.h"
#include "test.h"

static void
on_forget(void *arg, const struct peer *peer)
{
	++*(int *)arg;
}

static struct lan_entry
entry(enum lan_entry_kind kind, const char *user, uint32_t host)
{
	return (struct lan_entry){ .kind = kind,
		.from = addr_v4(host, 2425),
		.user = user,
		.host = "pc",
		.nick = "Nick",
		.group = "Sales",
		.version = "",
		.status = 0x100000 };
}

static bool
hear(struct neighbours *neighbours, enum lan_entry_kind kind, const char *user,
    uint32_t host, uint64_t now_ms)
{
	struct lan_entry heard = entry(kind, user, host);

	return neighbours_hear(neighbours, &heard, now_ms);
}

static void
who_tells_of_himself_is_there_until_he_goes(void **state)
{
	int forgotten = 0;
	struct neighbours *neighbours = neighbours_new(on_forget, &forgotten);

	assert_true(hear(neighbours, LAN_ENTERED, "anna", 0x0a000001, 1000));
	assert_false(hear(neighbours, LAN_ANSWERED, "ANNA", 0x0a000001, 2000));
	assert_int_equal(neighbours_count(neighbours), 1);
	/* Nobody else says goodbye for him. */
	assert_false(hear(neighbours, LAN_LEFT, "anna", 0x0a000002, 3000));
	assert_true(hear(neighbours, LAN_LEFT, "anna", 0x0a000001, 4000));
	assert_int_equal(neighbours_count(neighbours), 0);
	assert_true(hear(neighbours, LAN_ENTERED, "anna", 0x0a000001, 5000));
	assert_int_equal(neighbours_count(neighbours), 1);
	neighbours_free(neighbours);
	assert_int_equal(forgotten, 1);
}

static void
what_others_list_counts_when_it_has_answered(void **state)
{
	int forgotten = 0;
	struct neighbours *neighbours = neighbours_new(on_forget, &forgotten);
	struct addr addr = addr_v4(0x0a000001, 2425);

	assert_false(hear(neighbours, LAN_LISTED, "anna", 0x0a000001, 1000));
	assert_int_equal(neighbours_count(neighbours), 0);
	assert_non_null(neighbours_find(neighbours, "anna", "pc", &addr));
	assert_true(hear(neighbours, LAN_ANSWERED, "anna", 0x0a000001, 2000));
	assert_int_equal(neighbours_count(neighbours), 1);
	neighbours_free(neighbours);
}

static void
one_name_at_two_addresses_is_two_entries(void **state)
{
	int forgotten = 0;
	struct neighbours *neighbours = neighbours_new(on_forget, &forgotten);
	struct addr second = addr_v4(0x0a000002, 2425);

	assert_true(hear(neighbours, LAN_ENTERED, "anna", 0x0a000001, 1000));
	assert_true(hear(neighbours, LAN_ENTERED, "anna", 0x0a000002, 1000));
	assert_int_equal(neighbours_count(neighbours), 2);
	assert_true(addr_equal(
	    &neighbours_find(neighbours, "anna", "pc", &second)->peer.addr,
	    &second));
	neighbours_free(neighbours);
}

static void
who_is_silent_is_told_as_gone_and_then_forgotten(void **state)
{
	int forgotten = 0;
	struct neighbours *neighbours = neighbours_new(on_forget, &forgotten);
	struct neighbour *anna = NULL;

	hear(neighbours, LAN_ENTERED, "anna", 0x0a000001, 1000);
	hear(neighbours, LAN_ENTERED, "bob", 0x0a000002, 5000);
	anna = neighbours_next(neighbours, NULL);
	anna->changed = false;
	assert_true(neighbours_expire(neighbours, 2000));
	assert_true(anna->changed);
	assert_int_equal(neighbours_count(neighbours), 1);
	/* Not before others have been told. */
	assert_false(neighbours_expire(neighbours, 2000));
	assert_int_equal(forgotten, 0);
	anna->changed = false;
	assert_false(neighbours_expire(neighbours, 2000));
	assert_int_equal(forgotten, 1);
	neighbours_free(neighbours);
}

static void
one_address_has_room_for_a_few_names(void **state)
{
	int forgotten = 0;
	struct neighbours *neighbours = neighbours_new(on_forget, &forgotten);
	char name[] = "user00";

	for (int i = 0; i < 2 * LIMIT_PEERS_UNPINNED_SOURCE; i++) {
		name[4] = (char)('0' + i / 10);
		name[5] = (char)('0' + i % 10);
		hear(neighbours, LAN_ENTERED, name, 0x0a000001, 1000);
	}
	assert_int_equal(
	    neighbours_count(neighbours), LIMIT_PEERS_UNPINNED_SOURCE);
	assert_true(hear(neighbours, LAN_ENTERED, "anna", 0x0a000002, 1000));
	neighbours_free(neighbours);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_tells_of_himself_is_there_until_he_goes),
		cmocka_unit_test(what_others_list_counts_when_it_has_answered),
		cmocka_unit_test(one_name_at_two_addresses_is_two_entries),
		cmocka_unit_test(
		    who_is_silent_is_told_as_gone_and_then_forgotten),
		cmocka_unit_test(one_address_has_room_for_a_few_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_table.c: the hash table of things that carry their own link. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

struct thing {
	struct table_link link;
	char name[16];
	bool seen;
};

static bool
same_name(const struct table_link *link, const void *key)
{
	return strcmp(container_of(link, struct thing, link)->name, key) == 0;
}

static struct thing *
find(const struct table *table, const char *name)
{
	struct table_link *link = table_find(
	    table, table_hash(table, name, strlen(name)), same_name, name);

	return link != NULL ? container_of(link, struct thing, link) : NULL;
}

static void
fill(struct table *table, struct thing *things, size_t count)
{
	table_init(table);
	for (size_t i = 0; i < count; i++) {
		things[i] = (struct thing){ .seen = false };
		snprintf(things[i].name, sizeof things[i].name, "user%zu", i);
		table_add(table, &things[i].link,
		    table_hash(table, things[i].name, strlen(things[i].name)));
	}
}

static void
all_that_was_added_is_found(void **state)
{
	static struct thing things[10000];
	struct table table;

	fill(&table, things, 10000);
	assert_int_equal(table.count, 10000);
	for (size_t i = 0; i < 10000; i++)
		assert_ptr_equal(find(&table, things[i].name), &things[i]);
	assert_null(find(&table, "user10000"));
	table_finish(&table);
}

static void
what_was_removed_is_gone_and_the_rest_stays(void **state)
{
	static struct thing things[1000];
	struct table table;

	fill(&table, things, 1000);
	for (size_t i = 0; i < 1000; i += 2)
		table_remove(&table, &things[i].link);
	assert_int_equal(table.count, 500);
	for (size_t i = 0; i < 1000; i++) {
		if (i % 2 == 0)
			assert_null(find(&table, things[i].name));
		else
			assert_ptr_equal(
			    find(&table, things[i].name), &things[i]);
	}
	table_remove(&table, &things[0].link);
	assert_int_equal(table.count, 500);
	table_finish(&table);
}

static void
a_walk_meets_each_once_even_while_removing(void **state)
{
	static struct thing things[300];
	struct table table;
	struct table_link *link = NULL, *next = NULL;
	size_t met = 0;

	fill(&table, things, 300);
	for (link = table_first(&table); link != NULL; link = next) {
		struct thing *thing = container_of(link, struct thing, link);

		next = table_next(&table, link);
		assert_false(thing->seen);
		thing->seen = true;
		met++;
		table_remove(&table, link);
	}
	assert_int_equal(met, 300);
	assert_int_equal(table.count, 0);
	assert_null(table_first(&table));
	table_finish(&table);
}

static void
an_empty_table_finds_nothing(void **state)
{
	struct table table;
	struct thing thing = { 0 };

	table_init(&table);
	assert_null(find(&table, "x"));
	assert_null(table_first(&table));
	table_remove(&table, &thing.link);
	table_finish(&table);
}

static void
all_of_one_hash_are_met_and_no_others(void **state)
{
	static struct thing things[100];
	struct table table;
	unsigned met[4] = { 0 };

	table_init(&table);
	assert_null(table_first_of(&table, 0));
	/* Hashes that share a slot, and some that are the same. */
	for (size_t i = 0; i < 100; i++)
		table_add(&table, &things[i].link, (i % 4) << 32);
	for (uint64_t hash = 0; hash < 4; hash++) {
		struct table_link *link = table_first_of(&table, hash << 32);

		for (; link != NULL; link = table_next_of(link)) {
			assert_true(link->hash == hash << 32);
			met[hash]++;
		}
		assert_int_equal(met[hash], 25);
	}
	assert_null(table_first_of(&table, 4));
	table_finish(&table);
}

static void
it_grows_at_load_one_and_does_not_shrink(void **state)
{
	static struct thing things[1025];
	struct table table;

	fill(&table, things, 1024);
	assert_int_equal(table.size, 1024);
	table_add(&table, &things[1024].link, 1);
	assert_int_equal(table.size, 2048);
	for (size_t i = 0; i < 1025; i++)
		table_remove(&table, &things[i].link);
	assert_int_equal(table.size, 2048);
	table_finish(&table);
}

/* What the reference code of SipHash-1-3 gives for the key 00 01 .. 0f and the
 * bytes 00 01 .. (len - 1). */
static void
the_hash_is_siphash_1_3(void **state)
{
	static const uint64_t expected[] = {
		0xabac0158050fc4dc,
		0xc9f49bf37d57ca93,
		0x82cb9b024dc7d44d,
		0x8bf80ab8e7ddf7fb,
		0xcf75576088d38328,
		0xdef9d52f49533b67,
		0xc50d2b50c59f22a7,
		0xd3927d989bb11140,
		0x369095118d299a8e,
	};
	struct table table = { .seed = {
				   0x0706050403020100, 0x0f0e0d0c0b0a0908 } };
	uint8_t bytes[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };

	for (size_t len = 0; len < sizeof expected / sizeof expected[0]; len++)
		assert_true(table_hash(&table, bytes, len) == expected[len]);
}

static void
the_seed_differs_and_folding_touches_only_ascii_letters(void **state)
{
	struct table a, b;

	table_init(&a);
	table_init(&b);
	assert_true(table_hash(&a, "anna", 4) != table_hash(&b, "anna", 4));
	assert_true(table_hash_fold(&a, "ANNA@pc1", 8) ==
		    table_hash_fold(&a, "anna@PC1", 8));
	assert_true(
	    table_hash_fold(&a, "anna", 4) == table_hash(&a, "anna", 4));
	assert_true(
	    table_hash_fold(&a, "@[", 2) != table_hash_fold(&a, "`{", 2));
	assert_true(table_hash_fold(&a, "\xc3\x84", 2) !=
		    table_hash_fold(&a, "\xc3\xa4", 2));
	table_finish(&a);
	table_finish(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_was_added_is_found),
		cmocka_unit_test(what_was_removed_is_gone_and_the_rest_stays),
		cmocka_unit_test(a_walk_meets_each_once_even_while_removing),
		cmocka_unit_test(an_empty_table_finds_nothing),
		cmocka_unit_test(all_of_one_hash_are_met_and_no_others),
		cmocka_unit_test(it_grows_at_load_one_and_does_not_shrink),
		cmocka_unit_test(the_hash_is_siphash_1_3),
		cmocka_unit_test(
		    the_seed_differs_and_folding_touches_only_ascii_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

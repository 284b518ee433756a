/* test_presence.c: our own absence, told and kept. */
#include "camd/people/presence.h"
#include "town.h"
#include "wire.h"

static struct presence *
presence_of(struct town *town)
{
	return town->world.camd.presence;
}

static void
a_title_is_a_short_form_of_the_text(void **state)
{
	struct town *town = *state;

	presence_away(presence_of(town),
	    "At lunch until half past one, then at the dentist\nand more");
	assert_string_equal(presence_title(presence_of(town)),
	    "At lunch until half past one, ");
	assert_string_equal(presence_text(presence_of(town)),
	    "At lunch until half past one, then at the dentist\nand more");
}

static void
a_title_ends_with_its_line_and_between_characters(void **state)
{
	struct town *town = *state;

	presence_away(presence_of(town), "lunch\nsecond line");
	assert_string_equal(presence_title(presence_of(town)), "lunch");
	presence_away(presence_of(town),
	    "\xe6\x98\xbc\xe6\x98\xbc\xe6\x98\xbc\xe6\x98\xbc\xe6\x98\xbc"
	    "\xe6\x98\xbc\xe6\x98\xbc\xe6\x98\xbc\xe6\x98\xbc\xe6\x98\xbcx");
	assert_int_equal(strlen(presence_title(presence_of(town))), 30);
	presence_away(presence_of(town), "");
	assert_string_equal(presence_text(presence_of(town)), "");
	assert_string_equal(presence_title(presence_of(town)), "");
}

static void
back_is_back(void **state)
{
	struct town *town = *state;

	assert_null(presence_text(presence_of(town)));
	presence_back(presence_of(town));
	presence_away(presence_of(town), "lunch");
	presence_back(presence_of(town));
	assert_null(presence_text(presence_of(town)));
	assert_null(presence_title(presence_of(town)));
	assert_null(town->world.camd.lan->title);
}

static void
absence_outlives_a_restart(void **state)
{
	struct town *town = *state;

	presence_away(presence_of(town), "on holiday");
	town_restart(town);
	assert_string_equal(presence_text(presence_of(town)), "on holiday");
	assert_string_equal(town->world.camd.lan->title, "on holiday");
	presence_back(presence_of(town));
	town_restart(town);
	assert_null(presence_text(presence_of(town)));
}

static void
settings_do_not_end_it(void **state)
{
	struct town *town = *state;
	char *problem = NULL;

	presence_away(presence_of(town), "lunch");
	assert_int_equal(camd_apply(&town->world.camd, &problem), 0);
	assert_string_equal(town->world.camd.lan->title, "lunch");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_TOWN(a_title_is_a_short_form_of_the_text),
		TEST_OF_TOWN(a_title_ends_with_its_line_and_between_characters),
		TEST_OF_TOWN(back_is_back),
		TEST_OF_TOWN(absence_outlives_a_restart),
		TEST_OF_TOWN(settings_do_not_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

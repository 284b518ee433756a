/* test_tui_grouping.c: the order of the roster, changed by one user or made
 * anew. */
#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "cam-tui/grouping.h"
#include "cam-tui/model.h"

enum { USERS = 40 };

struct office {
	struct model *model;
	struct grouping grouping; /* of those who are not hidden */
	bool was_found;
};

static void
list_all(const struct model *model, struct grouping *grouping)
{
	grouping_begin(grouping, model_user_count(model));
	for (const struct model_user *user = model_user_first(model);
	     user != NULL; user = model_user_next(model, user)) {
		if (!user->hidden)
			grouping_put(grouping, user);
	}
	grouping_end(grouping);
}

static void
on_change(const struct model_change *change, void *arg)
{
	struct office *office = arg;
	const struct model_user *before = change->before;

	if (change->kind != CHANGE_USERS)
		return;
	if (before != NULL && before->hidden)
		before = NULL;
	office->was_found = change->user != NULL &&
			    grouping_change(&office->grouping, change->user,
				before, !change->user->hidden);
	if (!office->was_found)
		list_all(office->model, &office->grouping);
}

static json_t *
user_object(unsigned number)
{
	static const char *const groups[] = { "", "Sales", "sales", "Support",
		"Lab" };
	static const char *const states[] = { "offline", "away", "online" };
	char id[16], nick[16];

	snprintf(id, sizeof id, "u%u@pc", number);
	snprintf(nick, sizeof nick, "%c%u", "aBcD"[random_below(4)],
	    random_below(3));
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:b}", "id", id, "nick",
	    nick, "group", groups[random_below(5)], "state",
	    states[random_below(3)], "priority", (int)random_below(2), "hidden",
	    random_below(10) == 0);
}

static void
change_one(struct office *office)
{
	json_t *params =
	    json_pack("{s:o}", "user", user_object(random_below(USERS)));

	model_take_event(office->model, "user.changed", params);
	json_decref(params);
}

static void
begin(struct office *office)
{
	*office = (struct office){ 0 };
	office->model = model_new(on_change, office);
}

static void
end(struct office *office)
{
	grouping_finish(&office->grouping);
	model_free(office->model);
}

static void
assert_same_lines(const struct grouping *a, const struct grouping *b)
{
	assert_int_equal(grouping_lines(a), grouping_lines(b));
	for (size_t i = 0; i < grouping_lines(a); i++) {
		struct grouping_line x = grouping_line(a, i),
				     y = grouping_line(b, i);

		assert_ptr_equal(x.user, y.user);
		assert_ptr_equal(x.first, y.first);
		assert_int_equal(x.count, y.count);
		assert_int_equal(x.is_folded, y.is_folded);
		if (x.user != NULL)
			assert_int_equal(grouping_place(a, x.user), i);
	}
}

static void
who_changes_comes_to_stand_where_all_made_anew_have_him(void **state)
{
	static const char *const folds[] = { "Sales", "", "Lab" };
	struct office office;

	begin(&office);
	for (int round = 0; round < 20000; round++) {
		struct grouping anew = { 0 };

		change_one(&office);
		assert_true(office.was_found);
		if (random_below(50) == 0)
			grouping_fold(&office.grouping, folds[random_below(3)]);
		if (random_below(100) == 0)
			grouping_unfold_all(
			    &office.grouping, random_below(2) == 0);
		for (size_t i = 0; i < office.grouping.folded_count; i++)
			grouping_fold(&anew, office.grouping.folded[i]);
		grouping_unfold_all(&anew, office.grouping.unfolds);
		list_all(office.model, &anew);
		assert_same_lines(&office.grouping, &anew);
		grouping_finish(&anew);
	}
	end(&office);
}

static void
what_changes_between_pages_is_in_order_after_the_last(void **state)
{
	struct grouping anew = { 0 };
	struct office office;
	json_t *page = json_array(), *rest = json_array();

	begin(&office);
	for (unsigned i = 0; i < USERS; i++)
		json_array_append_new(
		    i < USERS / 2 ? page : rest, user_object(i));
	model_take_users(office.model, page, true, false);
	/* Neither first nor last: nobody hears of it. */
	model_take_users(office.model, rest, false, false);
	for (int i = 0; i < 200; i++)
		change_one(&office);
	/* With the last page all is made anew. */
	model_take_users(office.model, rest, false, true);
	list_all(office.model, &anew);
	assert_same_lines(&office.grouping, &anew);
	grouping_finish(&anew);
	end(&office);
	json_decref(page);
	json_decref(rest);
}

static void
a_heading_counts_its_users_and_tells_that_it_is_folded(void **state)
{
	struct office office;
	struct grouping_line line;

	begin(&office);
	for (unsigned i = 0; i < 3; i++) {
		json_t *params = json_pack("{s:{s:s, s:s, s:s}}", "user", "id",
		    i == 0   ? "anna@pc"
		    : i == 1 ? "bob@pc"
			     : "carl@pc",
		    "nick",
		    i == 0   ? "Anna"
		    : i == 1 ? "Bob"
			     : "Carl",
		    "group", i < 2 ? "Lab" : "");

		model_take_event(office.model, "user.entered", params);
		json_decref(params);
	}
	assert_int_equal(grouping_lines(&office.grouping), 5);
	line = grouping_line(&office.grouping, 0);
	assert_null(line.user);
	assert_int_equal(line.count, 2);
	assert_string_equal(line.first->group, "Lab");
	assert_string_equal(
	    grouping_line(&office.grouping, 2).user->name, "Bob");
	assert_int_equal(grouping_line(&office.grouping, 3).count, 1);
	grouping_fold(&office.grouping, "Lab");
	assert_int_equal(grouping_lines(&office.grouping), 3);
	assert_true(grouping_line(&office.grouping, 0).is_folded);
	assert_int_equal(grouping_place(&office.grouping,
			     model_user(office.model, "bob@pc")),
	    3);
	assert_string_equal(
	    grouping_line(&office.grouping, 2).user->name, "Carl");
	grouping_unfold_all(&office.grouping, true);
	assert_int_equal(grouping_lines(&office.grouping), 5);
	end(&office);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    who_changes_comes_to_stand_where_all_made_anew_have_him),
		cmocka_unit_test(
		    what_changes_between_pages_is_in_order_after_the_last),
		cmocka_unit_test(
		    a_heading_counts_its_users_and_tells_that_it_is_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

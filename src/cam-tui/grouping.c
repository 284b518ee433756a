/* grouping.c: the users of the roster in order, and the lines they make. */
#include "cam-tui/grouping.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cam-tui/model.h"

void
grouping_finish(struct grouping *grouping)
{
	for (size_t i = 0; i < grouping->folded_count; i++)
		free(grouping->folded[i]);
	free(grouping->users);
	free(grouping->groups);
	*grouping = (struct grouping){ 0 };
}

/* -- order ---------------------------------------------------------------- */

/* Those without a group come last. */
static int
by_group(const char *a, const char *b)
{
	int order;

	if ((a[0] == '\0') != (b[0] == '\0'))
		return a[0] == '\0' ? 1 : -1;
	order = strcasecmp(a, b);
	return order != 0 ? order : strcmp(a, b);
}

static int
by_place(const struct model_user *a, const struct model_user *b)
{
	int order = by_group(a->group, b->group);

	if (order != 0)
		return order;
	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->presence != b->presence)
		return a->presence > b->presence ? -1 : 1;
	order = strcasecmp(a->name, b->name);
	return order != 0 ? order : strcmp(a->id, b->id);
}

static int
compare(const void *a, const void *b)
{
	return by_place(*(const struct model_user *const *)a,
	    *(const struct model_user *const *)b);
}

/* Of those from low to high the first who does not come before him. */
static size_t
find_place(const struct grouping *grouping, size_t low, size_t high,
    const struct model_user *user)
{
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (by_place(grouping->users[middle], user) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where he stands who was that before; count: not there. */
static size_t
find_user(const struct grouping *grouping, const struct model_user *user,
    const struct model_user *before)
{
	size_t low = 0, high = grouping->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (grouping->users[middle] == user)
			return middle;
		if (by_place(grouping->users[middle], before) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return grouping->count;
}

/* -- groups --------------------------------------------------------------- */

static bool
same_group(const struct model_user *a, const struct model_user *b)
{
	return strcmp(a->group, b->group) == 0;
}

static size_t
find_folded(const struct grouping *grouping, const char *name)
{
	size_t i = 0;

	while (i < grouping->folded_count &&
	       strcmp(grouping->folded[i], name) != 0)
		i++;
	return i;
}

static size_t
users_of(const struct grouping *grouping, size_t place)
{
	size_t end = place + 1 < grouping->group_count
			 ? grouping->groups[place + 1].first
			 : grouping->count;

	return end - grouping->groups[place].first;
}

static size_t
lines_of(const struct grouping *grouping, size_t place)
{
	return grouping->groups[place].is_folded
		   ? 1
		   : 1 + users_of(grouping, place);
}

static void
number_lines(struct grouping *grouping, size_t from)
{
	for (size_t i = from; i < grouping->group_count; i++)
		grouping->groups[i].line = i == 0
					       ? 0
					       : grouping->groups[i - 1].line +
						     lines_of(grouping, i - 1);
}

/* Before the one at place; its users begin there. */
static void
insert_group(struct grouping *grouping, size_t place, size_t first)
{
	const char *name = grouping->users[first]->group;

	grouping->groups = xreallocarray(grouping->groups,
	    grouping->group_count + 1, sizeof *grouping->groups);
	memmove(&grouping->groups[place + 1], &grouping->groups[place],
	    (grouping->group_count - place) * sizeof *grouping->groups);
	grouping->groups[place] = (struct group){ .first = first,
		.is_folded = !grouping->unfolds && find_folded(grouping, name) <
						       grouping->folded_count };
	grouping->group_count++;
}

/* The last whose users begin there or before. */
static size_t
group_of(const struct grouping *grouping, size_t user)
{
	size_t low = 0, high = grouping->group_count;

	while (low + 1 < high) {
		size_t middle = (low + high) / 2;

		if (grouping->groups[middle].first <= user)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void
make_groups(struct grouping *grouping)
{
	grouping->group_count = 0;
	for (size_t i = 0; i < grouping->count; i++) {
		if (i == 0 ||
		    !same_group(grouping->users[i - 1], grouping->users[i]))
			insert_group(grouping, grouping->group_count, i);
	}
	number_lines(grouping, 0);
}

void
grouping_fold(struct grouping *grouping, const char *name)
{
	size_t place = find_folded(grouping, name);

	if (place < grouping->folded_count) {
		free(grouping->folded[place]);
		grouping->folded[place] =
		    grouping->folded[--grouping->folded_count];
	} else if (grouping->folded_count < GROUPING_FOLDED_MAX) {
		grouping->folded[grouping->folded_count++] = xstrdup(name);
	}
	make_groups(grouping);
}

void
grouping_unfold_all(struct grouping *grouping, bool unfolds)
{
	if (grouping->unfolds == unfolds)
		return;
	grouping->unfolds = unfolds;
	make_groups(grouping);
}

/* -- users ---------------------------------------------------------------- */

static void
make_room(struct grouping *grouping, size_t count)
{
	grouping->users =
	    xreallocarray(grouping->users, count + 1, sizeof *grouping->users);
}

void
grouping_begin(struct grouping *grouping, size_t count)
{
	make_room(grouping, count);
	grouping->count = grouping->group_count = 0;
}

void
grouping_put(struct grouping *grouping, const struct model_user *user)
{
	grouping->users[grouping->count++] = user;
}

void
grouping_end(struct grouping *grouping)
{
	if (grouping->count > 0)
		qsort(grouping->users, grouping->count, sizeof *grouping->users,
		    compare);
	make_groups(grouping);
}

static void
shift_groups(struct grouping *grouping, size_t from, int by)
{
	for (size_t i = from; i < grouping->group_count; i++)
		grouping->groups[i].first += (size_t)by;
}

static void
take_out(struct grouping *grouping, size_t place)
{
	size_t group = group_of(grouping, place);
	bool was_last = users_of(grouping, group) == 1;

	grouping->count--;
	memmove(&grouping->users[place], &grouping->users[place + 1],
	    (grouping->count - place) * sizeof *grouping->users);
	shift_groups(grouping, group + 1, -1);
	if (was_last) {
		grouping->group_count--;
		memmove(&grouping->groups[group], &grouping->groups[group + 1],
		    (grouping->group_count - group) * sizeof *grouping->groups);
	}
	number_lines(grouping, group);
}

static void
put_in(struct grouping *grouping, const struct model_user *user)
{
	size_t place = find_place(grouping, 0, grouping->count, user);
	size_t group = 0;
	bool ends, begins;

	make_room(grouping, grouping->count + 1);
	memmove(&grouping->users[place + 1], &grouping->users[place],
	    (grouping->count - place) * sizeof *grouping->users);
	grouping->users[place] = user;
	ends = place > 0 && same_group(grouping->users[place - 1], user);
	begins = place < grouping->count &&
		 same_group(grouping->users[place + 1], user);
	grouping->count++;
	if (place > 0)
		group = group_of(grouping, place - 1) + !ends;
	if (!ends && !begins)
		insert_group(grouping, group, place);
	shift_groups(grouping, group + 1, 1);
	number_lines(grouping, group);
}

/* Within his group: only those between are moved. */
static void
move(struct grouping *grouping, size_t from, const struct model_user *user)
{
	const struct model_user **users = grouping->users;
	size_t to = from;

	if (from > 0 && by_place(user, users[from - 1]) < 0) {
		to = find_place(grouping, 0, from, user);
		memmove(
		    &users[to + 1], &users[to], (from - to) * sizeof *users);
	} else {
		to = find_place(grouping, from + 1, grouping->count, user) - 1;
		memmove(&users[from], &users[from + 1],
		    (to - from) * sizeof *users);
	}
	users[to] = user;
}

bool
grouping_change(struct grouping *grouping, const struct model_user *user,
    const struct model_user *before, bool is_listed)
{
	size_t place = grouping->count;

	if (before != NULL) {
		place = find_user(grouping, user, before);
		if (place == grouping->count)
			return false;
	}
	if (before != NULL && is_listed && same_group(before, user)) {
		move(grouping, place, user);
		return true;
	}
	if (before != NULL)
		take_out(grouping, place);
	if (is_listed)
		put_in(grouping, user);
	return true;
}

/* -- lines ---------------------------------------------------------------- */

size_t
grouping_lines(const struct grouping *grouping)
{
	size_t last = grouping->group_count;

	if (last == 0)
		return 0;
	return grouping->groups[last - 1].line + lines_of(grouping, last - 1);
}

struct grouping_line
grouping_line(const struct grouping *grouping, size_t place)
{
	size_t low = 0, high = grouping->group_count, below;
	const struct group *group;

	while (low + 1 < high) {
		size_t middle = (low + high) / 2;

		if (grouping->groups[middle].line <= place)
			low = middle;
		else
			high = middle;
	}
	group = &grouping->groups[low];
	below = place - group->line;
	return (struct grouping_line){
		.user = below > 0 ? grouping->users[group->first + below - 1]
				  : NULL,
		.first = grouping->users[group->first],
		.count = users_of(grouping, low),
		.is_folded = group->is_folded,
	};
}

size_t
grouping_place(const struct grouping *grouping, const struct model_user *user)
{
	size_t place = find_user(grouping, user, user);
	const struct group *group;

	if (place == grouping->count)
		return grouping_lines(grouping);
	group = &grouping->groups[group_of(grouping, place)];
	return group->is_folded ? grouping_lines(grouping)
				: group->line + 1 + place - group->first;
}

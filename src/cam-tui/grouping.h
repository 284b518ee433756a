/* grouping.h: the users of the roster in order, by group, and the lines they
 * make: each group has a heading, and a line for each user unless it is folded.
 * Pure. */
#ifndef CAM_TUI_GROUPING_H
#define CAM_TUI_GROUPING_H

#include <stdbool.h>
#include <stddef.h>

struct model_user;

enum { GROUPING_FOLDED_MAX = 256 };

struct group {
	size_t first; /* of its users */
	size_t line;  /* its heading */
	bool is_folded;
};

struct grouping {
	const struct model_user **users; /* borrowed, in order */
	size_t count;
	struct group *groups;
	size_t group_count;
	char *folded[GROUPING_FOLDED_MAX]; /* groups of these names */
	size_t folded_count;
	bool unfolds; /* all, whatever is folded */
};

/* A line: a group's heading, or one of its users. */
struct grouping_line {
	const struct model_user *user;	/* NULL: the heading */
	const struct model_user *first; /* of the group */
	size_t count;			/* of users in it */
	bool is_folded;
};

/* All 0 is an empty one. */
void grouping_finish(struct grouping *grouping);

/* Lists these users, of whom there are no more than count: each is put, in any
 * order, between the two. */
void grouping_begin(struct grouping *grouping, size_t count);
void grouping_put(struct grouping *grouping, const struct model_user *user);
void grouping_end(struct grouping *grouping);
/*
 * One user has come, gone or become another. before is what he was when he was
 * listed, as far as the order goes by it; NULL: he was not. False: he does not
 * stand where he should since others have changed, too, and nothing was done.
 */
bool grouping_change(struct grouping *grouping, const struct model_user *user,
    const struct model_user *before, bool is_listed);

/* Folds the group of that name, or unfolds it. */
void grouping_fold(struct grouping *grouping, const char *name);
/* As long as it is set nothing is folded. */
void grouping_unfold_all(struct grouping *grouping, bool unfolds);

size_t grouping_lines(const struct grouping *grouping);
/* place is less than grouping_lines(). */
struct grouping_line grouping_line(
    const struct grouping *grouping, size_t place);
/* The user's line; grouping_lines(): he has none. */
size_t grouping_place(
    const struct grouping *grouping, const struct model_user *user);

#endif

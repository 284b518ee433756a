/* switcher.c: the views that are open. */
#include "cam-tui/switcher.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cam-tui/composer.h"

void
view_init(struct view *view, const struct view_type *type, struct tui *tui)
{
	*view = (struct view){ .type = type,
		.tui = tui,
		.composer = composer_new(),
		.is_list = type->is_list,
		.changed = true };
}

void
view_finish(struct view *view)
{
	composer_free(view->composer);
	rows_finish(&view->rows);
}

char *
view_title(const struct view *view)
{
	return view->type->title != NULL ? view->type->title(view)
					 : xstrdup(view->type->name);
}

void
view_unread(const struct view *view, size_t *unread, size_t *mentions)
{
	*unread = *mentions = 0;
	if (view->type->unread != NULL)
		view->type->unread(view, unread, mentions);
}

void
switcher_init(struct switcher *switcher)
{
	*switcher = (struct switcher){ 0 };
}

void
switcher_finish(struct switcher *switcher)
{
	for (size_t i = 0; i < switcher->count; i++)
		switcher->views[i]->type->free(switcher->views[i]);
	free(switcher->views);
	*switcher = (struct switcher){ 0 };
}

static void
number_all(struct switcher *switcher)
{
	for (size_t i = 0; i < switcher->count; i++)
		switcher->views[i]->number = (unsigned)i + 1;
}

void
switcher_add(struct switcher *switcher, struct view *view)
{
	switcher->views = xreallocarray(
	    switcher->views, switcher->count + 1, sizeof *switcher->views);
	switcher->views[switcher->count++] = view;
	number_all(switcher);
}

void
switcher_show(struct switcher *switcher, struct view *view)
{
	struct view *left = switcher->shown;

	if (left == view)
		return;
	switcher->previous = left;
	switcher->shown = view;
	if (left != NULL && left->type->shown != NULL)
		left->type->shown(left, false);
	if (view->type->shown != NULL)
		view->type->shown(view, true);
}

void
switcher_close(struct switcher *switcher, struct view *view)
{
	size_t place = view->number - 1;
	struct view *next = switcher->previous;

	if (switcher->count == 1)
		return;
	if (next == NULL || next == view)
		next = switcher->views[place > 0 ? place - 1 : 1];
	if (switcher->shown == view)
		switcher_show(switcher, next);
	if (switcher->previous == view)
		switcher->previous = NULL;
	memmove(&switcher->views[place], &switcher->views[place + 1],
	    (switcher->count - place - 1) * sizeof *switcher->views);
	switcher->count--;
	number_all(switcher);
	view->type->free(view);
}

bool
switcher_has(const struct switcher *switcher, const struct view *view)
{
	for (size_t i = 0; i < switcher->count; i++) {
		if (switcher->views[i] == view)
			return true;
	}
	return false;
}

struct view *
switcher_at(const struct switcher *switcher, size_t number)
{
	return number >= 1 && number <= switcher->count
		   ? switcher->views[number - 1]
		   : NULL;
}

struct view *
switcher_neighbour(const struct switcher *switcher, bool next)
{
	size_t place = switcher->shown->number - 1;
	size_t step = next ? 1 : switcher->count - 1;

	return switcher->views[(place + step) % switcher->count];
}

struct view *
switcher_active(const struct switcher *switcher)
{
	struct view *found = NULL;
	bool named = false;

	for (size_t i = 0; i < switcher->count; i++) {
		size_t unread, mentions;

		view_unread(switcher->views[i], &unread, &mentions);
		if (switcher->views[i] == switcher->shown || unread == 0)
			continue;
		if (found == NULL || (mentions > 0 && !named)) {
			found = switcher->views[i];
			named = mentions > 0;
		}
	}
	return found;
}

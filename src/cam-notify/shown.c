/* shown.c: which notification of the service is that of which talk. */
#include "cam-notify/shown.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t
place_of(const struct shown *shown, const char *key)
{
	size_t place = 0;

	while (place < shown->count && strcmp(shown->list[place].key, key) != 0)
		place++;
	return place;
}

static void
drop_at(struct shown *shown, size_t place)
{
	free(shown->list[place].key);
	shown->count--;
	memmove(&shown->list[place], &shown->list[place + 1],
	    (shown->count - place) * sizeof shown->list[0]);
}

uint32_t
shown_find(const struct shown *shown, const char *key)
{
	size_t place = place_of(shown, key);

	return place < shown->count ? shown->list[place].id : 0;
}

void
shown_set(struct shown *shown, const char *key, uint32_t id)
{
	shown_drop(shown, key);
	if (shown->count == SHOWN_MAX)
		drop_at(shown, 0);
	shown->list[shown->count].key = xstrdup(key);
	shown->list[shown->count++].id = id;
}

void
shown_drop(struct shown *shown, const char *key)
{
	size_t place = place_of(shown, key);

	if (place < shown->count)
		drop_at(shown, place);
}

void
shown_finish(struct shown *shown)
{
	while (shown->count > 0)
		drop_at(shown, 0);
}

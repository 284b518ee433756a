/* notices.c: presence and the directory as texts that channels share. */
#include "camserver/links/notices.h"

#include <stdlib.h>

#include "base/mem.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/roll.h"
#include "rpc/channel.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { CHANGES_AT_ONCE = 200 };

struct texts {
	struct channel_text **list; /* a NULL is made when it is asked for */
	size_t count;
};

struct notices {
	const struct roll *roll;
	struct texts presence; /* all of it, or nothing */
	struct texts changes;  /* pages of CHANGES_AT_ONCE, all full */
	/* The last page, which somebody at that place was sent. */
	struct channel_text *last;
	uint64_t last_after, last_end;
	struct channel_text *news; /* of presence */
};

static void
texts_clear(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		channel_text_free(texts->list[i]);
	free(texts->list);
	*texts = (struct texts){ .list = NULL };
}

/* The place of that number. */
static struct channel_text **
texts_at(struct texts *texts, size_t number)
{
	if (number >= texts->count) {
		texts->list = xreallocarray(
		    texts->list, number + 1, sizeof(struct channel_text *));
		while (texts->count <= number)
			texts->list[texts->count++] = NULL;
	}
	return &texts->list[number];
}

/* -- presence ----------------------------------------------------------------
 */

/* members is taken. */
static struct channel_text *
presence_text(json_t *members)
{
	return channel_text_new(
	    DIRECTORY_PRESENCE, json_pack("{s:o}", "members", members));
}

void
notices_send_presence(struct notices *notices, struct memberlink *link)
{
	struct texts *texts = &notices->presence;
	bool is_new = texts->count == 0;
	uint64_t after = 0;
	json_t *page = NULL;

	while (is_new && (page = roll_page(notices->roll, &after)) != NULL)
		*texts_at(texts, texts->count) = presence_text(page);
	for (size_t i = 0; i < texts->count; i++)
		memberlink_tell(link, texts->list[i]);
}

void
notices_begin_presence(struct notices *notices, json_t *members)
{
	texts_clear(&notices->presence);
	channel_text_free(notices->news);
	notices->news = presence_text(json_incref(members));
}

void
notices_tell_presence(struct notices *notices, struct memberlink *link)
{
	memberlink_tell(link, notices->news);
}

/* -- the directory -----------------------------------------------------------
 */

static struct channel_text *
make_page(const struct notices *notices, uint64_t after, uint64_t end)
{
	const struct roll *roll = notices->roll;
	json_t *changes = json_array(), *params = NULL;

	for (uint64_t number = after + 1; number <= end; number++)
		json_array_append_new(
		    changes, json_hex(roll_change(roll, number)));
	params = json_pack(
	    "{s:I, s:o}", "after", (json_int_t)after, "changes", changes);
	if (end == roll_head(roll)->number)
		json_object_set_new(params, "head",
		    json_hex(span_of(roll_head_bytes(roll), HEAD_BYTES)));
	return channel_text_new(DIRECTORY_CHANGES, params);
}

static struct channel_text *
last_page(struct notices *notices, uint64_t after, uint64_t end)
{
	if (notices->last != NULL && notices->last_after == after &&
	    notices->last_end == end)
		return notices->last;
	channel_text_free(notices->last);
	notices->last = make_page(notices, after, end);
	notices->last_after = after;
	notices->last_end = end;
	return notices->last;
}

void
notices_send_changes(struct notices *notices, struct memberlink *link)
{
	uint64_t end = roll_head(notices->roll)->number;

	while (link->wire != NULL && link->shown < end) {
		uint64_t after = link->shown;
		uint64_t number = after / CHANGES_AT_ONCE;
		uint64_t next = (number + 1) * CHANGES_AT_ONCE;
		struct channel_text **page = NULL;

		link->shown = next < end ? next : end;
		if (next >= end || after % CHANGES_AT_ONCE != 0) {
			memberlink_tell(
			    link, last_page(notices, after, link->shown));
			continue;
		}
		page = texts_at(&notices->changes, number);
		if (*page == NULL)
			*page = make_page(notices, after, next);
		memberlink_tell(link, *page);
	}
}

/* -- making and ending -------------------------------------------------------
 */

void
notices_forget(struct notices *notices)
{
	texts_clear(&notices->presence);
	texts_clear(&notices->changes);
	channel_text_free(notices->last);
	channel_text_free(notices->news);
	notices->last = notices->news = NULL;
}

struct notices *
notices_new(const struct roll *roll)
{
	struct notices *notices = xcalloc(1, sizeof *notices);

	notices->roll = roll;
	return notices;
}

void
notices_free(struct notices *notices)
{
	if (notices == NULL)
		return;
	notices_forget(notices);
	free(notices);
}

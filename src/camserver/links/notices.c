/* notices.c: presence and the directory as texts that channels share. */
#include "camserver/links/notices.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/presence.h"
#include "camserver/links/roll.h"
#include "link/known.h"
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
	struct texts presence[PRESENCE_FORMS];
	struct texts pages;   /* of link/known.h */
	struct buf digests;   /* of all of them, or nothing */
	struct texts changes; /* pages of CHANGES_AT_ONCE, all full */
	/* The last page, which somebody at that place was sent. */
	struct channel_text *last;
	uint64_t last_after, last_end;
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

static struct channel_text *
presence_text(json_t *params)
{
	return channel_text_new(DIRECTORY_PRESENCE, params);
}

/* All of one form. */
static struct texts *
make_presence(struct notices *notices, enum presence_form form)
{
	struct texts *texts = &notices->presence[form];
	uint64_t after = 0;
	json_t *params = NULL;

	while ((params = presence_next(notices->roll, form, &after)) != NULL)
		*texts_at(texts, texts->count) = presence_text(params);
	return texts;
}

static void
tell_texts(const struct texts *texts, struct memberlink *link)
{
	for (size_t i = 0; i < texts->count; i++)
		memberlink_tell(link, texts->list[i]);
}

static void
forget_presence(struct notices *notices)
{
	for (size_t i = 0; i < PRESENCE_FORMS; i++)
		texts_clear(&notices->presence[i]);
	texts_clear(&notices->pages);
	buf_clear(&notices->digests);
}

/* Of those who have a page in common with him, nothing. */
static void
send_pages(struct notices *notices, struct memberlink *link)
{
	size_t all = 0;

	if (notices->digests.len == 0)
		presence_digests(notices->roll, &notices->digests);
	all = known_page(roll_head(notices->roll)->number) + 1;
	for (size_t i = 0; i < all; i++) {
		size_t at = i * KNOWN_DIGEST_SIZE;
		struct channel_text **page = NULL;
		json_t *params = NULL;

		if (at + KNOWN_DIGEST_SIZE <= notices->digests.len &&
		    at + KNOWN_DIGEST_SIZE <= link->known.len &&
		    memcmp(notices->digests.data + at, link->known.data + at,
			KNOWN_DIGEST_SIZE) == 0)
			continue;
		page = texts_at(&notices->pages, i);
		if (*page == NULL &&
		    (params = presence_page(notices->roll, i)) != NULL)
			*page = presence_text(params);
		if (*page != NULL)
			memberlink_tell(link, *page);
	}
}

void
notices_send_presence(struct notices *notices, struct memberlink *link)
{
	enum presence_form form =
	    link->is_brief ? PRESENCE_ALL_BRIEF : PRESENCE_ALL;

	if (link->is_brief)
		send_pages(notices, link);
	buf_finish(&link->known);
	if (notices->presence[form].count == 0)
		(void)make_presence(notices, form);
	tell_texts(&notices->presence[form], link);
}

void
notices_begin_presence(struct notices *notices)
{
	forget_presence(notices);
	(void)make_presence(notices, PRESENCE_NEWS);
	(void)make_presence(notices, PRESENCE_NEWS_BRIEF);
}

void
notices_tell_presence(struct notices *notices, struct memberlink *link)
{
	tell_texts(&notices->presence[link->is_brief ? PRESENCE_NEWS_BRIEF
						     : PRESENCE_NEWS],
	    link);
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
	forget_presence(notices);
	buf_finish(&notices->digests);
	texts_clear(&notices->changes);
	channel_text_free(notices->last);
	notices->last = NULL;
}

struct notices *
notices_new(const struct roll *roll)
{
	struct notices *notices = xcalloc(1, sizeof *notices);

	notices->roll = roll;
	buf_init(&notices->digests, KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE);
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

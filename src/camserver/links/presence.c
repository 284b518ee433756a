/* presence.c: members as items and states. */
#include "camserver/links/presence.h"

#include <string.h>

#include "base/buf.h"
#include "camserver/links/roll.h"
#include "link/known.h"
#include "link/states.h"
#include "rpc/json.h"

enum {
	/* Of one notice, and of a member in it: at most so much, and his words,
	 * of which JSON may make as many times as much. */
	NOTICE_MAX = 128 * 1024,
	ITEM_BYTES = 96,
	ESCAPED_MAX = 6,
	/* A run of digits skips so many, rather than that another begins. */
	SKIPPED_MAX = 64,
	RUN_BYTES = 32,
};

/* A notice being made. */
struct notice {
	json_t *members, *states;
	struct buf run; /* the one that is open, from first to last */
	uint64_t first, last;
	size_t bytes;
};

static enum roll_state
state_of(const struct roll_member *member)
{
	return member->link == NULL   ? ROLL_OFFLINE
	       : member->away != NULL ? ROLL_AWAY
				      : ROLL_ONLINE;
}

static json_t *
item_of(const struct roll_member *member, const char *words)
{
	char addr[ADDR_TEXT_SIZE] = "";
	enum roll_state state = state_of(member);

	if (member->addr.family != ADDR_NONE)
		(void)addr_format(&member->addr, addr);
	return json_pack("[I, i, I, s, o]", (json_int_t)member->number,
	    (int)state, (json_int_t)member->card_version, addr,
	    state == ROLL_AWAY && words != NULL ? json_text(span_text(words))
						: json_null());
}

/* False: the notice has no room for him, here and below. */
static bool
add_item(struct notice *notice, const struct roll_member *member)
{
	size_t more = ITEM_BYTES;

	if (member->away != NULL)
		more += strlen(member->away) * ESCAPED_MAX;
	if (notice->bytes + more > NOTICE_MAX ||
	    json_array_size(notice->members) == KNOWN_MEMBERS_MAX)
		return false;
	notice->bytes += more;
	json_array_append_new(notice->members, item_of(member, member->away));
	return true;
}

static void
end_run(struct notice *notice)
{
	struct buf text;

	if (notice->run.len == 0)
		return;
	buf_init(&text, NOTICE_MAX);
	states_write(buf_span(&notice->run), &text);
	json_array_append_new(
	    notice->states, json_pack("[I, s#]", (json_int_t)notice->first,
				(const char *)text.data, (int)text.len));
	buf_finish(&text);
	buf_clear(&notice->run);
}

static bool
add_state(struct notice *notice, const struct roll_member *member)
{
	uint64_t skipped = member->number - notice->last - 1;

	if (notice->bytes + RUN_BYTES > NOTICE_MAX)
		return false;
	if (skipped > SKIPPED_MAX)
		end_run(notice);
	if (notice->run.len == 0) {
		notice->first = member->number;
		notice->bytes += RUN_BYTES;
		skipped = 0;
	}
	notice->bytes += skipped + 1;
	while (skipped-- > 0)
		buf_put_byte(&notice->run, STATES_UNSAID);
	buf_put_byte(&notice->run, (uint8_t)state_of(member));
	notice->last = member->number;
	return true;
}

static bool
is_told(const struct roll_member *member, enum presence_form form)
{
	return member->card_version != 0 &&
	       (form == PRESENCE_ALL || form == PRESENCE_ALL_BRIEF ||
		   member->changed != ROLL_SAME);
}

/* Whether more is told of him than his state. */
static bool
is_item(const struct roll_member *member, enum presence_form form)
{
	return form == PRESENCE_ALL || form == PRESENCE_NEWS ||
	       member->away != NULL ||
	       (form == PRESENCE_NEWS_BRIEF && member->changed == ROLL_OTHER);
}

static json_t *
notice_params(struct notice *notice)
{
	json_t *params = NULL;

	end_run(notice);
	if (json_array_size(notice->members) + json_array_size(notice->states) >
	    0)
		params = json_pack("{s:O}", "members", notice->members);
	if (json_array_size(notice->states) > 0)
		json_object_set(params, "states", notice->states);
	json_decref(notice->members);
	json_decref(notice->states);
	buf_finish(&notice->run);
	return params;
}

json_t *
presence_next(const struct roll *roll, enum presence_form form, uint64_t *after)
{
	struct notice notice = { .members = json_array(),
		.states = json_array() };
	const struct roll_member *member = NULL;

	buf_init(&notice.run, NOTICE_MAX);
	while ((member = roll_next(roll, member)) != NULL) {
		if (member->number <= *after || !is_told(member, form))
			continue;
		if (is_item(member, form) ? !add_item(&notice, member)
					  : !add_state(&notice, member))
			break;
		*after = member->number;
	}
	return notice_params(&notice);
}

json_t *
presence_page(const struct roll *roll, size_t page)
{
	json_t *members = json_array();
	uint64_t first = (uint64_t)page * KNOWN_PAGE + 1;

	for (uint64_t i = first; i < first + KNOWN_PAGE; i++) {
		const struct roll_member *member = roll_by_number(roll, i);

		if (member != NULL && member->card_version != 0)
			json_array_append_new(members, item_of(member, NULL));
	}
	if (json_array_size(members) > 0)
		return json_pack("{s:o}", "members", members);
	json_decref(members);
	return NULL;
}

void
presence_digests(const struct roll *roll, struct buf *digests)
{
	const struct roll_member *member = NULL;
	struct known known;

	known_begin(&known, digests);
	while ((member = roll_next(roll, member)) != NULL)
		if (member->card_version != 0)
			known_add(&known, member->number, member->card_version,
			    &member->addr);
	known_end(&known);
}

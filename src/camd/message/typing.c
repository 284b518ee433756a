/* typing.c: who is writing, told and heard, never kept. */
#include "camd/message/typing.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "camd/trust/trust.h"
#include "crypto/envelope.h"
#include "loop/timer.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	AGAIN_MS = 3000, /* who goes on writing says so again */
	OVER_MS = 8000,	 /* who has not said so for that long has stopped */
	QUIET_MS = 300,	 /* between two changes of one user */
	TOLD_MAX = 1024
};

/* Somebody who writes to us, or whom we have told lately that we do. */
struct party {
	struct table_link link; /* by uid */
	struct typing *typing;
	int64_t uid;
	uint8_t talk[ENVELOPE_TALK_SIZE];
	bool writes;
	uint64_t changed_ms;
	struct timer over; /* of those heard */
};

struct typing {
	struct camd *camd;
	struct table heard;
	struct table told;
};

/* -- parties --------------------------------------------------------------- */

static bool
is_of(const struct table_link *link, const void *key)
{
	return container_of(link, const struct party, link)->uid ==
	       *(const int64_t *)key;
}

static struct party *
find_party(const struct table *table, int64_t uid)
{
	struct table_link *link =
	    table_find(table, table_hash(table, &uid, sizeof uid), is_of, &uid);

	return link != NULL ? container_of(link, struct party, link) : NULL;
}

static void on_over(void *arg);

static struct party *
add_party(struct typing *typing, struct table *table, int64_t uid)
{
	struct party *party = xcalloc(1, sizeof *party);

	party->typing = typing;
	party->uid = uid;
	timer_init(&party->over, typing->camd->loop, on_over, party);
	table_add(table, &party->link, table_hash(table, &uid, sizeof uid));
	return party;
}

static void
remove_party(struct table *table, struct party *party)
{
	table_remove(table, &party->link);
	timer_finish(&party->over);
	free(party);
}

static void
forget_all(struct table *table)
{
	struct table_link *link;

	while ((link = table_first(table)) != NULL)
		remove_party(table, container_of(link, struct party, link));
}

struct typing *
typing_new(struct camd *camd)
{
	struct typing *typing = xcalloc(1, sizeof *typing);

	typing->camd = camd;
	table_init(&typing->heard);
	table_init(&typing->told);
	return typing;
}

void
typing_free(struct typing *typing)
{
	if (typing == NULL)
		return;
	forget_all(&typing->heard);
	forget_all(&typing->told);
	table_finish(&typing->heard);
	table_finish(&typing->told);
	free(typing);
}

static bool
is_on(const struct typing *typing)
{
	return settings_on(typing->camd->settings, "typing.send");
}

static void
find_talk(const struct camd *camd, struct user *const *users, size_t count,
    uint8_t talk[ENVELOPE_TALK_SIZE])
{
	uint8_t(*keys)[SIGN_KEY_SIZE] = xcalloc(count + 1, sizeof *keys);

	memcpy(keys[0], identity_user_key(camd->identity), SIGN_KEY_SIZE);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *key = trust_user_key(camd->trust, users[i]);

		if (key != NULL)
			memcpy(keys[i + 1], key, SIGN_KEY_SIZE);
	}
	envelope_talk((const uint8_t(*)[SIGN_KEY_SIZE])keys, count + 1, talk);
	free(keys);
}

/* -- told ------------------------------------------------------------------ */

/* He has heard the same just now. */
static bool
is_told(struct typing *typing, int64_t uid,
    const uint8_t talk[ENVELOPE_TALK_SIZE], bool writes)
{
	struct party *party = find_party(&typing->told, uid);
	uint64_t now_ms = clock_now_ms();

	if (party == NULL) {
		if (!writes)
			return true;
		if (typing->told.count >= TOLD_MAX)
			forget_all(&typing->told);
		party = add_party(typing, &typing->told, uid);
	} else if (party->writes == writes &&
		   memcmp(party->talk, talk, ENVELOPE_TALK_SIZE) == 0 &&
		   (!writes || now_ms - party->changed_ms < AGAIN_MS)) {
		return true;
	}
	memcpy(party->talk, talk, ENVELOPE_TALK_SIZE);
	party->writes = writes;
	party->changed_ms = now_ms;
	return false;
}

void
typing_tell(
    struct typing *typing, struct user *const *users, size_t count, bool writes)
{
	const struct camd *camd = typing->camd;
	uint8_t talk[ENVELOPE_TALK_SIZE];
	char text[2 * ENVELOPE_TALK_SIZE + 1];

	if (!is_on(typing))
		return;
	find_talk(camd, users, count, talk);
	hex_encode(talk, sizeof talk, text);
	for (size_t i = 0; i < count; i++) {
		struct link *link = links_of(camd->links, users[i]);

		if (link != NULL && link_can(link, LINK_TYPING) &&
		    !trust_is_blocked(camd->trust, users[i]) &&
		    !is_told(typing, users[i]->uid, talk, writes))
			(void)link_notify(link, LINK_TYPING_NOTICE,
			    json_pack("{s:s, s:b}", "talk", text, "typing",
				(int)writes));
	}
}

/* -- heard ----------------------------------------------------------------- */

static void
tell(const struct party *party)
{
	struct camd *camd = party->typing->camd;
	struct user *user = roster_by_uid(camd->roster, party->uid);
	uint8_t direct[ENVELOPE_TALK_SIZE];
	char talk[2 * ENVELOPE_TALK_SIZE + 1];

	if (user == NULL || !events_wanted(camd->events, EVENT_USER_TYPING))
		return;
	find_talk(camd, &user, 1, direct);
	hex_encode(party->talk, sizeof party->talk, talk);
	events_tell(camd->events, EVENT_USER_TYPING,
	    json_pack("{s:o, s:b, s:s, s:b}", "user",
		user_object(user, camd->lan), "typing", (int)party->writes,
		"talk", talk, "direct",
		memcmp(direct, party->talk, sizeof direct) == 0));
}

static void
stop(struct typing *typing, struct party *party)
{
	party->writes = false;
	tell(party);
	remove_party(&typing->heard, party);
}

static void
on_over(void *arg)
{
	struct party *party = arg;

	stop(party->typing, party);
}

static void
start(
    struct typing *typing, int64_t uid, const uint8_t talk[ENVELOPE_TALK_SIZE])
{
	struct party *party = find_party(&typing->heard, uid);
	uint64_t now_ms = clock_now_ms();
	bool news =
	    party == NULL || memcmp(party->talk, talk, ENVELOPE_TALK_SIZE) != 0;

	/* Where he writes may not change faster than people can follow. */
	if (news && party != NULL && now_ms - party->changed_ms < QUIET_MS)
		return;
	if (party == NULL)
		party = add_party(typing, &typing->heard, uid);
	memcpy(party->talk, talk, ENVELOPE_TALK_SIZE);
	party->writes = true;
	timer_start(&party->over, OVER_MS);
	if (!news)
		return;
	party->changed_ms = now_ms;
	tell(party);
}

int
typing_hear(struct link *link, json_t *params, const json_int_t *id)
{
	struct typing *typing = link_camd(link)->typing;
	const json_t *talk = json_object_get(params, "talk"),
		     *writes = json_object_get(params, "typing");
	uint8_t bytes[ENVELOPE_TALK_SIZE];
	struct party *party;

	if (!json_is_string(talk) || !json_is_boolean(writes) ||
	    hex_decode(
		span_of(json_string_value(talk), json_string_length(talk)),
		bytes, sizeof bytes) < 0)
		return CAM_ERR_REQUEST;
	if (!is_on(typing))
		return 0;
	party = find_party(&typing->heard, link_user(link)->uid);
	if (json_is_true(writes)) {
		start(typing, link_user(link)->uid, bytes);
	} else if (party != NULL) {
		/* One who says so again and again shortens only his own time.
		 */
		if (clock_now_ms() - party->changed_ms < QUIET_MS)
			timer_start(&party->over, QUIET_MS);
		else
			stop(typing, party);
	}
	return 0;
}

void
typing_user_gone(struct typing *typing, const struct user *user)
{
	struct party *party = find_party(&typing->heard, user->uid);

	if (party != NULL)
		stop(typing, party);
	party = find_party(&typing->told, user->uid);
	if (party != NULL)
		remove_party(&typing->told, party);
}

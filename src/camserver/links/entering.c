/* entering.c: signatures checked in the pool, membership in the database. */
#include "camserver/links/entering.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/roll.h"
#include "camserver/links/seen.h"
#include "camserver/members.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "link/known.h"
#include "link/linkhello.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum coming_kind { COMING_JOIN, COMING_ENTER, COMING_CARD };

/* Somebody's keys while they are looked at: pool, then writer. */
struct coming {
	struct job job;
	struct memberlinks *links;
	uint64_t serial;
	enum coming_kind kind;
	json_int_t id;
	uint8_t key[SIGN_KEY_SIZE]; /* of his TLS */
	uint8_t secret[INVITATION_SECRET_SIZE];
	bool approve;
	struct linkhello hello;
	struct linkhello_proof proof;
	char *card;
	struct member_standing standing;
	int err;
};

static void
coming_free(struct coming *coming)
{
	wipe(coming->secret, sizeof coming->secret);
	rsa_public_free(coming->proof.rsa);
	free(coming->card);
	free(coming);
}

/* -- hello -------------------------------------------------------------------
 */

int
entering_hello(struct memberlink *link, json_t *params, json_int_t id)
{
	const struct organisation *organisation =
	    &link->links->server->organisation;
	const json_t *protocol = json_object_get(params, "protocol");

	if (!json_is_integer(protocol))
		return CAM_ERR_REQUEST;
	if (json_integer_value(protocol) != LINK_VERSION)
		return CAM_ERR_VERSION;
	memberlink_reply(link, id,
	    json_pack("{s:i, s:s, s:s, s:o}", "protocol", LINK_VERSION,
		"program", "camserver", "version", CAM_VERSION, "charter",
		json_hex(buf_span(&organisation->statement))));
	return 0;
}

/* -- answered ----------------------------------------------------------------
 */

static const char *
refusal(const struct coming *coming)
{
	switch (coming->err) {
	case CAM_ERR_UNKNOWN:
		return coming->kind == COMING_JOIN ? "code" : "member";
	case CAM_ERR_REFUSED:
		return "name";
	case CAM_ERR_EXISTS:
		return "key";
	case CAM_ERR_KEY:
	case CAM_ERR_CRYPTO:
		return "devices";
	default:
		return "failed";
	}
}

static void
refuse(struct memberlink *link, const struct coming *coming)
{
	char addr[ADDR_TEXT_SIZE];

	log_info("%s at %s is not let in: %s", coming->hello.user,
	    addr_format_host(&link->addr, addr), refusal(coming));
	memberlink_fail(link, coming->id, coming->err, refusal(coming));
	/* Each guess costs a handshake (threat model S2). */
	memberlink_hang_up(link);
}

static void
answer(struct memberlink *link, const struct coming *coming)
{
	static const char *const words[] = { "invited", "waiting", "joined",
		"removed" };

	memberlink_reply(link, coming->id,
	    json_pack("{s:s, s:o}", "state", words[coming->standing.state],
		"name", json_text(span_text(coming->standing.logon))));
}

/* Where others find him: from where he came, at the port that he says. */
static struct addr
address_of(const struct memberlink *link, const struct linkhello *hello)
{
	struct addr at = link->addr;

	at.port = hello->port;
	/* Elsewhere that of one link alone means nothing. */
	if (hello->port == 0 || at.scope != 0)
		at = (struct addr){ .family = ADDR_NONE };
	return at;
}

static void
come_in(struct memberlink *link, struct coming *coming)
{
	struct roll_member *member =
	    roll_by_key(link->links->roll, coming->proof.devices.user_key);

	memcpy(link->user_key, coming->proof.devices.user_key, SIGN_KEY_SIZE);
	link->at = address_of(link, &coming->hello);
	free(link->card);
	link->card = coming->card;
	coming->card = NULL;
	seen_note(link->links->seen, coming->standing.member);
	answer(link, coming);
	if (coming->standing.state == MEMBER_JOINED && member != NULL) {
		member->is_admitted = true;
		memberlink_enter(link, member);
		return;
	}
	/* Approval, or the directory which is being read. */
	link->state = MEMBERLINK_WAITING;
	memberlink_settle(link);
	if (coming->standing.state == MEMBER_JOINED)
		roll_refresh(link->links->roll);
}

static void
take_card(struct memberlink *link, struct coming *coming)
{
	struct addr at = address_of(link, &coming->hello);

	if (link->state != MEMBERLINK_ENTERED || coming->err < 0 ||
	    memcmp(coming->proof.devices.user_key, link->user_key,
		SIGN_KEY_SIZE) != 0)
		return;
	roll_set_card(
	    link->links->roll, link->member, coming->card, link->key, &at);
	coming->card = NULL;
	link->member->is_admitted = true;
}

static void
on_admitted(struct job *job)
{
	struct coming *coming = container_of(job, struct coming, job);
	struct memberlink *link =
	    memberlinks_by_serial(coming->links, coming->serial);
	struct roll_member *member =
	    roll_by_key(coming->links->roll, coming->proof.devices.user_key);

	if (coming->err == 0)
		coming->err = job->batch_err;
	/* What is kept may be older than what the database has now, until this
	 * takes its place. */
	if (coming->err == 0 && member != NULL)
		member->is_admitted = false;
	if (coming->kind == COMING_JOIN && coming->err == 0)
		roll_refresh(coming->links->roll);
	if (link == NULL) {
		coming_free(coming);
		return;
	}
	if (coming->kind == COMING_CARD) {
		take_card(link, coming);
	} else if (coming->err < 0) {
		refuse(link, coming);
	} else if (coming->kind == COMING_JOIN) {
		link->state = MEMBERLINK_STRANGE;
		answer(link, coming);
	} else {
		come_in(link, coming);
	}
	coming_free(coming);
}

/* -- looked at ---------------------------------------------------------------
 */

static void
admit(struct job *job, void *context)
{
	struct coming *coming = container_of(job, struct coming, job);
	struct member_keys keys = { .logon = coming->hello.user,
		.user_key = coming->proof.devices.user_key,
		.devices =
		    span_of(coming->hello.devices, coming->hello.devices_len),
		.version = coming->proof.devices.version };

	if (coming->kind == COMING_JOIN)
		coming->err = members_join(context, coming->secret, &keys,
		    coming->approve, clock_wall_ms(), &coming->standing);
	else
		coming->err = members_enter(
		    context, &keys, clock_wall_ms(), &coming->standing);
}

static void
check(struct job *job, void *context)
{
	struct coming *coming = container_of(job, struct coming, job);

	coming->err =
	    linkhello_check(&coming->hello, coming->key, &coming->proof);
}

static void
on_checked(struct job *job)
{
	struct coming *coming = container_of(job, struct coming, job);

	job->batch_err = 0;
	if (coming->err < 0 || coming->links->stopped ||
	    memberlinks_by_serial(coming->links, coming->serial) == NULL) {
		on_admitted(job);
		return;
	}
	job->work = admit;
	job->done = on_admitted;
	workers_submit(coming->links->server->writer, job);
}

/* He says, with the same key, what he said when its signatures were checked:
 * NULL, he says something else. */
static const struct roll_member *
kept(const struct memberlink *link, struct coming *coming)
{
	const struct roll_member *member = NULL;

	if (devices_read(
		span_of(coming->hello.devices, coming->hello.devices_len),
		&coming->proof.devices) < 0)
		return NULL;
	member = roll_by_key(link->links->roll, coming->proof.devices.user_key);
	return member != NULL && member->card != NULL &&
		       strcmp(member->card, coming->card) == 0 &&
		       memcmp(member->link_key, link->key, SIGN_KEY_SIZE) == 0
		   ? member
		   : NULL;
}

/* The database would say what it said when it admitted him with that: its
 * members change by way of the roll. */
static void
come_again(struct memberlink *link, struct coming *coming,
    const struct roll_member *member)
{
	coming->standing = (struct member_standing){ .member = member->member,
		.state = MEMBER_JOINED };
	snprintf(coming->standing.logon, sizeof coming->standing.logon, "%s",
	    member->logon);
	come_in(link, coming);
	coming_free(coming);
}

/* The hello in params, as it came and as it was read. */
static int
coming_start(struct memberlink *link, enum coming_kind kind, json_t *params,
    json_int_t id, const uint8_t secret[INVITATION_SECRET_SIZE])
{
	struct memberlinks *links = link->links;
	json_t *hello = json_object_get(params, "hello");
	const struct roll_member *member = NULL;
	struct coming *coming = xcalloc(1, sizeof *coming);
	int r = json_is_object(hello) ? linkhello_parse(hello, &coming->hello)
				      : CAM_ERR_REQUEST;

	if (r == 0)
		coming->card = json_dumps(hello, JSON_COMPACT | JSON_SORT_KEYS);
	if (r == 0 &&
	    (coming->card == NULL || strlen(coming->card) > ROLL_CARD_MAX))
		r = CAM_ERR_LIMIT;
	if (r < 0) {
		coming_free(coming);
		return r;
	}
	coming->links = links;
	coming->serial = link->serial;
	coming->kind = kind;
	coming->id = id;
	memcpy(coming->key, link->key, SIGN_KEY_SIZE);
	if (secret != NULL)
		memcpy(coming->secret, secret, sizeof coming->secret);
	coming->approve = settings_on(links->server->settings, "join.approval");
	member = kept(link, coming);
	if (member != NULL && member->is_admitted && kind == COMING_ENTER) {
		come_again(link, coming, member);
	} else if (member != NULL) {
		coming->job.work = admit;
		coming->job.done = on_admitted;
		workers_submit(links->server->writer, &coming->job);
	} else {
		coming->job.work = check;
		coming->job.done = on_checked;
		workers_submit(links->server->pool, &coming->job);
	}
	return 0;
}

int
entering_join(struct memberlink *link, json_t *params, json_int_t id)
{
	uint8_t secret[INVITATION_SECRET_SIZE];
	int r = json_hex_get_all(params, "secret", secret, sizeof secret);

	if (r == 0 && link->state != MEMBERLINK_STRANGE)
		r = CAM_ERR_REQUEST;
	if (r == 0)
		r = coming_start(link, COMING_JOIN, params, id, secret);
	if (r == 0)
		link->state = MEMBERLINK_COMING;
	wipe(secret, sizeof secret);
	return r;
}

static int
read_away(const json_t *params, char **away)
{
	const json_t *value = json_object_get(params, "away");

	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value) || json_string_length(value) > ROLL_AWAY_MAX)
		return CAM_ERR_REQUEST;
	*away = xstrdup(json_string_value(value));
	return 0;
}

/* Who says nothing of it is told everything. */
static int
read_known(const json_t *params, struct memberlink *link)
{
	const json_t *value = json_object_get(params, "known");
	size_t len = json_string_length(value) / 2;
	uint8_t *digests = NULL;

	if (value == NULL)
		return 0;
	if (!json_is_string(value) || len > KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE)
		return CAM_ERR_REQUEST;
	link->is_brief = true;
	if (json_string_length(value) == 0)
		return 0;
	buf_clear(&link->known);
	digests = buf_reserve(&link->known, len);
	link->known.len = len;
	return json_hex_get_all(params, "known", digests, len);
}

int
entering_enter(struct memberlink *link, json_t *params, json_int_t id)
{
	const json_t *number = json_object_get(params, "number");
	char *away = NULL;
	int r = 0;

	if (link->state != MEMBERLINK_STRANGE || !json_is_integer(number) ||
	    json_integer_value(number) < 0)
		return CAM_ERR_REQUEST;
	if ((r = read_known(params, link)) < 0)
		return r;
	if ((r = read_away(params, &away)) < 0)
		return r;
	free(link->away);
	link->away = away;
	link->wants = (uint64_t)json_integer_value(number);
	link->state = MEMBERLINK_COMING;
	r = coming_start(link, COMING_ENTER, params, id, NULL);
	if (r < 0)
		link->state = MEMBERLINK_STRANGE;
	return r;
}

int
entering_card(struct memberlink *link, json_t *params)
{
	if (link->state != MEMBERLINK_ENTERED)
		return CAM_ERR_REQUEST;
	return coming_start(link, COMING_CARD, params, 0, NULL);
}

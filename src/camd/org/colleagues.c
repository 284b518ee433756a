/* colleagues.c: what the server tells of our colleagues: where they are, and
 * what they say of themselves. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/offer/fetches.h"
#include "camd/offer/holdings.h"
#include "camd/org/org_parts.h"
#include "camd/org/told.h"
#include "camd/people/heard.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "link/known.h"
#include "link/linkhello.h"
#include "link/states.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	CARDS_AT_ONCE = 24,
	CHECKING_MAX = 48,
};

static bool
is_ourselves(const struct org *org, const struct colleague *colleague)
{
	return memcmp(colleague->membership.user_key,
		   identity_user_key(org->camd->identity), SIGN_KEY_SIZE) == 0;
}

static struct user *
user_of(const struct org *org, const struct colleague *colleague)
{
	return trust_by_user_key(
	    org->camd->trust, colleague->membership.user_key);
}

/* -- presence ----------------------------------------------------------------
 */

/* Where the server sees him, unless we know better: by a link, or because he is
 * heard on our own network. */
static void
take_addr(struct org *org, struct colleague *colleague, struct user *user)
{
	if (colleague->addr.family == ADDR_NONE ||
	    links_of(org->camd->links, user) != NULL ||
	    addr_equal(&colleague->addr, &user->peer.addr) ||
	    (user->state != USER_OFFLINE && !colleague->brought &&
		user->peer.addr.family != ADDR_NONE))
		return;
	roster_set_addr(org->camd->roster, user, &colleague->addr);
	roster_changed(org->camd->roster, user, false);
}

static void
come(struct org *org, struct colleague *colleague, struct user *user)
{
	bool was_offline = user->state == USER_OFFLINE;

	colleague->brought |= was_offline;
	(void)roster_set_away(org->camd->roster, user, colleague->away);
	if (user->state != colleague->state)
		roster_set_state(
		    org->camd->roster, user, (enum user_state)colleague->state);
	if (was_offline)
		heard_user(org->camd, user);
	fetches_user_heard(org->camd->fetches, user);
}

/* He may have lost the server only. */
static void
go(struct org *org, struct colleague *colleague, struct user *user)
{
	if (user->state == USER_OFFLINE)
		return;
	if (colleague->brought && links_of(org->camd->links, user) == NULL)
		roster_set_state(org->camd->roster, user, USER_OFFLINE);
	else
		heard_lost(org->camd, user);
	colleague->brought = false;
}

static void
show(struct org *org, struct colleague *colleague)
{
	struct user *user = user_of(org, colleague);

	if (user == NULL || is_ourselves(org, colleague))
		return;
	take_addr(org, colleague, user);
	if (colleague->state == USER_OFFLINE)
		go(org, colleague, user);
	else
		come(org, colleague, user);
}

/* -- cards -------------------------------------------------------------------
 */

/* A card while its signatures are checked. */
struct card_job {
	struct job job;
	struct org *org;
	uint8_t user_key[SIGN_KEY_SIZE]; /* of the directory */
	uint32_t version;
	uint8_t link_key[SIGN_KEY_SIZE];
	struct linkhello hello;
	struct linkhello_proof proof;
	bool is_anothers; /* well signed, with other keys than his */
	int err;
};

static void ask_cards(struct org *org);

static void
check_card(struct job *job, void *context)
{
	struct card_job *card = container_of(job, struct card_job, job);

	card->err = linkhello_check(&card->hello, card->link_key, &card->proof);
	if (card->err == 0 && memcmp(card->proof.devices.user_key,
				  card->user_key, SIGN_KEY_SIZE) != 0) {
		rsa_public_free(card->proof.rsa);
		card->proof.rsa = NULL;
		card->is_anothers = true;
		card->err = CAM_ERR_KEY;
	}
}

/* He can speak cam/1, says the organisation: nothing weaker goes to him. False:
 * not with this card. */
static bool
introduce(struct org *org, struct colleague *colleague, struct card_job *card)
{
	struct camd *camd = org->camd;
	struct trust_claim claim = {
		.devices = &card->proof.devices,
		.devices_bytes =
		    span_of(card->hello.devices, card->hello.devices_len),
		.device = card->proof.device,
		.prekey_bytes =
		    span_of(card->hello.prekey, sizeof card->hello.prekey),
		.rsa = card->proof.rsa,
		.user = card->hello.user,
		.host = card->hello.host,
		.nick = card->hello.nick,
		.group = card->hello.group,
		.at = &colleague->addr,
		.hearsay = true,
	};
	struct user *user = NULL;

	if (!text_same(card->hello.user, colleague->membership.logon) ||
	    trust_admit(camd->trust, &claim, &user) < 0) {
		log_warn("the server's card of %s is refused",
		    colleague->membership.logon);
		return false;
	}
	if (user->peer.strength < PEER_CAM1 || user->foreign) {
		user->peer.strength = PEER_CAM1;
		user->foreign = false;
		roster_changed(camd->roster, user, true);
	}
	org_judge(org, user);
	show(org, colleague);
	org_relay_again(org);
	return true;
}

/* Loudly, and for as long as it is so: what the server passes on as his is not
 * (threat model S1, 5.2). Nothing of it is used. */
static void
tell_foreign(struct org *org, const struct colleague *colleague,
    const struct card_job *card)
{
	struct camd *camd = org->camd;
	struct user *user = user_of(org, colleague);
	char *id = user != NULL ? user_id(user) : NULL;
	json_t *event = json_pack("{s:o, s:n, s:o, s:o, s:s, s:b, s:b}", "id",
	    json_text(span_text(id != NULL ? id : colleague->membership.logon)),
	    "other", "old", json_hex(span_of(card->user_key, SIGN_KEY_SIZE)),
	    "new",
	    card->is_anothers
		? json_hex(span_of(card->proof.devices.user_key, SIGN_KEY_SIZE))
		: json_null(),
	    "by", "server", "verified",
	    (int)(user != NULL && user_is_verified(user)), "blocked",
	    (int)(user != NULL && user_is_blocked(user)));

	free(id);
	if (user != NULL) {
		user->foreign = true;
		roster_changed(camd->roster, user, true);
		json_object_set_new(
		    event, "user", user_object(user, camd->lan));
	}
	events_tell(camd->events, EVENT_KEY_CHANGED, event);
}

static void
refuse_card(struct org *org, const struct colleague *colleague,
    const struct card_job *card)
{
	log_warn("what the server shows of %s is not his: %s",
	    colleague->membership.logon, cam_strerror(card->err));
	/* Else it is a form of later cams, or none at all. */
	if (card->err == CAM_ERR_KEY || card->err == CAM_ERR_CRYPTO)
		tell_foreign(org, colleague, card);
}

static void
on_card_checked(struct job *job)
{
	struct card_job *card = container_of(job, struct card_job, job);
	struct org *org = card->org;
	struct colleague *colleague =
	    replica_by_key(org->replica, card->user_key);

	org->checking--;
	if (colleague != NULL && !org->stopped) {
		bool is_his = card->err == 0;

		colleague->card = card->version;
		if (is_his)
			is_his = introduce(org, colleague, card);
		else
			refuse_card(org, colleague, card);
		/* What is not his is loud again after a restart. */
		org_acquaint(org, colleague, is_his);
	}
	if (card->err == 0)
		rsa_public_free(card->proof.rsa);
	free(card);
	ask_cards(org);
}

static int
take_card(struct org *org, const json_t *item)
{
	const struct colleague *colleague = replica_by_number(org->replica,
	    (uint64_t)json_integer_value(json_object_get(item, "member")));
	json_int_t version = json_integer_value(json_object_get(item, "card"));
	const json_t *hello = json_object_get(item, "hello");
	struct card_job *card = NULL;
	int r = 0;

	/* He has gone, or is another, meanwhile. */
	if (colleague == NULL)
		return 0;
	card = xcalloc(1, sizeof *card);
	r = json_is_object(hello) ? linkhello_parse(hello, &card->hello)
				  : CAM_ERR_REQUEST;
	if (r == 0)
		r = json_hex_get_all(
		    item, "link_key", card->link_key, sizeof card->link_key);
	if (r < 0) {
		free(card);
		return r;
	}
	card->org = org;
	card->version = (uint32_t)version;
	memcpy(card->user_key, colleague->membership.user_key, SIGN_KEY_SIZE);
	card->job.work = check_card;
	card->job.done = on_card_checked;
	org->checking++;
	workers_submit(org->camd->pool, &card->job);
	return 0;
}

static void
on_cards(void *arg, int err, json_t *result, const char *message)
{
	struct org *org = arg;
	const json_t *list = json_object_get(result, "cards"), *item = NULL;
	size_t i = 0;

	if (err == CAM_ERR_CLOSED || org->link == NULL || org->stopped)
		return;
	org->asked = 0;
	if (json_array_size(list) <= CARDS_AT_ONCE)
		json_array_foreach(list, i, item)
		{
			if (take_card(org, item) < 0)
				log_warn("the server shows a card that is "
					 "none");
		}
	ask_cards(org);
}

static void
unwant(struct org *org, struct colleague *colleague)
{
	TAILQ_REMOVE(&org->wanted, colleague, wanted);
	colleague->is_wanted = false;
}

/* One question at a time; what is looked at waits for the pool. */
static void
ask_cards(struct org *org)
{
	struct colleague *colleague = NULL;
	json_t *members = NULL;

	if (org->link == NULL || org->stopped || org->asked > 0 ||
	    org->checking > CHECKING_MAX || TAILQ_EMPTY(&org->wanted))
		return;
	members = json_array();
	while ((colleague = TAILQ_FIRST(&org->wanted)) != NULL &&
	       org->asked < CARDS_AT_ONCE) {
		unwant(org, colleague);
		if (colleague->number == 0)
			continue;
		json_array_append_new(
		    members, json_integer((json_int_t)colleague->number));
		org->asked++;
	}
	if (org->asked == 0)
		json_decref(members);
	else if (orglink_call(org->link, DIRECTORY_CARDS,
		     json_pack("{s:o}", "members", members), on_cards, org) < 0)
		org->asked = 0;
}

static void
want(struct org *org, struct colleague *colleague)
{
	if (colleague->is_wanted || is_ourselves(org, colleague))
		return;
	colleague->is_wanted = true;
	TAILQ_INSERT_TAIL(&org->wanted, colleague, wanted);
}

void
org_forget_cards(struct org *org)
{
	struct colleague *colleague = NULL;

	while ((colleague = TAILQ_FIRST(&org->wanted)) != NULL)
		unwant(org, colleague);
	org->asked = 0;
}

/* -- told --------------------------------------------------------------------
 */

/* In the order of enum told_state. */
static const enum user_state states[] = { USER_OFFLINE, USER_AWAY,
	USER_ONLINE };

static int
take_item(struct org *org, const json_t *item)
{
	struct colleague *colleague = NULL;
	bool is_news = false;
	struct told told;
	int r = told_parse(item, &told);

	if (r < 0)
		return r;
	colleague = replica_by_number(org->replica, told.member);
	/* Of a change that no head covers yet, or that has been overtaken. */
	if (colleague == NULL)
		return 0;
	is_news = !addr_equal(&told.addr, &colleague->addr);
	colleague->addr = told.addr;
	free(colleague->away);
	colleague->away = told.away != NULL ? xstrdup(told.away) : NULL;
	colleague->state = states[told.state];
	if (is_ourselves(org, colleague)) {
		is_news |= told.card != colleague->card;
		colleague->card = told.card;
		colleague->is_known = true;
	}
	if (is_news && colleague->is_known)
		org_acquaint(org, colleague, true);
	if (told.card != colleague->card)
		want(org, colleague);
	else
		show(org, colleague);
	return 0;
}

static int
take_run(struct org *org, const json_t *item)
{
	uint64_t first = 0;
	struct buf run;
	int r = 0;

	buf_init(&run, SIZE_MAX);
	r = told_run_parse(item, &first, &run);
	for (size_t i = 0; r == 0 && i < run.len; i++) {
		struct colleague *colleague =
		    run.data[i] != STATES_UNSAID
			? replica_by_number(org->replica, first + i)
			: NULL;

		if (colleague == NULL)
			continue;
		free(colleague->away);
		colleague->away = NULL;
		colleague->state = states[run.data[i]];
		/* Else once his card is here. */
		if (!colleague->is_wanted)
			show(org, colleague);
	}
	buf_finish(&run);
	return r;
}

int
org_take_presence(struct org *org, const json_t *params)
{
	const json_t *members = json_object_get(params, "members");
	const json_t *runs = json_object_get(params, "states"), *item = NULL;
	size_t i = 0;
	int r = 0;

	if (!json_is_array(members) ||
	    json_array_size(members) > KNOWN_MEMBERS_MAX ||
	    (runs != NULL && !json_is_array(runs)))
		return CAM_ERR_REQUEST;
	json_array_foreach(members, i, item)
	{
		if ((r = take_item(org, item)) < 0)
			return r;
	}
	json_array_foreach(runs, i, item)
	{
		if ((r = take_run(org, item)) < 0)
			return r;
	}
	ask_cards(org);
	holdings_look_soon(org->camd->holdings);
	return 0;
}

void
org_put_known(const struct org *org, struct buf *digests)
{
	uint64_t end = replica_number(org->replica);
	struct known known;

	known_begin(&known, digests);
	for (uint64_t i = 1; i <= end; i++) {
		const struct colleague *colleague =
		    replica_by_number(org->replica, i);

		if (colleague != NULL && colleague->card != 0)
			known_add(&known, i, colleague->card, &colleague->addr);
	}
	known_end(&known);
}

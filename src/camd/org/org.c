/* org.c: joining, coming back, leaving. */
#include "camd/org/org.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/links.h"
#include "camd/message/outbox.h"
#include "camd/org/org_parts.h"
#include "camd/org/ruling.h"
#include "camd/settings.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { RETRY_FIRST_MS = 500, RETRY_MAX_MS = 60 * 1000 };

static void connect_now(struct org *org);

static void
tell_changed(struct org *org)
{
	events_tell(org->camd->events, EVENT_ORG_CHANGED, org_object(org));
}

void
org_raise(struct org *org, enum org_alarm alarm)
{
	if (org->alarm != ORG_QUIET)
		return;
	org->alarm = alarm;
	log_error("the server of '%s' %s: who its members are is believed no "
		  "more",
	    org->charter.name,
	    alarm == ORG_SPLIT ? "shows others another directory"
			       : "shows a directory older than what it has "
				 "shown before");
	org_judge_all(org);
	org_save(org, NULL, NULL);
	tell_changed(org);
}

/* -- the connection ----------------------------------------------------------
 */

const char *
org_host(const struct org *org)
{
	const char *host = settings_text(org->camd->settings, "server.host");

	if (host != NULL && host[0] != '\0')
		return host;
	return org->joining != NULL ? org->joining->invitation.host : org->host;
}

static uint64_t
backoff_ms(unsigned failures)
{
	uint64_t ms = RETRY_MAX_MS;

	if (failures < 8)
		ms = (uint64_t)RETRY_FIRST_MS << failures;
	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	/* A server that comes back is not called by all at once. */
	return ms / 2 + random_below((uint32_t)ms);
}

static void
drop_link(struct org *org)
{
	struct orglink *link = org->link;
	bool was_open = org->is_open;

	org->link = NULL;
	org->is_open = false;
	orglink_free(link);
	org_forget_cards(org);
	org_drop_unsigned(org);
	if (was_open && !org->stopped)
		org_relay_closed(org);
}

static void
finish_joining(struct org *org, int err, const char *reason)
{
	struct org_joining *joining = org->joining;

	org->joining = NULL;
	if (joining == NULL)
		return;
	org_forget_found(org);
	joining->on_done(joining->arg, err, reason);
	wipe_free(joining, sizeof *joining);
}

static bool
belongs(const struct org *org)
{
	return org->state == ORG_WAITING || org->state == ORG_JOINED;
}

bool
org_is_apart(const struct org *org)
{
	return !org->stopped && !org->is_open &&
	       (org->joining != NULL || belongs(org));
}

/* Places that somebody says come between, and put off nothing. */
static void
connect_again(struct org *org)
{
	bool was_found = org->place.family != ADDR_NONE;

	if (org->stopped || !belongs(org))
		return;
	if (org->is_due)
		connect_now(org);
	else if (!was_found || !timer_is_running(&org->retry))
		timer_start(&org->retry, backoff_ms(org->failures++));
	org_try_found_soon(org);
}

static void
end_joining(struct org *org)
{
	int err = org->joining->err;

	if (err == 0)
		finish_joining(org, CAM_ERR_UNREACHABLE, "server");
	else
		finish_joining(org,
		    err == CAM_ERR_KEY || err == CAM_ERR_VERSION
			? err
			: CAM_ERR_UNREACHABLE,
		    err == CAM_ERR_KEY	     ? "root"
		    : err == CAM_ERR_VERSION ? "version"
					     : "unreachable");
}

/* Others may say where it is. */
static void
join_elsewhere(struct org *org, int err)
{
	if (org->joining->err == 0) {
		org->joining->err = err;
		org_look(org);
	}
	if (org->found_count > 0)
		org_try_found_soon(org);
	else if (!timer_is_running(&org->looking))
		end_joining(org);
}

void
org_give_up_looking(struct org *org)
{
	if (org->joining != NULL && org->link == NULL && org->found_count == 0)
		end_joining(org);
}

static void
on_closed(void *arg, int err, const char *reason)
{
	struct org *org = arg;

	if (org->last_err != err || org->is_open)
		log_info("the link to the server of '%s' has ended: %s",
		    org->charter.serial != 0 ? org->charter.name : "a code",
		    reason);
	org->last_err = err;
	drop_link(org);
	if (org->joining != NULL && !belongs(org))
		join_elsewhere(org, err);
	else
		connect_again(org);
}

static void
on_retry(void *arg)
{
	struct org *org = arg;

	org->is_due = org->link != NULL;
	if (org->link == NULL)
		connect_now(org);
	org_look_again(org);
}

/* -- in or out ----------------------------------------------------------------
 */

static void
set_state(struct org *org, enum org_state state)
{
	if (org->state == state)
		return;
	org->state = state;
	org_judge_all(org);
	ruling_apply(org);
	org_save(org, NULL, NULL);
	tell_changed(org);
}

static enum org_state
read_state(const json_t *object)
{
	const char *word = json_string_value(json_object_get(object, "state"));

	if (word == NULL)
		return ORG_NONE;
	return strcmp(word, "joined") == 0    ? ORG_JOINED
	       : strcmp(word, "waiting") == 0 ? ORG_WAITING
	       : strcmp(word, "removed") == 0 ? ORG_REMOVED
					      : ORG_NONE;
}

/* A member, from now on and as the server sees it. */
static void
become_open(struct org *org)
{
	org->failures = 0;
	org->last_err = 0;
	set_state(org, ORG_JOINED);
	if (org->is_open)
		return;
	org->is_open = true;
	org_keep_place(org);
	org_forget_found(org);
	log_info("the server of '%s' is there", org->charter.name);
	tell_changed(org);
	org_relay_opened(org);
}

static void
become_removed(struct org *org)
{
	log_warn("we belong to '%s' no more", org->charter.name);
	org->last_err = CAM_ERR_REFUSED;
	drop_link(org);
	set_state(org, ORG_REMOVED);
}

static void
on_entered(void *arg, int err, json_t *result, const char *message)
{
	struct org *org = arg;
	enum org_state state = read_state(result);

	if (err == CAM_ERR_CLOSED || org->link == NULL)
		return;
	if (err < 0 && message != NULL && strcmp(message, "member") == 0) {
		become_removed(org);
		return;
	}
	if (err < 0 || (state != ORG_JOINED && state != ORG_WAITING)) {
		log_warn("the server of '%s' does not let us in: %s",
		    org->charter.name,
		    message != NULL ? message : cam_strerror(err));
		on_closed(org, CAM_ERR_REFUSED, "we are not let in");
		return;
	}
	orglink_admit(org->link);
	if (state == ORG_JOINED)
		become_open(org);
	else
		set_state(org, ORG_WAITING);
}

static void
enter(struct org *org)
{
	if (orglink_call(
		org->link, ORG_ENTER, org_entrance(org), on_entered, org) < 0)
		on_closed(org, CAM_ERR_SYSTEM, "it takes no questions");
}

/* -- joining -----------------------------------------------------------------
 */

static void
on_kept(void *arg, int err)
{
	struct org *org = arg;

	finish_joining(org, err, err < 0 ? "failed" : NULL);
}

/* The server has forgotten the code: whatever happens now, we belong. */
static void
on_joined(void *arg, int err, json_t *result, const char *message)
{
	struct org *org = arg;
	const char *name = json_string_value(json_object_get(result, "name"));
	enum org_state state = read_state(result);

	if (err == CAM_ERR_CLOSED || org->joining == NULL)
		return;
	if (err == 0 && (name == NULL || strlen(name) > MEMBER_NAME_MAX ||
			    (state != ORG_JOINED && state != ORG_WAITING)))
		err = CAM_ERR_FORMAT;
	if (err < 0) {
		org->charter = (struct charter){ .serial = 0 };
		drop_link(org);
		finish_joining(org,
		    message != NULL && (strcmp(message, "code") == 0 ||
					   strcmp(message, "name") == 0)
			? CAM_ERR_REFUSED
			: err,
		    message != NULL ? message : "failed");
		return;
	}
	org_set_text(&org->host, org->joining->invitation.host);
	org_set_text(&org->name, name);
	org->state = state;
	org->alarm = ORG_QUIET;
	org->joined_ms = clock_wall_ms();
	org->head_len = 0;
	replica_clear(org->replica);
	org_acquaintance_drop(org);
	org_save_new(org, on_kept, org);
	tell_changed(org);
	enter(org);
}

static void
on_known(void *arg, const struct charter_server *server)
{
	struct org *org = arg;
	struct org_joining *joining = org->joining;

	memcpy(org->server_key, server->signing_key, SIGN_KEY_SIZE);
	if (joining == NULL || belongs(org)) {
		enter(org);
		return;
	}
	if (orglink_call(org->link, ORG_JOIN,
		json_pack("{s:o, s:o}", "secret",
		    json_hex(span_of(joining->invitation.secret,
			sizeof joining->invitation.secret)),
		    "hello", org_hello(org)),
		on_joined, org) < 0)
		on_closed(org, CAM_ERR_SYSTEM, "it takes no questions");
}

/* -- what the server says ----------------------------------------------------
 */

static int
hear(struct org *org, const char *method, json_t *params)
{
	if (strcmp(method, ORG_STATE) == 0) {
		enum org_state state = read_state(params);

		if (state == ORG_JOINED)
			become_open(org);
		else if (state == ORG_REMOVED)
			become_removed(org);
		return 0;
	}
	if (strcmp(method, ORG_POLICY) == 0)
		return ruling_take(org, params);
	if (strcmp(method, DIRECTORY_CHANGES) == 0)
		return org_take_changes(org, params);
	if (strcmp(method, DIRECTORY_PRESENCE) == 0)
		return org_take_presence(org, params);
	return org_relay_hear(org, method, params);
}

static void
on_request(void *arg, const char *method, json_t *params, const json_int_t *id)
{
	struct org *org = arg;

	if (id != NULL && strcmp(method, LINK_PING) == 0)
		orglink_reply(org->link, *id);
	else if (id != NULL)
		org_hear_question(org, method, params, *id);
	else if (hear(org, method, params) < 0 && org->link != NULL)
		on_closed(org, CAM_ERR_FORMAT, "what it says makes no sense");
}

static void
on_item(void *arg, struct span item)
{
	org_relay_item(arg, item);
}

static void
on_drained(void *arg)
{
	struct org *org = arg;

	outbox_relay_drained(org->camd->outbox);
}

void
org_relay_failed(struct org *org)
{
	if (org != NULL && org->link != NULL)
		on_closed(org, CAM_ERR_STORE, "a message cannot be stored");
}

static const struct orglink_ops orglink_ops = {
	.judge = org_judge_server,
	.expected = org_expected_server,
	.on_known = on_known,
	.on_request = on_request,
	.on_item = on_item,
	.on_drained = on_drained,
	.on_closed = on_closed,
};

static void
connect_to(struct org *org, const char *host)
{
	org->serial++;
	org->link = orglink_new(org->camd, host, &orglink_ops, org);
}

static void
connect_now(struct org *org)
{
	const char *host = org_host(org);

	if (org->link != NULL || org->stopped)
		return;
	timer_stop(&org->retry);
	org->is_due = false;
	org->place = (struct addr){ .family = ADDR_NONE };
	if (host[0] != '\0')
		connect_to(org, host);
	else
		org_look(org);
	if (org->link == NULL && org->joining == NULL)
		connect_again(org);
}

void
org_connect_found(struct org *org)
{
	char text[ADDR_TEXT_SIZE];

	if (org->link != NULL || !org_is_apart(org) ||
	    !org_next_found(org, &org->place))
		return;
	connect_to(org, addr_format(&org->place, text));
}

/* -- asked -------------------------------------------------------------------
 */

static int
check_join(const struct org *org, const char *code,
    struct invitation *invitation, const char **reason)
{
	*reason = "member";
	if (belongs(org) || org->joining != NULL)
		return CAM_ERR_REFUSED;
	*reason = "typing";
	if (invitation_parse(code, invitation) < 0)
		return CAM_ERR_REQUEST;
	return 0;
}

void
org_join(struct org *org, const char *code,
    void (*on_done)(void *arg, int err, const char *reason), void *arg)
{
	struct invitation invitation;
	const char *reason = NULL;
	int r = check_join(org, code, &invitation, &reason);

	if (r < 0) {
		on_done(arg, r, reason);
		return;
	}
	/* One that we were removed from. */
	drop_link(org);
	org->charter = (struct charter){ .serial = 0 };
	buf_clear(&org->statement);
	org->joining = xcalloc(1, sizeof *org->joining);
	org->joining->invitation = invitation;
	org->joining->on_done = on_done;
	org->joining->arg = arg;
	wipe(&invitation, sizeof invitation);
	connect_now(org);
}

void
org_leave(struct org *org, void (*on_done)(void *arg, int err), void *arg)
{
	if (org->state == ORG_NONE) {
		on_done(arg, CAM_ERR_UNKNOWN);
		return;
	}
	timer_stop(&org->retry);
	org_forget_found(org);
	drop_link(org);
	org->state = ORG_NONE;
	org->alarm = ORG_QUIET;
	org->has_awaited = false;
	org_judge_all(org);
	replica_clear(org->replica);
	org_acquaintance_drop(org);
	org->charter = (struct charter){ .serial = 0 };
	buf_clear(&org->statement);
	org->head_len = 0;
	org->last_err = 0;
	tell_changed(org);
	ruling_drop(org);
	org_save_none(org, on_done, arg);
}

/* -- making and ending -------------------------------------------------------
 */

int
org_new(struct camd *camd, struct store *store, struct org **result)
{
	struct org *org = xcalloc(1, sizeof *org);
	int err = 0;

	org->camd = camd;
	org->host = xstrdup("");
	org->name = xstrdup("");
	org->legacy = POLICY_ON;
	org->replica = replica_new();
	buf_init(&org->statement, CHARTER_BYTES_MAX);
	buf_init(&org->unsigned_changes, SIZE_MAX);
	TAILQ_INIT(&org->wanted);
	timer_init(&org->retry, camd->loop, on_retry, org);
	org_finding_init(org);
	org_relay_init(org);
	org_acquaintance_init(org);
	if ((err = org_load(org, store)) < 0)
		org_free(org);
	else
		*result = org;
	return err;
}

void
org_start(struct org *org)
{
	org_judge_all(org);
	ruling_apply(org);
	if (belongs(org))
		connect_now(org);
}

void
org_stop(struct org *org)
{
	if (org == NULL || org->stopped)
		return;
	org->stopped = true;
	timer_stop(&org->retry);
	org_forget_found(org);
	finish_joining(org, CAM_ERR_CLOSED, "failed");
	orglink_free(org->link);
	org->link = NULL;
	org->is_open = false;
	org_relay_closed(org);
	if (org->camd->writer != NULL)
		org_acquaintance_write(org);
}

void
org_free(struct org *org)
{
	if (org == NULL)
		return;
	org_stop(org);
	org_acquaintance_finish(org);
	org_relay_finish(org);
	org_finding_finish(org);
	timer_finish(&org->retry);
	replica_free(org->replica);
	buf_finish(&org->statement);
	buf_finish(&org->unsigned_changes);
	free(org->ends);
	free(org->host);
	free(org->name);
	free(org);
}

/* switchboard.c: calls joined with links, roster, settings, history and events.
 */
#include "camd/call/switchboard.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call.h"
#include "camd/call/object.h"
#include "camd/call/past.h"
#include "camd/call/ports.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/links.h"
#include "camd/org/ruling.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "camd/trust/trust.h"
#include "rpc/names.h"

static struct user *
user_of(const struct camd *camd, int64_t uid)
{
	return roster_by_uid(camd->roster, uid);
}

static struct link *
link_to(const struct camd *camd, int64_t uid)
{
	const struct user *user = user_of(camd, uid);

	return user != NULL ? links_of(camd->links, user) : NULL;
}

/* -- people -----------------------------------------------------------------
 */

static enum calls_reach
reach(void *arg, int64_t uid)
{
	struct camd *camd = arg;
	struct user *user = user_of(camd, uid);
	const struct link *link = NULL;

	if (user == NULL)
		return CALLS_NOWHERE;
	link = links_of(camd->links, user);
	if (link != NULL)
		return link_can(link, LINK_CALLS) ? CALLS_REACHED
						  : CALLS_UNABLE;
	switch (links_want(camd->links, user)) {
	case LINKS_OPEN:
		return CALLS_REACHED;
	case LINKS_DIALING:
	case LINKS_WAITING:
		return CALLS_DIALING;
	case LINKS_NONE:
		break;
	}
	/* Who has never spoken cam/1 has a client of IP Messenger. */
	return user->peer.strength < PEER_CAM1 ? CALLS_UNABLE : CALLS_NOWHERE;
}

static bool
key_of(void *arg, int64_t uid, uint8_t key[SIGN_KEY_SIZE])
{
	const struct camd *camd = arg;
	const struct user *user = user_of(camd, uid);
	const uint8_t *found =
	    user != NULL ? trust_user_key(camd->trust, user) : NULL;

	if (found == NULL)
		return false;
	memcpy(key, found, SIGN_KEY_SIZE);
	return true;
}

/* A name alone is hearsay: whoever answers to it must show that key. */
static int64_t
uid_of(void *arg, const uint8_t key[SIGN_KEY_SIZE], const char *id)
{
	const struct camd *camd = arg;
	const struct user *user = trust_by_user_key(camd->trust, key);

	if (user == NULL) {
		user = roster_by_id(camd->roster, id);
		if (user != NULL &&
		    (user->uid == 0 ||
			trust_user_key(camd->trust, user) != NULL))
			user = NULL;
	}
	return user != NULL ? user->uid : 0;
}

static char *
id_of(void *arg, int64_t uid)
{
	const struct camd *camd = arg;
	const struct user *user =
	    uid == 0 ? roster_self(camd->roster) : user_of(camd, uid);

	return user != NULL ? user_id(user) : xstrdup("unknown");
}

static bool
address(void *arg, int64_t uid, struct addr *addr)
{
	const struct link *link = link_to(arg, uid);

	if (link == NULL)
		return false;
	*addr = *link_addr(link);
	return true;
}

static bool
admits(void *arg, int64_t uid)
{
	const struct camd *camd = arg;
	const struct user *user = user_of(camd, uid);

	return user != NULL && !trust_is_blocked(camd->trust, user) &&
	       ruling_of(camd->org, POLICY_CALLS) != POLICY_OFF &&
	       strcmp(settings_text(camd->settings, "call.accept"), "never") !=
		   0;
}

static int
ask(void *arg, int64_t uid, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *done_arg)
{
	struct link *link = link_to(arg, uid);

	if (link != NULL)
		return link_call(link, method, params, on_done, done_arg);
	json_decref(params);
	return CAM_ERR_CLOSED;
}

static int
tell(void *arg, int64_t uid, const char *method, json_t *params)
{
	struct link *link = link_to(arg, uid);

	if (link != NULL)
		return link_notify(link, method, params);
	json_decref(params);
	return CAM_ERR_CLOSED;
}

/* -- media ------------------------------------------------------------------
 */

static int
port(void *arg, int *fd, uint16_t *number)
{
	const struct camd *camd = arg;

	return port_bind(settings_text(camd->settings, "media.ports"),
	    settings_text(camd->settings, "net.bind"),
	    settings_on(camd->settings, "net.ipv6"), fd, number);
}

static void
set_default(const struct camd *camd, json_t *audio, const char *way,
    const char *setting)
{
	const char *name = settings_text(camd->settings, setting);
	json_t *device = NULL;

	if (json_object_get(audio, way) != NULL)
		return;
	if (strcmp(name, "none") == 0)
		device = json_pack("{s:s}", "kind", "none");
	else
		device = json_pack("{s:s}", "kind", "portaudio");
	if (name[0] != '\0' && strcmp(name, "none") != 0)
		json_object_set_new(device, "name", json_string(name));
	json_object_set_new(audio, way, device);
}

static enum media_codec
codec(void *arg)
{
	const struct camd *camd = arg;

	return strcmp(settings_text(camd->settings, "media.codec"), "vp8") == 0
		   ? MEDIA_VP8
		   : MEDIA_VP9;
}

static void
equip(void *arg, json_t *params)
{
	const struct camd *camd = arg;
	json_t *audio = json_object_get(params, "audio");
	int64_t budget = settings_number(camd->settings, "media.budget");

	if (audio == NULL) {
		audio = json_object();
		json_object_set_new(params, "audio", audio);
	}
	set_default(camd, audio, "in", "media.audio_in");
	set_default(camd, audio, "out", "media.audio_out");
	if (budget > 0)
		json_object_set_new(params, "budget", json_integer(budget));
	if (!settings_on(camd->settings, "media.sandbox"))
		json_object_set_new(params, "sandbox", json_false());
}

static uint64_t
ring_ms(void *arg)
{
	const struct camd *camd = arg;

	return (uint64_t)settings_number(camd->settings, "call.ring_s") * 1000;
}

/* -- told -------------------------------------------------------------------
 */

static void
on_event(void *arg, const struct call *call, const char *event)
{
	struct camd *camd = arg;

	if (strcmp(event, EVENT_CALL_ENDED) == 0)
		past_keep(camd, call);
	/* A setting may have changed since the last one. */
	switchboard_listeners_changed(camd);
	if (events_wanted(camd->events, event))
		events_tell(camd->events, event, call_object(call));
}

static void
on_levels(void *arg, const struct call *call, const json_t *levels)
{
	struct camd *camd = arg;

	events_tell(
	    camd->events, EVENT_CALL_LEVELS, call_levels_object(call, levels));
}

void
switchboard_listeners_changed(struct camd *camd)
{
	if (camd->calls != NULL)
		calls_want_levels(camd->calls,
		    events_wanted(camd->events, EVENT_CALL_LEVELS) > 0);
}

const struct calls_ops switchboard_ops = {
	.reach = reach,
	.key_of = key_of,
	.uid_of = uid_of,
	.id_of = id_of,
	.address = address,
	.admits = admits,
	.ask = ask,
	.tell = tell,
	.port = port,
	.process = &process_real,
	.codec = codec,
	.recording = &recording_real,
	.equip = equip,
	.ring_ms = ring_ms,
	.on_event = on_event,
	.on_levels = on_levels,
};

/* -- heard ------------------------------------------------------------------
 */

static int
hear(struct link *link, const char *method, const json_t *params,
    const json_int_t *id, bool is_request)
{
	struct camd *camd = link_camd(link);
	uint64_t serial = link_serial(link);
	json_t *result = NULL;
	const char *word = NULL;
	int err;

	if ((id != NULL) != is_request)
		return CAM_ERR_REQUEST;
	err = calls_hear(
	    camd->calls, link_user(link)->uid, method, params, &result, &word);
	if (id == NULL || links_by_serial(camd->links, serial) != link) {
		json_decref(result);
		return id == NULL ? err : 0;
	}
	if (err == 0)
		link_reply(link, *id, result);
	else
		link_fail(
		    link, *id, err, word != NULL ? word : cam_strerror(err));
	return 0;
}

int
switchboard_hear_offer(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_OFFER, params, id, true);
}

int
switchboard_hear_accept(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_ACCEPT, params, id, true);
}

int
switchboard_hear_join(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_JOIN, params, id, true);
}

int
switchboard_hear_decline(
    struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_DECLINE, params, id, false);
}

int
switchboard_hear_leave(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_LEAVE, params, id, false);
}

int
switchboard_hear_members(
    struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_MEMBERS, params, id, false);
}

int
switchboard_hear_update(struct link *link, json_t *params, const json_int_t *id)
{
	return hear(link, LINK_CALL_UPDATE, params, id, false);
}

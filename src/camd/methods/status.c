/* status.c: what runs, and as whom. */
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/clients.h"
#include "camd/link/identity.h"
#include "camd/link/links.h"
#include "camd/message/outbox.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/org/ruling.h"
#include "camd/people/presence.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/protection.h"
#include "camd/settings.h"
#include "lan/lan.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "store/talk.h"

struct counting {
	struct job job;
	struct camd *camd;
	struct rpc_call *call;
	int64_t unread;
	int err;
};

static void
count_unread(struct job *job, void *context)
{
	struct counting *counting = container_of(job, struct counting, job);

	counting->err = store_talk_unread(context, &counting->unread);
}

static void
add_address(json_t *list, const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	json_array_append_new(list, json_string(addr_format_host(addr, text)));
}

/* All that the port listens on; link-local ones say nothing to people. */
static void
add_all(
    json_t *list, const struct interfaces *interfaces, enum addr_family family)
{
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface *interface = &interfaces->list[i];

		if ((interface->flags & INTERFACE_UP) == 0 ||
		    (interface->flags & INTERFACE_LOOPBACK) != 0)
			continue;
		for (size_t k = 0; k < interface->count; k++) {
			const struct addr *addr =
			    &interface->addresses[k].address;

			if (addr->family == family && !addr_is_link_local(addr))
				add_address(list, addr);
		}
	}
}

static void
add_family(json_t *list, const struct lan *lan, enum addr_family family)
{
	const struct udp *udp = lan_udp(lan, family);
	const struct interfaces *interfaces = lan_interfaces(lan);

	if (udp == NULL)
		return;
	if (!addr_is_any(udp_address(udp)))
		add_address(list, udp_address(udp));
	else if (interfaces != NULL)
		add_all(list, interfaces, family);
}

static json_t *
addresses(const struct lan *lan)
{
	json_t *list = json_array();

	add_family(list, lan, ADDR_V4);
	add_family(list, lan, ADDR_V6);
	return list;
}

static json_t *
own_name(const struct camd *camd)
{
	const struct user *self = roster_self(camd->roster);
	char *id = user_id(self), *logon = user_logon(self);
	json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o}", "id",
	    json_text_or_null(id), "user", json_text_or_null(logon), "host",
	    json_text_or_null(self->peer.host), "nick",
	    json_text_or_null(settings_text(camd->settings, "user.nick")),
	    "group",
	    json_text_or_null(settings_text(camd->settings, "user.group")));
	json_t *presence = presence_object(camd->presence);

	json_object_update(object, presence);
	json_decref(presence);
	free(id);
	free(logon);
	return object;
}

static json_t *
user_counts(const struct camd *camd)
{
	size_t counts[3] = { 0 };

	roster_count_states(camd->roster, counts);
	return json_pack("{s:I, s:I, s:I}", "online",
	    (json_int_t)counts[USER_ONLINE], "away",
	    (json_int_t)counts[USER_AWAY], "offline",
	    (json_int_t)counts[USER_OFFLINE]);
}

/* By which other camd know this one. */
static json_t *
device(const struct camd *camd)
{
	char text[2 * DEVICE_ID_SIZE + 1];

	hex_encode(identity_device_id(camd->identity), DEVICE_ID_SIZE, text);
	return json_string(text);
}

/* What can be told even while the keys are locked. */
static void
add_process(json_t *status, const struct camd *camd)
{
	json_object_set_new(status, "version", json_string(CAM_VERSION));
	json_object_set_new(status, "pid", json_integer(getpid()));
	json_object_set_new(status, "started", json_time(camd->started_ms));
	json_object_set_new(
	    status, "socket", json_text_or_null(camd->paths.socket));
	json_object_set_new(
	    status, "data", json_text_or_null(camd->paths.data));
	json_object_set_new(status, "clients",
	    json_integer((json_int_t)clients_count(camd->clients)));
	json_object_set_new(status, "protection",
	    json_string(protection_is_on(camd->protection) ? "passphrase"
							   : "permissions"));
}

static void
on_counted(struct job *job)
{
	struct counting *counting = container_of(job, struct counting, job);
	struct camd *camd = counting->camd;
	json_t *status = NULL;

	/* Without its client the answer goes nowhere, and camd may be ending.
	 */
	if (rpc_call_owner(counting->call) == NULL) {
		rpc_reply(counting->call, NULL);
	} else if (counting->err != 0) {
		method_fail(counting->call, counting->err, NULL,
		    "the history cannot be read: %s",
		    cam_strerror(counting->err));
	} else {
		status = own_name(camd);
		add_process(status, camd);
		json_object_set_new(status, "addresses", addresses(camd->lan));
		json_object_set_new(
		    status, "port", json_integer(lan_port(camd->lan)));
		json_object_set_new(status, "users", user_counts(camd));
		json_object_set_new(
		    status, "unread", json_integer(counting->unread));
		json_object_set_new(status, "queued",
		    json_integer((json_int_t)outbox_count(camd->outbox)));
		json_object_set_new(status, "links",
		    json_integer((json_int_t)links_count(camd->links)));
		json_object_set_new(status, "device", device(camd));
		json_object_set_new(status, "policy", ruling_object(camd->org));
		rpc_reply(counting->call, status);
	}
	free(counting);
}

int
status_get(struct rpc_call *call, json_t *params)
{
	struct camd *camd = method_camd(call);
	struct counting *counting = NULL;
	json_t *status = NULL;

	if (protection_is_locked(camd->protection)) {
		status = json_pack("{s:s}", "state", "locked");
		add_process(status, camd);
		rpc_reply(call, status);
		return 0;
	}
	counting = xcalloc(1, sizeof *counting);
	counting->camd = camd;
	counting->call = call;
	counting->job.work = count_unread;
	counting->job.done = on_counted;
	workers_submit(counting->camd->readers, &counting->job);
	return 0;
}

/* doctor.c: what only camd knows of its sockets, for cam doctor. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/clients.h"
#include "camd/link/door.h"
#include "camd/methods/methods.h"
#include "camd/settings.h"
#include "lan/lan.h"
#include "rpc/json.h"

/* On its own machine a broadcast is back at once; a busy one may take longer.
 */
enum { ECHO_MS = 500, SOCKETS_MAX = 64 };

struct examining {
	struct camd *camd;
	struct rpc_call *call;
	uint64_t asked_ms;
};

static json_t *
host_or_null(const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	return addr->family != ADDR_NONE
		   ? json_string(addr_format_host(addr, text))
		   : json_null();
}

static void
add_sockets(json_t *list, const struct udp *udp, uint64_t *dropped)
{
	struct udp_socket sockets[SOCKETS_MAX];
	size_t count = udp != NULL ? udp_sockets(udp, sockets, SOCKETS_MAX) : 0;

	for (size_t i = 0; i < count && i < SOCKETS_MAX; i++) {
		const struct udp_socket *socket = &sockets[i];

		*dropped += socket->dropped;
		json_array_append_new(
		    list, json_pack("{s:o, s:i, s:I, s:I, s:b, s:o}", "address",
			      host_or_null(&socket->address), "port",
			      (int)socket->address.port, "buffer",
			      (json_int_t)socket->receive_buffer, "dropped",
			      (json_int_t)socket->dropped, "receive_only",
			      socket->receive_only, "error",
			      socket->error != 0
				  ? json_string(strerror(socket->error))
				  : json_null()));
	}
}

/* Whether a broadcast through that interface could have come back at all. */
static bool
could_echo(const struct lan *lan, const struct interface *interface,
    const struct interface_address *address)
{
	const struct udp *udp = lan_udp(lan, ADDR_V4);

	if (udp == NULL || address->broadcast.family != ADDR_V4 ||
	    (interface->flags & INTERFACE_UP) == 0 ||
	    (interface->flags & INTERFACE_LOOPBACK) != 0)
		return false;
	return addr_is_any(udp_address(udp)) ||
	       addr_same_host(udp_address(udp), &address->address);
}

static json_t *
echo_of(const struct examining *examining, const struct interface *interface,
    const struct interface_address *address)
{
	const struct lan *lan = examining->camd->lan;
	uint64_t heard_ms = lan_echo_ms(lan, interface->index);

	if (!could_echo(lan, interface, address))
		return json_null();
	return json_boolean(heard_ms != 0 && heard_ms >= examining->asked_ms);
}

static json_t *
interface_list(const struct examining *examining)
{
	const struct interfaces *interfaces =
	    lan_interfaces(examining->camd->lan);
	json_t *list = json_array();

	for (size_t i = 0; interfaces != NULL && i < interfaces->count; i++) {
		const struct interface *interface = &interfaces->list[i];

		for (size_t k = 0; k < interface->count; k++) {
			const struct interface_address *address =
			    &interface->addresses[k];

			if (address->address.family != ADDR_V4)
				continue;
			json_array_append_new(list,
			    json_pack("{s:o, s:o, s:o, s:b, s:b, s:o}", "name",
				json_text(span_text(interface->name)),
				"address", host_or_null(&address->address),
				"broadcast", host_or_null(&address->broadcast),
				"up", (interface->flags & INTERFACE_UP) != 0,
				"loopback",
				(interface->flags & INTERFACE_LOOPBACK) != 0,
				"echoed",
				echo_of(examining, interface, address)));
		}
	}
	return list;
}

static void
reply(const struct examining *examining)
{
	const struct camd *camd = examining->camd;
	const struct lan_counters *counters = lan_counters(camd->lan);
	uint64_t dropped = counters->over_budget;
	json_t *sockets = json_array(), *result = json_object();

	add_sockets(sockets, lan_udp(camd->lan, ADDR_V4), &dropped);
	add_sockets(sockets, lan_udp(camd->lan, ADDR_V6), &dropped);
	json_object_set_new(result, "port", json_integer(lan_port(camd->lan)));
	json_object_set_new(result, "wanted",
	    json_integer(settings_number(camd->settings, "net.port")));
	json_object_set_new(result, "sockets", sockets);
	json_object_set_new(result, "interfaces", interface_list(examining));
	json_object_set_new(
	    result, "received", json_integer((json_int_t)counters->received));
	json_object_set_new(
	    result, "sent", json_integer((json_int_t)counters->sent));
	json_object_set_new(
	    result, "dropped", json_integer((json_int_t)dropped));
	json_object_set_new(result, "refused",
	    json_integer((json_int_t)door_refused(camd->door)));
	json_object_set_new(
	    result, "malformed", json_integer((json_int_t)counters->malformed));
	json_object_set_new(result, "undecipherable",
	    json_integer((json_int_t)counters->undecipherable));
	json_object_set_new(result, "heard",
	    counters->heard_ms != 0 ? json_time(counters->heard_ms)
				    : json_null());
	rpc_reply(examining->call, result);
}

static void
on_waited(void *arg)
{
	struct examining *examining = arg;

	if (rpc_call_owner(examining->call) != NULL)
		reply(examining);
	else
		rpc_reply(examining->call, NULL);
	free(examining);
}

int
doctor_get(struct rpc_call *call, json_t *params)
{
	struct examining *examining = xcalloc(1, sizeof *examining);

	examining->camd = method_camd(call);
	examining->call = call;
	examining->asked_ms = clock_now_ms();
	lan_test_broadcast(examining->camd->lan);
	clients_wait(examining->camd->clients, ECHO_MS, on_waited, examining);
	return 0;
}

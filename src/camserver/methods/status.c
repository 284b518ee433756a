/* status.c: how an administrator begins, and how the server is. */
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "camserver/lan/segments.h"
#include "camserver/links/memberlinks.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/param.h"
#include "store/held.h"
#include "store/member.h"

int
server_hello(struct rpc_call *call, json_t *params)
{
	const json_t *protocol = json_object_get(params, "protocol");
	const struct server *server = method_server(call);

	if (!json_is_integer(protocol))
		return method_fail(
		    call, CAM_ERR_REQUEST, NULL, "'protocol' must be a number");
	if (json_integer_value(protocol) != RPC_VERSION)
		return method_fail(call, CAM_ERR_UNSUPPORTED,
		    json_pack("{s:i}", "protocol", RPC_VERSION),
		    "this camserver speaks version %d of the protocol",
		    RPC_VERSION);
	rpc_session_greet(rpc_call_session(call));
	rpc_reply(call,
	    json_pack("{s:i, s:s, s:s, s:o, s:i}", "protocol", RPC_VERSION,
		"program", "camserver", "version", CAM_VERSION, "organisation",
		json_text(span_text(server->organisation.charter.name)), "pid",
		(int)getpid()));
	return 0;
}

/* -- status -------------------------------------------------------------------
 */

struct status {
	struct asking asking;
	size_t counts[MEMBER_REMOVED + 1];
	struct store_held_sum held;
};

static int
count(struct asking *asking, struct store *store)
{
	struct status *status = (struct status *)asking;
	int err = store_member_count(store, status->counts);

	return err == 0 ? store_held_sum(store, &status->held) : err;
}

static void
reply(struct asking *asking)
{
	const struct status *status = (const struct status *)asking;
	const struct server *server = asking->server;
	const struct charter *charter = &server->organisation.charter;
	char pin[2 * ROOT_PIN_SIZE + 1];

	hex_encode(server->organisation.pin, ROOT_PIN_SIZE, pin);
	rpc_reply(asking->call,
	    json_pack("{s:o, s:s, s:I, s:o, s:s, s:i, s:I, s:I, s:I, s:I, "
		      "s:I, s:I, "
		      "s:{s:I, s:I, s:I, s:I}}",
		"organisation", json_text(span_text(charter->name)), "pin", pin,
		"serial", (json_int_t)charter->serial, "started",
		json_time(server->started_ms), "version", CAM_VERSION, "pid",
		(int)getpid(), "links",
		(json_int_t)memberlinks_count(server->links), "ipmsg_users",
		(json_int_t)segments_count(server->segments), "transfers",
		(json_int_t)memberlinks_transfers(server->links), "transferred",
		(json_int_t)memberlinks_transferred(server->links), "held",
		(json_int_t)status->held.count, "held_size",
		(json_int_t)status->held.size, "members", "joined",
		(json_int_t)status->counts[MEMBER_JOINED], "waiting",
		(json_int_t)status->counts[MEMBER_WAITING], "invited",
		(json_int_t)status->counts[MEMBER_INVITED], "removed",
		(json_int_t)status->counts[MEMBER_REMOVED]));
}

int
server_status(struct rpc_call *call, json_t *params)
{
	struct status *status = xcalloc(1, sizeof *status);

	status->asking.work = count;
	status->asking.reply = reply;
	asking_start(&status->asking, call);
	return 0;
}

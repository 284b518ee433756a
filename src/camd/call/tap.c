/* tap.c: what we send in a call goes to programs of this machine, too. */
#include "base/err.h"
#include "camd/call/call_parts.h"
#include "camd/call/sdp.h"
#include "rpc/names.h"

static void
command(struct call *call)
{
	sound_command(call, MEDIA_TAP,
	    json_pack("{s:i, s:b}", "port", (int)call->tap_port, "sealed",
		(int)call->tap_sealed),
	    NULL, 0);
}

void
tap_again(struct call *call)
{
	/* The key that was told is no more. */
	if (call->tap_sealed)
		call->tap_port = 0;
	if (call->tap_port != 0)
		command(call);
}

int
call_tap(struct call *call, uint16_t port, bool sealed, char **sdp)
{
	if ((call->state != CALL_ACTIVE && call->state != CALL_HELD) ||
	    call->process == NULL || !call->opened)
		return CAM_ERR_EXISTS;
	if (port > SDP_PORT_MAX)
		return CAM_ERR_LIMIT;
	/* What was said before cannot be opened with a new key, nor does who
	 * comes late have to know how often its numbers have gone round. */
	if (port != 0 && sealed)
		sound_rekey(call);
	call->tap_port = port;
	call->tap_sealed = port != 0 && sealed;
	command(call);
	if (port != 0)
		*sdp = sdp_build(&call->own, call->id, port, sealed);
	call_tell(call, EVENT_CALL_CHANGED);
	return 0;
}

/* table.c: every method of the local protocol by its name. */
#include "camd/client.h"
#include "camd/methods/methods.h"
#include "rpc/names.h"

static const struct rpc_method table[] = {
	{ RPC_HELLO, hello },
	{ RPC_SUBSCRIBE, subscribe },
	{ RPC_STATUS, status_get },
	{ RPC_ROSTER_LIST, roster_list },
	{ RPC_ROSTER_RESOLVE, roster_resolve },
	{ RPC_ROSTER_COMPLETE, roster_complete },
	{ RPC_USER_SET, user_set },
	{ RPC_MESSAGE_SEND, message_send },
	{ RPC_MESSAGE_RETRY, message_retry },
	{ RPC_MESSAGE_EDIT, message_edit },
	{ RPC_MESSAGE_DELETE, message_delete },
	{ RPC_MESSAGE_LIST, message_list },
	{ RPC_MESSAGE_GET, message_get },
	{ RPC_MESSAGE_OPEN, message_open },
	{ RPC_QUESTION_WAIT, question_wait },
	{ RPC_OFFER_LIST, offer_list },
	{ RPC_OFFER_GET, offer_get },
	{ RPC_OFFER_ACCEPT, offer_accept },
	{ RPC_OFFER_CANCEL, offer_cancel },
	{ RPC_OFFER_DROP, offer_drop },
	{ RPC_TALK_LIST, talk_list },
	{ RPC_TALK_READ, talk_read },
	{ RPC_TALK_TYPING, talk_typing },
	{ RPC_AWAY, presence_set_away },
	{ RPC_BACK, presence_set_back },
	{ RPC_IDLE, presence_set_idle },
	{ RPC_ATTENTION_GET, attention_get },
	{ RPC_ATTENTION_SET, attention_change },
	{ RPC_KEY_LIST, key_list },
	{ RPC_KEY_PROTECT, key_protect },
	{ RPC_KEY_UNPROTECT, key_unprotect },
	{ RPC_KEY_UNLOCK, key_unlock },
	{ RPC_KEY_VERIFY, key_verify },
	{ RPC_KEY_ACCEPT, key_accept },
	{ RPC_ORG_JOIN, org_join_by_code },
	{ RPC_ORG_STATUS, org_status },
	{ RPC_ORG_LEAVE, org_quit },
	{ RPC_CONFIG_GET, config_get },
	{ RPC_CONFIG_SET, config_set },
	{ RPC_CONFIG_LIST, config_list },
	{ RPC_RELOAD, daemon_reload },
	{ RPC_STOP, daemon_stop },
	{ RPC_SYNC, daemon_sync },
	{ RPC_DOCTOR, doctor_get },
	{ RPC_CALL_START, call_start },
	{ RPC_CALL_ANSWER, call_take },
	{ RPC_CALL_DECLINE, call_refuse },
	{ RPC_CALL_HANGUP, call_end_it },
	{ RPC_CALL_HOLD, call_set_hold },
	{ RPC_CALL_MUTE, call_set_mute },
	{ RPC_CALL_TALK, call_set_talk },
	{ RPC_CALL_USE, call_use_devices },
	{ RPC_CALL_ADD, call_add_member },
	{ RPC_CALL_SHOW, call_set_show },
	{ RPC_CALL_FRAMES, call_get_frames },
	{ RPC_CALL_LIST, call_list },
	{ RPC_CALL_STATS, call_get_stats },
	{ RPC_CALL_DEVICES, call_list_devices },
	{ RPC_CALL_RECORD, call_set_record },
	{ RPC_CALL_SDP, call_get_sdp },
	{ RPC_CALL_TAP, call_set_tap },
	{ NULL, NULL },
};

const struct rpc_method *
methods_table(void)
{
	return table;
}

bool
methods_admit(struct rpc_call *call, const char *method, json_t *params)
{
	return key_admits(call, method) && early_admits(call, method, params);
}

struct camd *
method_camd(const struct rpc_call *call)
{
	return client_camd(rpc_call_owner(call));
}

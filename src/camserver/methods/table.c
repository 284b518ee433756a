/* table.c: every method of administration by its name. */
#include "camserver/methods/methods.h"
#include "rpc/names.h"

static const struct rpc_method table[] = {
	{ RPC_HELLO, server_hello },
	{ RPC_SERVER_STATUS, server_status },
	{ RPC_SERVER_METRICS, server_metrics },
	{ RPC_LOG_LIST, log_list },
	{ RPC_MEMBER_LIST, member_list },
	{ RPC_MEMBER_INVITE, member_invite },
	{ RPC_MEMBER_CHANGE, member_change },
	{ RPC_MEMBER_REMOVE, member_remove },
	{ RPC_MEMBER_APPROVE, member_approve },
	{ RPC_MEMBER_IMPORT, member_import },
	{ RPC_POLICY_GET, server_policy_get },
	{ RPC_POLICY_SET, server_policy_set },
	{ RPC_QUEUE_LIST, queue_list },
	{ RPC_QUEUE_CLEAR, queue_clear },
	{ RPC_CONFIG_GET, config_get },
	{ RPC_CONFIG_SET, config_set },
	{ RPC_CONFIG_LIST, config_list },
	{ NULL, NULL },
};

const struct rpc_method *
admin_methods(void)
{
	return table;
}

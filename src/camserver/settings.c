/* settings.c: the settings of camserver.ini. */
#include "camserver/settings.h"

#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "camserver/metrics.h"
#include "net/addr.h"
#include "net/target.h"

enum { HOST_MAX = 255 };

/* A name or an address that people can type. */
static char *
check_host(const char *value)
{
	if (strlen(value) <= HOST_MAX && strpbrk(value, " \t/@,#") == NULL)
		return NULL;
	return xstrdup(_("a host name or an address is needed"));
}

static char *
check_bind(const char *value)
{
	struct addr addr;

	if (value[0] == '\0' || addr_parse(span_text(value), 0, &addr) == 0)
		return NULL;
	return xstrdup(_("an address of this machine is needed"));
}

/* In the order of camserver(8). */
static const struct setting table[] = {
	{ .key = "server.host",
	    .fallback = "",
	    .check = check_host,
	    .help = N_("the name or address under which members reach the "
		       "server; invitations carry it") },
	{ .key = "server.announce",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether the server tells those of its own segment who "
		       "look for it where it is") },
	{ .key = "net.bind",
	    .fallback = "",
	    .check = check_bind,
	    .help = N_("the address to listen at; empty: all") },
	{ .key = "net.port",
	    .kind = SETTING_NUMBER,
	    .fallback = "2425",
	    .min = 1,
	    .max = UINT16_MAX,
	    .help = N_("the port of links with members") },
	{ .key = "ipmsg.serve",
	    .kind = SETTING_SWITCH,
	    .fallback = "off",
	    .help = N_("whether the server collects the users of IPMSG "
		       "programs and lists them") },
	{ .key = "ipmsg.interval",
	    .kind = SETTING_NUMBER,
	    .fallback = "120",
	    .min = 2,
	    .max = 24 * 60 * 60,
	    .help = N_("seconds after which all of them are asked again") },
	{ .key = "net.broadcast",
	    .fallback = "",
	    .check = targets_check_walked,
	    .help = N_("addresses, networks and wildcards in other segments "
		       "that are asked who is there") },
	{ .key = "net.list_for",
	    .like = "net.broadcast",
	    .check = targets_check,
	    .help = N_("networks that get the list of those who are there") },
	{ .key = "admin.group",
	    .fallback = "camadmin",
	    .help = N_("the group that may administer the server beside "
		       "root; empty: none") },
	{ .key = "join.hours",
	    .kind = SETTING_NUMBER,
	    .fallback = "24",
	    .min = 1,
	    .max = 24 * 31,
	    .help = N_("hours for which an invitation is good") },
	{ .key = "join.approval",
	    .kind = SETTING_SWITCH,
	    .fallback = "off",
	    .help = N_("whether who joins by an invitation must be approved, "
		       "too") },
	{ .key = "relay.days",
	    .kind = SETTING_NUMBER,
	    .fallback = "30",
	    .min = 1,
	    .max = 30,
	    .help = N_("days for which messages are held for who is not "
		       "there") },
	{ .key = "relay.messages",
	    .kind = SETTING_NUMBER,
	    .fallback = "10000",
	    .min = 10,
	    .max = 1000000,
	    .help = N_("messages held for one member at most; a tenth of them "
		       "of one sender") },
	{ .key = "relay.size",
	    .kind = SETTING_NUMBER,
	    .fallback = "268435456",
	    .min = 64 * 1024 * 1024,
	    .max = INT64_C(1) << 40,
	    .help = N_("bytes held for one member at most; a tenth of them of "
		       "one sender") },
	{ .key = "relay.transfers",
	    .kind = SETTING_NUMBER,
	    .fallback = "64",
	    .min = 0,
	    .max = 4096,
	    .help = N_("files that go through the server at a time, between "
		       "members without a path to each other; 0: none") },
	{ .key = "log.level",
	    .kind = SETTING_WORD,
	    .fallback = "info",
	    .words = "error warn info debug",
	    .help = N_("how much camserver tells in its log") },
	{ .key = "log.file",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether the log is kept in logs/, too") },
	{ .key = "metrics.listen",
	    .fallback = "",
	    .check = metrics_check_address,
	    .help = N_("the address of this machine at which /metrics and "
		       "/health are; empty: none") },
};

static const struct setting_table server_settings = {
	.list = table,
	.count = sizeof table / sizeof table[0],
};

const struct setting_table *
server_setting_table(void)
{
	return &server_settings;
}

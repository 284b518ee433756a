/* settings.c: the settings of camserver.ini. */
#include "camserver/settings.h"

#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "camserver/metrics.h"

enum { HOST_MAX = 255 };

/* A name or an address that people can type. */
static char *
check_host(const char *value)
{
	if (strlen(value) <= HOST_MAX && strpbrk(value, " \t/@,#") == NULL)
		return NULL;
	return xstrdup(_("a host name or an address is needed"));
}

/* In the order of camserver.ini(5). */
static const struct setting table[] = {
	{ .key = "server.host",
	    .fallback = "",
	    .check = check_host,
	    .help = N_("the name or address under which members reach the "
		       "server; invitations carry it") },
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

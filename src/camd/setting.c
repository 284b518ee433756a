/* setting.c: the settings of cam.ini. */
#include "camd/settings.h"

#include <net/if.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/span.h"
#include "base/text.h"
#include "net/target.h"

/* IPMSG's default port, taken for an address that names none while it is
 * checked. */
enum { PORT = 2425 };

/* Names others know us by: what a WHO or the wire would take for something else
 * stays out. */
static char *
check_name(const char *value)
{
	if (strlen(value) > LIMIT_NAME_SENT)
		return xasprintf(
		    _("at most %d bytes are possible"), LIMIT_NAME_SENT);
	if (strpbrk(value, ":@/\t ") != NULL || value[0] == '#')
		return xstrdup(
		    _("a name without blanks, ':', '@' and '/' is needed"));
	return NULL;
}

static char *
check_label(const char *value)
{
	if (strlen(value) > LIMIT_NAME_SENT)
		return xasprintf(
		    _("at most %d bytes are possible"), LIMIT_NAME_SENT);
	return NULL;
}

static bool
is_interface_name(const char *value)
{
	return strlen(value) < IF_NAMESIZE && strpbrk(value, "/ \t:") == NULL;
}

static char *
check_bind(const char *value)
{
	struct addr addr;

	if (addr_parse(span_text(value), PORT, &addr) == 0 ||
	    is_interface_name(value))
		return NULL;
	return xstrdup(_("an address or the name of an interface is needed"));
}

static char *
check_ports(const char *value)
{
	struct span last = span_text(value), first;
	uint64_t from, to;

	if (span_cut(&last, '-', &first) &&
	    number_decimal(first, UINT16_MAX, &from) == 0 &&
	    number_decimal(last, UINT16_MAX, &to) == 0 && from >= 1 &&
	    from <= to)
		return NULL;
	return xstrdup(_("two port numbers such as 22224-22229 are needed"));
}

#define HOOK(event, text)                                                      \
	{                                                                      \
		.key = "hook." event, .check = setting_check_path,             \
		.help = N_(text)                                               \
	}

/* In the order of cam.ini(5). */
static const struct setting table[] = {
	{ .key = "user.name",
	    .check = check_name,
	    .needed = true,
	    .help = N_("the logon name others see; the one of this system if "
		       "not set") },
	{ .key = "user.host",
	    .check = check_name,
	    .needed = true,
	    .help = N_("the host name others see; the one of this machine if "
		       "not set") },
	{ .key = "user.nick",
	    .like = "user.name",
	    .check = check_label,
	    .needed = true,
	    .help = N_("the name shown to people; user.name if not set") },
	{ .key = "user.group",
	    .fallback = "",
	    .check = check_label,
	    .help = N_("the group others see us in") },
	{ .key = "net.port",
	    .kind = SETTING_NUMBER,
	    .fallback = "2425",
	    .min = 1,
	    .max = UINT16_MAX,
	    .help = N_("UDP and TCP port; IP Messenger's is 2425") },
	{ .key = "net.bind",
	    .fallback = "",
	    .check = check_bind,
	    .help = N_("the only address or interface to use; empty: all") },
	{ .key = "net.broadcast",
	    .fallback = "",
	    .check = targets_check_walked,
	    .help = N_("more addresses, networks and wildcards to announce "
		       "ourselves to") },
	{ .key = "net.list_for",
	    .fallback = "",
	    .check = targets_check,
	    .help =
		N_("networks that are given the list of users; empty: none") },
	{ .key = "net.ipv6",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether to use IPv6 too") },
	{ .key = "ipmsg.charset",
	    .kind = SETTING_WORD,
	    .fallback = "CP932",
	    .words = "CP932 GB18030",
	    .help = N_("the charset of clients without UTF-8") },
	{ .key = "security.legacy",
	    .kind = SETTING_WORD,
	    .fallback = "on",
	    .words = "on receive off",
	    .help = N_("RSA-1024 with Blowfish, for clients that know nothing "
		       "stronger") },
	{ .key = "security.cleartext",
	    .kind = SETTING_WORD,
	    .fallback = "ask",
	    .words = "off receive ask on",
	    .help = N_("whether messages may be received and sent without "
		       "encryption") },
	{ .key = "security.passphrase_file",
	    .fallback = "",
	    .check = setting_check_path,
	    .help = N_("a file with the passphrase that opens the keys when "
		       "camd starts; empty: 'cam key unlock' does") },
	{ .key = "file.dir",
	    .check = setting_check_path,
	    .help = N_("the folder of received files") },
	{ .key = "file.accept",
	    .kind = SETTING_WORD,
	    .fallback = "ask",
	    .words = "ask always never",
	    .help = N_("whether offered files are taken") },
	{ .key = "file.quota",
	    .kind = SETTING_NUMBER,
	    .fallback = "10737418240",
	    .min = 0,
	    .max = INT64_MAX / 8,
	    .help = N_("bytes that are taken from one user a day without "
		       "asking; four times as many from all") },
	{ .key = "roster.forget_days",
	    .kind = SETTING_NUMBER,
	    .fallback = "7",
	    .min = 1,
	    .max = 36500,
	    .help = N_(
		"days after which a user who was not heard leaves the list") },
	{ .key = "typing.send",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether others see that we are writing, and we that "
		       "they are") },
	{ .key = "daemon.autostart",
	    .kind = SETTING_SWITCH,
	    .fallback = "yes",
	    .help = N_("whether cam starts camd when it does not run") },
	{ .key = "log.level",
	    .kind = SETTING_WORD,
	    .fallback = "info",
	    .words = "error warn info debug",
	    .help = N_("how much camd tells in its log") },
	{ .key = "tui.keys",
	    .kind = SETTING_WORD,
	    .fallback = "emacs",
	    .words = "emacs vi",
	    .help = N_("the keys of the screen") },
	{ .key = "tui.bind",
	    .fallback = "",
	    .help = N_("keys of your own for the screen's commands") },
	{ .key = "tui.theme",
	    .kind = SETTING_WORD,
	    .fallback = "auto",
	    .words = "auto dark light",
	    .help = N_("colours of the screen for that background") },
	{ .key = "tui.roster",
	    .kind = SETTING_NUMBER,
	    .fallback = "24",
	    .min = 0,
	    .max = 80,
	    .help = N_("columns of the list of users beside a talk; 0: it is "
		       "shown only when asked for") },
	{ .key = "tui.mouse",
	    .kind = SETTING_SWITCH,
	    .fallback = "off",
	    .help = N_("whether clicks and the wheel go to the screen") },
	{ .key = "tui.bell",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether the terminal's bell tells of messages") },
	{ .key = "tui.links",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether the terminal is told of links, so that a click "
		       "opens them") },
	{ .key = "tui.browser",
	    .fallback = "",
	    .help = N_("the program that opens links, or copy") },
	{ .key = "tui.notify",
	    .kind = SETTING_WORD,
	    .fallback = "all",
	    .words = "all mentions none",
	    .help = N_("which messages the screen tells of, in talks without a "
		       "rule of their own") },
	{ .key = "tui.alert",
	    .kind = SETTING_WORD,
	    .fallback = "auto",
	    .words = "auto desktop osc9 osc777 off",
	    .help = N_("how it does, beside the bell: on the desktop, or by "
		       "the terminal") },
	{ .key = "tui.preview",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether it then shows what was written") },
	{ .key = "tui.away_after",
	    .kind = SETTING_NUMBER,
	    .fallback = "0",
	    .min = 0,
	    .max = 1440,
	    .help = N_("minutes without a key until we are away; 0: never") },
	{ .key = "tui.linear",
	    .kind = SETTING_SWITCH,
	    .fallback = "off",
	    .help = N_("whether the screen is lines one below the other, for "
		       "screen readers") },
	HOOK("message.received", "a program run for each message that arrives"),
	HOOK("message.sent", "a program run for each message that is sent"),
	HOOK("message.state",
	    "a program run when a message is delivered, opened or has failed"),
	HOOK("message.changed",
	    "a program run when a message is edited or deleted"),
	HOOK("user.entered", "a program run when a user comes online"),
	HOOK("user.left", "a program run when a user goes offline"),
	HOOK(
	    "user.changed", "a program run when anything about a user changes"),
	HOOK("user.typing",
	    "a program run when a user begins or stops to write to us"),
	HOOK("talk.read", "a program run when a talk is marked as read"),
	HOOK("offer.received", "a program run for each file that is offered"),
	HOOK("offer.held", "a program run when the server holds a file"),
	HOOK("question.answered",
	    "a program run for each question that is answered"),
	HOOK("transfer.progress",
	    "a program run four times a second while files are on their way"),
	HOOK("transfer.done", "a program run when a file is there"),
	HOOK("transfer.failed", "a program run when a file did not get there"),
	HOOK("presence.changed", "a program run when we are away, or back"),
	HOOK("attention.changed",
	    "a program run when other talks are to be told of"),
	HOOK("org.changed",
	    "a program run when the organisation or its server changes"),
	HOOK("key.changed",
	    "a program run when a user shows another key than before"),
	HOOK("call.incoming", "a program run when somebody calls"),
	HOOK("call.ringing", "a program run when it rings where we call"),
	HOOK("call.active", "a program run when a call is answered"),
	HOOK("call.changed", "a program run when something of a call changes"),
	HOOK("call.ended", "a program run when a call has ended"),
	HOOK("call.kept", "a program run when a call is in the history"),
	HOOK("call.levels",
	    "a program run four times a second while a call lasts"),
	{ .key = "call.accept",
	    .kind = SETTING_WORD,
	    .fallback = "ask",
	    .words = "ask never",
	    .help = N_("whether others can call us") },
	{ .key = "call.ring_s",
	    .kind = SETTING_NUMBER,
	    .fallback = "45",
	    .min = 1,
	    .max = 600,
	    .help = N_("seconds for which a call rings") },
	{ .key = "media.ports",
	    .fallback = "22224-22229",
	    .check = check_ports,
	    .needed = true,
	    .help = N_("UDP ports of calls") },
	{ .key = "media.audio_in",
	    .fallback = "",
	    .help = N_("the microphone of calls; empty: the system's own; "
		       "none: none") },
	{ .key = "media.audio_out",
	    .fallback = "",
	    .help = N_("the loudspeaker of calls; empty: the system's own; "
		       "none: none") },
	{ .key = "media.echo",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether what the loudspeaker plays is taken out of "
		       "what the microphone hears") },
	{ .key = "media.noise",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether noise is taken out of it") },
	{ .key = "media.gain",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether a voice far from the microphone is made "
		       "louder") },
	{ .key = "media.video_in",
	    .fallback = "",
	    .help =
		N_("the camera of calls, as /dev/video0; empty: the first") },
	{ .key = "media.codec",
	    .kind = SETTING_WORD,
	    .fallback = "vp9",
	    .words = "vp9 vp8",
	    .help = N_("by what our pictures in calls are coded: vp9 is the "
		       "smaller, vp8 the quicker") },
	{ .key = "media.sandbox",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether the program that decodes calls is locked in; "
		       "off only to find out what a device needs") },
	{ .key = "media.budget",
	    .kind = SETTING_NUMBER,
	    .fallback = "0",
	    .min = 0,
	    .max = 200000000,
	    .help = N_("most bits a second of all that the parties of a call "
		       "send together; 0: 6000000") },
	{ .key = "server.host",
	    .fallback = "",
	    .help = N_("the organisation's camserver; empty: as the code "
		       "says, or as it is found") },
	{ .key = "http.proxyHost",
	    .fallback = "",
	    .help = N_("proxy for the way to the server") },
	{ .key = "http.proxyPort",
	    .kind = SETTING_NUMBER,
	    .fallback = "8080",
	    .min = 1,
	    .max = UINT16_MAX,
	    .help = N_("its port") },
	{ .key = "http.proxyUser",
	    .fallback = "",
	    .help = N_("the user's name there") },
	{ .key = "http.proxyPassword",
	    .fallback = "",
	    .secret = true,
	    .help = N_("and password") },
};

static const struct setting_table settings_of_camd = {
	.list = table,
	.count = sizeof table / sizeof table[0],
};

const struct setting_table *
camd_setting_table(void)
{
	return &settings_of_camd;
}

/* -- what we are called by when nothing is set ----------------------- */

static char *
logon_name(void)
{
	char text[4096];
	struct passwd pwd, *found = NULL;

	if (getpwuid_r(getuid(), &pwd, text, sizeof text, &found) == 0 &&
	    found != NULL && found->pw_name[0] != '\0')
		return xstrdup(found->pw_name);
	return xasprintf("user%lu", (unsigned long)getuid());
}

/* The first label of this machine's name. */
static char *
host_name(void)
{
	char name[256] = "";

	if (gethostname(name, sizeof name - 1) < 0 || name[0] == '\0' ||
	    name[0] == '.')
		return xstrdup("localhost");
	name[strcspn(name, ".")] = '\0';
	return xstrdup(name);
}

int
camd_settings_open(const char *path, struct settings **settings, char **problem)
{
	int err = settings_open(&settings_of_camd, path, settings, problem);

	if (err != 0)
		return err;
	settings_default(*settings, "user.name", logon_name());
	settings_default(*settings, "user.host", host_name());
	return 0;
}

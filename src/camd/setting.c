/* setting.c: what each setting of cam.ini is called and may be. */
#include "camd/setting.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/span.h"
#include "base/text.h"
#include "camd/people/nearest.h"
#include "net/target.h"

/* IPMSG's default port, taken for addresses that name none while they are
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
check_targets(const char *value, bool walked)
{
	struct targets targets;
	char *problem = NULL;

	if (targets_parse(value, PORT, walked, &targets, &problem) == 0) {
		targets_finish(&targets);
		return NULL;
	}
	return problem;
}

static char *
check_broadcast(const char *value)
{
	return check_targets(value, true);
}

static char *
check_networks(const char *value)
{
	return check_targets(value, false);
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

static char *
check_path(const char *value)
{
	return value[0] == '\0' || value[0] == '/'
		   ? NULL
		   : xstrdup(_("a path that begins with '/' is needed"));
}

#define HOOK(event, text)                                                      \
	{                                                                      \
		.key = "hook." event, .check = check_path, .help = N_(text)    \
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
	    .check = check_broadcast,
	    .help = N_("more addresses, networks and wildcards to announce "
		       "ourselves to") },
	{ .key = "net.list_for",
	    .fallback = "",
	    .check = check_networks,
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
	    .check = check_path,
	    .help = N_("a file with the passphrase that opens the keys when "
		       "camd starts; empty: 'cam key unlock' does") },
	{ .key = "file.dir",
	    .check = check_path,
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
	HOOK("question.answered",
	    "a program run for each question that is answered"),
	HOOK("transfer.progress",
	    "a program run four times a second while files are on their way"),
	HOOK("transfer.done", "a program run when a file is there"),
	HOOK("transfer.failed", "a program run when a file did not get there"),
	HOOK("key.changed",
	    "a program run when a user shows another key than before"),
	HOOK("call.incoming", "a program run when somebody calls"),
	HOOK("call.ringing", "a program run when it rings where we call"),
	HOOK("call.active", "a program run when a call is answered"),
	HOOK("call.changed", "a program run when something of a call changes"),
	HOOK("call.ended", "a program run when a call has ended"),
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
	{ .key = "media.video_in",
	    .fallback = "",
	    .help = N_("the camera of calls; empty: the first") },
	{ .key = "media.sandbox",
	    .kind = SETTING_SWITCH,
	    .fallback = "on",
	    .help = N_("whether the program that decodes calls is locked in; "
		       "off only to find out what a device needs") },
	{ .key = "media.budget",
	    .kind = SETTING_NUMBER,
	    .fallback = "0",
	    .min = 0,
	    .max = INT64_C(100000000000),
	    .help =
		N_("most bits a second for all video together; 0: found out") },
	{ .key = "server.host",
	    .fallback = "",
	    .help = N_("the organisation's camserver; empty: none") },
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

enum { COUNT = sizeof table / sizeof table[0] };

const struct setting *
setting_at(size_t i)
{
	return i < COUNT ? &table[i] : NULL;
}

size_t
setting_count(void)
{
	return COUNT;
}

size_t
setting_index(const struct setting *setting)
{
	return (size_t)(setting - table);
}

const struct setting *
setting_find(const char *key)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(table[i].key, key) == 0)
			return &table[i];
	}
	return NULL;
}

const char *
setting_nearest(const char *key)
{
	struct nearest nearest;
	const struct setting *setting = NULL;
	const char *last = strrchr(key, '.');

	nearest_init(&nearest, key);
	for (size_t i = 0; i < COUNT; i++)
		nearest_offer(&nearest, table[i].key);
	/* "nick" and "net.nick" mean user.nick. */
	nearest.text = last != NULL ? last + 1 : key;
	for (size_t i = 0; nearest.count == 0 && i < COUNT; i++)
		nearest_offer_as(
		    &nearest, strrchr(table[i].key, '.') + 1, table[i].key);
	if (nearest.count > 0)
		setting = setting_find(nearest_first(&nearest));
	nearest_finish(&nearest);
	return setting != NULL ? setting->key : NULL;
}

static bool
is_among(const char *value, const char *words)
{
	struct span rest = span_text(words), word;

	while (span_cut(&rest, ' ', &word)) {
		if (span_equal_text(word, value))
			return true;
	}
	return span_equal_text(rest, value);
}

/* "ask, always, never" */
static char *
listed(const char *words)
{
	struct buf text;

	buf_init(&text, LIMIT_INI_VALUE);
	for (const char *c = words; *c != '\0'; c++)
		buf_put_text(&text, *c == ' ' ? ", " : (char[]){ *c, '\0' });
	return buf_steal_text(&text);
}

static char *
check_number(const struct setting *setting, const char *value)
{
	uint64_t number;

	if (number_decimal(span_text(value), (uint64_t)setting->max, &number) ==
		0 &&
	    (int64_t)number >= setting->min)
		return NULL;
	return xasprintf(_("a number from %lld to %lld is needed"),
	    (long long)setting->min, (long long)setting->max);
}

static char *
check_words(const char *value, const char *words)
{
	char *list = NULL, *problem = NULL;

	if (is_among(value, words))
		return NULL;
	list = listed(words);
	problem = xasprintf(_("one of %s is needed"), list);
	free(list);
	return problem;
}

/* What the ini file could not give back. */
static char *
check_form(const char *value)
{
	if (strlen(value) > LIMIT_INI_VALUE)
		return xasprintf(
		    _("at most %d bytes are possible"), LIMIT_INI_VALUE);
	if (!utf8_is_valid(span_text(value)))
		return xstrdup(_("it is not UTF-8"));
	for (const char *c = value; *c != '\0'; c++) {
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return xstrdup(_(
			    "it must be one line without control characters"));
	}
	return NULL;
}

static char *
find_fault(const struct setting *setting, const char *value)
{
	char *fault = check_form(value);

	if (fault != NULL)
		return fault;
	if (setting->needed && value[0] == '\0')
		return xstrdup(_("it cannot be empty"));
	switch (setting->kind) {
	case SETTING_NUMBER:
		return check_number(setting, value);
	case SETTING_SWITCH:
		return check_words(value, "on off yes no");
	case SETTING_WORD:
		return check_words(value, setting->words);
	case SETTING_TEXT:
		break;
	}
	return setting->check != NULL && value[0] != '\0'
		   ? setting->check(value)
		   : NULL;
}

char *
setting_problem(const struct setting *setting, const char *value)
{
	char *fault = find_fault(setting, value), *shown = NULL,
	     *problem = NULL;

	if (fault == NULL)
		return NULL;
	shown = text_printable(setting->secret ? "…" : value, TEXT_LINE);
	problem = xasprintf("%s = '%s': %s", setting->key, shown, fault);
	free(shown);
	free(fault);
	return problem;
}

bool
setting_is_on(const char *value)
{
	return strcmp(value, "on") == 0 || strcmp(value, "yes") == 0;
}

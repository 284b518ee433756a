/* verbs.c: the table of verbs: parsing, usage, help and completion all come
 * from here. */
#include "cam/verbs.h"

#include <string.h>

#include "base/i18n.h"
#include "cam/doctor.h"
#include "cam/verb.h"

static const struct verb_option global_options[] = {
	{ "home", 0, N_("DIR"), N_("everything lies under DIR (CAM_HOME)"),
	    WORD_FILE, NULL },
	{ "json", 0, NULL, N_("one JSON object a line"), WORD_NONE, NULL },
	{ "no-start", 0, NULL, N_("do not start camd"), WORD_NONE, NULL },
	{ "linear", 0, NULL,
	    N_("the screen as lines one below the other, for screen readers"),
	    WORD_NONE, NULL },
	{ "quiet", 'q', NULL, N_("print no more than must be"), WORD_NONE,
	    NULL },
	{ "verbose", 'v', NULL, N_("print more"), WORD_NONE, NULL },
	{ "help", 'h', NULL, N_("how it is used"), WORD_NONE, NULL },
	{ "version", 'V', NULL, N_("the version"), WORD_NONE, NULL },
	{ 0 },
};

static const struct verb_option send_options[] = {
	{ "seal", 's', NULL, N_("recipients must open it, and you hear when"),
	    WORD_NONE, NULL },
	{ "lock", 'l', NULL, N_("sealed, and opened with their password"),
	    WORD_NONE, NULL },
	{ "file", 'f', N_("PATH"), N_("offer a file or folder with it"),
	    WORD_FILE, NULL },
	{ "image", 'i', N_("PATH"),
	    N_("a PNG image (-: stdin), shown in the text where possible"),
	    WORD_FILE, NULL },
	{ "reply", 'r', N_("ID"), N_("it answers that message"), WORD_MESSAGE,
	    NULL },
	{ "no-wait", 'n', NULL, N_("return when it is queued"), WORD_NONE,
	    NULL },
	{ "until", 'u', N_("STATE"), N_("wait until it is delivered or opened"),
	    WORD_NONE, "delivered opened" },
	{ "timeout", 't', N_("SECONDS"), N_("how long to wait (10)"), WORD_NONE,
	    NULL },
	{ "clear", 0, NULL, N_("send unencrypted where it must be"), WORD_NONE,
	    NULL },
	{ 0 },
};

static const struct verb_option change_options[] = {
	{ "no-wait", 'n', NULL, N_("return when it is queued"), WORD_NONE,
	    NULL },
	{ "timeout", 't', N_("SECONDS"), N_("how long to wait (10)"), WORD_NONE,
	    NULL },
	{ 0 },
};

static const struct verb_option ask_options[] = {
	{ "choices", 'c', N_("A,B,..."), N_("what there is to choose from"),
	    WORD_NONE, NULL },
	{ "timeout", 't', N_("SECONDS"), N_("how long to wait (no limit)"),
	    WORD_NONE, NULL },
	{ "clear", 0, NULL, N_("send unencrypted where it must be"), WORD_NONE,
	    NULL },
	{ 0 },
};

static const struct verb_option answer_options[] = {
	{ "no-wait", 'n', NULL, N_("return when it is queued"), WORD_NONE,
	    NULL },
	{ "timeout", 't', N_("SECONDS"), N_("how long to wait (10)"), WORD_NONE,
	    NULL },
	{ "clear", 0, NULL, N_("send unencrypted where it must be"), WORD_NONE,
	    NULL },
	{ 0 },
};

static const struct verb_option run_options[] = {
	{ "to", 't', N_("WHO,..."), N_("who is told"), WORD_WHO_LIST, NULL },
	{ "on-failure", 'f', NULL, N_("only when its status is not 0"),
	    WORD_NONE, NULL },
	{ "once", 'o', N_("KEY"),
	    N_("not again while KEY fails in the same way"), WORD_NONE, NULL },
	{ "clear", 0, NULL, N_("send unencrypted where it must be"), WORD_NONE,
	    NULL },
	{ 0 },
};

static const struct verb_option ls_options[] = {
	{ "all", 'a', NULL, N_("hidden users, too"), WORD_NONE, NULL },
	{ "sort", 's', N_("FIELD,..."), N_("in this order; -FIELD reverses"),
	    WORD_SORT, NULL },
	{ "watch", 'w', NULL, N_("go on showing what changes"), WORD_NONE,
	    NULL },
	{ "refresh", 'r', NULL, N_("ask the network first"), WORD_NONE, NULL },
	{ 0 },
};

static const struct verb_option watch_options[] = {
	{ "type", 't', N_("TYPE,..."),
	    N_("only these events, or all of a noun"), WORD_EVENT, NULL },
	{ "from", 'f', N_("WHO"), N_("only those of these users"), WORD_WHO,
	    NULL },
	{ "count", 'n', N_("N"), N_("stop after N events"), WORD_NONE, NULL },
	{ "timeout", 0, N_("SECONDS"),
	    N_("stop after that time, with status 4"), WORD_NONE, NULL },
	{ "exec", 'x', N_("PROGRAM"),
	    N_("run it for each, the event on its stdin"), WORD_PROGRAM, NULL },
	{ 0 },
};

static const struct verb_option log_options[] = {
	{ "grep", 'g', N_("TEXT"), N_("only messages with these words"),
	    WORD_NONE, NULL },
	{ "since", 's', N_("TIME"),
	    N_("from then on: 2026-01-31, 09:30, yesterday, 2h"), WORD_NONE,
	    NULL },
	{ "until", 'u', N_("TIME"), N_("up to then"), WORD_NONE, NULL },
	{ "number", 'n', N_("N"), N_("the newest N (100; 0: all)"), WORD_NONE,
	    NULL },
	{ 0 },
};

static const struct verb_option file_options[] = {
	{ "wait", 'w', NULL, N_("send: return when it has been fetched"),
	    WORD_NONE, NULL },
	{ "name", 0, N_("NAME"), N_("send, get: under that name"), WORD_NONE,
	    NULL },
	{ "fetches", 0, N_("N"), N_("send: at most so many times"), WORD_NONE,
	    NULL },
	{ "clear", 0, NULL, N_("send: unencrypted where it must be"), WORD_NONE,
	    NULL },
	{ "output", 'o', N_("DIR|-"), N_("get: to that folder, or to stdout"),
	    WORD_FILE, NULL },
	{ "show", 0, NULL, N_("get: draw the image in the terminal"), WORD_NONE,
	    NULL },
	{ "no-wait", 'n', NULL, N_("return when it is queued"), WORD_NONE,
	    NULL },
	{ "timeout", 't', N_("SECONDS"), N_("how long to wait, then status 4"),
	    WORD_NONE, NULL },
	{ 0 },
};

static const struct verb_action file_actions[] = {
	{ "send", N_("PATH...|- WHO[,WHO...]"),
	    N_("offer files and folders, or what stdin holds"), WORD_FILE,
	    WORD_FILE_OR_WHO },
	{ "ls", "", N_("list what is offered, by you and to you"), WORD_NONE,
	    WORD_NONE },
	{ "get", N_("ID..."), N_("fetch what somebody offers"), WORD_FETCH,
	    WORD_FETCH },
	{ "cancel", N_("ID..."), N_("end a transfer, withdraw an offer"),
	    WORD_OFFER, WORD_OFFER },
	{ "drop", N_("ID..."), N_("decline an offer, or forget it"), WORD_OFFER,
	    WORD_OFFER },
	{ 0 },
};

static const struct verb_option wait_options[] = {
	{ "timeout", 't', N_("SECONDS"), N_("how long, then status 4"),
	    WORD_NONE, NULL },
	{ 0 },
};

static const struct verb_option verify_options[] = {
	{ "accept", 'a', NULL, N_("you have compared it, or it has changed"),
	    WORD_NONE, NULL },
	{ 0 },
};

static const struct verb_option key_options[] = {
	{ "passphrase-file", 0, N_("FILE"),
	    N_("read the passphrase from it (-: stdin)"), WORD_FILE, NULL },
	{ "old-passphrase-file", 0, N_("FILE"),
	    N_("read the passphrase until now from it (-: stdin)"), WORD_FILE,
	    NULL },
	{ 0 },
};

static const struct verb_action key_actions[] = {
	{ "protect", "", N_("seal the keys with a passphrase, or another one"),
	    WORD_NONE, WORD_NONE },
	{ "unprotect", "", N_("keep the keys without a passphrase"), WORD_NONE,
	    WORD_NONE },
	{ "unlock", "", N_("open the keys so that camd can go online"),
	    WORD_NONE, WORD_NONE },
	{ 0 },
};

static const struct verb_action user_actions[] = {
	{ "hide", N_("WHO"), N_("leave out of the roster"), WORD_WHO,
	    WORD_NONE },
	{ "show", N_("WHO"), N_("show again"), WORD_WHO, WORD_NONE },
	{ "priority", N_("WHO N"), N_("list higher numbers first"), WORD_WHO,
	    WORD_NONE },
	{ "rename", N_("WHO [NAME]"), N_("your own name for them"), WORD_WHO,
	    WORD_NONE },
	{ "accept", N_("WHO ask|always|never|default"),
	    N_("whether what they offer is fetched at once"), WORD_WHO,
	    WORD_POLICY },
	{ 0 },
};

static const struct verb_action config_actions[] = {
	{ "get", N_("KEY"), N_("print a setting"), WORD_SETTING, WORD_NONE },
	{ "set", N_("KEY VALUE"), N_("change a setting, at once"), WORD_SETTING,
	    WORD_NONE },
	{ "unset", N_("KEY"), N_("back to the default"), WORD_SETTING,
	    WORD_NONE },
	{ "ls", "", N_("list the settings"), WORD_NONE, WORD_NONE },
	{ 0 },
};

static const struct verb_action daemon_actions[] = {
	{ "start", "", N_("start camd, wait until it is ready"), WORD_NONE,
	    WORD_NONE },
	{ "stop", "", N_("stop camd, wait until it is gone"), WORD_NONE,
	    WORD_NONE },
	{ "reload", "", N_("have cam.ini read again"), WORD_NONE, WORD_NONE },
	{ 0 },
};

static const struct verb_action debug_actions[] = {
	{ "packet", N_("[--raw] [--key PEM]... [--peer-key PEM]"),
	    N_("decode packets from stdin, one in hex a line"), WORD_NONE,
	    WORD_NONE },
	{ 0 },
};

static const struct verb table[] = {
	{ .name = "send",
	    .args = N_("WHO[,WHO...] [TEXT...|-]"),
	    .help = N_("send a message and wait until it is delivered"),
	    .run = verb_send,
	    .options = send_options,
	    .word = WORD_WHO_LIST,
	    .flags = VERB_TERSE },
	{ .name = "edit",
	    .args = N_("ID [TEXT...|-]"),
	    .help = N_("give a message that you sent another text"),
	    .run = verb_edit,
	    .options = change_options,
	    .word = WORD_SENT,
	    .flags = VERB_TERSE },
	{ .name = "delete",
	    .args = N_("ID"),
	    .help = N_("take back a message that you sent"),
	    .run = verb_delete,
	    .options = change_options,
	    .word = WORD_SENT,
	    .flags = VERB_TERSE },
	{ .name = "ask",
	    .args = N_("WHO [QUESTION...|-]"),
	    .help = N_("ask somebody, and exit by the answer"),
	    .run = verb_ask,
	    .options = ask_options,
	    .word = WORD_WHO,
	    .flags = VERB_TERSE },
	{ .name = "answer",
	    .args = N_("ID [TEXT...|-]"),
	    .help = N_("answer a question"),
	    .run = verb_answer,
	    .options = answer_options,
	    .word = WORD_QUESTION,
	    .flags = VERB_TERSE },
	{ .name = "run",
	    .args = N_("--to WHO[,WHO...] -- COMMAND..."),
	    .help = N_("run a command and send what became of it"),
	    .run = verb_run,
	    .options = run_options,
	    .word = WORD_PROGRAM },
	{ .name = "ls",
	    .args = "",
	    .help = N_("list who is there"),
	    .run = verb_ls,
	    .options = ls_options },
	{ .name = "watch",
	    .args = "",
	    .help = N_("follow what happens"),
	    .run = verb_watch,
	    .options = watch_options },
	{ .name = "log",
	    .args = N_("[WHO]"),
	    .help = N_("the history, and search in it"),
	    .run = verb_log,
	    .options = log_options,
	    .word = WORD_WHO },
	{ .name = "open",
	    .args = N_("ID"),
	    .help = N_("open a sealed message"),
	    .run = verb_open,
	    .word = WORD_SEALED },
	{ .name = "read",
	    .args = N_("WHO"),
	    .help = N_("mark a talk as read"),
	    .run = verb_read,
	    .word = WORD_WHO },
	{ .name = "file",
	    .args = N_("send|ls|get|cancel|drop ..."),
	    .help = N_("offer and fetch files and folders"),
	    .run = verb_file,
	    .options = file_options,
	    .actions = file_actions },
	{ .name = "away",
	    .args = N_("[TEXT...]"),
	    .help = N_("tell that you are away"),
	    .run = verb_away },
	{ .name = "back",
	    .args = "",
	    .help = N_("tell that you are back"),
	    .run = verb_back },
	{ .name = "user",
	    .args = N_("hide|show|priority|rename|accept WHO ..."),
	    .help = N_("change how the roster shows somebody"),
	    .run = verb_user,
	    .actions = user_actions },
	{ .name = "key",
	    .args = N_("[protect|unprotect|unlock]"),
	    .help = N_("your own keys, for others to compare"),
	    .run = verb_key,
	    .options = key_options,
	    .actions = key_actions },
	{ .name = "verify",
	    .args = N_("WHO"),
	    .help = N_("find out whether somebody's key is really theirs"),
	    .run = verb_verify,
	    .options = verify_options,
	    .word = WORD_WHO },
	{ .name = "config",
	    .args = N_("get|set|unset|ls ..."),
	    .help = N_("read and change settings"),
	    .run = verb_config,
	    .actions = config_actions },
	{ .name = "status",
	    .args = "",
	    .help = N_("what runs"),
	    .run = verb_status },
	{ .name = "doctor",
	    .args = "",
	    .help = N_("find out what keeps the network from working"),
	    .run = verb_doctor },
	{ .name = "rpc",
	    .args = N_("METHOD [JSON|-]"),
	    .help = N_("call a method of camd"),
	    .run = verb_rpc,
	    .word = WORD_METHOD,
	    .flags = VERB_TERSE },
	{ .name = "wait",
	    .args = N_("ready|EVENT"),
	    .help = N_("wait until camd is ready, or something happens"),
	    .run = verb_wait,
	    .options = wait_options,
	    .word = WORD_READY,
	    .flags = VERB_TERSE },
	{ .name = "daemon",
	    .args = N_("start|stop|reload"),
	    .help = N_("start and stop camd"),
	    .run = verb_daemon,
	    .actions = daemon_actions },
	{ .name = "debug",
	    .args = N_("packet [OPTIONS]"),
	    .help = N_("decode packets of IP Messenger"),
	    .actions = debug_actions,
	    .flags = VERB_EXTERNAL },
	{ .name = "version",
	    .args = "",
	    .help = N_("the version and what is built in"),
	    .run = verb_version },
	{ .name = "help",
	    .args = N_("[VERB]"),
	    .help = N_("how a verb is used"),
	    .run = verb_help,
	    .word = WORD_VERB },
	{ .name = "complete",
	    .args = N_("[WORD...]"),
	    .run = verb_complete,
	    .flags = VERB_HIDDEN },
	{ .name = "call", .flags = VERB_LATER },
	{ .name = "room", .flags = VERB_LATER },
	{ .name = "device", .flags = VERB_LATER },
	{ .name = "export", .flags = VERB_LATER },
	{ .name = "import", .flags = VERB_LATER },
	{ .name = "org", .flags = VERB_LATER },
	{ .name = "server", .flags = VERB_LATER },
	{ .name = "doc", .flags = VERB_LATER },
	{ .name = "cal", .flags = VERB_LATER },
	{ .name = "note", .flags = VERB_LATER },
	{ .name = "capture", .flags = VERB_LATER },
	{ 0 },
};

const struct verb *
verb_table(void)
{
	return table;
}

const struct verb_option *
verb_global_options(void)
{
	return global_options;
}

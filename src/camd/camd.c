/* camd.c: everything made, joined, and ended in the right order. */
#include "camd/camd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/switchboard.h"
#include "camd/clients.h"
#include "camd/events.h"
#include "camd/link/announcement.h"
#include "camd/link/door.h"
#include "camd/link/identity.h"
#include "camd/link/liaison.h"
#include "camd/link/links.h"
#include "camd/link/onetimes.h"
#include "camd/message/inbox.h"
#include "camd/message/notices.h"
#include "camd/message/outbox.h"
#include "camd/message/question.h"
#include "camd/message/typing.h"
#include "camd/network.h"
#include "camd/offer/fileserver.h"
#include "camd/offer/offers.h"
#include "camd/org/org.h"
#include "camd/org/ruling.h"
#include "camd/people/attention.h"
#include "camd/people/leaving.h"
#include "camd/people/presence.h"
#include "camd/people/refresh.h"
#include "camd/people/roster.h"
#include "camd/protection.h"
#include "camd/settings.h"
#include "camd/sync.h"
#include "camd/trust/trust.h"
#include "camd/upkeep.h"
#include "crypto/crypto.h"
#include "crypto/keyring.h"
#include "lan/lan.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/unix.h"
#include "loop/worker.h"
#include "store/store.h"

/* How many jobs one commit may hold, so that the first of them does not wait
 * for ever. */
enum { COMMIT_MAX = 1024 };

/* -- threads ----------------------------------------------------------------
 */

/* The writer gets the connection that the start has used: it belongs to one
 * thread at a time. */
static void *
start_writer(void *arg)
{
	struct camd *camd = arg;

	return camd->store;
}

static void
stop_writer(void *context)
{
	store_close(context);
}

static int
begin_commit(void *context)
{
	return store_begin(context);
}

static int
end_commit(void *context)
{
	return store_commit(context);
}

static void *
start_reader(void *arg)
{
	struct camd *camd = arg;
	char problem[STORE_PROBLEM_SIZE];
	struct store *store = NULL;

	if (store_open(camd->store_path, STORE_READ, problem, &store) < 0)
		log_error("%s", problem);
	return store;
}

static const struct worker_ops writer_ops = {
	.start = start_writer,
	.stop = stop_writer,
	.begin = begin_commit,
	.end = end_commit,
	.batch_max = COMMIT_MAX,
};

static const struct worker_ops reader_ops = { .start = start_reader,
	.stop = stop_writer };
static const struct worker_ops pool_ops = { .start = NULL };

static void
start_pool(struct camd *camd)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	camd->pool = workers_new(
	    camd->loop, cores > 0 ? (unsigned)cores : 1, &pool_ops, camd);
}

static void
start_store_threads(struct camd *camd)
{
	camd->writer = workers_new(camd->loop, 1, &writer_ops, camd);
	camd->readers = workers_new(camd->loop, 1, &reader_ops, camd);
}

/* -- settings ---------------------------------------------------------------
 */

/* The stricter of our setting and what the organisation leaves us. */
static enum lan_legacy
legacy_of(const struct camd *camd)
{
	const char *legacy = settings_text(camd->settings, "security.legacy");
	enum policy_value ruled = ruling_of(camd->org, POLICY_LEGACY);

	if (ruled == POLICY_OFF || strcmp(legacy, "off") == 0)
		return LAN_LEGACY_OFF;
	return ruled == POLICY_RECEIVE || strcmp(legacy, "receive") == 0
		   ? LAN_LEGACY_RECEIVE
		   : LAN_LEGACY_ON;
}

int
camd_apply(struct camd *camd, char **problem)
{
	const struct settings *settings = camd->settings;
	enum log_level level = LOG_LEVEL_INFO;
	struct lan_settings lan = {
		.logon = settings_text(settings, "user.name"),
		.host = settings_text(settings, "user.host"),
		.nick = settings_text(settings, "user.nick"),
		.group = settings_text(settings, "user.group"),
		.bind = settings_text(settings, "net.bind"),
		.port = (uint16_t)settings_number(settings, "net.port"),
		.ipv6 = settings_on(settings, "net.ipv6"),
		.broadcast = settings_text(settings, "net.broadcast"),
		.list_for = settings_text(settings, "net.list_for"),
		.charset = CHARSET_CP932,
		.legacy = legacy_of(camd),
	};
	int r;

	(void)log_level_parse(settings_text(settings, "log.level"), &level);
	log_set_level(level);
	(void)charset_parse(
	    settings_text(settings, "ipmsg.charset"), &lan.charset);
	/* With locked keys there is no network yet. */
	if (camd->lan == NULL)
		return 0;
	if ((r = lan_open(camd->lan, &lan, problem)) < 0)
		return r;
	roster_rename_self(camd->roster);
	return 0;
}

int
camd_reload(struct camd *camd, char **problem)
{
	int r = settings_reload(camd->settings, problem);

	if (r < 0)
		return r;
	r = camd_apply(camd, problem);
	if (r < 0)
		settings_restore(camd->settings);
	return r;
}

/* -- start ------------------------------------------------------------------
 */

static int
make_folders(struct camd *camd, char **problem)
{
	const char *folders[] = { camd->paths.data, camd->paths.run };
	int r;

	for (size_t i = 0; i < 2; i++) {
		if ((r = path_make_private(folders[i])) < 0) {
			*problem = xasprintf("%s: %s", folders[i],
			    r == CAM_ERR_UNSAFE
				? _("others may write it or it is not yours; "
				    "make it yours alone with chmod 700")
				: cam_strerror(r));
			return r;
		}
	}
	return 0;
}

static int
listen_socket(struct camd *camd, int *fd, char **problem)
{
	int r = 0;

	if (*fd < 0) {
		r = unix_listen(camd->paths.socket, fd);
		camd->socket_is_ours = r == 0;
	}
	if (r == CAM_ERR_EXISTS)
		*problem = xasprintf(
		    _("another camd serves %s already"), camd->paths.socket);
	else if (r < 0)
		*problem =
		    xasprintf("%s: %s", camd->paths.socket, cam_strerror(r));
	return r;
}

/* For scripts; camd itself goes by who answers at the socket. */
static void
write_pid(struct camd *camd)
{
	char *path = path_join(camd->paths.run, "camd.pid"), text[16];
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());

	if (fd < 0 || write(fd, text, (size_t)len) != len) {
		log_warn("%s: %s", path, strerror(errno));
		free(path);
	} else {
		camd->pid_path = path;
	}
	if (fd >= 0)
		close(fd);
}

static int
open_keys(struct camd *camd, char **problem)
{
	char *folder = path_join(camd->paths.data, "keys");
	int r = keyring_open(
	    folder, true, protection_lock(camd->protection), &camd->keyring);

	if (r < 0)
		*problem = xasprintf(_("cannot use the keys in %s: %s"), folder,
		    r == CAM_ERR_UNSAFE
			? _("others can read them; chmod them to 600, the "
			    "folder to 700")
			: cam_strerror(r));
	free(folder);
	return r;
}

static int
open_store(struct camd *camd, char **problem)
{
	char text[STORE_PROBLEM_SIZE] = "";
	int r;

	camd->store_path = path_join(camd->paths.data, "cam.db");
	if ((r = store_open(
		 camd->store_path, STORE_WRITE, text, &camd->store)) < 0)
		*problem = xstrdup(text);
	return r;
}

/* In the order in which they need each other; what the database knows is there
 * before the network talks. */
static int
make_parts(struct camd *camd, char **problem)
{
	int r;

	camd->events = events_new(camd);
	camd->lan = lan_new(camd->loop, camd->pool, camd->crypto, camd->keyring,
	    &network_ops, camd);
	if ((r = roster_new(camd, camd->store, &camd->roster)) < 0 ||
	    (r = trust_new(camd, camd->store, &camd->trust)) < 0) {
		*problem = xasprintf(
		    _("cannot read %s: %s"), camd->store_path, cam_strerror(r));
		return r;
	}
	if ((r = onetimes_new(camd, camd->store, &camd->onetimes)) < 0 ||
	    (r = org_new(camd, camd->store, &camd->org)) < 0) {
		*problem = xasprintf(
		    _("cannot read %s: %s"), camd->store_path, cam_strerror(r));
		return r;
	}
	if ((r = links_new(
		 camd, camd->identity, &liaison_ops, camd, &camd->links)) < 0) {
		*problem = xasprintf(
		    _("cannot use the key of links: %s"), cam_strerror(r));
		return r;
	}
	camd->door = door_new(camd, DOOR_MS);
	camd->announcement = announcement_new(camd->identity);
	camd->leaving = leaving_new(camd);
	camd->presence = presence_new(camd, camd->store);
	camd->attention = attention_new(camd, camd->store);
	camd->inbox = inbox_new(camd);
	camd->notices = notices_new(camd, camd->store);
	camd->questions = questions_new(camd, camd->store);
	camd->typing = typing_new(camd);
	camd->outbox = outbox_new(camd, camd->store);
	camd->offers = offers_new(camd, camd->store);
	camd->fileserver = fileserver_new(camd);
	camd->calls = calls_new(camd->loop, &switchboard_ops, camd,
	    identity_user_key(camd->identity));
	camd->upkeep = upkeep_new(camd);
	camd->syncs = syncs_new(camd);
	return 0;
}

int
camd_open(struct camd *camd, char **problem)
{
	const struct keyfile_lock *lock = protection_lock(camd->protection);
	int r;

	if ((r = open_keys(camd, problem)) < 0 ||
	    (r = identity_open(camd, lock, &camd->identity, problem)) < 0 ||
	    (r = open_store(camd, problem)) < 0)
		return r;
	protection_mend(camd->protection);
	/* The writer touches its connection with the first job, after all have
	 * read. */
	start_store_threads(camd);
	if ((r = make_parts(camd, problem)) < 0)
		return r;
	if (presence_text(camd->presence) != NULL)
		lan_change(camd->lan,
		    settings_text(camd->settings, "user.nick"),
		    settings_text(camd->settings, "user.group"),
		    presence_title(camd->presence));
	if ((r = camd_apply(camd, problem)) < 0)
		return r;
	refreshes_listen(roster_refreshes(camd->roster));
	outbox_start(camd->outbox);
	offers_start(camd->offers);
	org_start(camd->org);
	if (camd->opened != NULL)
		camd->opened(camd);
	return 0;
}

int
camd_start(struct camd *camd, int fd, char **problem)
{
	int r;

	camd->started_ms = clock_wall_ms();
	if ((r = make_folders(camd, problem)) < 0 ||
	    (r = listen_socket(camd, &fd, problem)) < 0)
		return r;
	camd->crypto = crypto_new();
	start_pool(camd);
	r = protection_open(camd, &camd->protection, problem);
	if (r == 0 && !protection_is_locked(camd->protection))
		r = camd_open(camd, problem);
	if (r < 0) {
		close(fd);
		return r;
	}
	camd->clients = clients_new(camd, fd);
	write_pid(camd);
	return 0;
}

/* While we still listen: what stands there once we have stopped is another
 * camd's. */
static void
remove_files(struct camd *camd)
{
	if (camd->pid_path != NULL)
		(void)unlink(camd->pid_path);
	free(camd->pid_path);
	camd->pid_path = NULL;
	if (camd->socket_is_ours)
		(void)unlink(camd->paths.socket);
}

void
camd_finish(struct camd *camd)
{
	/* Nothing more is asked or heard; then what is on its way into the
	 * database arrives there. */
	protection_stop(camd->protection);
	upkeep_free(camd->upkeep);
	camd->upkeep = NULL;
	if (camd->lan != NULL)
		lan_close(camd->lan);
	if (camd->roster != NULL && camd->writer != NULL)
		roster_write(camd->roster);
	outbox_stop(camd->outbox);
	org_stop(camd->org);
	calls_stop(camd->calls);
	fileserver_stop(camd->fileserver);
	offers_stop(camd->offers);
	workers_free(camd->pool);
	camd->pool = NULL;
	workers_free(camd->readers);
	workers_free(camd->writer);
	if (camd->writer == NULL)
		store_close(camd->store);
	fileserver_free(camd->fileserver);
	camd->fileserver = NULL;
	/* What the threads have ended may have gone to links until now. */
	links_free(camd->links);
	camd->links = NULL;
	fileserver_free(camd->fileserver);
	camd->fileserver = NULL;
	door_free(camd->door);
	camd->door = NULL;
	syncs_free(camd->syncs);
	remove_files(camd);
	clients_free(camd->clients);
	camd->clients = NULL;
	calls_free(camd->calls);
	offers_free(camd->offers);
	outbox_free(camd->outbox);
	typing_free(camd->typing);
	questions_free(camd->questions);
	notices_free(camd->notices);
	inbox_free(camd->inbox);
	org_free(camd->org);
	onetimes_free(camd->onetimes);
	lan_free(camd->lan);
	announcement_free(camd->announcement);
	attention_free(camd->attention);
	presence_free(camd->presence);
	leaving_free(camd->leaving);
	trust_free(camd->trust);
	roster_free(camd->roster);
	events_free(camd->events);
	identity_free(camd->identity);
	keyring_free(camd->keyring);
	protection_free(camd->protection);
	crypto_free(camd->crypto);
	free(camd->store_path);
}

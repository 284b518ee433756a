/* admins.c: those who administer the server, over its Unix socket. */
#include "camserver/admins.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/methods/methods.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "loop/listener.h"
#include "loop/stream.h"
#include "loop/unix.h"
#include "rpc/names.h"
#include "rpc/session.h"

enum { GROUPS_MAX = 1024, NAMES_SIZE = 16 * 1024 };

struct admin {
	TAILQ_ENTRY(admin) entry;
	struct admins *admins;
	uid_t uid;
	struct stream *stream;
	struct rpc_session *session;
};

struct admins {
	struct server *server;
	struct listener *listener;
	struct rpc_session_ops ops;
	TAILQ_HEAD(, admin) list;
	size_t count;
};

/* -- who may ------------------------------------------------------------------
 */

static bool
find_group(const char *name, gid_t *gid)
{
	char names[NAMES_SIZE];
	struct group group, *found = NULL;

	if (name[0] == '\0' ||
	    getgrnam_r(name, &group, names, sizeof names, &found) != 0 ||
	    found == NULL)
		return false;
	*gid = found->gr_gid;
	return true;
}

static bool
is_member(uid_t uid, gid_t gid)
{
	char names[NAMES_SIZE];
	struct passwd user, *found = NULL;
	gid_t groups[GROUPS_MAX];
	int count = GROUPS_MAX;

	if (getpwuid_r(uid, &user, names, sizeof names, &found) != 0 ||
	    found == NULL ||
	    getgrouplist(found->pw_name, found->pw_gid, groups, &count) < 0)
		return false;
	for (int i = 0; i < count; i++) {
		if (groups[i] == gid)
			return true;
	}
	return false;
}

static bool
may_administer(const struct admins *admins, int fd, uid_t *peer)
{
	uid_t uid;
	pid_t pid;
	gid_t gid;

	if (unix_peer(fd, &uid, &pid) != 0)
		return false;
	*peer = uid;
	if (uid == 0 || uid == geteuid() ||
	    (find_group(settings_text(admins->server->settings, "admin.group"),
		 &gid) &&
		is_member(uid, gid)))
		return true;
	log_warn("closed a connection of user %lu (process %ld), who is no "
		 "administrator",
	    (unsigned long)uid, (long)pid);
	return false;
}

/* The group can come to the socket; for others the folders stay closed. */
static void
open_to_group(const struct admins *admins)
{
	const struct home *home = &admins->server->home;
	const char *name =
	    settings_text(admins->server->settings, "admin.group");
	char *copy = xstrdup(home->socket), *folder = dirname(copy);
	gid_t gid;

	if (find_group(name, &gid)) {
		if (chown(home->folder, (uid_t)-1, gid) < 0 ||
		    chmod(home->folder, 0710) < 0 ||
		    chown(folder, (uid_t)-1, gid) < 0 ||
		    chmod(folder, 0710) < 0 ||
		    chown(home->socket, (uid_t)-1, gid) < 0 ||
		    chmod(home->socket, 0660) < 0)
			log_warn("%s cannot be opened to group %s: %s",
			    home->socket, name, strerror(errno));
	}
	free(copy);
}

/* -- connections --------------------------------------------------------------
 */

static void
admin_free(struct admin *admin)
{
	TAILQ_REMOVE(&admin->admins->list, admin, entry);
	admin->admins->count--;
	rpc_session_free(admin->session);
	stream_free(admin->stream);
	free(admin);
}

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct admin *admin = arg;

	/* What is wrong has been answered: that answer still leaves. */
	if (rpc_session_feed(admin->session, data, len) != 0)
		stream_close_when_written(stream);
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	admin_free(arg);
}

static const struct stream_ops stream_ops = { .on_data = on_data,
	.on_closed = on_closed };

static void
write_line(void *arg, const void *data, size_t len)
{
	struct admin *admin = arg;

	stream_write(admin->stream, data, len);
}

static void
on_accept(
    void *arg, int fd, const struct sockaddr_storage *from, socklen_t from_len)
{
	struct admins *admins = arg;
	struct admin *admin = NULL;
	uid_t uid;

	if (!may_administer(admins, fd, &uid) ||
	    admins->count >= LIMIT_RPC_CLIENTS) {
		close(fd);
		return;
	}
	admin = xcalloc(1, sizeof *admin);
	admin->admins = admins;
	admin->uid = uid;
	admin->session = rpc_session_new(&admins->ops, admin);
	admin->stream = stream_new(
	    admins->server->loop, fd, &stream_ops, admin, LIMIT_RPC_QUEUE);
	TAILQ_INSERT_TAIL(&admins->list, admin, entry);
	admins->count++;
}

/* Who changes something is found in the log, with what. */
static bool
on_call(struct rpc_call *call, const char *method, json_t *params)
{
	static const char *const asking[] = { RPC_SERVER_STATUS,
		RPC_SERVER_METRICS, RPC_POLICY_GET, RPC_QUEUE_LIST,
		RPC_MEMBER_LIST, RPC_CONFIG_GET, RPC_CONFIG_LIST,
		RPC_LOG_LIST };
	const struct admin *admin = rpc_call_owner(call);
	const char *name = json_string_value(json_object_get(params, "name"));
	const char *key = json_string_value(json_object_get(params, "key"));

	for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++) {
		if (strcmp(asking[i], method) == 0)
			return true;
	}
	log_info("user %lu asks for %s %s", (unsigned long)admin->uid, method,
	    name != NULL ? name : (key != NULL ? key : ""));
	return true;
}

struct server *
method_server(const struct rpc_call *call)
{
	const struct admin *admin = rpc_call_owner(call);

	return admin->admins->server;
}

struct admins *
admins_new(struct server *server, int fd)
{
	struct admins *admins = xcalloc(1, sizeof *admins);

	admins->server = server;
	TAILQ_INIT(&admins->list);
	admins->ops.methods = admin_methods();
	admins->ops.write = write_line;
	admins->ops.admit = on_call;
	admins->listener = listener_new(server->loop, fd, on_accept, admins);
	return admins;
}

void
admins_regroup(struct admins *admins)
{
	open_to_group(admins);
}

size_t
admins_count(const struct admins *admins)
{
	return admins->count;
}

void
admins_stop(struct admins *admins)
{
	if (admins == NULL)
		return;
	listener_free(admins->listener);
	admins->listener = NULL;
}

void
admins_free(struct admins *admins)
{
	if (admins == NULL)
		return;
	while (!TAILQ_EMPTY(&admins->list))
		admin_free(TAILQ_FIRST(&admins->list));
	free(admins);
}

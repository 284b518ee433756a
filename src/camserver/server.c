/* server.c: the server of an organisation, started and ended. */
#include "camserver/server.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/admins.h"
#include "camserver/lan/segments.h"
#include "camserver/links/memberlinks.h"
#include "camserver/logfile.h"
#include "camserver/metrics.h"
#include "camserver/settings.h"
#include "crypto/crypto.h"
#include "loop/unix.h"
#include "loop/worker.h"
#include "store/store.h"

/* How many jobs one commit may hold, so that the first of them does not wait
 * for ever. */
enum { COMMIT_MAX = 1024 };

/* -- the writer -------------------------------------------------------------
 */

static void *
start_writer(void *arg)
{
	struct server *server = arg;

	return server->store;
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

static const struct worker_ops writer_ops = {
	.start = start_writer,
	.stop = stop_writer,
	.begin = begin_commit,
	.end = end_commit,
	.batch_max = COMMIT_MAX,
};

static void *
start_reader(void *arg)
{
	const struct server *server = arg;
	char problem[STORE_PROBLEM_SIZE];
	struct store *store = NULL;

	if (store_open_server(server->home.store, STORE_READ, problem, &store) <
	    0)
		log_error("%s", problem);
	return store;
}

static const struct worker_ops reader_ops = { .start = start_reader,
	.stop = stop_writer };
static const struct worker_ops pool_ops = { .start = NULL };

/* -- start and end ----------------------------------------------------------
 */

int
server_apply(struct server *server, char **problem)
{
	enum log_level level = LOG_LEVEL_INFO;
	int r;

	(void)log_level_parse(
	    settings_text(server->settings, "log.level"), &level);
	log_set_level(level);
	logfile_set(server->logfile, settings_on(server->settings, "log.file"));
	admins_regroup(server->admins);
	r = metrics_listen(server->metrics,
	    settings_text(server->settings, "metrics.listen"), problem);
	return r == 0 ? segments_apply(server->segments, problem) : r;
}

static int
open_store(struct server *server, char **problem)
{
	char text[STORE_PROBLEM_SIZE] = "";
	int r = store_open_server(
	    server->home.store, STORE_WRITE, text, &server->store);

	if (r < 0)
		*problem = xstrdup(text);
	return r;
}

static void
start_pool(struct server *server)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	server->pool = workers_new(
	    server->loop, cores > 0 ? (unsigned)cores : 1, &pool_ops, server);
}

static int
listen_socket(struct server *server, int *fd, char **problem)
{
	const char *path = server->home.socket;
	int r = unix_listen(path, fd);

	if (r == CAM_ERR_EXISTS)
		*problem =
		    xasprintf(_("another camserver serves %s already"), path);
	else if (r < 0)
		*problem = xasprintf("%s: %s", path, cam_strerror(r));
	return r;
}

int
server_start(struct server *server, char **problem)
{
	int fd = -1, r;

	server->started_ms = clock_wall_ms();
	server->crypto = crypto_new();
	if ((r = organisation_open(
		 &server->home, &server->organisation, problem)) < 0 ||
	    (r = home_make(&server->home, problem)) < 0 ||
	    (r = open_store(server, problem)) < 0)
		return r;
	server->logfile = logfile_new(server->loop, &server->home);
	server->metrics = metrics_new(server);
	server->segments = segments_new(server);
	start_pool(server);
	if ((r = memberlinks_new(server, &server->links, problem)) < 0 ||
	    (r = listen_socket(server, &fd, problem)) < 0)
		return r;
	/* It touches its connection with the first job, after all have read. */
	server->writer = workers_new(server->loop, 1, &writer_ops, server);
	server->reader = workers_new(server->loop, 1, &reader_ops, server);
	server->admins = admins_new(server, fd);
	return server_apply(server, problem);
}

int
server_reload(struct server *server, char **problem)
{
	int r = settings_reload(server->settings, problem);

	return r < 0 ? r : server_apply(server, problem);
}

void
server_finish(struct server *server)
{
	/* Asks nothing more; what it has asked is committed and answered. */
	admins_stop(server->admins);
	metrics_stop(server->metrics);
	segments_stop(server->segments);
	memberlinks_stop(server->links);
	workers_free(server->pool);
	workers_free(server->reader);
	workers_free(server->writer);
	if (server->writer == NULL)
		store_close(server->store);
	if (server->admins != NULL)
		(void)unlink(server->home.socket);
	admins_free(server->admins);
	metrics_free(server->metrics);
	segments_free(server->segments);
	logfile_free(server->logfile);
	memberlinks_free(server->links);
	organisation_finish(&server->organisation);
	crypto_free(server->crypto);
}

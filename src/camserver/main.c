/* main.c: camserver's arguments, and what it does with them. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/process.h"
#include "base/service.h"
#include "base/text.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "crypto/crypto.h"
#include "loop/loop.h"
#include "rpc/json.h"
#include "store/store.h"

/* A session is a descriptor. */
enum { FILES = 65536 };

struct options {
	const char *home;
	const char *name; /* of init */
	const char **settings;
	size_t count;
	const char *verb; /* NULL: serve */
};

/* What the loop's callbacks need beside the server. */
struct program {
	struct server server;
	struct service service;
};

static void
print_usage(FILE *out)
{
	fprintf(out,
	    _("usage: camserver [--home DIR] [-o KEY=VALUE]... [init --name "
	      "NAME | check]\n"));
}

static int
complain(char *problem, int err)
{
	fprintf(stderr, "camserver: %s\n",
	    problem != NULL ? problem : cam_strerror(err));
	free(problem);
	return cam_exit_code(err);
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "home", required_argument, NULL, 'H' },
		{ "name", required_argument, NULL, 'n' },
		{ "option", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*options = (struct options){ .home = HOME_DEFAULT };
	options->settings = xcalloc((size_t)argc, sizeof *options->settings);
	while ((c = getopt_long(argc, argv, "ho:V", longs, NULL)) != -1) {
		switch (c) {
		case 'H':
			options->home = optarg;
			break;
		case 'n':
			options->name = optarg;
			break;
		case 'o':
			options->settings[options->count++] = optarg;
			break;
		case 'h':
			print_usage(stdout);
			exit(0);
		case 'V':
			printf("camserver %s\n", CAM_VERSION);
			exit(0);
		default:
			print_usage(stderr);
			return CAM_ERR_REQUEST;
		}
	}
	if (optind < argc)
		options->verb = argv[optind++];
	if (optind == argc)
		return 0;
	print_usage(stderr);
	return CAM_ERR_REQUEST;
}

static int
read_settings(struct server *server, const struct options *options)
{
	char *problem = NULL;
	int r = settings_open(server_setting_table(), server->home.settings,
	    &server->settings, &problem);

	for (size_t i = 0; i < options->count && r == 0; i++)
		r = settings_option(
		    server->settings, options->settings[i], &problem);
	return r < 0 ? complain(problem, r) : 0;
}

/* -- init and check -----------------------------------------------------------
 */

static int
init(const struct home *home, const struct options *options)
{
	struct crypto *crypto = NULL;
	char *problem = NULL;
	int r;

	if (options->name == NULL) {
		print_usage(stderr);
		return cam_exit_code(CAM_ERR_REQUEST);
	}
	crypto = crypto_new();
	r = organisation_make(home, options->name, &problem);
	crypto_free(crypto);
	if (r < 0)
		return complain(problem, r);
	printf(_("%s now holds the organisation '%s'.\n"), home->folder,
	    options->name);
	printf(_("Its root is %s. It is needed again only to add servers or "
		 "to renew their keys:\nkeep a copy in a safe, and take it "
		 "away from here.\n"),
	    home->root_key);
	return 0;
}

/* What a start would find, without starting. */
static int
check(struct server *server)
{
	char text[STORE_PROBLEM_SIZE] = "", *problem = NULL;
	int r;

	server->crypto = crypto_new();
	r = organisation_open(&server->home, &server->organisation, &problem);
	if (r == 0 && access(server->home.store, F_OK) == 0) {
		r = store_open_server(
		    server->home.store, STORE_READ, text, &server->store);
		if (r < 0)
			problem = xstrdup(text);
		store_close(server->store);
	}
	if (r == 0)
		printf(_("%s: all is well with the organisation '%s'\n"),
		    server->home.folder, server->organisation.charter.name);
	organisation_finish(&server->organisation);
	crypto_free(server->crypto);
	return r < 0 ? complain(problem, r) : 0;
}

/* -- serving ------------------------------------------------------------------
 */

static void
on_stop(int signo, void *arg)
{
	struct program *program = arg;

	service_stopping(&program->service, "ending");
	loop_stop(program->server.loop);
}

static void
on_hangup(int signo, void *arg)
{
	struct program *program = arg;
	char *problem = NULL;

	service_reloading(&program->service);
	if (server_reload(&program->server, &problem) < 0)
		log_error("%s", problem != NULL
				    ? problem
				    : "cannot read the settings again");
	free(problem);
	service_ready(&program->service, "serving");
}

static int
serve(struct program *program)
{
	struct server *server = &program->server;
	char *problem = NULL;
	int r;

	log_open(
	    STDERR_FILENO, LOG_LEVEL_INFO, getenv("JOURNAL_STREAM") != NULL);
	server->loop = loop_new();
	r = service_open(&program->service, server->home.socket, &problem);
	if (r == 0)
		r = server_start(server, &problem);
	if (r == 0) {
		loop_on_signal(server->loop, SIGTERM, on_stop, program);
		loop_on_signal(server->loop, SIGINT, on_stop, program);
		loop_on_signal(server->loop, SIGHUP, on_hangup, program);
		log_info("serving the organisation '%s'",
		    server->organisation.charter.name);
		service_ready(&program->service, "serving");
		loop_run(server->loop);
		loop_on_signal(server->loop, SIGTERM, NULL, NULL);
		loop_on_signal(server->loop, SIGINT, NULL, NULL);
		loop_on_signal(server->loop, SIGHUP, NULL, NULL);
	}
	server_finish(server);
	service_finish(&program->service);
	loop_free(server->loop);
	return r < 0 ? complain(problem, r) : 0;
}

static int
run(struct program *program, const struct options *options)
{
	struct server *server = &program->server;
	int code;

	if (options->verb != NULL && strcmp(options->verb, "init") == 0)
		return init(&server->home, options);
	code = read_settings(server, options);
	if (code == 0 && options->verb == NULL) {
		code = serve(program);
	} else if (code == 0 && strcmp(options->verb, "check") == 0) {
		code = check(server);
	} else if (code == 0) {
		print_usage(stderr);
		code = cam_exit_code(CAM_ERR_REQUEST);
	}
	settings_free(server->settings);
	return code;
}

int
main(int argc, char **argv)
{
	struct program program = { .server = { .loop = NULL } };
	struct options options;
	int code;

	i18n_open();
	if (parse_options(argc, argv, &options) < 0)
		return cam_exit_code(CAM_ERR_REQUEST);
	process_harden();
	process_allow_files(FILES);
	json_wipe_freed();
	code = home_find(options.home, &program.server.home);
	if (code < 0)
		return complain(NULL, code);
	code = run(&program, &options);
	home_finish(&program.server.home);
	free(options.settings);
	return code;
}

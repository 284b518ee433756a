/* main.c: camd's arguments, signals and the way into the background. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/process.h"
#include "base/service.h"
#include "base/table.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/settings.h"
#include "lan/lan.h"
#include "loop/loop.h"
#include "rpc/json.h"

/* Links, connections of strangers, clients, and all else. */
enum { FILES = 8192 };

struct options {
	const char *home;
	bool foreground;
	bool print_settings;
	const char **settings; /* key=value */
	size_t count;
};

/* What the loop's callbacks need beside camd. */
struct program {
	struct camd camd;
	struct service service;
	int log_fd;
};

static void
print_usage(FILE *out)
{
	fprintf(out, _("usage: camd [-fT] [--home DIR] [-o KEY=VALUE]...\n"));
}

static void
complain(const char *problem)
{
	fprintf(stderr, "camd: %s\n", problem);
}

static int
parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "foreground", no_argument, NULL, 'f' },
		{ "home", required_argument, NULL, 'H' },
		{ "option", required_argument, NULL, 'o' },
		{ "print-settings", no_argument, NULL, 'T' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	memset(options, 0, sizeof *options);
	options->home = getenv("CAM_HOME");
	options->settings = xcalloc((size_t)argc, sizeof *options->settings);
	while ((c = getopt_long(argc, argv, "fho:TV", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			options->foreground = true;
			break;
		case 'H':
			options->home = optarg;
			break;
		case 'o':
			options->settings[options->count++] = optarg;
			break;
		case 'T':
			options->print_settings = true;
			break;
		case 'h':
			print_usage(stdout);
			exit(0);
		case 'V':
			printf("camd %s\n", CAM_VERSION);
			exit(0);
		default:
			print_usage(stderr);
			return CAM_ERR_REQUEST;
		}
	}
	if (optind < argc) {
		fprintf(
		    stderr, _("camd: '%s' is not an option\n"), argv[optind]);
		print_usage(stderr);
		return CAM_ERR_REQUEST;
	}
	return 0;
}

/*
 * The child goes on in the background; the parent waits for its word and
 * ends with it: camd returns when it is ready. *ready is where the child tells.
 */
static int
go_to_background(int *ready)
{
	int pipe_fds[2], status = 1;
	char byte;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return CAM_ERR_SYSTEM;
	if (pid > 0) {
		close(pipe_fds[1]);
		if (read(pipe_fds[0], &byte, 1) == 1)
			status = byte;
		_exit(status);
	}
	close(pipe_fds[0]);
	(void)setsid();
	*ready = pipe_fds[1];
	return 0;
}

/* From here on nobody looks at our terminal. */
static void
leave_terminal(int log_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (chdir("/") < 0 || null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)dup2(log_fd >= 0 ? log_fd : null, STDERR_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

static int
open_log(const struct paths *paths)
{
	char *folder, *slash;
	int fd, r;

	if (paths->log == NULL)
		return -1;
	folder = xstrdup(paths->log);
	if ((slash = strrchr(folder, '/')) != NULL)
		*slash = '\0';
	r = path_make_private(folder);
	free(folder);
	if (r < 0)
		return -1;
	fd = open(paths->log,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd;
}

static void
start_log(struct program *program, bool foreground)
{
	bool journal = getenv("JOURNAL_STREAM") != NULL;

	program->log_fd = open_log(&program->camd.paths);
	log_open(!foreground && program->log_fd >= 0 ? program->log_fd
						     : STDERR_FILENO,
	    LOG_LEVEL_INFO, journal);
}

static int
read_settings(struct camd *camd, const struct options *options)
{
	char *problem = NULL;
	int r =
	    camd_settings_open(camd->paths.settings, &camd->settings, &problem);

	for (size_t i = 0; i < options->count && r == 0; i++)
		r = settings_option(
		    camd->settings, options->settings[i], &problem);
	if (r < 0)
		complain(problem != NULL ? problem : cam_strerror(r));
	free(problem);
	return r;
}

/* As they would be used, in the form of cam.ini: "cam config" asks while no
 * camd runs. */
static int
print_settings(const struct settings *settings)
{
	struct setting_view view;

	for (size_t i = 0; settings_at(settings, i, &view); i++) {
		char *value = text_printable(
		    view.value != NULL ? view.value : "", TEXT_LINE);

		printf("%s = %s\n", view.key, value);
		free(value);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}

/* At the start, or when the keys have been unlocked later. */
static void
on_opened(struct camd *camd)
{
	struct program *program = container_of(camd, struct program, camd);

	log_info("online as %s@%s, port %u", lan_user(camd->lan),
	    lan_host(camd->lan), (unsigned)lan_port(camd->lan));
	if (camd->clients != NULL)
		service_ready(&program->service, lan_user(camd->lan));
}

/* What the service manager shows of us. */
static const char *
ready_as(const struct camd *camd)
{
	return camd->lan != NULL ? lan_user(camd->lan)
				 : "nobody yet: the keys are locked";
}

static void
on_stop(int signo, void *arg)
{
	struct program *program = arg;

	service_stopping(&program->service, "ending");
	loop_stop(program->camd.loop);
}

static void
on_hangup(int signo, void *arg)
{
	struct program *program = arg;
	char *problem = NULL;

	service_reloading(&program->service);
	if (camd_reload(&program->camd, &problem) < 0)
		log_error("%s", problem != NULL
				    ? problem
				    : "cannot read the settings again");
	free(problem);
	service_ready(&program->service, ready_as(&program->camd));
}

static int
start(struct program *program)
{
	struct camd *camd = &program->camd;
	char *problem = NULL;
	int r = service_open(&program->service, camd->paths.socket, &problem);

	if (r == 0)
		r = camd_start(
		    camd, service_take_socket(&program->service), &problem);
	if (r < 0)
		complain(problem != NULL ? problem : cam_strerror(r));
	free(problem);
	return r;
}

static int
run(struct program *program, int ready)
{
	struct camd *camd = &program->camd;
	int r = start(program);
	char byte = r < 0 ? (char)cam_exit_code(r) : 0;

	if (ready >= 0) {
		if (r == 0)
			leave_terminal(program->log_fd);
		while (write(ready, &byte, 1) < 0 && errno == EINTR)
			;
		close(ready);
	}
	if (r == 0) {
		loop_on_signal(camd->loop, SIGTERM, on_stop, program);
		loop_on_signal(camd->loop, SIGINT, on_stop, program);
		loop_on_signal(camd->loop, SIGHUP, on_hangup, program);
		if (camd->lan == NULL)
			log_info("a passphrase protects the keys: 'cam key "
				 "unlock' opens them, until then no network");
		service_ready(&program->service, ready_as(camd));
		loop_run(camd->loop);
	}
	loop_on_signal(camd->loop, SIGTERM, NULL, NULL);
	loop_on_signal(camd->loop, SIGINT, NULL, NULL);
	loop_on_signal(camd->loop, SIGHUP, NULL, NULL);
	camd_finish(camd);
	service_finish(&program->service);
	return r < 0 ? cam_exit_code(r) : camd->exit_code;
}

int
main(int argc, char **argv)
{
	struct program program = { .log_fd = -1 };
	struct options options;
	int ready = -1, code;

	i18n_open();
	if (parse_options(argc, argv, &options) < 0)
		return 2;
	process_harden();
	process_allow_files(FILES);
	json_wipe_freed();
	if ((code = paths_find(options.home, &program.camd.paths)) < 0) {
		complain(cam_strerror(code));
		return cam_exit_code(code);
	}
	if (read_settings(&program.camd, &options) < 0) {
		settings_free(program.camd.settings);
		paths_finish(&program.camd.paths);
		free(options.settings);
		return 2;
	}
	if (options.print_settings) {
		code = print_settings(program.camd.settings);
		settings_free(program.camd.settings);
		paths_finish(&program.camd.paths);
		free(options.settings);
		return code;
	}
	if (!options.foreground && go_to_background(&ready) < 0) {
		complain(strerror(errno));
		return 1;
	}
	start_log(&program, options.foreground);
	program.camd.loop = loop_new();
	program.camd.opened = on_opened;
	code = run(&program, ready);
	loop_free(program.camd.loop);
	settings_free(program.camd.settings);
	paths_finish(&program.camd.paths);
	free(options.settings);
	if (program.log_fd >= 0)
		close(program.log_fd);
	return code;
}

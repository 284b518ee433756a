/* cam.c: one run of the cam command, from its arguments to its exit code. */
#include "cam/cam.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/complain.h"
#include "cam/external.h"
#include "cam/help.h"
#include "cam/output.h"
#include "cam/verb.h"
#include "cam/version.h"

void
cam_words(struct cam *cam)
{
	if (cam->words)
		return;
	cam->words = true;
	i18n_open();
}

const struct paths *
cam_paths(struct cam *cam)
{
	int err;

	if (cam->paths.socket != NULL)
		return &cam->paths;
	err = paths_find(cam->home, &cam->paths);
	if (err == 0)
		return &cam->paths;
	cam_words(cam);
	if (err == CAM_ERR_LIMIT)
		complain(_("the socket's path would be too long: choose a "
			   "shorter --home"));
	else
		complain(_("cannot tell where your files are: %s"),
		    cam_strerror(err));
	return NULL;
}

/* Whatever is being done, the code of the contract; what camd was asked to do
 * it still does. */
static void
on_interrupt(int signo)
{
	(void)signo;
	_exit(EXIT_INTERRUPTED);
}

static int
check_utf8(struct cam *cam, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (utf8_is_valid(span_text(argv[i])))
			continue;
		cam_words(cam);
		complain(_("argument %d is not UTF-8: '%s'"), i, argv[i]);
		return EXIT_USAGE;
	}
	return 0;
}

static int
run_verb(struct cam *cam, const struct verb *verb, int argc, char **argv)
{
	struct args args = { 0 };
	int code;

	if ((verb->flags & VERB_TERSE) == 0)
		cam_words(cam);
	if ((verb->flags & VERB_EXTERNAL) != 0)
		return external_run(cam, verb->name, argv);
	if ((verb->flags & VERB_LATER) != 0) {
		complain(_("'%s' is not there yet"), verb->name);
		return EXIT_USAGE;
	}
	code = args_parse(&args, cam, verb, argc, argv);
	if (code == 0 && args.help) {
		cam_words(cam);
		code = help_verb(cam, verb);
	} else if (code == 0) {
		code = verb->run(cam, &args);
	}
	args_finish(&args);
	return code;
}

static int
unknown_verb(struct cam *cam, const char *name, size_t count)
{
	const struct verb *verb = verb_nearest(name);

	cam_words(cam);
	if (count > 1)
		help_beginnings(name);
	else if (verb != NULL)
		complain(
		    _("no verb '%s': did you mean '%s'?"), name, verb->name);
	else
		complain(_("no verb '%s': 'cam help' lists them"), name);
	return EXIT_USAGE;
}

/* The first word chooses: a verb in full, a program cam-WORD, a verb's unique
 * beginning. */
static int
run_word(struct cam *cam, int argc, char **argv)
{
	size_t count = 0;
	const struct verb *verb = verb_find(argv[0], &count);

	if (verb != NULL && strcmp(verb->name, argv[0]) == 0)
		return run_verb(cam, verb, argc, argv);
	if (external_exists(cam, argv[0]))
		return external_run(cam, argv[0], argv);
	if (verb != NULL)
		return run_verb(cam, verb, argc, argv);
	return unknown_verb(cam, argv[0], count);
}

/* The screen is a program of its own: curses cannot be linked statically. */
static int
run_alone(struct cam *cam)
{
	char no_start[] = "--no-start", linear[] = "--linear", name[] = "tui";
	char *argv[4] = { name };
	size_t count = 1;

	if (cam->no_start)
		argv[count++] = no_start;
	if (cam->linear)
		argv[count++] = linear;
	cam_words(cam);
	return external_run(cam, name, argv);
}

static int
run(struct cam *cam, int argc, char **argv)
{
	struct args args = { 0 };
	int code = check_utf8(cam, argc, argv);

	if (code != 0)
		return code;
	code = args_parse_global(&args, cam, argc, argv);
	if (code == 0 && args.version)
		code = version_print(cam);
	else if (code == 0 && args.help)
		code = help_overview(cam);
	else if (code == 0 && args.argc == 0)
		code = run_alone(cam);
	else if (code == 0)
		code = run_word(cam, args.argc, args.argv);
	args_finish(&args);
	return code;
}

int
cam_run(int argc, char **argv)
{
	const char *home = getenv("CAM_HOME");
	struct cam cam = {
		.program = argc > 0 ? argv[0] : "cam",
		.home = home != NULL && home[0] != '\0' ? home : NULL,
		.terminal = -1,
		.colour = -1,
	};
	int code;
	int written;

	signal(SIGINT, on_interrupt);
	code = run(&cam, argc, argv);
	written = output_finish();
	paths_finish(&cam.paths);
	return code == 0 ? written : code;
}

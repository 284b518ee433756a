/* tui_run.c: the screen set up, run and taken down. */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/completion.h"
#include "cam-tui/drafts.h"
#include "cam-tui/drawing.h"
#include "cam-tui/herald.h"
#include "cam-tui/idle.h"
#include "cam-tui/linear.h"
#include "cam-tui/link.h"
#include "cam-tui/linkset.h"
#include "cam-tui/model.h"
#include "cam-tui/phone.h"
#include "cam-tui/secret.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_roster.h"
#include "cam-tui/view_text.h"
#include "loop/loop.h"

/* Exit codes of the command line contract. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

enum { MINUTE_MS = 60000 };

/* -- settings ------------------------------------------------------------- */

static void
choose_theme(struct tui *tui)
{
	bool dark = theme_is_dark(getenv("COLORFGBG"));

	tui->theme.colours =
	    theme_colours_of(getenv("TERM"), getenv("COLORTERM"),
		getenv("NO_COLOR"), terminal_colours(tui->terminal));
	if (theme_find(tui->options.theme, &tui->theme) != 0)
		theme_find(dark ? "dark" : "light", &tui->theme);
	terminal_set_theme(tui->terminal, &tui->theme);
}

static void
set_links(struct tui *tui)
{
	struct linkset *links =
	    tui->options.links &&
		    link_terminal_takes(getenv("TERM"), getenv("TMUX"),
			getenv("VTE_VERSION"), getenv("COLORTERM"))
		? tui->links
		: NULL;

	if (tui->canvas.links == links)
		return;
	tui->canvas.links = links;
	tui->drawn_view.view = tui->drawn_roster.view = NULL;
}

void
tui_read_options(struct tui *tui)
{
	char *problem = NULL;

	options_finish(&tui->options);
	options_read(tui->paths.settings, &tui->options);
	/* Beside each other nothing is read well. */
	if (tui->linear != NULL)
		tui->options.roster_columns = 0;
	keytable_free(tui->keytable);
	tui->keytable =
	    keytable_new(tui->options.keys, tui->options.bind, &problem);
	if (tui->options.keys == KEYS_EMACS)
		tui->is_normal = false;
	terminal_set_mouse(tui->terminal, tui->options.mouse);
	set_links(tui);
	if (problem != NULL)
		tui_say(tui, STYLE_WARN, "%s", problem);
	free(problem);
}

/* -- signals -------------------------------------------------------------- */

static void
on_resize(int signo, void *arg)
{
	drawing_leave(arg);
	tui_changed(arg);
}

static void
on_end(int signo, void *arg)
{
	tui_quit(arg, EXIT_DONE);
}

/* Whoever stopped us has given the terminal back to a shell. */
static void
on_continue(int signo, void *arg)
{
	struct tui *tui = arg;

	terminal_leave(tui->terminal);
	terminal_enter(tui->terminal);
	tui_redraw(tui);
}

void
tui_suspend(struct tui *tui)
{
	terminal_leave(tui->terminal);
	kill(0, SIGSTOP);
	terminal_enter(tui->terminal);
	tui_redraw(tui);
}

static void
on_painting(void *arg)
{
	tui_paint(arg);
}

/* The clock in the status line. */
static void
on_minute(void *arg)
{
	struct tui *tui = arg;

	timer_start(
	    &tui->minute, MINUTE_MS - (uint64_t)clock_wall_ms() % MINUTE_MS);
	idle_check(tui->idle);
	phone_change(tui->phone);
	tui_changed(tui);
}

static void
on_ready(void *arg)
{
	tui_changed(arg);
}

static void
on_gone(void *arg)
{
	tui_quit(arg, EXIT_DONE);
}

static const struct terminal_ops terminal_ops = { tui_on_typed, on_ready,
	on_gone };

/* -- setting up ----------------------------------------------------------- */

static char *
executable_in(const char *folder, const char *name)
{
	char *path = path_join(folder, name);

	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static char *
beside_us(const char *name)
{
	char link[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", link, sizeof link - 1);
	char *slash;

	if (len <= 0)
		return NULL;
	link[len] = '\0';
	slash = strrchr(link, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	return executable_in(link, name);
}

char *
tui_find_program(const char *name)
{
	char *path = beside_us(name);

	return path != NULL ? path : executable_in(CAM_LIBEXEC, name);
}

static char *
in_path(void)
{
	const char *list = getenv("PATH");
	char *copy = xstrdup(list != NULL ? list : "/usr/local/bin:/usr/bin");
	char *rest = copy, *folder, *found = NULL;

	while (found == NULL && (folder = strsep(&rest, ":")) != NULL) {
		if (folder[0] == '/')
			found = executable_in(folder, "cam");
	}
	free(copy);
	return found;
}

/* The cam that started us says where it is. */
static char *
find_cam(void)
{
	const char *told = getenv("CAM_COMMAND");
	char *path = NULL;

	if (told != NULL && told[0] == '/' && access(told, X_OK) == 0)
		return xstrdup(told);
	path = beside_us("cam");
	return path != NULL ? path : in_path();
}

static void
set_language(void)
{
	i18n_open();
	setlocale(LC_CTYPE, "");
	/* Names of days are shown as UTF-8 or not at all. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		setlocale(LC_TIME, "");
}

static void
complain(const char *text)
{
	fprintf(stderr, "cam: %s\n", text);
}

static int
read_args(int argc, char **argv, struct tui *tui, bool *no_start, bool *linear)
{
	static const struct option options[] = { { "home", required_argument,
						     NULL, 'H' },
		{ "no-start", no_argument, NULL, 'n' },
		{ "linear", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' }, { 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'H')
			tui->home = optarg;
		else if (option == 'n')
			*no_start = true;
		else if (option == 'l')
			*linear = true;
		else if (option == 'h') {
			puts(_(
			    "usage: cam [--home DIR] [--no-start] [--linear]"));
			return -1;
		} else
			return EXIT_USAGE;
	}
	return optind == argc ? 0 : EXIT_USAGE;
}

static bool
wants_lines(const struct tui *tui)
{
	struct options options = { 0 };
	bool wants;

	options_read(tui->paths.settings, &options);
	wants = options.linear;
	options_finish(&options);
	return wants;
}

/* A terminal that cannot place its cursor gets lines, too. */
static int
open_terminal(struct tui *tui, bool linear)
{
	int err = CAM_ERR_UNSUPPORTED;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		complain(_("the screen needs a terminal; 'cam help' lists what "
			   "works without"));
		return EXIT_USAGE;
	}
	if (!linear && !wants_lines(tui))
		err = terminal_new(tui->loop, STDIN_FILENO, STDOUT_FILENO,
		    &terminal_ops, tui, &tui->terminal);
	if (err == CAM_ERR_UNSUPPORTED) {
		err = terminal_new_plain(tui->loop, STDIN_FILENO, STDOUT_FILENO,
		    &terminal_ops, tui, &tui->terminal);
		if (err == 0)
			tui->linear = linear_new(tui);
	}
	if (err != 0)
		complain(cam_strerror(err));
	return err == 0 ? 0 : EXIT_FAILED;
}

static void
begin(struct tui *tui, bool no_start)
{
	const char *greeting =
	    _("This is cam. F2 lists the users: type a part of a name, Enter "
	      "opens a talk. F1 is help, /quit leaves.");
	bool may_start = !no_start;

	timer_init(&tui->painting, tui->loop, on_painting, tui);
	timer_init(&tui->escape, tui->loop, tui_on_escape, tui);
	timer_init(&tui->minute, tui->loop, on_minute, tui);
	typed_init(&tui->typed, &tui_typed_ops, tui);
	switcher_init(&tui->switcher);
	tui->model = model_new(tui_on_change, tui);
	tui->completion = completion_new();
	tui->links = linkset_new();
	tui->herald = herald_new(tui);
	tui->idle = idle_new(tui);
	tui->phone = phone_new(tui);
	tui->secret = secret_new(tui);
	tui->roster = view_roster_new(tui);
	tui->log = view_text_new(tui, _("log"), true);
	switcher_add(&tui->switcher, tui->log);
	switcher_show(&tui->switcher, tui->log);
	view_text_add(tui->log, STYLE_STRONG, greeting);
	linear_say(tui->linear, greeting);
	drafts_load(tui);
	tui_read_options(tui);
	choose_theme(tui);
	may_start = may_start && tui->options.autostart;
	tui->session = session_new(tui->loop, tui->paths.socket,
	    may_start ? tui->cam : NULL, &tui_session_ops, tui);
	loop_on_signal(tui->loop, SIGWINCH, on_resize, tui);
	loop_on_signal(tui->loop, SIGCONT, on_continue, tui);
	loop_on_signal(tui->loop, SIGTERM, on_end, tui);
	loop_on_signal(tui->loop, SIGHUP, on_end, tui);
	loop_on_signal(tui->loop, SIGINT, on_end, tui);
	terminal_enter(tui->terminal);
	on_minute(tui);
	tui_paint(tui);
}

static void
end(struct tui *tui)
{
	struct view *shown = tui->switcher.shown;

	tui->is_ending = true;
	/* What was read a moment ago is still told. */
	if (shown->type->shown != NULL)
		shown->type->shown(shown, false);
	drafts_save(tui);
	session_free(tui->session);
	tui_end_verbs(tui);
	drawing_free(tui);
	prompt_leave(tui);
	completion_free(tui->completion);
	phone_free(tui->phone);
	herald_free(tui->herald);
	idle_free(tui->idle);
	linear_free(tui->linear);
	tui->linear = NULL;
	secret_free(tui->secret);
	switcher_finish(&tui->switcher);
	if (tui->roster != NULL)
		tui->roster->type->free(tui->roster);
	model_free(tui->model);
	typed_finish(&tui->typed);
	timer_finish(&tui->painting);
	timer_finish(&tui->escape);
	timer_finish(&tui->minute);
	terminal_free(tui->terminal);
	keytable_free(tui->keytable);
	options_finish(&tui->options);
	canvas_finish(&tui->canvas);
	linkset_free(tui->links);
	free(tui->notice);
	free(tui->away);
}

int
tui_run(int argc, char **argv)
{
	struct tui tui = { .is_focused = true, .home = getenv("CAM_HOME") };
	bool no_start = false, linear = false;
	int code;

	set_language();
	code = read_args(argc, argv, &tui, &no_start, &linear);
	if (code != 0)
		return code < 0 ? EXIT_DONE : code;
	if (tui.home != NULL && tui.home[0] != '\0')
		setenv("CAM_HOME", tui.home, 1);
	else
		tui.home = NULL;
	if (paths_find(tui.home, &tui.paths) != 0) {
		complain(_("cannot tell where your files are"));
		return EXIT_FAILED;
	}
	tui.cam = find_cam();
	tui.last_why = xstrdup("");
	tui.loop = loop_new();
	code = open_terminal(&tui, linear);
	if (code == 0) {
		begin(&tui, no_start);
		loop_run(tui.loop);
		code = tui.code;
		end(&tui);
	}
	loop_free(tui.loop);
	free(tui.last_why);
	free(tui.title);
	free(tui.cam);
	paths_finish(&tui.paths);
	return code;
}

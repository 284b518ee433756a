/* passphrase.c: a passphrase from the terminal or a file. */
#include "cam/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/input.h"

/* Signals that would end us while the terminal does not echo. */
static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { ENDING = sizeof(ending) / sizeof(ending[0]) };

/* -- bytes -------------------------------------------------------------------
 */

/* Up to and without the end of a line. 0, or -1 with errno. */
static int
read_line(int fd, struct buf *line)
{
	for (;;) {
		char byte;
		ssize_t got = read(fd, &byte, 1);

		if (got < 0)
			return -1;
		if (got == 0 || byte == '\n')
			return 0;
		buf_put_byte(line, (uint8_t)byte);
	}
}

static int
check(const struct buf *passphrase)
{
	const char *wrong = NULL;

	if (buf_failed(passphrase))
		wrong = N_("the passphrase is longer than 1024 bytes");
	else if (passphrase->len == 0)
		wrong = N_("the passphrase is empty");
	else if (memchr(passphrase->data, '\0', passphrase->len) != NULL ||
		 !utf8_is_valid(buf_span(passphrase)))
		wrong = N_("the passphrase is not UTF-8 text");
	if (wrong == NULL)
		return 0;
	complain("%s", gettext(wrong));
	return EXIT_USAGE;
}

/* -- the terminal ------------------------------------------------------------
 */

static void
on_signal(int signo)
{
	/* Only so that read() ends and the echo comes back. */
}

static void
catch_signals(struct sigaction before[ENDING])
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ENDING; i++)
		sigaction(ending[i], &action, &before[i]);
}

static void
release_signals(const struct sigaction before[ENDING])
{
	for (size_t i = 0; i < ENDING; i++)
		sigaction(ending[i], &before[i], NULL);
}

static int
ask(const char *question, struct buf *passphrase)
{
	struct sigaction before[ENDING];
	struct termios shown, hidden;
	int r;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return EXIT_FAILED;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	catch_signals(before);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	fprintf(stderr, "%s ", question);
	r = read_line(STDIN_FILENO, passphrase);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	release_signals(before);
	fputc('\n', stderr);
	if (r < 0)
		return errno == EINTR ? EXIT_INTERRUPTED : EXIT_FAILED;
	return check(passphrase);
}

static int
ask_again(const struct buf *passphrase)
{
	struct buf again;
	int code;

	buf_init(&again, PASSPHRASE_MAX);
	code = ask(_("the same again:"), &again);
	if (code == 0 && !span_equal(buf_span(passphrase), buf_span(&again))) {
		complain(_("these are two different passphrases"));
		code = EXIT_USAGE;
	}
	buf_wipe(&again);
	return code;
}

/* -- files -------------------------------------------------------------------
 */

static int
open_file(const char *path, int *fd)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0 || fstat(*fd, &st) < 0) {
		complain("%s: %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	/* A pipe of the shell's has no mode worth a look. */
	if (S_ISREG(st.st_mode) && (st.st_mode & 077) != 0) {
		complain(_("%s: others can read it: chmod it to 600"), path);
		return EXIT_FAILED;
	}
	return 0;
}

static int
read_file(const char *path, struct buf *passphrase)
{
	int fd = STDIN_FILENO, code = 0;

	if (strcmp(path, "-") != 0)
		code = open_file(path, &fd);
	if (code == 0 && read_line(fd, passphrase) < 0) {
		complain("%s: %s", path, strerror(errno));
		code = EXIT_FAILED;
	}
	if (fd > STDERR_FILENO)
		close(fd);
	if (code == 0 && passphrase->len > 0 &&
	    passphrase->data[passphrase->len - 1] == '\r')
		passphrase->len--;
	return code != 0 ? code : check(passphrase);
}

int
passphrase_get(const struct args *args, const struct passphrase_source *source,
    struct buf *passphrase)
{
	const char *path = args_value(args, source->option);
	int code;

	if (path != NULL)
		return read_file(path, passphrase);
	if (!input_can_ask())
		return complain_usage("key",
		    _("no terminal to ask for the passphrase: give it by --%s"),
		    source->option);
	code = ask(source->question, passphrase);
	return code == 0 && source->twice ? ask_again(passphrase) : code;
}

/* monkey.c: keys and sizes at random on a real screen: it must end when asked,
 * with 0. "monkey SEED STEPS PROGRAM [ARG]..." */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_S = 60, LEAVES_EVERY = 2000 };

struct monkey {
	uint64_t random;
	char **argv;
	pid_t pid;
	int fd;
	unsigned long starts;
};

/* xorshift64: the same steps for the same seed. */
static unsigned
below(struct monkey *monkey, unsigned max)
{
	monkey->random ^= monkey->random << 13;
	monkey->random ^= monkey->random >> 7;
	monkey->random ^= monkey->random << 17;
	return (unsigned)(monkey->random >> 33) % max;
}

static struct winsize
some_size(struct monkey *monkey)
{
	static const unsigned short columns[] = { 1, 10, 20, 40, 64, 80, 132,
		300 };
	static const unsigned short rows[] = { 1, 5, 6, 12, 24, 50, 100 };

	return (struct winsize){ .ws_row = rows[below(monkey, 7)],
		.ws_col = columns[below(monkey, 8)] };
}

/* What it wrote; waits for it no longer than that. */
static void
drain(const struct monkey *monkey, int wait_ms)
{
	struct pollfd ready = { .fd = monkey->fd, .events = POLLIN };
	char bytes[65536];

	while (poll(&ready, 1, wait_ms) > 0 &&
	       read(monkey->fd, bytes, sizeof bytes) > 0)
		wait_ms = 0;
}

static void
start(struct monkey *monkey)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	monkey->pid = forkpty(&monkey->fd, NULL, NULL, &size);
	if (monkey->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execv(monkey->argv[0], monkey->argv);
		_exit(127);
	}
	if (monkey->pid < 0) {
		perror("monkey");
		exit(1);
	}
	fcntl(monkey->fd, F_SETFL, O_NONBLOCK);
	monkey->starts++;
	/* Before its first output keys would be the terminal's own. */
	drain(monkey, PATIENCE_S * 1000);
}

/* One that was suspended goes on; -1: it runs, else how it ended. */
static int
look(const struct monkey *monkey)
{
	int status;
	pid_t pid = waitpid(monkey->pid, &status, WNOHANG | WUNTRACED);

	if (pid != monkey->pid)
		return -1;
	if (WIFSTOPPED(status)) {
		kill(monkey->pid, SIGCONT);
		return -1;
	}
	/* When the terminal has been given back, C-c is its own again. */
	if (WIFSIGNALED(status) &&
	    (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGQUIT))
		return 0;
	return status;
}

static void
type(const struct monkey *monkey, const char *bytes, size_t len)
{
	ssize_t done = write(monkey->fd, bytes, len);

	(void)done; /* it may have ended, or be busy */
}

static void
step(struct monkey *monkey)
{
	static const char *const keys[] = { "\x1b[A", "\x1b[B", "\x1b[C",
		"\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[3~",
		"\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~",
		"\x1b",
		"\x1b"
		"a",
		"\x1b"
		"1",
		"\x1b"
		"2",
		"\x1b"
		"3",
		"\x1b[1;5A", "\x1b[1;5B",
		"\x1b"
		"r",
		"\x1b"
		"e",
		"\x1b"
		"o",
		"\t", "\x7f", "\r",
		"\x18"
		"k",
		"\x18"
		"n",
		"\x18"
		"c",
		"\x18"
		"u",
		"\x18\x05", "\x1a", "\x0c", "/settings\r", "/files\r",
		"\x1b[?69;2$y", "\x1b[?69;0$y", "\x1b[A\x1b[A\x1b[A", "\x1b[I",
		"\x1b[O", "\x1b[<0;3;4M", "\x1b[<64;30;4M",
		"\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b[200~a\nb\x1b[201~",
		"/talk bob\r", "/ls\r", "/search message\r", "/query anna\r",
		"/help\r", "/users\r", "\xe4\xbc\x9a\xe8\xad\xb0",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "e\xcc\x81",
		"\xd7\xa9\xd7\x9c", "a long text without any sense ", "x" };
	unsigned kind = below(monkey, 20);
	struct winsize size;
	char byte;
	const char *key;

	/* It is left, and begins anew. */
	if (below(monkey, LEAVES_EVERY) == 0) {
		type(monkey, "\x18\x03", 2);
	} else if (kind == 0) {
		size = some_size(monkey);
		ioctl(monkey->fd, TIOCSWINSZ, &size);
	} else if (kind < 5) {
		byte = (char)below(monkey, 256);
		type(monkey, &byte, 1);
	} else {
		key = keys[below(monkey, sizeof keys / sizeof keys[0])];
		type(monkey, key, strlen(key));
	}
	drain(monkey, below(monkey, 4) == 0 ? 5 : 0);
}

static int
fail(const struct monkey *monkey, unsigned long done, int status)
{
	char bytes[4096];
	ssize_t len = read(monkey->fd, bytes, sizeof bytes);

	fprintf(stderr, "monkey: step %lu: ended with %s %d\n", done,
	    WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (len > 0)
		fwrite(bytes, 1, (size_t)len, stderr);
	return 1;
}

/* Whatever it is in the middle of, these keys leave it. */
static int
end(struct monkey *monkey)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	time_t begin = time(NULL);
	int status;

	ioctl(monkey->fd, TIOCSWINSZ, &size);
	while ((status = look(monkey)) < 0) {
		if (time(NULL) - begin > PATIENCE_S) {
			fprintf(stderr, "monkey: it does not end\n");
			kill(monkey->pid, SIGABRT);
			return 1;
		}
		type(monkey, "\x1b[201~\a\x18\x03", 9);
		drain(monkey, 100);
	}
	return status;
}

int
main(int argc, char **argv)
{
	struct monkey monkey = { 0 };
	unsigned long steps;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: monkey SEED STEPS PROGRAM [ARG]...\n");
		return 2;
	}
	monkey.random =
	    strtoull(argv[1], NULL, 10) * 2654435769U + 88172645463325252U;
	steps = strtoul(argv[2], NULL, 10);
	monkey.argv = argv + 3;
	start(&monkey);
	for (unsigned long i = 0; i < steps; i++) {
		step(&monkey);
		status = look(&monkey);
		if (status > 0)
			return fail(&monkey, i, status);
		if (status == 0) { /* it was asked to */
			close(monkey.fd);
			start(&monkey);
		}
	}
	status = end(&monkey);
	if (status != 0)
		return fail(&monkey, steps, status);
	printf("%lu steps, started %lu times\n", steps, monkey.starts);
	return 0;
}

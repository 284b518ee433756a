/* bench_screen.c: the screen as its user meets it, on a terminal of 200x50,
 * beside irssi and WeeChat in the same rounds. */
#include "enter.h"
#include "irc.h"
#include "store/message.h"
#include "store/store.h"
#include "store/talk.h"
#include "store/user.h"
#include "terminal.h"

enum {
	ROUNDS = 7,
	KEYS = 40, /* of a round */
	MESSAGES = 15,
	FEW_MESSAGES = 1000, /* more than a screen shows */
	MANY_MESSAGES = 100000,
	MANY_USERS = 100000,
	TEXT_LEN = 150, /* a line, beside a roster */
	EVERY_MS = 5,	/* 200 messages a second */
	IDLE_S = 10,
	SETTLED_MS = 300
};

/* Who writes to them all. */
struct voice {
	struct daemon daemon;
	int fd;
	unsigned said;
};

struct program {
	const char *name;
	bool is_there;
	char arguments[4][300];
	const char *argv[8];
	char connects[64];     /* what is typed first */
	const char *opens;     /* what is typed so that the talk is shown */
	const char *shows;     /* what is waited for at the start, or NULL */
	const char *recipient; /* of the voice's messages; NULL: by IRC */
	struct pty pty;
	double start[ROUNDS], start_cpu[ROUNDS], rss;
	double keys[ROUNDS * KEYS], busy[ROUNDS * KEYS];
	double key_cpu_us, key_bytes, line_bytes, line_cpu_us, wakeups;
};

enum { EMPTY, LARGE, CROWD, IRSSI, WEECHAT, PROGRAMS };

struct run {
	const char *build;
	struct voice bob;
	struct daemon daemons[3]; /* of EMPTY, LARGE, CROWD */
	struct irc irc;
	struct program programs[PROGRAMS];
};

/* -- what is said -----------------------------------------------------------
 */

/* Another one each time, of capital letters: a key that is typed is none of
 * them. */
static void
make_text(char text[512], unsigned number)
{
	uint32_t random = number * 2654435761u + 12345;

	for (int i = 0; i < TEXT_LEN; i++) {
		random = random * 1664525u + 1013904223u;
		text[i] = i > 0 && text[i - 1] != ' ' && random >> 29 == 0
			      ? ' '
			      : (char)('A' + (random >> 16) % 26);
	}
	text[TEXT_LEN] = '\0';
}

static void
connect_voice(struct voice *voice)
{
	static const char hello[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":"
	    "{\"protocol\":1,\"program\":\"bench\",\"version\":\"1\"}}\n";
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char path[160];

	daemon_socket(&voice->daemon, path);
	snprintf(name.sun_path, sizeof(name.sun_path), "%.107s", path);
	voice->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(voice->fd, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    write(voice->fd, hello, strlen(hello)) < 0)
		die("cannot reach %s: %m", path);
}

/* Nobody waits for the answers. */
static void
say(struct run *run, const struct program *program)
{
	struct voice *bob = &run->bob;
	char line[1024], text[512], answers[65536];

	if (program->recipient == NULL) {
		if (write(run->irc.orders, "x", 1) != 1)
			die("the IRC server has gone");
		return;
	}
	make_text(text, bob->said++);
	snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"message.send\","
	    "\"params\":{\"to\":[\"%s\"],\"text\":\"%s\"}}\n",
	    bob->said + 1, program->recipient, text);
	if (write(bob->fd, line, strlen(line)) < 0)
		die("bob has gone: %m");
	while (recv(bob->fd, answers, sizeof(answers), MSG_DONTWAIT) > 0)
		;
}

/* -- who is there -----------------------------------------------------------
 */

static int
take_bob(const struct store_user *user, void *uid)
{
	if (strcmp(user->logon, "bob") == 0)
		*(int64_t *)uid = user->uid;
	return 0;
}

static void
fill_history(const struct daemon *daemon, unsigned count)
{
	char path[256], problem[STORE_PROBLEM_SIZE], text[512];
	struct store *store = NULL;
	int64_t bob = 0, talk, duplicate_of;
	int err;

	snprintf(path, sizeof(path), "%s/data/cam.db", daemon->home);
	if (store_open(path, STORE_WRITE, problem, &store) != 0)
		die("%s", problem);
	err = store_begin(store);
	if (err == 0)
		err = store_user_each(store, take_bob, &bob);
	if (err == 0)
		err = store_talk_make(store, &bob, 1, &talk);
	for (unsigned i = 0; err == 0 && i < count; i++) {
		struct store_message message = { .talk = talk,
			.from = bob,
			.packet_no = i + 1,
			.time_ms = 1700000000000 + i * INT64_C(60000),
			.text = text,
			.state = STORE_DELIVERED,
			.encryption = STORE_RSA2048_AES256 };

		make_text(text, i);
		err = store_message_receive(
		    store, &message, NULL, 0, NULL, 0, &duplicate_of);
	}
	if (err != 0 || store_commit(store) != 0)
		die("cannot fill the history: %s", store_problem(store));
	store_close(store);
}

static void
start_daemons(struct run *run)
{
	static const char *const names[] = { "anna", "lara", "carl" };
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_port = htons(2425) };
	char others[128] = "", address[32];

	for (unsigned i = 0; i < 3; i++) {
		own_address(i + 2, address);
		strcat(strcat(others, " "), address);
		daemon_start(&run->daemons[i], run->build, names[i], i + 2, "");
	}
	daemon_start(&run->bob.daemon, run->build, "bob", 1, others);
	/* Who is in the history must have been met. */
	for (unsigned i = 0; i <= LARGE; i++)
		await_user(&run->daemons[i], "bob@bench");
	daemon_stop(&run->bob.daemon);
	for (unsigned i = 0; i <= LARGE; i++) {
		daemon_stop(&run->daemons[i]);
		fill_history(&run->daemons[i],
		    i == LARGE ? MANY_MESSAGES : FEW_MESSAGES);
		daemon_run(&run->daemons[i], run->build);
	}
	daemon_run(&run->bob.daemon, run->build);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(others, sizeof(others), "%s@bench", names[i]);
		await_user(&run->bob.daemon, others);
		await_user(&run->daemons[i], "bob@bench");
	}
	inet_pton(AF_INET, run->daemons[CROWD].address, &name.sin_addr);
	waitpid(enter_in_child(&name, MANY_USERS), NULL, 0);
	connect_voice(&run->bob);
}

static bool
is_there(const char *name)
{
	const char *const argv[] = { "/bin/sh", "-c", name, NULL };
	char *const *arguments = (char *const *)argv;
	int status;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], NULL, NULL, arguments, environ) != 0)
		return false;
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void
add_argument(struct program *program, const char *format, const char *text)
{
	size_t count = 0;

	while (program->argv[count] != NULL)
		count++;
	snprintf(program->arguments[count], sizeof(program->arguments[count]),
	    "%s%s", format, text);
	program->argv[count] = program->arguments[count];
}

static void
name_programs(struct run *run)
{
	static const char *const names[PROGRAMS] = { "cam",
		"cam, 100000 "
		"messages",
		"cam, 100000 users", "irssi", "WeeChat" };
	static const char *const recipients[PROGRAMS] = { "anna", "lara",
		"carl" };
	char address[32], folder[200];

	own_address(9, address);
	for (int i = 0; i < PROGRAMS; i++) {
		struct program *program = &run->programs[i];

		program->name = names[i];
		program->recipient = recipients[i];
		program->opens =
		    i < IRSSI ? "/talk bob@bench\r" : "/join #bench\r";
		if (i < IRSSI) {
			program->is_there = true;
			add_argument(program, run->daemons[i].cam, "");
			add_argument(program, "--home=", run->daemons[i].home);
		}
	}
	snprintf(folder, sizeof(folder), "%s/irssi", scratch());
	add_argument(&run->programs[IRSSI], "irssi", "");
	add_argument(&run->programs[IRSSI], "--home=", folder);
	run->programs[IRSSI].is_there =
	    is_there("irssi --version >/dev/null 2>&1");
	snprintf(folder, sizeof(folder), "%s/weechat", scratch());
	add_argument(&run->programs[WEECHAT], "weechat", "");
	add_argument(&run->programs[WEECHAT], "--dir=", folder);
	add_argument(&run->programs[WEECHAT],
	    "--run-command=/server add bench ", address);
	run->programs[WEECHAT].is_there =
	    is_there("weechat --version >/dev/null 2>&1");
	run->programs[CROWD].shows = "Department";
	snprintf(run->programs[IRSSI].connects,
	    sizeof(run->programs[IRSSI].connects), "/connect %s\r", address);
	snprintf(run->programs[WEECHAT].connects,
	    sizeof(run->programs[WEECHAT].connects), "/connect bench\r");
	for (int i = IRSSI; i < PROGRAMS; i++)
		if (!run->programs[i].is_there)
			fprintf(stderr, "bench: %s is missing: not compared\n",
			    run->programs[i].name);
}

/* -- starting ---------------------------------------------------------------
 */

/* From its start until it has nothing more to paint. */
static void
start(struct program *program, double *ms, double *cpu_ms)
{
	double begin = now_ms();

	pty_start(&program->pty, program->argv);
	if (program->shows != NULL)
		pty_await(&program->pty, program->shows);
	else
		pty_settle(&program->pty, SETTLED_MS);
	*ms = program->pty.last_ms - begin;
	*cpu_ms = pty_cpu_ms(&program->pty);
}

static void
measure_starts(struct run *run)
{
	/* The first round only warms up. */
	for (int round = -1; round < ROUNDS; round++)
		for (int i = 0; i < PROGRAMS; i++) {
			struct program *program = &run->programs[i];
			int place = round < 0 ? 0 : round;

			if (!program->is_there)
				continue;
			start(program, &program->start[place],
			    &program->start_cpu[place]);
			pty_end(&program->pty);
		}
}

/* -- keys -------------------------------------------------------------------
 */

/* From a key to its letter on the terminal. */
static double
type_key(struct pty *pty)
{
	double begin;

	while (pty_read(pty, 0))
		;
	begin = now_ms();
	pty_type(pty, "z");
	pty_await(pty, "z");
	return pty->last_ms - begin;
}

static void
type_keys(struct program *program, double *ms)
{
	struct pty *pty = &program->pty;

	for (int i = 0; i < KEYS; i++) {
		ms[i] = type_key(pty);
		for (double begin = now_ms(); now_ms() - begin < 12;)
			pty_read(pty, 4);
	}
	pty_type(pty, "\x15"); /* away with it */
	pty_settle(pty, 50);
}

static void
type_quietly(struct program *program, int round)
{
	double cpu_ms = pty_cpu_ms(&program->pty);
	size_t bytes = program->pty.bytes;

	type_keys(program, &program->keys[round * KEYS]);
	program->key_cpu_us +=
	    (pty_cpu_ms(&program->pty) - cpu_ms) * 1e3 / KEYS / ROUNDS;
	program->key_bytes +=
	    (double)(program->pty.bytes - bytes) / KEYS / ROUNDS;
}

/* While somebody writes 200 messages a second. */
static void
type_in_noise(struct run *run, struct program *program, int round)
{
	pid_t pid = fork();

	if (pid == 0) {
		run->bob.said += 100000u * (unsigned)(round + 1);
		for (;;) {
			say(run, program);
			poll(NULL, 0, EVERY_MS);
		}
	}
	for (double begin = now_ms(); now_ms() - begin < 200;)
		pty_read(&program->pty, 20);
	for (int i = 0; i < KEYS; i++) {
		program->busy[round * KEYS + i] = type_key(&program->pty);
		for (double begin = now_ms(); now_ms() - begin < 12;)
			pty_read(&program->pty, 4);
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	pty_settle(&program->pty, 200);
	pty_type(&program->pty, "\x15");
	pty_settle(&program->pty, 50);
}

/* Its terminal is full of messages afterwards. */
static void
open_talk(struct run *run, struct program *program)
{
	double ms, cpu_ms;

	start(program, &ms, &cpu_ms);
	pty_settle(&program->pty, SETTLED_MS);
	pty_type(&program->pty, program->connects);
	pty_settle(&program->pty, SETTLED_MS);
	pty_type(&program->pty, program->opens);
	pty_settle(&program->pty, SETTLED_MS);
	for (int i = 0; i < PTY_ROWS + 10; i++) {
		say(run, program);
		pty_read(&program->pty, 5);
	}
	pty_settle(&program->pty, SETTLED_MS);
	program->rss = process_use(program->pty.pid).rss_bytes;
}

/* -- a new message ----------------------------------------------------------
 */

static void
measure_lines(struct run *run, struct program *program)
{
	double cpu_ms = pty_cpu_ms(&program->pty);
	double bytes[MESSAGES];

	for (int i = 0; i < MESSAGES; i++) {
		size_t before = program->pty.bytes;

		say(run, program);
		if (!pty_read(&program->pty, 20000))
			die("%s does not show a message", program->name);
		pty_settle(&program->pty, 80);
		bytes[i] = (double)(program->pty.bytes - before);
	}
	program->line_bytes = median(bytes, MESSAGES);
	program->line_cpu_us =
	    (pty_cpu_ms(&program->pty) - cpu_ms) * 1e3 / MESSAGES;
}

static void
measure_idle(struct run *run)
{
	double before[PROGRAMS] = { 0 };

	for (int i = 0; i < PROGRAMS; i++)
		if (run->programs[i].is_there)
			before[i] =
			    process_use(run->programs[i].pty.pid).voluntary;
	poll(NULL, 0, IDLE_S * 1000);
	for (int i = 0; i < PROGRAMS; i++)
		if (run->programs[i].is_there)
			run->programs[i].wakeups =
			    (process_use(run->programs[i].pty.pid).voluntary -
				before[i]) /
			    IDLE_S;
}

static void
measure_talks(struct run *run)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (run->programs[i].is_there)
			open_talk(run, &run->programs[i]);
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < PROGRAMS; i++)
			if (run->programs[i].is_there)
				type_quietly(&run->programs[i], round);
	measure_idle(run);
	for (int i = 0; i < PROGRAMS; i++)
		if (run->programs[i].is_there)
			measure_lines(run, &run->programs[i]);
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < PROGRAMS; i++)
			if (run->programs[i].is_there)
				type_in_noise(run, &run->programs[i], round);
	for (int i = 0; i < PROGRAMS; i++)
		pty_end(&run->programs[i].pty);
}

/* -- telling ----------------------------------------------------------------
 */

/* Medians of two programs; goal is the ratio that is allowed, or where that is
 * more, the value. */
static void
compare(const char *name, const char *unit, double value,
    const struct program *anchor, double its, double goal, double enough)
{
	char called[80];

	if (!anchor->is_there)
		return;
	snprintf(called, sizeof(called), "screen.%s", name);
	if (goal > 0 && enough > 0 && its > 0 && enough / its > goal)
		goal = enough / its;
	report(called, value, unit, anchor->name, its,
	    its > 0 ? value / its : 0, goal);
}

static void
tell_starts(struct run *run)
{
	struct program *cam = &run->programs[EMPTY],
		       *large = &run->programs[LARGE],
		       *crowd = &run->programs[CROWD];

	for (int i = IRSSI; i < PROGRAMS; i++)
		if (run->programs[i].is_there) {
			report_rounds("screen.start", cam->start, "ms",
			    run->programs[i].name, run->programs[i].start,
			    ROUNDS, i == IRSSI ? 0.6 : 0);
			report_rounds("screen.start.cpu", cam->start_cpu, "ms",
			    run->programs[i].name, run->programs[i].start_cpu,
			    ROUNDS, 0);
		}
	report_rounds("screen.start.100000messages", large->start, "ms", "1000",
	    cam->start, ROUNDS, 1.2);
	report_rounds("screen.start.100000users", crowd->start, "ms", "without",
	    cam->start, ROUNDS, 0);
}

static void
tell_keys(struct run *run, const struct program *anchor)
{
	static const char *const names[] = { "key", "key.100000messages",
		"key.100000users" };
	static const char *const busy[] = { "key.200messages",
		"key.200messages.100000messages",
		"key.200messages.100000users" };
	bool is_goal = anchor == &run->programs[IRSSI];

	for (int i = EMPTY; i <= CROWD; i++) {
		struct program *cam = &run->programs[i];

		compare(names[i], "ms", median(cam->keys, ROUNDS * KEYS),
		    anchor, median((double *)anchor->keys, ROUNDS * KEYS),
		    is_goal ? 0.9 : 0, 0.15);
		compare(busy[i], "ms", median(cam->busy, ROUNDS * KEYS), anchor,
		    median((double *)anchor->busy, ROUNDS * KEYS),
		    is_goal ? 0.9 : 0, 0.15);
	}
}

static void
tell_costs(struct run *run, const struct program *anchor)
{
	struct program *cam = &run->programs[EMPTY];

	compare(
	    "key.cpu", "us", cam->key_cpu_us, anchor, anchor->key_cpu_us, 0, 0);
	compare(
	    "key.bytes", "B", cam->key_bytes, anchor, anchor->key_bytes, 0, 0);
	compare("message.bytes", "B", cam->line_bytes, anchor,
	    anchor->line_bytes, 0, 0);
	compare("message.cpu", "us", cam->line_cpu_us, anchor,
	    anchor->line_cpu_us, 0, 0);
	compare(
	    "memory", "MB", cam->rss / 1e6, anchor, anchor->rss / 1e6, 0, 0);
	compare(
	    "idle", "wake-ups/s", cam->wakeups, anchor, anchor->wakeups, 0, 0);
}

static void
tell(struct run *run)
{
	/* "00:00 bob: TEXT" */
	double line = TEXT_LEN + 11;

	tell_starts(run);
	for (int i = IRSSI; i < PROGRAMS; i++) {
		if (!run->programs[i].is_there)
			continue;
		tell_keys(run, &run->programs[i]);
		tell_costs(run, &run->programs[i]);
	}
	report("screen.key.goal",
	    median(run->programs[EMPTY].keys, ROUNDS * KEYS), "ms", "goal",
	    0.15, median(run->programs[EMPTY].keys, ROUNDS * KEYS) / 0.15, 0);
	for (int i = EMPTY; i <= CROWD; i++)
		report(i == EMPTY   ? "screen.message.bytes"
		       : i == LARGE ? "screen.message.bytes.100000messages"
				    : "screen.message.bytes.100000users",
		    run->programs[i].line_bytes, "B", "the line's text", line,
		    run->programs[i].line_bytes / line, 1.3);
	report("screen.memory.100000users", run->programs[CROWD].rss / 1e6,
	    "MB", "without", run->programs[EMPTY].rss / 1e6,
	    run->programs[CROWD].rss / run->programs[EMPTY].rss, 0);
}

int
main(int argc, char **argv)
{
	static struct run run;

	if (argc != 2)
		die("usage: bench_screen BUILD");
	run.build = argv[1];
	start_daemons(&run);
	irc_start(&run.irc, 9, make_text);
	name_programs(&run);
	measure_starts(&run);
	measure_talks(&run);
	tell(&run);
	irc_stop(&run.irc);
	daemon_stop(&run.bob.daemon);
	for (int i = 0; i < 3; i++)
		daemon_stop(&run.daemons[i]);
	return 0;
}

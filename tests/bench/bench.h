/* bench.h: what the measuring programs share: clocks, medians, processes, a
 * camd to measure. */
#ifndef CAM_BENCH_H
#define CAM_BENCH_H

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static inline void __attribute__((format(printf, 1, 2), noreturn))
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("bench: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static inline double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static inline int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts values in place. */
static inline double
median(double *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), compare_doubles);
	return values[count / 2];
}

/*
 * A result line for tests/bench/run. The ratio is that of the two medians where
 * rounds alternate; goal is the ratio (or, against "goal", the value) not to be
 * passed: positive an upper, negative a lower bound, 0 none.
 */
static inline void
report(const char *name, double value, const char *unit, const char *baseline,
    double baseline_value, double ratio, double goal)
{
	printf("%s\t%.6g\t%s\t%s\t%.6g\t%.4g\t%g\n", name, value, unit,
	    baseline, baseline_value, ratio, goal);
	fflush(stdout);
}

/* The same for alternate rounds of product and anchor: the median of the ratios
 * of the pairs. */
static inline void
report_rounds(const char *name, double *product, const char *unit,
    const char *baseline, double *anchor, size_t rounds, double goal)
{
	double *ratios = calloc(rounds, sizeof(*ratios));

	for (size_t i = 0; i < rounds; i++)
		ratios[i] = anchor[i] > 0 ? product[i] / anchor[i] : 0;
	report(name, median(product, rounds), unit, baseline,
	    median(anchor, rounds), median(ratios, rounds), goal);
	free(ratios);
}

/* -- processes ------------------------------------------------------------- */

/* Runs a program without input and output; milliseconds until it has ended with
 * 0. */
static inline double
run_ms(const char *const argv[])
{
	posix_spawn_file_actions_t files;
	double begin;
	pid_t pid;
	int status;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	begin = now_ms();
	if (posix_spawn(
		&pid, argv[0], &files, NULL, (char *const *)argv, environ) != 0)
		die("cannot run %s", argv[0]);
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		die("%s %s ended with status %d", argv[0],
		    argv[1] ? argv[1] : "", status);
	begin = now_ms() - begin;
	posix_spawn_file_actions_destroy(&files);
	return begin;
}

static inline void
end_process(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

struct process_use {
	double voluntary; /* context switches of all threads: wake-ups */
	double rss_bytes;
};

static inline double
status_field(const char *path, const char *field)
{
	char line[256];
	double value = 0;
	FILE *file = fopen(path, "r");

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0)
			value = strtod(line + strlen(field) + 1, NULL);
	fclose(file);
	return value;
}

static inline struct process_use
process_use(pid_t pid)
{
	struct process_use use = { 0, 0 };
	struct dirent *entry;
	char path[300];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		die("no process %d", (int)pid);
	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status",
		    (int)pid, entry->d_name);
		use.voluntary += status_field(path, "voluntary_ctxt_switches");
	}
	closedir(tasks);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	use.rss_bytes = status_field(path, "VmRSS") * 1024;
	return use;
}

/* -- a camd to measure ------------------------------------------------------
 */

struct daemon {
	char home[128];
	char cam[256];
	char address[32];
	pid_t pid;
};

/* All that is made lies below this folder, which tests/bench/run makes and
 * removes. */
static inline const char *
scratch(void)
{
	const char *folder = getenv("BENCH_SCRATCH");

	if (!folder)
		die("BENCH_SCRATCH is not set: run tests/bench/run");
	return folder;
}

/* Loopback addresses of this run: 127.NN.NN.last. */
static inline void
own_address(unsigned last, char address[32])
{
	unsigned pid = (unsigned)getpid();

	snprintf(address, 32, "127.%u.%u.%u", 100 + pid / 250 % 100,
	    1 + pid % 250, last);
}

/* A home below scratch() for user name at own_address(last); broadcast may be
 * "". */
static inline void
daemon_make(struct daemon *daemon, const char *build, const char *name,
    unsigned last, const char *broadcast)
{
	char path[512];
	FILE *ini;

	own_address(last, daemon->address);
	snprintf(daemon->home, sizeof(daemon->home), "%s/%s", scratch(), name);
	snprintf(daemon->cam, sizeof(daemon->cam), "%s/cam", build);
	if (mkdir(daemon->home, 0700) != 0)
		die("cannot make %s", daemon->home);
	snprintf(path, sizeof(path), "%s/cam.ini", daemon->home);
	ini = fopen(path, "w");
	if (!ini)
		die("cannot write %s", path);
	fprintf(ini,
	    "user.name = %s\nuser.host = bench\nnet.bind = %s\nnet.broadcast = "
	    "%s\n",
	    name, daemon->address, broadcast);
	fprintf(ini, "net.ipv6 = off\ndaemon.autostart = no\n");
	fclose(ini);
	chmod(path, 0600);
}

/* Starts BUILD/camd there; it is ready on return. */
static inline void
daemon_run(struct daemon *daemon, const char *build)
{
	char path[512];
	const char *wait_argv[] = { daemon->cam, "wait", "ready", "--no-start",
		"--timeout", "30", "--home", daemon->home, NULL };

	daemon->pid = fork();
	if (daemon->pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 0);
		dup2(null, 1);
		snprintf(path, sizeof(path), "%s/stderr", daemon->home);
		dup2(open(path, O_WRONLY | O_CREAT, 0600), 2);
		setenv("CAM_HOME", daemon->home, 1);
		snprintf(path, sizeof(path), "%s/camd", build);
		execl(path, path, "-f", (char *)NULL);
		_exit(127);
	}
	run_ms(wait_argv);
}

/* Both. */
static inline void
daemon_start(struct daemon *daemon, const char *build, const char *name,
    unsigned last, const char *broadcast)
{
	daemon_make(daemon, build, name, last, broadcast);
	daemon_run(daemon, build);
}

static inline void
daemon_stop(struct daemon *daemon)
{
	end_process(daemon->pid);
	daemon->pid = 0;
}

/* Until user is online in the daemon's roster. */
static inline void
await_user(struct daemon *daemon, const char *user)
{
	char command[1024];

	/* A shell's pipe is the shortest way to say it; it is no part of what
	 * is measured. */
	snprintf(command, sizeof(command),
	    "for i in 1 2 3 4 5 6 7 8 9 10; do "
	    "'%s' ls --json --home '%s' | grep -q "
	    "'\"id\":\"%s\".*\"state\":\"online\"' && exit; "
	    "'%s' watch --type user --count 1 --timeout 1 --home '%s' "
	    ">/dev/null; done; exit 1",
	    daemon->cam, daemon->home, user, daemon->cam, daemon->home);
	if (system(command) != 0)
		die("%s does not see %s", daemon->home, user);
}

/* Where its socket is. */
static inline void
daemon_socket(const struct daemon *daemon, char path[160])
{
	snprintf(path, 160, "%s/run/camd.sock", daemon->home);
}

#endif

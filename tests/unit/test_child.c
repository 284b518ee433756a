/* test_child.c: programs started with input, in a clean state, and waited for.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "loop/child.h"
#include "loop/loop.h"

static char folder[64];
static char *out;

struct run {
	struct loop *loop;
	struct child *child;
	int exits;
	int status;
};

static int
make_folder(void **state)
{
	strcpy(folder, "/tmp/cam-child-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	out = path_join(folder, "out");
	return setenv("OUT", out, 1);
}

static int
remove_folder(void **state)
{
	unlink(out);
	free(out);
	return rmdir(folder);
}

static void
on_exit_status(int status, void *arg)
{
	struct run *run = arg;

	run->exits++;
	run->status = status;
	loop_stop(run->loop);
}

static int
start(struct run *run, const char *script, const void *input, size_t len,
    unsigned timeout_ms)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };

	return child_run(run->loop, argv, input, len, timeout_ms,
	    on_exit_status, run, &run->child);
}

static struct run
run_script(const char *script, const void *input, size_t len)
{
	struct run run = { .loop = loop_new() };

	unlink(out);
	assert_int_equal(start(&run, script, input, len, 0), 0);
	loop_run(run.loop);
	assert_int_equal(run.exits, 1);
	loop_free(run.loop);
	return run;
}

static const char *
output(void)
{
	static char text[4096];
	FILE *file = fopen(out, "r");
	size_t len = 0;

	if (file != NULL) {
		len = fread(text, 1, sizeof text - 1, file);
		fclose(file);
	}
	text[len] = '\0';
	return text;
}

static void
its_exit_status_comes_back(void **state)
{
	struct run run = run_script("exit 7", NULL, 0);

	assert_true(WIFEXITED(run.status));
	assert_int_equal(WEXITSTATUS(run.status), 7);
	run = run_script("kill -TERM $$", NULL, 0);
	assert_true(WIFSIGNALED(run.status));
	assert_int_equal(WTERMSIG(run.status), SIGTERM);
}

static void
it_reads_its_input(void **state)
{
	run_script("cat >$OUT", "{\"type\":\"x\"}\n", 13);
	assert_string_equal(output(), "{\"type\":\"x\"}\n");
	run_script("wc -c >$OUT", NULL, 0);
	assert_string_equal(output(), "0\n");
}

static void
input_larger_than_a_pipe_arrives_whole(void **state)
{
	size_t len = 3000000;
	char *input = xmalloc(len);

	memset(input, 'x', len);
	run_script("wc -c >$OUT", input, len);
	assert_string_equal(output(), "3000000\n");
	free(input);
}

static void
one_that_does_not_read_its_input_does_no_harm(void **state)
{
	size_t len = 3000000;
	char *input = xmalloc(len);
	struct run run;

	memset(input, 'x', len);
	run = run_script("exec <&-; exit 3", input, len);
	assert_int_equal(WEXITSTATUS(run.status), 3);
	free(input);
}

static void
it_gets_no_descriptor_of_ours(void **state)
{
	/* Made as a careless library would: without close-on-exec. */
	int fd = open("/", O_RDONLY);

	run_script("ls /proc/self/fd | tr '\\n' ' ' >$OUT", NULL, 0);
	/* 3 is the one ls itself opens to list them. */
	assert_string_equal(output(), "0 1 2 3 ");
	run_script(
	    "x=$(readlink /proc/$$/fd/1 /proc/$$/fd/2); echo \"$x\" >$OUT",
	    NULL, 0);
	assert_string_equal(output(), "/dev/null\n/dev/null\n");
	close(fd);
}

static void
signals_and_umask_are_as_in_a_fresh_login(void **state)
{
	unsigned mask = 0;
	unsigned long blocked = 0, ignored = 0;
	sigset_t set;
	mode_t old = umask(077);

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	run_script("umask >$OUT; grep -E '^Sig(Blk|Ign):' /proc/self/status | "
		   "cut -f2 >>$OUT",
	    NULL, 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	umask(old);
	/* 32 and 33 are the thread library's own, which nobody can set. */
	assert_int_equal(
	    sscanf(output(), "%o %lx %lx", &mask, &blocked, &ignored), 3);
	assert_int_equal(mask, 022);
	assert_int_equal(blocked & ~0x180000000UL, 0);
	assert_int_equal(ignored & ~0x180000000UL, 0);
}

static void
one_that_takes_too_long_is_killed_with_what_it_started(void **state)
{
	struct run run = { .loop = loop_new() };
	uint64_t start_ms = clock_now_ms();

	/* The inner sleep would hold the pipe; its number tells whether it
	 * lives. */
	assert_int_equal(
	    start(&run, "sleep 1000 & echo $! >$OUT; wait", NULL, 0, 200), 0);
	loop_run(run.loop);
	assert_true(WIFSIGNALED(run.status));
	assert_int_equal(WTERMSIG(run.status), SIGKILL);
	assert_true(clock_now_ms() - start_ms < 60000);
	/* Killed with the same signal; it is gone as soon as somebody has
	 * reaped it. */
	for (pid_t pid = (pid_t)strtol(output(), NULL, 10);
	     kill(pid, 0) == 0;) {
		char *path = xasprintf("/proc/%d/stat", (int)pid);
		FILE *file = fopen(path, "r");
		char process_state = 'Z';

		if (file != NULL) {
			if (fscanf(file, "%*d (sleep) %c", &process_state) != 1)
				process_state = 'Z';
			fclose(file);
		}
		free(path);
		if (process_state == 'Z')
			break;
	}
	loop_free(run.loop);
}

static void
a_program_that_is_not_there_is_an_error_at_once(void **state)
{
	static const char *const argv[] = { "/nonexistent/program", NULL };
	struct run run = { .loop = loop_new() };

	errno = 0;
	assert_int_equal(child_run(run.loop, argv, NULL, 0, 0, on_exit_status,
			     &run, &run.child),
	    CAM_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_null(run.child);
	assert_int_equal(run.exits, 0);
	loop_free(run.loop);
}

static void
a_forgotten_one_runs_on_in_silence(void **state)
{
	struct run run = { .loop = loop_new() }, other = { .loop = run.loop };

	unlink(out);
	assert_int_equal(
	    start(&run, "read x; echo done >$OUT", "go\n", 3, 0), 0);
	/* Its input is in the pipe after the first turn. */
	while (run.exits == 0 && access(out, F_OK) != 0)
		loop_turn(run.loop, 0);
	child_forget(run.exits == 0 ? run.child : NULL);
	assert_int_equal(
	    start(&other, "while ! test -s $OUT; do :; done", NULL, 0, 0), 0);
	while (other.exits == 0)
		loop_turn(run.loop, 1);
	assert_int_equal(WEXITSTATUS(other.status), 0);
	assert_string_equal(output(), "done\n");
	loop_free(run.loop);
}

static void
many_at_once_each_report_once(void **state)
{
	enum { MANY = 30 };
	struct run runs[MANY];
	struct loop *loop = loop_new();
	int exited = 0;

	for (int i = 0; i < MANY; i++) {
		char *script = xasprintf("exit %d", i);

		runs[i] = (struct run){ .loop = loop };
		assert_int_equal(start(&runs[i], script, NULL, 0, 0), 0);
		free(script);
	}
	while (exited < MANY) {
		loop_run(loop);
		exited = 0;
		for (int i = 0; i < MANY; i++)
			exited += runs[i].exits;
	}
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(runs[i].exits, 1);
		assert_int_equal(WEXITSTATUS(runs[i].status), i);
	}
	loop_free(loop);
}

/* -- what it writes -------------------------------------------------------- */

static char captured[256 * 1024];
static size_t captured_len;

static void
on_output(const void *data, size_t len, void *arg)
{
	assert_true(captured_len + len < sizeof captured);
	memcpy(captured + captured_len, data, len);
	captured_len += len;
	captured[captured_len] = '\0';
}

static struct run
capture(const char *script)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	struct run run = { .loop = loop_new() };

	captured_len = 0;
	captured[0] = '\0';
	assert_int_equal(child_capture(run.loop, argv, 0, on_output,
			     on_exit_status, &run, &run.child),
	    0);
	loop_run(run.loop);
	assert_int_equal(run.exits, 1);
	loop_free(run.loop);
	return run;
}

static void
what_it_writes_comes_before_its_end(void **state)
{
	struct run run = capture("echo out; echo err >&2; exit 3");

	assert_int_equal(WEXITSTATUS(run.status), 3);
	assert_string_equal(captured, "out\nerr\n");
	capture("head -c 200000 /dev/zero | tr '\\0' x");
	assert_int_equal(captured_len, 200000);
	capture("exec >&- 2>&-; exit 0");
	assert_int_equal(captured_len, 0);
}

static void
what_it_left_behind_is_not_waited_for(void **state)
{
	/* It has our pipe open until somebody writes to the FIFO. */
	unlink(out);
	assert_int_equal(mkfifo(out, 0600), 0);
	capture("echo here; (: <\"$OUT\") & exit 0");
	assert_string_equal(captured, "here\n");
	close(open(out, O_WRONLY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_exit_status_comes_back),
		cmocka_unit_test(it_reads_its_input),
		cmocka_unit_test(input_larger_than_a_pipe_arrives_whole),
		cmocka_unit_test(one_that_does_not_read_its_input_does_no_harm),
		cmocka_unit_test(it_gets_no_descriptor_of_ours),
		cmocka_unit_test(signals_and_umask_are_as_in_a_fresh_login),
		cmocka_unit_test(
		    one_that_takes_too_long_is_killed_with_what_it_started),
		cmocka_unit_test(
		    a_program_that_is_not_there_is_an_error_at_once),
		cmocka_unit_test(a_forgotten_one_runs_on_in_silence),
		cmocka_unit_test(many_at_once_each_report_once),
		cmocka_unit_test(what_it_writes_comes_before_its_end),
		cmocka_unit_test(what_it_left_behind_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* kill_at.h: a process killed at its n-th system call. */
#ifndef CAM_TEST_KILL_AT_H
#define CAM_TEST_KILL_AT_H

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

/*
 * Runs work(arg) in a child and kills it as it enters or leaves its n-th system
 * call, counted from 1, both counted. False: it was done before that.
 */
static inline int
kill_at(void (*work)(void *arg), void *arg, unsigned n)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(99);
		raise(SIGSTOP);
		work(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	for (unsigned i = 0; i < n && WIFSTOPPED(status); i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	if (!WIFSTOPPED(status)) {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		return 0;
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return 1;
}

#endif

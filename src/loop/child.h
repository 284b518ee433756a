/* child.h: programs started and waited for. */
#ifndef CAM_CHILD_H
#define CAM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct loop;
struct child;

/*
 * Runs argv[0] (a path, no shell, nothing searched) with input on its stdin,
 * stdout and stderr to /dev/null, signals and umask as in a fresh login,
 * no descriptor of ours. on_exit gets the wait status once, then the child is
 * freed. More than timeout_ms (0: no limit) ends it, and what it started, by
 * SIGKILL. CAM_ERR_SYSTEM, with errno, where it cannot be started at all.
 */
int child_run(struct loop *loop, const char *const argv[], const void *input,
    size_t len, unsigned timeout_ms, void (*on_exit)(int status, void *arg),
    void *arg, struct child **child);
/*
 * The same with nothing on its stdin, and what it writes to stdout and stderr
 * handed to on_output as it comes, all of it before on_exit. What it started
 * and left behind may go on writing into nothing.
 */
int child_capture(struct loop *loop, const char *const argv[],
    unsigned timeout_ms,
    void (*on_output)(const void *data, size_t len, void *arg),
    void (*on_exit)(int status, void *arg), void *arg, struct child **child);
/*
 * The same with a stdin that stays open: child_feed() writes there, until the
 * child is forgotten. Nothing it writes is heard.
 */
int child_open(struct loop *loop, const char *const argv[],
    void (*on_exit)(int status, void *arg), void *arg, struct child **child);
/* False: it does not read, and CHILD_FED_MAX bytes wait already; nothing of
 * this is written. */
enum { CHILD_FED_MAX = 256 * 1024 };
bool child_feed(struct child *child, const void *data, size_t len);
/* The same of a process that the caller has started, with whatever it has: only
 * its end is told. */
struct child *child_watch(struct loop *loop, pid_t pid,
    void (*on_exit)(int status, void *arg), void *arg);
/* Forgets the child: it runs on, neither is called any more. */
void child_forget(struct child *child);

#endif

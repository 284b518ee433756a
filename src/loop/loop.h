/* loop.h: the event loop of a process; with the files beside it the only ones
 * that know libev. */
#ifndef CAM_LOOP_H
#define CAM_LOOP_H

struct loop;

/*
 * The first of a process is the one that hears of children. SIGPIPE is ignored
 * from here on. After a fork() only the parent may go on using it.
 */
struct loop *loop_new(void);
/* Every watcher, timer and stream on it must be gone. */
void loop_free(struct loop *loop);

/* Returns after loop_stop(). */
void loop_run(struct loop *loop);
/* One turn: with block waits for at least one event. For tests. */
void loop_turn(struct loop *loop, int block);
void loop_stop(struct loop *loop);

/* Calls fn on the loop when the signal arrives; NULL restores the default. */
void loop_on_signal(
    struct loop *loop, int signo, void (*fn)(int signo, void *arg), void *arg);

/* Calls fn(arg) once on the next turn: for what must not be freed inside its
 * own callback. */
void loop_later(struct loop *loop, void (*fn)(void *arg), void *arg);

#endif

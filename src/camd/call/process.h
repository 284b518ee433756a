/* process.h: cam-media, one a call: started, asked, ended (architecture 5). */
#ifndef CAM_CAMD_CALL_PROCESS_H
#define CAM_CAMD_CALL_PROCESS_H

#include <jansson.h>
#include <stddef.h>

#include "rpc/caller.h"

struct loop;
struct process;

struct process_host {
	/* MEDIA_HEARD and the like; params borrowed. */
	void (*on_event)(void *arg, const char *event, const json_t *params);
	/* It has ended: by itself, or as process_ops.leave() wished. Told once;
	 * then it is still the owner's to free, also inside. */
	void (*on_ended)(void *arg);
};

/* The real one is process_real; tests have another. */
struct process_ops {
	/* CAM_ERR_UNSUPPORTED: the program is not there. CAM_ERR_SYSTEM. */
	int (*start)(struct loop *loop, const struct process_host *host,
	    void *arg, struct process **process);
	/* It is to end, and what it writes to be whole; on_ended follows,
	 * never inside. */
	void (*leave)(struct process *process);
	/* Forgets it; it ends by itself. Nothing follows. NULL is fine. */
	void (*free)(struct process *process);
	/*
	 * Takes params. Each descriptor (fds stay the caller's; -1: none) goes
	 * beside them, and where they name its place in fds as "fd" they then
	 * name it as the process counts. on_answer may be called inside, from
	 * leave() and from free(), then with an error.
	 */
	void (*ask)(struct process *process, const char *method, json_t *params,
	    const int *fds, size_t fd_count, rpc_caller_answer *on_answer,
	    void *answer_arg);
	/* The descriptor of that number, which an answer has named; from now on
	 * the caller's, -1: there is none. */
	int (*take)(struct process *process, json_int_t number);
};

extern const struct process_ops process_real;

#endif

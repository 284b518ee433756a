/* process.h: cam-media, one a call: started, asked, ended (architecture 5). */
#ifndef CAM_CAMD_CALL_PROCESS_H
#define CAM_CAMD_CALL_PROCESS_H

#include <jansson.h>
#include <stddef.h>

struct loop;
struct process;

struct process_host {
	/* MEDIA_HEARD and the like; params borrowed. */
	void (*on_event)(
	    void *arg, const char *event, const json_t *params);
	/* It has died, or said what is no JSON-RPC. Its asks are answered with
	 * CAM_ERR_CLOSED before; it is still the owner's to free, not inside. */
	void (*on_died)(void *arg);
};

/* The real one is process_real; tests have another. */
struct process_ops {
	/* CAM_ERR_UNSUPPORTED: the program is not there. CAM_ERR_SYSTEM. */
	int (*start)(struct loop *loop, const struct process_host *host,
	    void *arg, struct process **process);
	/* Ends it; nothing follows. */
	void (*stop)(struct process *process);
	/* fds stay the caller's; the members of params that name them are set
	 * to the numbers they go by: params of that name, {"fd": n}, hold n, the
	 * place in fds. Takes params. on_answer gets 0 and the result
	 * (borrowed), CAM_ERR_REQUEST, or CAM_ERR_CLOSED. */
	void (*ask)(struct process *process, const char *method,
	    json_t *params, const int *fds, size_t fd_count,
	    void (*on_answer)(void *arg, int err, const json_t *result),
	    void *answer_arg);
};

extern const struct process_ops process_real;

#endif

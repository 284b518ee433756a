/* viewing.h: the pictures of a call, shown by cam-view beside it. */
#ifndef CAM_VIEWING_H
#define CAM_VIEWING_H

#include <jansson.h>
#include <stdbool.h>

#include "base/limits.h"
#include "rpc/viewer.h"

struct cam;
struct rpc_client;

struct viewing {
	struct cam *cam;
	bool enabled;
	bool in_window;
	struct viewer viewer;
	unsigned media; /* the call's, when they were given */
	char *names[LIMIT_CALL_MEMBERS];
	size_t count;
};

/* Nothing is ever started where there is neither a terminal nor a window. */
void viewing_init(struct viewing *viewing, struct cam *cam, bool in_window);
/* The call is like that now: cam-view runs while somebody can be seen. */
void viewing_update(
    struct viewing *viewing, struct rpc_client *client, const json_t *object);
/* It has the terminal: nobody else writes there. */
bool viewing_has_terminal(const struct viewing *viewing);
/* Readable once cam-view has ended; -1: it does not run. */
int viewing_fd(const struct viewing *viewing);
/* Whether it has ended; *had_enough: who looks wants no more of the call. */
bool viewing_is_over(struct viewing *viewing, bool *had_enough);
/* The terminal is as it was afterwards. */
void viewing_end(struct viewing *viewing);

#endif

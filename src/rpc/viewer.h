/* viewer.h: cam-view as a child, told whose pictures it shows (VIEW_ADD,
 * VIEW_REMOVE of rpc/names.h). */
#ifndef CAM_RPC_VIEWER_H
#define CAM_RPC_VIEWER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct viewer {
	pid_t pid;   /* 0: it does not run */
	int control; /* our end of its socket, or -1 */
	int given;   /* descriptors, so far */
};

/* Nothing is started yet. */
void viewer_init(struct viewer *viewer);
/* program is the path of cam-view, which gets our terminal and environment. 0,
 * or an errno. */
int viewer_start(struct viewer *viewer, const char *program, bool in_window);
/* Whoever is called so is seen in the memory of fd, which stays the caller's;
 * or is seen no more. */
void viewer_add(struct viewer *viewer, const char *name, int fd);
void viewer_remove(struct viewer *viewer, const char *name);
/* It ends, if it has not; whoever waits for its pid does so still. */
void viewer_close(struct viewer *viewer);

/* Of a party of a call object: there are pictures of that one. */
bool viewer_can_see(const json_t *party);

#endif

/* refresh.h: who has asked the network for everybody, and waits for the
 * answers. */
#ifndef CAM_CAMD_REFRESH_H
#define CAM_CAMD_REFRESH_H

#include <stdbool.h>

struct loop;
struct refreshes;

struct refreshes *refreshes_new(struct loop *loop);
/* Those that wait are told at once. */
void refreshes_free(struct refreshes *refreshes);

/* Calls fn(arg) once nobody new has answered for REFRESH_QUIET_MS, at the
 * latest after REFRESH_MAX_MS. */
enum { REFRESH_QUIET_MS = 500, REFRESH_MAX_MS = 3000 };
void refreshes_add(
    struct refreshes *refreshes, void (*fn)(void *arg), void *arg);
/* Somebody new has answered. */
void refreshes_newcomer(struct refreshes *refreshes);

/* The network has just been opened, and asked by that: until the same time is
 * over not all who are there may have answered. */
void refreshes_listen(struct refreshes *refreshes);
bool refreshes_listening(const struct refreshes *refreshes);

#endif

/* hook.h: the programs of hook.<event>: run with the event as JSON on stdin,
 * never by a shell (threat model T4). */
#ifndef CAM_CAMD_HOOK_H
#define CAM_CAMD_HOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct loop;
struct settings;
struct hooks;

enum {
	HOOK_RUNNING = 8, /* at once */
	HOOK_WAITING =
	    256, /* events that wait for one to end; more are dropped */
	HOOK_TIMEOUT_MS = 5 * 60 * 1000,
};

/* Both are borrowed. */
struct hooks *hooks_new(struct loop *loop, struct settings *settings);
/* Programs that run are left alone; what waits is dropped. */
void hooks_free(struct hooks *hooks);

/* Whether a program is set for the event. */
bool hooks_wanted(const struct hooks *hooks, const char *event);
/* Runs it now or when one of those before has ended; event is borrowed. */
void hooks_run(struct hooks *hooks, const char *event, const json_t *params);
/* Programs running and events waiting. */
size_t hooks_load(const struct hooks *hooks);

#endif

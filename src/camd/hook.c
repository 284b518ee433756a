/* hook.c: the programs of hook.<event>. */
#include "camd/hook.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/settings.h"
#include "loop/child.h"
#include "rpc/json.h"

/* An event that waits for a program to end. */
struct waiting {
	struct waiting *next;
	char *event;
	char *line;
	size_t len;
};

struct running {
	struct hooks *hooks;
	struct child *child; /* NULL: a free place */
};

struct hooks {
	struct loop *loop;
	struct settings *settings;
	struct running running[HOOK_RUNNING];
	size_t running_count;
	struct waiting *first, **last;
	size_t waiting_count;
	size_t dropped; /* since something last waited */
};

struct hooks *
hooks_new(struct loop *loop, struct settings *settings)
{
	struct hooks *hooks = xcalloc(1, sizeof *hooks);

	hooks->loop = loop;
	hooks->settings = settings;
	hooks->last = &hooks->first;
	return hooks;
}

static void
waiting_free(struct waiting *waiting)
{
	free(waiting->event);
	free(waiting->line);
	free(waiting);
}

static struct waiting *
take_first(struct hooks *hooks)
{
	struct waiting *waiting = hooks->first;

	hooks->first = waiting->next;
	if (hooks->first == NULL)
		hooks->last = &hooks->first;
	hooks->waiting_count--;
	return waiting;
}

void
hooks_free(struct hooks *hooks)
{
	if (hooks == NULL)
		return;
	while (hooks->first != NULL)
		waiting_free(take_first(hooks));
	for (size_t i = 0; i < HOOK_RUNNING; i++)
		child_forget(hooks->running[i].child);
	free(hooks);
}

bool
hooks_wanted(const struct hooks *hooks, const char *event)
{
	return settings_hook(hooks->settings, event) != NULL;
}

static struct running *
free_place(struct hooks *hooks)
{
	for (size_t i = 0; i < HOOK_RUNNING; i++) {
		if (hooks->running[i].child == NULL)
			return &hooks->running[i];
	}
	return NULL;
}

static void run_waiting(struct hooks *hooks);

static void
on_exit_of(int status, void *arg)
{
	struct running *running = arg;

	running->child = NULL;
	running->hooks->running_count--;
	if (status != 0)
		log_info("a hook program ended with wait status %d", status);
	run_waiting(running->hooks);
}

/* The setting may have changed since the event happened. */
static void
start(struct hooks *hooks, const char *event, const char *line, size_t len)
{
	const char *path = settings_hook(hooks->settings, event);
	const char *argv[] = { path, NULL };
	struct running *running = free_place(hooks);
	int err;

	if (path == NULL)
		return;
	running->hooks = hooks;
	err = child_run(hooks->loop, argv, line, len, HOOK_TIMEOUT_MS,
	    on_exit_of, running, &running->child);
	if (err == 0)
		hooks->running_count++;
	else
		log_warn("hook.%s: cannot run '%s': %s", event, path,
		    cam_strerror(err));
}

static void
run_waiting(struct hooks *hooks)
{
	while (hooks->first != NULL && hooks->running_count < HOOK_RUNNING) {
		struct waiting *waiting = take_first(hooks);

		start(hooks, waiting->event, waiting->line, waiting->len);
		waiting_free(waiting);
	}
	if (hooks->first == NULL && hooks->dropped > 0) {
		log_warn("hooks: %zu events were dropped", hooks->dropped);
		hooks->dropped = 0;
	}
}

static void
wait_for_place(struct hooks *hooks, const char *event, char *line, size_t len)
{
	struct waiting *waiting = xcalloc(1, sizeof *waiting);

	waiting->event = xstrdup(event);
	waiting->line = line;
	waiting->len = len;
	*hooks->last = waiting;
	hooks->last = &waiting->next;
	hooks->waiting_count++;
}

void
hooks_run(struct hooks *hooks, const char *event, const json_t *params)
{
	char *line = NULL;
	size_t len;

	if (!hooks_wanted(hooks, event))
		return;
	if (hooks->waiting_count == HOOK_WAITING) {
		if (hooks->dropped++ == 0)
			log_warn("hook.%s: %d programs run and %d events wait: "
				 "dropping events",
			    event, HOOK_RUNNING, HOOK_WAITING);
		return;
	}
	line = json_line(params, &len);
	if (hooks->running_count == HOOK_RUNNING) {
		wait_for_place(hooks, event, line, len);
		return;
	}
	start(hooks, event, line, len);
	free(line);
}

size_t
hooks_load(const struct hooks *hooks)
{
	return hooks->running_count + hooks->waiting_count;
}

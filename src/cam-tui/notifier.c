/* notifier.c: notifications on the desktop, by a helper. */
#include "cam-tui/notifier.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/child.h"
#include "rpc/json.h"

/* One that has ended is not tried again for so long. */
enum { REST_MS = 60 * 1000 };
/* One that ends so soon after it was told has not shown it: there is no bus, or
 * nobody on it who answers. */
enum { UNSHOWN_MS = 10 * 1000 };

struct notifier {
	struct loop *loop;
	char *program;
	char *lock;
	void (*on_failed)(const char *title, const char *body, void *arg);
	void *arg;
	struct child *child;
	uint64_t told_ms;
	uint64_t ended_ms; /* 0: it has not */
	char *title;	   /* of the last one */
	char *body;
};

struct notifier *
notifier_new(struct loop *loop, const char *program, const char *lock,
    void (*on_failed)(const char *title, const char *body, void *arg),
    void *arg)
{
	struct notifier *notifier = xcalloc(1, sizeof *notifier);

	notifier->loop = loop;
	notifier->program = xstrdup(program);
	notifier->lock = xstrdup(lock);
	notifier->on_failed = on_failed;
	notifier->arg = arg;
	return notifier;
}

static void
remember(struct notifier *notifier, const char *title, const char *body)
{
	free(notifier->title);
	free(notifier->body);
	notifier->title = title != NULL ? xstrdup(title) : NULL;
	notifier->body = body != NULL ? xstrdup(body) : NULL;
}

void
notifier_free(struct notifier *notifier)
{
	if (notifier == NULL)
		return;
	child_forget(notifier->child);
	remember(notifier, NULL, NULL);
	free(notifier->program);
	free(notifier->lock);
	free(notifier);
}

static void
on_ended(int status, void *arg)
{
	struct notifier *notifier = arg;

	notifier->child = NULL;
	notifier->ended_ms = clock_now_ms();
	if (notifier->title != NULL &&
	    notifier->ended_ms - notifier->told_ms < UNSHOWN_MS)
		notifier->on_failed(
		    notifier->title, notifier->body, notifier->arg);
	remember(notifier, NULL, NULL);
}

static bool
start(struct notifier *notifier)
{
	const char *const argv[] = { notifier->program, notifier->lock, NULL };

	if (notifier->child != NULL)
		return true;
	if (notifier->ended_ms != 0 &&
	    clock_now_ms() - notifier->ended_ms < REST_MS)
		return false;
	return child_open(notifier->loop, argv, on_ended, notifier,
		   &notifier->child) == 0;
}

/* Takes object. */
static bool
tell(struct notifier *notifier, json_t *object)
{
	size_t len = 0;
	char *line = json_line(object, &len);
	bool told = line != NULL && child_feed(notifier->child, line, len);

	free(line);
	json_decref(object);
	return told;
}

bool
notifier_show(struct notifier *notifier, const char *key, const char *title,
    const char *body)
{
	if (!start(notifier))
		return false;
	remember(notifier, title, body);
	notifier->told_ms = clock_now_ms();
	return tell(notifier, json_pack("{s:s, s:s, s:s}", "show", key, "title",
				  title, "body", body));
}

void
notifier_withdraw(struct notifier *notifier, const char *key)
{
	if (notifier->child == NULL)
		return;
	remember(notifier, NULL, NULL);
	tell(notifier, json_pack("{s:s}", "withdraw", key));
}

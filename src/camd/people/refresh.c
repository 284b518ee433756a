/* refresh.c: waiting for the answers to a BR_ENTRY of ours. */
#include "camd/people/refresh.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/timer.h"

struct refresh {
	TAILQ_ENTRY(refresh) entry;
	struct refreshes *refreshes;
	struct timer quiet;
	uint64_t until_ms;
	void (*fn)(void *arg);
	void *arg;
};

struct refreshes {
	struct loop *loop;
	TAILQ_HEAD(, refresh) list;
	bool listening;
};

struct refreshes *
refreshes_new(struct loop *loop)
{
	struct refreshes *refreshes = xcalloc(1, sizeof *refreshes);

	refreshes->loop = loop;
	TAILQ_INIT(&refreshes->list);
	return refreshes;
}

static void
on_quiet(void *arg)
{
	struct refresh *refresh = arg;
	void (*fn)(void *) = refresh->fn;
	void *fn_arg = refresh->arg;

	TAILQ_REMOVE(&refresh->refreshes->list, refresh, entry);
	timer_finish(&refresh->quiet);
	free(refresh);
	fn(fn_arg);
}

void
refreshes_free(struct refreshes *refreshes)
{
	if (refreshes == NULL)
		return;
	while (!TAILQ_EMPTY(&refreshes->list))
		on_quiet(TAILQ_FIRST(&refreshes->list));
	free(refreshes);
}

void
refreshes_add(struct refreshes *refreshes, void (*fn)(void *arg), void *arg)
{
	struct refresh *refresh = xcalloc(1, sizeof *refresh);

	refresh->refreshes = refreshes;
	refresh->fn = fn;
	refresh->arg = arg;
	refresh->until_ms = clock_now_ms() + REFRESH_MAX_MS;
	timer_init(&refresh->quiet, refreshes->loop, on_quiet, refresh);
	timer_start(&refresh->quiet, REFRESH_QUIET_MS);
	TAILQ_INSERT_TAIL(&refreshes->list, refresh, entry);
}

void
refreshes_newcomer(struct refreshes *refreshes)
{
	uint64_t now_ms = clock_now_ms(), left_ms;
	struct refresh *refresh;

	TAILQ_FOREACH (refresh, &refreshes->list, entry) {
		left_ms =
		    refresh->until_ms > now_ms ? refresh->until_ms - now_ms : 0;
		timer_start(&refresh->quiet,
		    left_ms < REFRESH_QUIET_MS ? left_ms : REFRESH_QUIET_MS);
	}
}

static void
on_listened(void *arg)
{
	struct refreshes *refreshes = arg;

	refreshes->listening = false;
}

void
refreshes_listen(struct refreshes *refreshes)
{
	refreshes->listening = true;
	refreshes_add(refreshes, on_listened, refreshes);
}

bool
refreshes_listening(const struct refreshes *refreshes)
{
	return refreshes->listening;
}

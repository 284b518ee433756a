/* awaits.c: calls that go on when a key is there, or do not. */
#include "camd/trust/awaits.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "camd/camd.h"
#include "camd/people/roster.h"
#include "loop/timer.h"

struct await {
	TAILQ_ENTRY(await) entry;
	struct awaits *awaits;
	int64_t uid;
	struct timer timer;
	void (*fn)(void *arg);
	void *arg;
};

struct awaits {
	struct camd *camd;
	TAILQ_HEAD(, await) list;
};

struct awaits *
awaits_new(struct camd *camd)
{
	struct awaits *awaits = xcalloc(1, sizeof *awaits);

	awaits->camd = camd;
	TAILQ_INIT(&awaits->list);
	return awaits;
}

static void
end(struct await *await)
{
	void (*fn)(void *arg) = await->fn;
	void *arg = await->arg;

	TAILQ_REMOVE(&await->awaits->list, await, entry);
	timer_finish(&await->timer);
	free(await);
	fn(arg);
}

static void
on_time_over(void *arg)
{
	end(arg);
}

void
awaits_add(struct awaits *awaits, const struct user *user, uint64_t timeout_ms,
    void (*fn)(void *arg), void *arg)
{
	struct await *await = xcalloc(1, sizeof *await);

	await->awaits = awaits;
	await->uid = user->uid;
	await->fn = fn;
	await->arg = arg;
	timer_init(&await->timer, awaits->camd->loop, on_time_over, await);
	timer_start(&await->timer, timeout_ms);
	TAILQ_INSERT_TAIL(&awaits->list, await, entry);
}

static struct await *
next_of(struct awaits *awaits, const struct user *user)
{
	struct await *await;

	TAILQ_FOREACH (await, &awaits->list, entry) {
		if (roster_by_uid(awaits->camd->roster, await->uid) == user)
			return await;
	}
	return NULL;
}

void
awaits_tell(struct awaits *awaits, const struct user *user)
{
	struct await *await;

	while ((await = next_of(awaits, user)) != NULL)
		end(await);
}

void
awaits_free(struct awaits *awaits)
{
	struct await *await;

	if (awaits == NULL)
		return;
	while ((await = TAILQ_FIRST(&awaits->list)) != NULL)
		end(await);
	free(awaits);
}

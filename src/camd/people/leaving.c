/* leaving.c: who leaves is chosen on the loop, taken out of the database by the
 * writer, and then out of the roster. */
#include "camd/people/leaving.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/calls.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/user.h"

enum { FIRST_MS = 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000 };
/* How many leave together when the roster is full. */
enum { ROOM = LIMIT_PEERS / 50 };

struct leaving {
	struct camd *camd;
	struct timer timer;
	bool making_room;
};

struct leaver {
	int64_t uid;
	int64_t seen_ms; /* heard later than this he stays */
	bool kept;	 /* in the history */
};

struct leave_job {
	struct job job;
	struct leaving *leaving;
	struct leaver *list;
	size_t count;
	int64_t before_ms; /* 0: those of the list */
	bool makes_room;
	int err;
};

static void
add(struct leave_job *leave, int64_t uid, int64_t seen_ms, bool kept)
{
	if ((leave->count & (leave->count - 1)) == 0)
		leave->list = xreallocarray(leave->list,
		    leave->count > 0 ? 2 * leave->count : 1,
		    sizeof *leave->list);
	leave->list[leave->count++] = (struct leaver){ uid, seen_ms, kept };
}

/* -- in the database --------------------------------------------------------
 */

static void
on_forgotten(int64_t uid, bool kept, void *arg)
{
	struct leave_job *leave = arg;

	add(leave, uid, leave->before_ms - 1, kept);
}

static int
drop_all(struct store *store, struct leave_job *leave)
{
	int r = 0;

	for (size_t i = 0; i < leave->count && r == 0; i++) {
		r = store_user_drop(
		    store, leave->list[i].uid, &leave->list[i].kept);
		/* Not written yet. */
		if (r == CAM_ERR_UNKNOWN)
			r = 0;
	}
	return r;
}

static void
store_leave(struct job *job, void *context)
{
	struct leave_job *leave = container_of(job, struct leave_job, job);

	leave->err = leave->before_ms != 0
			 ? store_user_forget(
			       context, leave->before_ms, on_forgotten, leave)
			 : drop_all(context, leave);
}

/* -- in the roster ----------------------------------------------------------
 */

static void
take_out(struct camd *camd, const struct leaver *leaver)
{
	struct user *user = roster_by_uid(camd->roster, leaver->uid);

	if (user == NULL || user->uid != leaver->uid)
		return;
	if (user->seen_ms > leaver->seen_ms ||
	    (user_has_key(user) && !leaver->kept) || user_is_verified(user)) {
		/* He came back meanwhile: his row has to, too. The name of a
		 * verified one is never free for another key. */
		roster_changed(camd->roster, user, false);
		return;
	}
	lan_forget(camd->lan, &user->peer);
	links_user_gone(camd->links, user);
	calls_user_moved(camd->calls, user->uid, 0);
	if (leaver->kept)
		roster_retire(camd->roster, user);
	else
		roster_remove(camd->roster, user);
}

static void
on_left(struct job *job)
{
	struct leave_job *leave = container_of(job, struct leave_job, job);
	struct leaving *leaving = leave->leaving;
	int err = job->batch_err < 0 ? job->batch_err : leave->err;

	if (err < 0)
		log_error("cannot forget users: %s", cam_strerror(err));
	for (size_t i = 0; i < leave->count && err == 0; i++)
		take_out(leaving->camd, &leave->list[i]);
	if (leave->makes_room)
		leaving->making_room = false;
	free(leave->list);
	free(leave);
}

static struct leave_job *
leave_new(struct leaving *leaving)
{
	struct leave_job *leave = xcalloc(1, sizeof *leave);

	leave->leaving = leaving;
	leave->job.work = store_leave;
	leave->job.done = on_left;
	return leave;
}

static void
submit(struct leave_job *leave)
{
	workers_submit(leave->leaving->camd->writer, &leave->job);
}

/* -- who --------------------------------------------------------------------
 */

void
leaving_look(struct leaving *leaving, int64_t now_ms)
{
	struct camd *camd = leaving->camd;
	int64_t days = settings_number(camd->settings, "roster.forget_days");
	struct leave_job *leave = leave_new(leaving);

	/* Those who are here were seen just now, however quiet they are. */
	for (struct user *user = roster_next(camd->roster, NULL); user != NULL;
	     user = roster_next(camd->roster, user)) {
		if (user->state != USER_OFFLINE) {
			user->seen_ms = now_ms;
			roster_changed(camd->roster, user, false);
		}
	}
	roster_write(camd->roster);
	leave->before_ms = now_ms - days * DAY_MS;
	submit(leave);
}

void
leaving_drop(struct leaving *leaving, const struct user *user)
{
	struct leave_job *leave = leave_new(leaving);

	add(leave, user->uid, user->seen_ms, false);
	submit(leave);
}

bool
leaving_has_room(struct leaving *leaving, const struct addr *from)
{
	struct roster *roster = leaving->camd->roster;
	struct user *oldest = NULL;

	if (roster_is_full(roster)) {
		leaving_make_room(leaving);
		return false;
	}
	if (roster_has_room_at(roster, from, &oldest))
		return true;
	if (oldest != NULL)
		leaving_drop(leaving, oldest);
	return false;
}

struct candidate {
	int64_t uid;
	int64_t seen_ms;
	bool present;
};

static int
by_absence(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;

	if (a->present != b->present)
		return a->present ? 1 : -1;
	return a->seen_ms < b->seen_ms ? -1 : a->seen_ms > b->seen_ms;
}

void
leaving_make_room(struct leaving *leaving)
{
	struct camd *camd = leaving->camd;
	struct candidate *candidates;
	struct leave_job *leave;
	size_t count = 0;

	if (leaving->making_room)
		return;
	leaving->making_room = true;
	leave = leave_new(leaving);
	leave->makes_room = true;
	candidates =
	    xcalloc(roster_count(camd->roster) + 1, sizeof *candidates);
	for (struct user *user = roster_next(camd->roster, NULL); user != NULL;
	     user = roster_next(camd->roster, user)) {
		if (!user_has_key(user))
			candidates[count++] = (struct candidate){ user->uid,
				user->seen_ms, user->state != USER_OFFLINE };
	}
	qsort(candidates, count, sizeof *candidates, by_absence);
	for (size_t i = 0; i < count && i < ROOM; i++)
		add(leave, candidates[i].uid, candidates[i].seen_ms, false);
	free(candidates);
	log_warn("the roster is full: %zu users without a key leave it",
	    leave->count);
	submit(leave);
}

/* -- making and ending ------------------------------------------------------
 */

static void
on_day(void *arg)
{
	struct leaving *leaving = arg;

	leaving_look(leaving, clock_wall_ms());
	timer_start(&leaving->timer, DAY_MS);
}

struct leaving *
leaving_new(struct camd *camd)
{
	struct leaving *leaving = xcalloc(1, sizeof *leaving);

	leaving->camd = camd;
	timer_init(&leaving->timer, camd->loop, on_day, leaving);
	timer_start(&leaving->timer, FIRST_MS);
	return leaving;
}

void
leaving_free(struct leaving *leaving)
{
	if (leaving == NULL)
		return;
	timer_finish(&leaving->timer);
	free(leaving);
}

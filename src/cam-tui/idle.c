/* idle.c: whether somebody is at this screen. */
#include "cam-tui/idle.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "cam-tui/session.h"
#include "cam-tui/tui.h"
#include "rpc/names.h"

enum { MINUTE_MS = 60 * 1000 };

struct idle {
	struct tui *tui;
	char *socket; /* of tmux or screen, or NULL */
	bool was_attached;
	bool is_detached;
	uint64_t key_ms;
	bool is_idle;
	bool has_told; /* camd, over this connection */
};

/* -- the multiplexer ------------------------------------------------------- */

/* "/tmp/tmux-1000/default,4711,0" */
static char *
tmux_socket(void)
{
	const char *tmux = getenv("TMUX");

	if (tmux == NULL || tmux[0] != '/')
		return NULL;
	return xstrndup(tmux, strcspn(tmux, ","));
}

/* "4711.pts-1.host", in one of the folders where screen keeps them. */
static char *
screen_socket(void)
{
	const char *name = getenv("STY"), *folder = getenv("SCREENDIR");
	const struct passwd *user = getpwuid(geteuid());
	char *usual, *path;

	if (name == NULL || name[0] == '\0' || strchr(name, '/') != NULL ||
	    user == NULL)
		return NULL;
	usual = xasprintf("/run/screen/S-%s", user->pw_name);
	path = path_join(folder != NULL ? folder : usual, name);
	free(usual);
	return path;
}

/* Both let their owner execute the socket as long as a terminal is attached: to
 * look there costs nothing and asks nobody. */
static bool
is_attached(const struct idle *idle)
{
	struct stat st;

	return stat(idle->socket, &st) == 0 && (st.st_mode & S_IXUSR) != 0;
}

/* What was never attached has no terminal for other reasons. */
static void
look(struct idle *idle)
{
	bool was_detached = idle->is_detached;

	if (idle->socket == NULL)
		return;
	if (is_attached(idle)) {
		idle->was_attached = true;
		idle->is_detached = false;
		if (was_detached)
			idle->key_ms = clock_now_ms();
	} else {
		idle->is_detached = idle->was_attached;
	}
}

/* -- told to camd -----------------------------------------------------------
 */

static void
on_told(void *arg, int err, const json_t *result, const struct rpc_error *error)
{
}

static void
tell(struct idle *idle)
{
	struct tui *tui = idle->tui;

	if (session_state(tui->session) != SESSION_ONLINE)
		return;
	/* Who never wants to be away takes no part. */
	if (tui->options.away_after == 0 && !idle->has_told)
		return;
	idle->has_told = true;
	session_call(tui->session, RPC_IDLE,
	    json_pack("{s:b}", "idle", idle->is_idle), on_told, tui);
}

bool
idle_is_idle(
    uint64_t after_ms, bool is_detached, uint64_t key_ms, uint64_t now_ms)
{
	return after_ms > 0 && (is_detached || now_ms - key_ms >= after_ms);
}

static void
judge(struct idle *idle)
{
	bool is_idle =
	    idle_is_idle((uint64_t)idle->tui->options.away_after * MINUTE_MS,
		idle->is_detached, idle->key_ms, clock_now_ms());
	bool is_first = !idle->has_told && idle->tui->options.away_after > 0;

	if (is_idle == idle->is_idle && !is_first)
		return;
	idle->is_idle = is_idle;
	tell(idle);
}

void
idle_key(struct idle *idle)
{
	idle->key_ms = clock_now_ms();
	idle->tui->switcher.shown->changed |= idle->is_detached;
	idle->is_detached = false;
	if (!idle->was_attached)
		look(idle);
	judge(idle);
}

void
idle_check(struct idle *idle)
{
	look(idle);
	judge(idle);
}

void
idle_connected(struct idle *idle)
{
	idle->has_told = false;
	judge(idle);
}

bool
idle_is_detached(const struct idle *idle)
{
	return idle->is_detached;
}

struct idle *
idle_new(struct tui *tui)
{
	struct idle *idle = xcalloc(1, sizeof *idle);

	idle->tui = tui;
	idle->socket = tmux_socket();
	if (idle->socket == NULL)
		idle->socket = screen_socket();
	idle->key_ms = clock_now_ms();
	look(idle);
	return idle;
}

void
idle_free(struct idle *idle)
{
	if (idle == NULL)
		return;
	free(idle->socket);
	free(idle);
}

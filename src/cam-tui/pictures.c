/* pictures.c: the pictures of a call, shown by cam-view. */
#include "cam-tui/pictures.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/model_call.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"
#include "loop/child.h"
#include "rpc/names.h"
#include "rpc/viewer.h"

struct pictures {
	struct tui *tui;
	struct viewer viewer;
	struct child *child; /* the same, to hear of its end */
	pid_t pid;
	bool is_on;
	bool in_window;
	bool has_terminal;
	char *call;	  /* id of the call, or NULL */
	json_int_t media; /* the call's, of what was asked for */
	/* Who is seen, or whose pictures were asked for. */
	char *names[MODEL_PARTIES_MAX];
	size_t count;
	unsigned round; /* answers to what was asked before are nothing */
};

struct pictures *
pictures_new(struct tui *tui)
{
	struct pictures *pictures = xcalloc(1, sizeof *pictures);

	pictures->tui = tui;
	viewer_init(&pictures->viewer);
	return pictures;
}

bool
pictures_are_on(const struct pictures *pictures)
{
	return pictures->is_on;
}

bool
pictures_have_terminal(const struct pictures *pictures)
{
	return pictures->has_terminal;
}

/* -- the end -------------------------------------------------------------- */

static void
forget_names(struct pictures *pictures)
{
	pictures->round++;
	while (pictures->count > 0)
		free(pictures->names[--pictures->count]);
}

static void
take_terminal_back(struct pictures *pictures)
{
	if (!pictures->has_terminal)
		return;
	pictures->has_terminal = false;
	terminal_enter(pictures->tui->terminal);
	tui_redraw(pictures->tui);
}

/* It was left, or has failed; what it wrote is over. */
static void
on_ended(int status, void *arg)
{
	struct pictures *pictures = arg;

	pictures->child = NULL;
	pictures->is_on = false;
	viewer_close(&pictures->viewer);
	forget_names(pictures);
	take_terminal_back(pictures);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		tui_say(pictures->tui, STYLE_BAR_WARN, "%s",
		    pictures->in_window
			? _("there is no window for pictures: /pictures here "
			    "shows them on the terminal")
			: _("the pictures cannot be shown"));
	tui_changed(pictures->tui);
}

/* It gives the terminal back first: on_ended() follows. */
void
pictures_leave(struct pictures *pictures)
{
	pictures->is_on = false;
	forget_names(pictures);
	viewer_close(&pictures->viewer);
	tui_changed(pictures->tui);
}

void
pictures_free(struct pictures *pictures)
{
	bool waits = false;
	int status;

	if (pictures == NULL)
		return;
	waits = pictures->child != NULL && pictures->has_terminal;
	child_forget(pictures->child);
	forget_names(pictures);
	viewer_close(&pictures->viewer);
	/* The shell gets the terminal as cam-view leaves it. */
	if (waits)
		(void)waitpid(pictures->pid, &status, 0);
	free(pictures->call);
	free(pictures);
}

/* -- the beginning -------------------------------------------------------- */

static bool
start(struct pictures *pictures)
{
	struct tui *tui = pictures->tui;
	char *program = tui_find_program("cam-view");
	int failure = -1;

	if (program != NULL) {
		if (!pictures->in_window) {
			pictures->has_terminal = true;
			terminal_leave(tui->terminal);
		}
		failure = viewer_start(
		    &pictures->viewer, program, pictures->in_window);
	}
	free(program);
	if (failure == 0) {
		pictures->pid = pictures->viewer.pid;
		pictures->child = child_watch(
		    tui->loop, pictures->viewer.pid, on_ended, pictures);
		return true;
	}
	take_terminal_back(pictures);
	tui_say(tui, STYLE_BAR_WARN, "%s",
	    _("there is no cam-view, which shows pictures"));
	pictures_leave(pictures);
	return false;
}

struct asked {
	struct pictures *pictures;
	unsigned round;
	char *name;
};

static void
on_frames(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct asked asked = *(struct asked *)arg;
	struct pictures *pictures = asked.pictures;
	struct tui *tui = pictures->tui;
	int fd = -1;

	free(arg);
	if (err == 0)
		fd = session_take(tui->session,
		    json_integer_value(json_object_get(result, "fd")));
	if (fd >= 0 && !tui->is_ending && pictures->is_on &&
	    asked.round == pictures->round &&
	    (pictures->child != NULL || start(pictures)))
		viewer_add(&pictures->viewer, asked.name, fd);
	if (fd >= 0)
		close(fd);
	free(asked.name);
}

static void
ask(struct pictures *pictures, const char *id)
{
	struct asked *asked = NULL;

	if (pictures->count == MODEL_PARTIES_MAX)
		return;
	pictures->names[pictures->count++] = xstrdup(id);
	asked = xcalloc(1, sizeof *asked);
	*asked = (struct asked){ .pictures = pictures,
		.round = pictures->round,
		.name = xstrdup(id) };
	session_call(pictures->tui->session, RPC_CALL_FRAMES,
	    json_pack("{s:s, s:s}", "id", pictures->call, "member", id),
	    on_frames, asked);
}

/* -- who is seen ---------------------------------------------------------- */

static bool
is_seen(const struct model_call *call, const char *id)
{
	for (size_t i = 0; i < call->party_count; i++) {
		if (strcmp(call->parties[i].id, id) == 0)
			return call->parties[i].is_seen;
	}
	return false;
}

static bool
is_named(const struct pictures *pictures, const char *id)
{
	for (size_t i = 0; i < pictures->count; i++) {
		if (strcmp(pictures->names[i], id) == 0)
			return true;
	}
	return false;
}

static void
remove_gone(struct pictures *pictures, const struct model_call *call)
{
	for (size_t i = pictures->count; i-- > 0;) {
		if (is_seen(call, pictures->names[i]))
			continue;
		if (pictures->viewer.pid != 0)
			viewer_remove(&pictures->viewer, pictures->names[i]);
		free(pictures->names[i]);
		pictures->names[i] = pictures->names[--pictures->count];
	}
}

void
pictures_update(struct pictures *pictures)
{
	const struct model_call *call = NULL;
	json_int_t media;

	if (!pictures->is_on)
		return;
	call = model_call(pictures->tui->model, pictures->call);
	if (call == NULL || call->state != CALL_ACTIVE) {
		pictures_leave(pictures);
		return;
	}
	media = json_integer_value(json_object_get(call->object, "media"));
	/* Another process has other memory; it takes the place of the old. */
	if (media != pictures->media)
		forget_names(pictures);
	pictures->media = media;
	remove_gone(pictures, call);
	for (size_t i = 0; i < call->party_count; i++) {
		if (call->parties[i].is_seen &&
		    !is_named(pictures, call->parties[i].id))
			ask(pictures, call->parties[i].id);
	}
	if (pictures->count == 0)
		pictures_leave(pictures);
}

void
pictures_show(struct pictures *pictures, bool in_window)
{
	struct tui *tui = pictures->tui;
	const struct model_call *call = model_call_current(tui->model);
	bool any = false;

	if (pictures->is_on) {
		pictures_leave(pictures);
		return;
	}
	/* The one of before is giving the terminal back. */
	if (pictures->child != NULL)
		return;
	for (size_t i = 0; call != NULL && i < call->party_count; i++)
		any |= call->parties[i].is_seen;
	if (!any || call->state != CALL_ACTIVE) {
		tui_say(tui, STYLE_BAR_DIM, "%s",
		    _("nobody shows anything in a call"));
	} else if (tui->linear != NULL && !in_window) {
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("there are no pictures between lines"));
	} else {
		free(pictures->call);
		pictures->call = xstrdup(call->id);
		pictures->media = 0;
		pictures->in_window = in_window;
		pictures->is_on = true;
		pictures_update(pictures);
	}
}

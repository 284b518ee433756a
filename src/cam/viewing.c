/* viewing.c: the pictures of a call, shown by cam-view beside it. */
#include "cam/viewing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/external.h"
#include "cam/output.h"
#include "rpc/client.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* How long camd may take to answer. */
enum { ASK_MS = 5000 };

void
viewing_init(struct viewing *viewing, struct cam *cam, bool in_window)
{
	const char *term = getenv("TERM");
	bool has_page = output_is_terminal(cam) && !cam->json && !cam->quiet &&
			term != NULL && strcmp(term, "dumb") != 0;

	*viewing = (struct viewing){ .cam = cam,
		.enabled = in_window || has_page,
		.in_window = in_window };
	viewer_init(&viewing->viewer);
}

bool
viewing_has_terminal(const struct viewing *viewing)
{
	return viewing->viewer.pid != 0 && !viewing->in_window;
}

int
viewing_fd(const struct viewing *viewing)
{
	return viewing->viewer.control;
}

/* -- cam-view ----------------------------------------------------------------
 */

static bool
start(struct viewing *viewing)
{
	char *program = external_find(viewing->cam, "cam-view", true);
	int failure = ENOENT;

	if (program != NULL)
		failure =
		    viewer_start(&viewing->viewer, program, viewing->in_window);
	free(program);
	if (failure == 0)
		return true;
	viewing->enabled = false;
	complain(_("the pictures are not shown: %s"), strerror(failure));
	return false;
}

/* Waits for it; its exit status. */
static int
stop(struct viewing *viewing)
{
	pid_t pid = viewing->viewer.pid;
	int status = 0;

	viewer_close(&viewing->viewer);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	while (viewing->count > 0)
		free(viewing->names[--viewing->count]);
	return status;
}

bool
viewing_is_over(struct viewing *viewing, bool *had_enough)
{
	char byte;
	int status;

	if (viewing->viewer.pid == 0 ||
	    recv(viewing->viewer.control, &byte, 1, MSG_DONTWAIT) != 0)
		return false;
	status = stop(viewing);
	viewing->enabled = false;
	*had_enough = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return true;
}

void
viewing_end(struct viewing *viewing)
{
	if (viewing->viewer.pid != 0)
		(void)stop(viewing);
}

/* -- who is seen -------------------------------------------------------------
 */

static void
add(struct viewing *viewing, struct rpc_client *client, const json_t *object,
    const char *id)
{
	struct rpc_error error = { 0 };
	json_t *result = NULL;
	int fd = -1;

	if (rpc_client_call(client, RPC_CALL_FRAMES,
		json_pack("{s:s, s:s}", "id", json_text_at(object, "id"),
		    "member", id),
		ASK_MS, &result, &error) == 0)
		fd = rpc_client_take(
		    client, json_integer_value(json_object_get(result, "fd")));
	rpc_error_finish(&error);
	json_decref(result);
	/* He may have left this moment. */
	if (fd < 0)
		return;
	if (viewing->viewer.pid != 0 || start(viewing)) {
		viewer_add(&viewing->viewer, id, fd);
		viewing->names[viewing->count++] = xstrdup(id);
	}
	close(fd);
}

static const json_t *
party_named(const json_t *object, const char *id)
{
	const json_t *party;
	size_t i;

	json_array_foreach(json_object_get(object, "parties"), i, party)
	{
		if (json_text_is(party, "id", id))
			return party;
	}
	return NULL;
}

static void
remove_gone(struct viewing *viewing, const json_t *object, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < viewing->count; i++) {
		char *name = viewing->names[i];

		if (!all && viewer_can_see(party_named(object, name))) {
			viewing->names[kept++] = name;
			continue;
		}
		viewer_remove(&viewing->viewer, name);
		free(name);
	}
	viewing->count = kept;
}

static bool
is_shown(const struct viewing *viewing, const char *id)
{
	for (size_t i = 0; i < viewing->count; i++) {
		if (strcmp(viewing->names[i], id) == 0)
			return true;
	}
	return false;
}

void
viewing_update(
    struct viewing *viewing, struct rpc_client *client, const json_t *object)
{
	unsigned media =
	    (unsigned)json_integer_value(json_object_get(object, "media"));
	const json_t *party;
	size_t i;

	if (!viewing->enabled || call_is(object, "ended"))
		return;
	/* Another process has other memory. */
	remove_gone(viewing, object, media != viewing->media);
	viewing->media = media;
	json_array_foreach(json_object_get(object, "parties"), i, party)
	{
		const char *id = json_text_at(party, "id");

		if (viewer_can_see(party) && !is_shown(viewing, id) &&
		    viewing->count < LIMIT_CALL_MEMBERS && viewing->enabled)
			add(viewing, client, object, id);
	}
	if (viewing->count == 0)
		viewing_end(viewing);
}

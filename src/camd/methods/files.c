/* files.c: the files of message.send. */
#include "camd/methods/files.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/message/object.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/offer/offering.h"
#include "camd/org/ruling.h"
#include "store/offer.h"

struct files {
	struct rpc_call *call;
	const json_t *list;
	void (*on_done)(void *arg, struct offering *offering);
	void *arg;
};

bool
files_take(struct rpc_call *call, const json_t *params, const json_t **files)
{
	const json_t *list = json_object_get(params, "files");
	size_t count = json_array_size(list);

	if (list == NULL || json_is_null(list) ||
	    (json_is_array(list) && count == 0))
		return true;
	if (ruling_of(method_camd(call)->org, POLICY_FILES) != POLICY_ON) {
		method_fail(call, CAM_ERR_REFUSED, NULL,
		    "the policy of your organisation lets nobody offer files");
		return false;
	}
	if (json_is_array(list) && count <= LIMIT_ATTACHMENTS) {
		*files = list;
		return true;
	}
	method_fail(call, CAM_ERR_REQUEST, NULL,
	    "'files' must be a list of at most %d", LIMIT_ATTACHMENTS);
	return false;
}

static const char *
why_not(int err, int error)
{
	switch (err) {
	case CAM_ERR_SYSTEM:
		return strerror(error);
	case CAM_ERR_REFUSED:
		return "neither a file nor a folder, or changing just now";
	case CAM_ERR_LIMIT:
		return "too much in it, or too deep";
	case CAM_ERR_FORMAT:
		return "not possible in that form (name, image, spool)";
	default:
		return cam_strerror(err);
	}
}

static void
finish(struct files *files, struct offering *offering)
{
	files->on_done(files->arg, offering);
	free(files);
}

static void
on_made(void *arg, int err, int error, size_t place, struct offering *offering)
{
	struct files *files = arg;
	const char *path = json_string_value(
	    json_object_get(json_array_get(files->list, place), "path"));

	if (err < 0)
		method_fail(files->call, CAM_ERR_REQUEST,
		    json_pack("{s:s}", "path", path),
		    "'%s' cannot be offered: %s", path, why_not(err, error));
	finish(files, offering);
}

static bool
read_file(struct rpc_call *call, const json_t *file, struct offering_wish *wish)
{
	if (!json_is_object(file)) {
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "'files' must be a list of objects");
		return false;
	}
	if (!param_text(call, file, "path", true, &wish->path) ||
	    !param_text(call, file, "name", false, &wish->name) ||
	    !param_switch(call, file, "spool", &wish->spool) ||
	    !param_switch(call, file, "image", &wish->image))
		return false;
	if (wish->path[0] == '/')
		return true;
	method_fail(call, CAM_ERR_REQUEST,
	    json_pack("{s:s}", "path", wish->path),
	    "'path' must begin with '/'");
	return false;
}

void
files_make(struct camd *camd, struct rpc_call *call, const json_t *list,
    uint32_t fetches, void (*on_done)(void *arg, struct offering *offering),
    void *arg)
{
	size_t count = json_array_size(list);
	struct offering_wish *wishes = xcalloc(count, sizeof *wishes);
	struct files *files = xcalloc(1, sizeof *files);
	bool good = true;

	*files = (struct files){ call, list, on_done, arg };
	for (size_t i = 0; i < count && good; i++)
		good = read_file(call, json_array_get(list, i), &wishes[i]);
	if (good)
		offering_make(camd, wishes, count, fetches, on_made, files);
	else
		finish(files, NULL);
	free(wishes);
}

json_t *
files_told(const struct offering *offering, const char *message_id)
{
	json_t *offers = json_array();

	for (size_t i = 0; i < offering->count; i++)
		json_array_append_new(
		    offers, offer_object(message_id, &offering->offers[i]));
	return offers;
}

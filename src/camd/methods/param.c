/* param.c: how methods answer that what was named is not there, or too many
 * are. */
#include "camd/methods/param.h"

#include <string.h>

#include "base/err.h"
#include "camd/message/lookup.h"
#include "rpc/json.h"

/* What kind of thing a WHO, an id or a key names. */
static const char *
noun_of(const char *member)
{
	if (strcmp(member, "id") == 0)
		return "message";
	return strcmp(member, "key") == 0 ? "setting" : "user";
}

int
method_fail_unknown(struct rpc_call *call, const char *member,
    const char *value, json_t *candidates)
{
	json_t *data = json_object();

	json_object_set_new(data, member, json_text(span_text(value)));
	json_object_set_new(
	    data, "candidates", candidates != NULL ? candidates : json_array());
	return method_fail(call, CAM_ERR_UNKNOWN, data, "no %s matches '%s'",
	    noun_of(member), value);
}

int
method_fail_ambiguous(struct rpc_call *call, const char *member,
    const char *value, json_t *candidates, size_t count)
{
	json_t *data = json_object();

	json_object_set_new(data, member, json_text(span_text(value)));
	json_object_set_new(
	    data, "candidates", candidates != NULL ? candidates : json_array());
	json_object_set_new(data, "count", json_integer((json_int_t)count));
	return method_fail(call, CAM_ERR_AMBIGUOUS, data,
	    "'%s' fits more than one %s", value, noun_of(member));
}

int
method_fail_lookup(struct rpc_call *call, const struct lookup *lookup)
{
	json_t *candidates = NULL;

	if (lookup->err == CAM_ERR_UNKNOWN)
		return method_fail_unknown(call, "id", lookup->beginning, NULL);
	if (lookup->err != CAM_ERR_AMBIGUOUS)
		return method_fail(call, lookup->err, NULL,
		    "the history cannot be read: %s",
		    cam_strerror(lookup->err));
	candidates = json_array();
	for (size_t i = 0; i < lookup->count; i++)
		json_array_append_new(candidates, json_string(lookup->ids[i]));
	return method_fail_ambiguous(
	    call, "id", lookup->beginning, candidates, lookup->count);
}

/* fuzz_figures.c: what cam-media tells of a call, as camd hands it on: by the
 * ids of those who are in it, and of nobody else. */
#include "fuzz.h"

#include <stdlib.h>

#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/object.h"
#include "rpc/json.h"

enum { LEGS = 2 };

static char *
id_of(void *arg, int64_t uid)
{
	return xasprintf("user%d@pc", (int)uid);
}

static const struct calls_ops ops = { .id_of = id_of };

static void
check(json_t *object)
{
	const json_t *member;
	size_t i;

	must(json_is_string(json_object_get(object, "id")));
	must(json_is_array(json_object_get(object, "members")));
	json_array_foreach(json_object_get(object, "members"), i, member)
	{
		const char *id =
		    json_string_value(json_object_get(member, "member"));

		must(id != NULL && (strcmp(id, "user1@pc") == 0 ||
				       strcmp(id, "user2@pc") == 0));
	}
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct calls calls = { .ops = &ops };
	struct leg legs[LEGS] = { { .uid = 1, .number = 1 },
		{ .uid = 2, .number = 255 } };
	struct call call = { .calls = &calls,
		.id = "5f0c",
		.legs = { &legs[0], &legs[1] },
		.leg_count = LEGS };
	json_t *object = NULL;

	if (json_parse_line(span_of(data, size), &object) < 0)
		return 0;
	check(call_levels_object(&call, object));
	check(call_stats_object(&call, object));
	json_decref(object);
	return 0;
}

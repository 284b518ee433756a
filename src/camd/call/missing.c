/* missing.c: devices of a call that have gone, and are used again once they are
 * back. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "camd/call/devices.h"

enum { LOOK_FIRST_MS = 100, LOOK_MS = 5000 };

/* Its answer may find the call over. */
struct look {
	struct calls *calls;
	char id[ID_SIZE];
};

static const char *const ways[] = {
	[DEVICES_AUDIO_IN] = "in", [DEVICES_AUDIO_OUT] = "out"
};

bool
missing_any(const struct call *call)
{
	return call->missing[DEVICES_AUDIO_IN] != NULL ||
	       call->missing[DEVICES_AUDIO_OUT] != NULL;
}

/* The one of that name, or where it was the system's own any at all. */
static bool
is_back(const json_t *names, const char *name)
{
	const json_t *listed;
	size_t i;

	json_array_foreach(names, i, listed)
	{
		if (name[0] == '\0' ||
		    strcmp(name, json_string_value(listed)) == 0)
			return true;
	}
	return false;
}

static void
on_switched(void *arg, int err, const char *message)
{
	if (err != 0)
		log_warn("the device cannot be used: %s", message);
}

/* Whether there is any such device to switch to, and then devices has them. */
static bool
find_back(
    const struct call *call, const json_t *names, struct call_devices *devices)
{
	bool found = false;

	for (int way = DEVICES_AUDIO_IN; way <= DEVICES_AUDIO_OUT; way++) {
		const char *name = call->missing[way];

		if (name == NULL ||
		    !is_back(json_object_get(names, ways[way]), name))
			continue;
		log_info("a device of the call (%s) is back", ways[way]);
		(void)devices_set(devices, (enum devices_kind)way, name);
		found = true;
	}
	return found;
}

/* A process that has locked itself in may be unable to open the system's own in
 * its place; another may. */
static bool
find_stand_in(
    struct call *call, const json_t *names, struct call_devices *devices)
{
	for (int way = DEVICES_AUDIO_IN; way <= DEVICES_AUDIO_OUT; way++) {
		const char *kind = json_string_value(json_object_get(
		    json_object_get(call->audio, ways[way]), "kind"));

		if (call->missing[way] == NULL || call->stood_in[way] ||
		    kind == NULL || strcmp(kind, "none") != 0 ||
		    json_array_size(json_object_get(names, ways[way])) == 0)
			continue;
		call->stood_in[way] = true;
		(void)devices_set(devices, (enum devices_kind)way, "");
		devices->stands_in = true;
	}
	return devices->stands_in;
}

static void
use_again(struct call *call, const json_t *names)
{
	struct call_devices *devices = devices_new();

	devices->unasked = true;
	if (find_back(call, names, devices) ||
	    find_stand_in(call, names, devices))
		sound_switch(call, devices, on_switched, NULL);
	else
		devices_free(devices);
}

static void
on_listed(void *arg, int err, const json_t *names)
{
	struct look *look = arg;
	struct call *call = NULL;

	if (calls_find(look->calls, look->id, NULL, &call) == 0 &&
	    missing_any(call)) {
		timer_start(&call->looking, LOOK_MS);
		if (err == 0)
			use_again(call, names);
	}
	free(look);
}

static void
on_looking(void *arg)
{
	struct call *call = arg;
	struct look *look = xcalloc(1, sizeof *look);

	look->calls = call->calls;
	memcpy(look->id, call->id, sizeof look->id);
	if (calls_devices(call->calls, on_listed, look) == 0)
		return;
	/* No other process can be started now. */
	free(look);
	timer_start(&call->looking, LOOK_MS);
}

void
missing_init(struct call *call)
{
	timer_init(&call->looking, call->calls->loop, on_looking, call);
}

void
missing_finish(struct call *call)
{
	timer_finish(&call->looking);
	for (int way = DEVICES_AUDIO_IN; way <= DEVICES_AUDIO_OUT; way++)
		missing_forget(call, (enum devices_kind)way);
}

void
missing_note(struct call *call, enum devices_kind way, const json_t *device)
{
	const char *name = json_string_value(json_object_get(device, "name"));

	/* What stood in for it has gone as well: it is the first that counts.
	 */
	if (call->missing[way] == NULL)
		call->missing[way] = xstrdup(name != NULL ? name : "");
	timer_start(&call->looking, LOOK_FIRST_MS);
}

void
missing_forget(struct call *call, enum devices_kind way)
{
	free(call->missing[way]);
	call->missing[way] = NULL;
	call->stood_in[way] = false;
	if (!missing_any(call))
		timer_stop(&call->looking);
}

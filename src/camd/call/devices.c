/* devices.c: what a call hears from and speaks to. */
#include "camd/call/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"

enum { TONE_MAX_HZ = 20000 };

static const struct {
	const char *part; /* of media.open */
	const char *way;
	bool is_out;
	const char *pattern; /* what makes a picture or a sound of itself */
	const char *system;  /* the kind of a device of the system */
} kinds[] = {
	[DEVICES_AUDIO_IN] = { "audio", "in", false, "tone", "portaudio" },
	[DEVICES_AUDIO_OUT] = { "audio", "out", true, NULL, "portaudio" },
	[DEVICES_VIDEO_IN] = { "video", "in", false, "pattern", "v4l2" },
	[DEVICES_VIDEO_OUT] = { "video", "out", true, NULL, NULL },
};

struct call_devices *
devices_new(void)
{
	struct call_devices *devices = xcalloc(1, sizeof *devices);

	devices->params = json_object();
	return devices;
}

void
devices_free(struct call_devices *devices)
{
	if (devices == NULL)
		return;
	json_decref(devices->params);
	for (size_t i = 0; i < devices->fd_count; i++)
		close(devices->fds[i]);
	free(devices);
}

/* A FIFO does not make us wait; what is written is new and ours alone. */
static int
open_file(const char *path, bool is_out, int *result)
{
	int flags = is_out ? O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
			   : O_RDONLY | O_NONBLOCK;
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
	struct stat status;

	if (fd < 0)
		return errno == EEXIST ? CAM_ERR_EXISTS : CAM_ERR_SYSTEM;
	if (fstat(fd, &status) < 0 || S_ISDIR(status.st_mode)) {
		close(fd);
		errno = EISDIR;
		return CAM_ERR_SYSTEM;
	}
	*result = fd;
	return 0;
}

static json_t *
tone_device(const char *spec)
{
	const char *colon = strchr(spec, ':');
	json_t *device = json_pack("{s:s}", "kind", "tone");
	uint64_t hz = 0;

	if (colon == NULL)
		return device;
	if (strncmp(spec, "tone:", 5) != 0 ||
	    number_decimal(span_text(colon + 1), TONE_MAX_HZ, &hz) < 0 ||
	    hz == 0) {
		json_decref(device);
		return NULL;
	}
	json_object_set_new(device, "hz", json_integer((json_int_t)hz));
	return device;
}

static json_t *
named_device(const char *kind, const char *name)
{
	json_t *device = json_pack("{s:s}", "kind", kind);

	if (name[0] != '\0')
		json_object_set_new(device, "name", json_string(name));
	return device;
}

static bool
is_pattern(enum devices_kind kind, const char *spec)
{
	const char *pattern = kinds[kind].pattern;
	size_t len = pattern != NULL ? strlen(pattern) : 0;

	return len > 0 && strncmp(spec, pattern, len) == 0 &&
	       (spec[len] == '\0' || spec[len] == ':');
}

static int
make_device(struct call_devices *devices, enum devices_kind kind,
    const char *spec, json_t **device)
{
	int err = 0;

	if (spec[0] == '/') {
		if (devices->fd_count == DEVICES_FDS)
			return CAM_ERR_LIMIT;
		err = open_file(
		    spec, kinds[kind].is_out, &devices->fds[devices->fd_count]);
		if (err == 0)
			*device = json_pack("{s:s, s:i}", "kind", "file", "fd",
			    (int)devices->fd_count++);
		return err;
	}
	if (strcmp(spec, "none") == 0)
		*device = json_pack("{s:s}", "kind", "none");
	else if (kind == DEVICES_AUDIO_IN && is_pattern(kind, spec))
		*device = tone_device(spec);
	else if (is_pattern(kind, spec))
		*device = json_pack("{s:s}", "kind", kinds[kind].pattern);
	else if (kinds[kind].system != NULL)
		*device = named_device(kinds[kind].system, spec);
	return *device != NULL ? 0 : CAM_ERR_REQUEST;
}

int
devices_set(
    struct call_devices *devices, enum devices_kind kind, const char *spec)
{
	json_t *device = NULL, *part;
	int err = make_device(devices, kind, spec, &device);

	if (err != 0)
		return err;
	part = json_object_get(devices->params, kinds[kind].part);
	if (part == NULL) {
		part = json_object();
		json_object_set_new(devices->params, kinds[kind].part, part);
	}
	json_object_set_new(part, kinds[kind].way, device);
	return 0;
}

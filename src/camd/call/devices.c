/* devices.c: what a call hears from and speaks to. */
#include "camd/call/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/wholefile.h"
#include "camd/call/display.h"

enum {
	PATTERN_RATE_MAX = 60,
	SCREEN_RATE = 15, /* pictures a second */
	CAMERAS_MAX = 64, /* /dev/video0 and so on */
	CAMERA_PATH_SIZE = 24,
	AUTHORITY_MAX = 64 * 1024,
	HOST_MAX = 256,
};

static const struct {
	const char *part; /* of media.open */
	const char *way;
	bool is_out;
	const char *pattern; /* what makes a picture or a sound of itself */
	const char *system;  /* the kind of a device of the system */
} kinds[] = {
	[DEVICES_AUDIO_IN] = { "audio", "in", false, "tone", "portaudio" },
	[DEVICES_AUDIO_OUT] = { "audio", "out", true, NULL, "portaudio" },
	[DEVICES_VIDEO_IN] = { "video", "in", false, "pattern", NULL },
	[DEVICES_VIDEO_OUT] = { "video", "out", true, NULL, NULL },
};

struct call_devices *
devices_new(void)
{
	struct call_devices *devices = xcalloc(1, sizeof *devices);

	devices->params = json_object();
	for (int kind = 0; kind < DEVICES_KINDS; kind++)
		devices->fds[kind] = -1;
	return devices;
}

static void
drop_fd(struct call_devices *devices, enum devices_kind kind)
{
	if (devices->fds[kind] >= 0)
		close(devices->fds[kind]);
	devices->fds[kind] = -1;
}

void
devices_free(struct call_devices *devices)
{
	if (devices == NULL)
		return;
	json_decref(devices->params);
	for (int kind = 0; kind < DEVICES_KINDS; kind++)
		drop_fd(devices, (enum devices_kind)kind);
	free(devices);
}

/* A FIFO does not make us wait; what is written is new and ours alone. */
static int
open_file(const char *path, bool is_out, struct stat *status, int *result)
{
	int flags = is_out ? O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
			   : O_RDONLY | O_NONBLOCK;
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		return errno == EEXIST ? CAM_ERR_EXISTS : CAM_ERR_SYSTEM;
	if (fstat(fd, status) < 0 || S_ISDIR(status->st_mode)) {
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
	    number_decimal(span_text(colon + 1), LIMIT_TONE_HZ, &hz) < 0 ||
	    hz == 0) {
		json_decref(device);
		return NULL;
	}
	json_object_set_new(device, "hz", json_integer((json_int_t)hz));
	return device;
}

/* "pattern:640x360@15" */
static json_t *
pattern_device(const char *spec)
{
	const char *colon = strchr(spec, ':');
	struct span rest = span_text(colon != NULL ? colon + 1 : "");
	struct span width, height;
	uint64_t wide = 0, high = 0, rate = 0;

	if (colon == NULL)
		return json_pack("{s:s}", "kind", "pattern");
	if (!span_cut(&rest, 'x', &width) || !span_cut(&rest, '@', &height) ||
	    number_decimal(width, LIMIT_PICTURE_SIDE, &wide) < 0 ||
	    number_decimal(height, LIMIT_PICTURE_SIDE, &high) < 0 ||
	    number_decimal(rest, PATTERN_RATE_MAX, &rate) < 0 || wide == 0 ||
	    high == 0 || rate == 0)
		return NULL;
	return json_pack("{s:s, s:i, s:i, s:i}", "kind", "pattern", "width",
	    (int)wide, "height", (int)high, "rate", (int)rate);
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

/* A file, or a camera by its path. */
static int
make_file(struct call_devices *devices, enum devices_kind kind,
    const char *path, json_t **device)
{
	struct stat status;
	bool is_device;
	int fd = -1, err = open_file(path, kinds[kind].is_out, &status, &fd);

	if (err != 0)
		return err;
	is_device = kind == DEVICES_VIDEO_IN && S_ISCHR(status.st_mode);
	if (is_device) {
		close(fd);
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		if (fd < 0)
			return CAM_ERR_SYSTEM;
	}
	drop_fd(devices, kind);
	devices->fds[kind] = fd;
	*device = json_pack(
	    "{s:s, s:i}", "kind", is_device ? "v4l2" : "file", "fd", (int)kind);
	return 0;
}

/* Of several nodes of one camera the first has the pictures. */
static bool
is_camera(unsigned number, char path[CAMERA_PATH_SIZE])
{
	char index[64], digit = '0';
	int fd;

	snprintf(path, CAMERA_PATH_SIZE, "/dev/video%u", number);
	if (access(path, R_OK | W_OK) < 0)
		return false;
	snprintf(index, sizeof index, "/sys/class/video4linux/video%u/index",
	    number);
	fd = open(index, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &digit, 1) != 1)
			digit = '0';
		close(fd);
	}
	return digit == '0';
}

static int
make_camera(struct call_devices *devices, json_t **device)
{
	char path[CAMERA_PATH_SIZE];

	for (unsigned i = 0; i < CAMERAS_MAX; i++) {
		if (is_camera(i, path) &&
		    make_file(devices, DEVICES_VIDEO_IN, path, device) == 0)
			return 0;
	}
	return CAM_ERR_UNKNOWN;
}

json_t *
devices_cameras(void)
{
	json_t *list = json_array();
	char path[CAMERA_PATH_SIZE];

	for (unsigned i = 0; i < CAMERAS_MAX; i++) {
		if (is_camera(i, path))
			json_array_append_new(list, json_string(path));
	}
	return list;
}

static int
make_device(struct call_devices *devices, enum devices_kind kind,
    const char *spec, json_t **device)
{
	if (spec[0] == '/')
		return make_file(devices, kind, spec, device);
	if (strcmp(spec, "none") == 0)
		*device = json_pack("{s:s}", "kind", "none");
	else if (kind == DEVICES_AUDIO_IN && is_pattern(kind, spec))
		*device = tone_device(spec);
	else if (is_pattern(kind, spec))
		*device = pattern_device(spec);
	else if (kind == DEVICES_VIDEO_IN && spec[0] == '\0')
		return make_camera(devices, device);
	else if (kinds[kind].system != NULL)
		*device = named_device(kinds[kind].system, spec);
	return *device != NULL ? 0 : CAM_ERR_REQUEST;
}

static json_t *
part_of(struct call_devices *devices, const char *name)
{
	json_t *part = json_object_get(devices->params, name);

	if (part == NULL) {
		part = json_object();
		json_object_set_new(devices->params, name, part);
	}
	return part;
}

/* Takes device. */
static void
put_device(struct call_devices *devices, enum devices_kind kind, json_t *device)
{
	json_object_set_new(
	    part_of(devices, kinds[kind].part), kinds[kind].way, device);
}

int
devices_set(
    struct call_devices *devices, enum devices_kind kind, const char *spec)
{
	json_t *device = NULL;
	int err = make_device(devices, kind, spec, &device);

	if (err != 0)
		return err;
	put_device(devices, kind, device);
	if (kind == DEVICES_VIDEO_IN)
		devices->showing = strcmp(spec, "none") == 0
				       ? DEVICES_SHOW_NOTHING
				       : DEVICES_SHOW_VIDEO;
	return 0;
}

/* -- pictures ---------------------------------------------------------------
 */

/* Without one who it is does not matter to the server, or is told otherwise. */
static void
put_cookie(json_t *device, const char *authority, unsigned number)
{
	uint8_t cookie[DISPLAY_COOKIE_MAX];
	char host[HOST_MAX] = "", digits[2 * sizeof cookie + 1];
	struct buf file;
	size_t len = 0;

	buf_init(&file, AUTHORITY_MAX);
	gethostname(host, sizeof host - 1);
	if (authority != NULL && wholefile_read_private(authority, &file) == 0)
		len = display_cookie(buf_span(&file), host, number, cookie);
	hex_encode(cookie, len, digits);
	if (len > 0)
		json_object_set_new(device, "cookie", json_string(digits));
	wipe(cookie, sizeof cookie);
	wipe(digits, sizeof digits);
	buf_finish(&file);
}

int
devices_set_screen(struct call_devices *devices, const char *display,
    const char *authority, unsigned window)
{
	struct display_name name;
	json_t *device = NULL;
	int fd = -1, err = display_parse(display, &name);

	if (err == 0)
		err = display_connect(&name, &fd);
	if (err != 0)
		return err;
	drop_fd(devices, DEVICES_VIDEO_IN);
	devices->fds[DEVICES_VIDEO_IN] = fd;
	device = json_pack("{s:s, s:i, s:i, s:I, s:i}", "kind", "x11", "fd",
	    (int)DEVICES_VIDEO_IN, "screen", (int)name.screen, "window",
	    (json_int_t)window, "rate", SCREEN_RATE);
	put_cookie(device, authority, name.number);
	put_device(devices, DEVICES_VIDEO_IN, device);
	devices->showing = DEVICES_SHOW_SCREEN;
	return 0;
}

void
devices_move_showing(struct call_devices *to, struct call_devices *from)
{
	json_t *device = json_incref(
	    json_object_get(json_object_get(from->params, "video"), "in"));

	drop_fd(to, DEVICES_VIDEO_IN);
	to->fds[DEVICES_VIDEO_IN] = from->fds[DEVICES_VIDEO_IN];
	from->fds[DEVICES_VIDEO_IN] = -1;
	to->showing = from->showing;
	put_device(to, DEVICES_VIDEO_IN,
	    device != NULL ? device : json_pack("{s:s}", "kind", "none"));
}

/* -- sound ------------------------------------------------------------------
 */

void
devices_set_stereo(struct call_devices *devices)
{
	json_t *audio = part_of(devices, "audio");

	json_object_set_new(audio, "channels", json_integer(2));
}

void
devices_move_sound(struct call_devices *to, struct call_devices *from)
{
	const json_t *audio = json_object_get(from->params, "audio");

	for (int kind = DEVICES_AUDIO_IN; kind <= DEVICES_AUDIO_OUT; kind++) {
		json_t *device = json_object_get(audio, kinds[kind].way);

		if (device == NULL)
			continue;
		drop_fd(to, (enum devices_kind)kind);
		to->fds[kind] = from->fds[kind];
		from->fds[kind] = -1;
		put_device(to, (enum devices_kind)kind, json_incref(device));
	}
}

const char *
devices_showing_word(enum devices_showing showing)
{
	static const char *const words[] = { [DEVICES_SHOW_NOTHING] = "none",
		[DEVICES_SHOW_VIDEO] = "video",
		[DEVICES_SHOW_SCREEN] = "screen" };

	return words[showing];
}

/* devices.h: what a call hears from and speaks to, opened by camd and handed to
 * the media process. */
#ifndef CAM_CAMD_CALL_DEVICES_H
#define CAM_CAMD_CALL_DEVICES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { DEVICES_FDS = 4 };

struct call_devices {
	/* Members of media.open: audio, video. A "fd" in them is a place in
	 * fds. */
	json_t *params;
	int fds[DEVICES_FDS];
	size_t fd_count;
};

struct call_devices *devices_new(void);
void devices_free(struct call_devices *devices);

enum devices_kind {
	DEVICES_AUDIO_IN,
	DEVICES_AUDIO_OUT,
	DEVICES_VIDEO_IN,
	DEVICES_VIDEO_OUT,
};
/*
 * spec is an absolute path, "none", "tone", "tone:440", "pattern", or else the
 * name of a device ("" the system's own). A file to write must not be there
 * yet. CAM_ERR_REQUEST: no such device of that kind; CAM_ERR_EXISTS: the file
 * is there; CAM_ERR_SYSTEM.
 */
int devices_set(
    struct call_devices *devices, enum devices_kind kind, const char *spec);

#endif

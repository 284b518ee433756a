/* devices.h: what a call hears from, looks at and speaks to, opened by camd and
 * handed to the media process. */
#ifndef CAM_CAMD_CALL_DEVICES_H
#define CAM_CAMD_CALL_DEVICES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum devices_kind {
	DEVICES_AUDIO_IN,
	DEVICES_AUDIO_OUT,
	DEVICES_VIDEO_IN,
	DEVICES_VIDEO_OUT,
	DEVICES_KINDS
};

/* What the others see. */
enum devices_showing {
	DEVICES_SHOW_NOTHING,
	DEVICES_SHOW_VIDEO,
	DEVICES_SHOW_SCREEN
};

struct call_devices {
	enum devices_showing showing;
	/* Members of media.open: audio, video. A "fd" in them is a place in
	 * fds. */
	json_t *params;
	int fds[DEVICES_KINDS]; /* -1: none */
	bool unasked;		/* found for a call that misses one */
	bool stands_in; /* for one that is missing, and will be used again */
};

struct call_devices *devices_new(void);
void devices_free(struct call_devices *devices);

/*
 * spec is an absolute path, "none", "tone", "tone:440", "pattern",
 * "pattern:640x360@15", or else the name of a device ("" the system's own). A
 * file to write must not be there yet. CAM_ERR_REQUEST: no such device of that
 * kind; CAM_ERR_EXISTS: the file is there; CAM_ERR_UNKNOWN: there is no camera;
 * CAM_ERR_SYSTEM.
 */
int devices_set(
    struct call_devices *devices, enum devices_kind kind, const char *spec);
/* The screen of an X server of this machine (":0"), or one of its windows (0:
 * all), in place of a camera; authority is the path of its cookies, or NULL.
 * CAM_ERR_REQUEST, CAM_ERR_UNREACHABLE. */
int devices_set_screen(struct call_devices *devices, const char *display,
    const char *authority, unsigned window);
/* The paths of cameras, an array. */
json_t *devices_cameras(void);
/* Sound of two channels, both ways. */
void devices_set_stereo(struct call_devices *devices);
/* What is heard and spoken to comes from there now, as far as it is set there:
 * moved from one to the other. */
void devices_move_sound(struct call_devices *to, struct call_devices *from);
/* "none", "video", "screen" */
const char *devices_showing_word(enum devices_showing showing);
/* What the others see comes from there now: moved from one to the other. */
void devices_move_showing(struct call_devices *to, struct call_devices *from);

#endif

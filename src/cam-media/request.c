/* request.c: what camd's requests hold, as the mesh wants it. */
#include "cam-media/request.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/number.h"
#include "loop/stream.h"
#include "media/budget.h"

static const char *const kinds[] = { [AUDIO_NONE] = "none",
	[AUDIO_TONE] = "tone",
	[AUDIO_FILE] = "file",
	[AUDIO_PORTAUDIO] = "portaudio" };

enum { KINDS = sizeof kinds / sizeof kinds[0] };

int
request_number(const json_t *object, const char *name, unsigned min,
    unsigned max, unsigned def, unsigned *number)
{
	const json_t *value = json_object_get(object, name);

	if (value == NULL) {
		*number = def;
		return 0;
	}
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max)
		return CAM_ERR_REQUEST;
	*number = (unsigned)json_integer_value(value);
	return 0;
}

int
request_fd(struct stream *stream, const json_t *object)
{
	unsigned number;

	if (json_object_get(object, "fd") == NULL ||
	    request_number(object, "fd", 0, INT32_MAX, 0, &number) < 0)
		return -1;
	return stream_take(stream, number);
}

int
request_device(
    struct stream *stream, const json_t *object, struct audio_choice *choice)
{
	struct audio_choice read = { .fd = -1 };
	const char *kind = json_string_value(json_object_get(object, "kind"));
	const char *name = json_string_value(json_object_get(object, "name"));
	size_t i = 0;

	while (kind != NULL && i < KINDS && strcmp(kind, kinds[i]) != 0)
		i++;
	if (i == KINDS || (object != NULL && kind == NULL) ||
	    request_number(object, "hz", 1, LIMIT_TONE_HZ, 0, &read.hz) < 0 ||
	    (name != NULL && strlen(name) > AUDIO_NAME_MAX))
		return CAM_ERR_REQUEST;
	read.kind = (enum audio_kind)i;
	read.loop = json_is_true(json_object_get(object, "loop"));
	if (name != NULL)
		memcpy(read.name, name, strlen(name) + 1);
	if (read.kind == AUDIO_FILE)
		read.fd = request_fd(stream, object);
	if (read.kind == AUDIO_FILE && read.fd < 0)
		return CAM_ERR_REQUEST;
	*choice = read;
	return 0;
}

static int
read_audio(struct stream *stream, const json_t *audio, struct mesh_setup *setup)
{
	const json_t *speech = json_object_get(audio, "speech");
	int err =
	    request_device(stream, json_object_get(audio, "in"), &setup->in);

	if (err == 0)
		err = request_device(
		    stream, json_object_get(audio, "out"), &setup->out);
	if (err == 0)
		err = request_number(audio, "bitrate", VOICE_BITRATE_MIN,
		    VOICE_BITRATE_MAX, 0, &setup->bitrate);
	if (err == 0)
		err = request_number(
		    audio, "channels", 1, 2, 1, &setup->channels);
	setup->echo = json_is_true(json_object_get(speech, "echo"));
	setup->noise = json_is_true(json_object_get(speech, "noise"));
	setup->gain = json_is_true(json_object_get(speech, "gain"));
	return err;
}

static const char *const video_kinds[] = { [VIDEO_NONE] = "none",
	[VIDEO_PATTERN] = "pattern",
	[VIDEO_FILE] = "file",
	[VIDEO_V4L2] = "v4l2",
	[VIDEO_X11] = "x11" };

enum { VIDEO_KINDS = sizeof video_kinds / sizeof video_kinds[0] };

static int
read_size(const json_t *object, struct video_choice *choice)
{
	if (request_number(object, "width", 1, LIMIT_PICTURE_SIDE, 0,
		&choice->width) < 0 ||
	    request_number(object, "height", 1, LIMIT_PICTURE_SIDE, 0,
		&choice->height) < 0 ||
	    request_number(
		object, "rate", 1, VIDEO_RATE_MAX, 0, &choice->rate) < 0 ||
	    request_number(
		object, "window", 0, UINT32_MAX, 0, &choice->window) < 0)
		return CAM_ERR_REQUEST;
	return 0;
}

/* What an X server wants to see. */
static int
read_cookie(const json_t *object, struct video_choice *choice)
{
	const char *text = json_string_value(json_object_get(object, "cookie"));
	struct span digits = span_text(text != NULL ? text : "");

	choice->cookie_len = digits.len / 2;
	return choice->cookie_len > sizeof choice->cookie ||
		       hex_decode(digits, choice->cookie, choice->cookie_len) <
			   0 ||
		       request_number(object, "screen", 0, UINT8_MAX, 0,
			   &choice->screen) < 0
		   ? CAM_ERR_REQUEST
		   : 0;
}

int
request_pictures(
    struct stream *stream, const json_t *object, struct video_choice *choice)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	const char *name = json_string_value(json_object_get(object, "name"));
	size_t i = 0;

	*choice = (struct video_choice){ .fd = -1 };
	if (object == NULL)
		return 0;
	while (kind != NULL && i < VIDEO_KINDS &&
	       strcmp(kind, video_kinds[i]) != 0)
		i++;
	if (kind == NULL || i == VIDEO_KINDS || read_size(object, choice) < 0 ||
	    (name != NULL && strlen(name) > VIDEO_NAME_MAX))
		return CAM_ERR_REQUEST;
	if (read_cookie(object, choice) < 0)
		return CAM_ERR_REQUEST;
	choice->kind = (enum video_kind)i;
	choice->loop = json_is_true(json_object_get(object, "loop"));
	if (name != NULL)
		memcpy(choice->name, name, strlen(name) + 1);
	if (choice->kind == VIDEO_NONE || choice->kind == VIDEO_PATTERN)
		return 0;
	choice->fd = request_fd(stream, object);
	return choice->fd < 0 ? CAM_ERR_REQUEST : 0;
}

static int
read_pictures(
    struct stream *stream, const json_t *video, struct mesh_setup *setup)
{
	const json_t *out = json_object_get(video, "out");
	int err = request_pictures(
	    stream, json_object_get(video, "in"), &setup->video_in);

	if (err == 0 && json_object_get(out, "fd") != NULL) {
		setup->video_out = request_fd(stream, out);
		if (setup->video_out < 0)
			err = CAM_ERR_REQUEST;
	}
	return err;
}

int
request_budget(const json_t *params, unsigned *budget)
{
	unsigned wanted;
	int err = request_number(params, "budget", 0, UINT32_MAX, 0, &wanted);

	if (err != 0)
		return err;
	if (wanted != 0 && wanted < BUDGET_LEAST)
		wanted = BUDGET_LEAST;
	*budget = wanted < BUDGET_MOST ? wanted : BUDGET_MOST;
	return 0;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

int
request_open(
    struct stream *stream, const json_t *params, struct mesh_setup *setup)
{
	struct mesh_setup read = {
		.in.fd = -1, .out.fd = -1, .video_in.fd = -1, .video_out = -1
	};
	int err;

	read.socket = request_fd(stream, params);
	err = read_audio(stream, json_object_get(params, "audio"), &read);
	if (err == 0)
		err = read_pictures(
		    stream, json_object_get(params, "video"), &read);
	if (err == 0)
		err = request_budget(params, &read.budget);
	if (err == 0 && read.socket < 0)
		err = CAM_ERR_REQUEST;
	if (err == 0)
		err = media_parse(json_object_get(params, "own"), &read.own);
	if (err == 0) {
		*setup = read;
		return 0;
	}
	close_fd(read.socket);
	close_fd(read.in.fd);
	close_fd(read.out.fd);
	close_fd(read.video_in.fd);
	close_fd(read.video_out);
	return err;
}

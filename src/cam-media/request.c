/* request.c: what camd's requests hold, as the mesh wants it. */
#include "cam-media/request.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/stream.h"

enum { HZ_MAX = 8000 };

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
	    request_number(object, "hz", 1, HZ_MAX, 0, &read.hz) < 0 ||
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
		    VOICE_BITRATE_MAX, VOICE_BITRATE, &setup->bitrate);
	setup->echo = json_is_true(json_object_get(speech, "echo"));
	setup->noise = json_is_true(json_object_get(speech, "noise"));
	setup->gain = json_is_true(json_object_get(speech, "gain"));
	return err;
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
	struct mesh_setup read = { .in.fd = -1, .out.fd = -1 };
	int err;

	read.socket = request_fd(stream, params);
	err = read_audio(stream, json_object_get(params, "audio"), &read);
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
	return err;
}

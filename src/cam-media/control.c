/* control.c: what camd asks of cam-media, and what it is told. */
#include "cam-media/control.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "cam-media/cage.h"
#include "cam-media/figures.h"
#include "cam-media/request.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "media/budget.h"
#include "media/mesh.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "rpc/session.h"

struct control {
	struct loop *loop;
	struct stream *stream;
	struct rpc_session *session;
	struct mesh *mesh; /* NULL: not open yet */
	bool devices;	   /* of sound may be opened */
	bool pictures;	   /* may be coded and shown */
	bool caged;
	bool mute;
	bool push_to_talk, talks;
	int err;
};

static void
end(struct control *control, int err)
{
	control->err = err;
	loop_stop(control->loop);
}

/* -- events ------------------------------------------------------------------
 */

/* Takes params. */
static void
notify(struct control *control, const char *event, json_t *params)
{
	size_t len = 0;
	char *text = json_line(params, &len);
	struct buf line;

	/* Without its line feed. */
	if (rpc_notification(event, span_of(text, len - 1), &line) == 0)
		rpc_notify(control->session, buf_span(&line));
	buf_finish(&line);
	free(text);
	json_decref(params);
}

static void
on_heard(void *arg, unsigned member)
{
	notify(arg, MEDIA_HEARD, json_pack("{s:i}", "member", (int)member));
}

static void
on_lost(void *arg, unsigned member)
{
	notify(arg, MEDIA_LOST, json_pack("{s:i}", "member", (int)member));
}

static void
on_finished(void *arg, enum media_kind kind)
{
	notify(arg, MEDIA_FINISHED,
	    json_pack("{s:s}", "kind", media_kind_name(kind)));
}

static void
on_device(void *arg, enum mesh_direction direction, bool is_silent)
{
	notify(arg, MEDIA_DEVICE,
	    json_pack("{s:s, s:s}", "direction",
		direction == MESH_IN ? "in" : "out", "now",
		is_silent ? "none" : "default"));
}

static void
on_levels(void *arg)
{
	struct control *control = arg;

	notify(control, MEDIA_LEVELS, figures_levels(control->mesh));
}

static const struct mesh_ops mesh_ops = { on_heard, on_lost, on_finished,
	on_device, on_levels };

/* -- requests ----------------------------------------------------------------
 */

static bool
is_device(const struct audio_choice *choice)
{
	return choice->kind == AUDIO_PORTAUDIO;
}

/* Before what comes from others is looked at. Only camd's user can forbid it:
 * media.sandbox. */
static int
enter_cage(struct control *control, const json_t *params,
    const struct mesh_setup *setup)
{
	int err = 0;

	control->devices = is_device(&setup->in) || is_device(&setup->out);
	control->pictures = json_object_get(params, "video") != NULL;
	if (control->devices)
		audio_portaudio_start();
	if (!json_is_false(json_object_get(params, "sandbox")) &&
	    !control->caged)
		err = cage_enter(control->devices, control->pictures);
	control->caged = err == 0;
	if (err == 0)
		return 0;
	log_error("cannot enter the sandbox: %s", cam_strerror(err));
	end(control, err);
	return CAM_ERR_UNSAFE;
}

static int
media_open(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	struct mesh_setup setup;
	int err;

	if (control->mesh != NULL)
		return CAM_ERR_EXISTS;
	err = request_open(control->stream, params, &setup);
	if (err != 0)
		return err;
	err = enter_cage(control, params, &setup);
	if (err == 0)
		err = mesh_new(
		    control->loop, &setup, &mesh_ops, control, &control->mesh);
	wipe(&setup, sizeof setup);
	if (err != 0)
		return err;
	rpc_reply(call,
	    json_pack("{s:i}", "delay_ms", (int)mesh_delay_ms(control->mesh)));
	return 0;
}

static int
read_address(const json_t *params, struct addr *addr)
{
	const char *text = json_string_value(json_object_get(params, "addr"));
	unsigned port;

	if (text == NULL ||
	    request_number(params, "port", 1, UINT16_MAX, 0, &port) < 0 ||
	    addr_parse(span_text(text), 0, addr) < 0 || port == 0)
		return CAM_ERR_REQUEST;
	addr->port = (uint16_t)port;
	return 0;
}

/* The member the request is about, in a call that has begun. */
static int
read_member(
    const struct control *control, const json_t *params, unsigned *member)
{
	if (control->mesh == NULL ||
	    request_number(params, "member", 1, UINT8_MAX, 0, member) < 0 ||
	    *member == 0)
		return CAM_ERR_REQUEST;
	return 0;
}

static int
media_add(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	struct media media;
	struct addr addr;
	unsigned member;
	int err = read_member(control, params, &member);

	if (err == 0)
		err = read_address(params, &addr);
	if (err == 0)
		err = media_parse(json_object_get(params, "media"), &media);
	if (err != 0)
		return err;
	err = mesh_add(control->mesh, member, &addr, &media);
	wipe(&media, sizeof media);
	if (err == 0)
		rpc_reply(call, NULL);
	return err;
}

static int
media_remove(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	unsigned member;
	int err = read_member(control, params, &member);

	if (err == 0)
		err = mesh_remove(control->mesh, member);
	if (err == 0)
		rpc_reply(call, NULL);
	return err;
}

static int
media_rekey(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	struct media own;
	int err;

	if (control->mesh == NULL)
		return CAM_ERR_REQUEST;
	err = media_parse(json_object_get(params, "own"), &own);
	if (err != 0)
		return err;
	err = mesh_rekey(control->mesh, &own);
	wipe(&own, sizeof own);
	if (err == 0)
		rpc_reply(call, NULL);
	return err;
}

static int
change_device(struct control *control, const json_t *audio, const char *name,
    enum mesh_direction direction)
{
	const json_t *device = json_object_get(audio, name);
	struct audio_choice choice;
	int err;

	if (device == NULL)
		return 0;
	err = request_device(control->stream, device, &choice);
	/* One that began with files can open no devices any more. */
	if (err == 0 && control->caged && !control->devices &&
	    is_device(&choice))
		err = CAM_ERR_UNSAFE;
	return err == 0 ? mesh_change(control->mesh, direction, &choice) : err;
}

/* null: none from now on. */
static int
change_pictures(struct control *control, const json_t *video)
{
	const json_t *in = json_object_get(video, "in");
	struct video_choice choice;
	int err;

	if (in == NULL)
		return 0;
	if (control->caged && !control->pictures)
		return CAM_ERR_UNSAFE;
	err = request_pictures(
	    control->stream, json_is_null(in) ? NULL : in, &choice);
	return err == 0 ? mesh_show(control->mesh, &choice) : err;
}

static void
set_flag(const json_t *params, const char *name, bool *flag)
{
	const json_t *value = json_object_get(params, name);

	if (json_is_boolean(value))
		*flag = json_is_true(value);
}

static void
set_mute(struct control *control, const json_t *params)
{
	const json_t *talk = json_object_get(params, "talk");

	set_flag(params, "mute", &control->mute);
	if (talk != NULL)
		control->push_to_talk = json_is_boolean(talk);
	set_flag(params, "talk", &control->talks);
	mesh_mute(control->mesh,
	    control->mute || (control->push_to_talk && !control->talks));
}

static int
set_numbers(struct control *control, const json_t *params)
{
	const json_t *audio = json_object_get(params, "audio");
	unsigned bitrate, budget;

	if (request_number(audio, "bitrate", VOICE_BITRATE_MIN,
		VOICE_BITRATE_MAX, 0, &bitrate) < 0 ||
	    request_budget(params, &budget) < 0)
		return CAM_ERR_REQUEST;
	if (bitrate != 0)
		mesh_set_bitrate(control->mesh, bitrate);
	if (budget != 0)
		mesh_set_budget(control->mesh, budget);
	return 0;
}

/* A descriptor of cam-record, or null: no more. */
static int
set_record(struct control *control, const json_t *params)
{
	const json_t *record = json_object_get(params, "record");
	int fd = -1;

	if (record == NULL)
		return 0;
	if (!json_is_null(record)) {
		fd = request_fd(control->stream, record);
		if (fd < 0)
			return CAM_ERR_REQUEST;
	}
	return mesh_record(control->mesh, fd);
}

static int
media_set(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	const json_t *audio = json_object_get(params, "audio");
	const json_t *hold = json_object_get(params, "hold");
	const json_t *levels = json_object_get(params, "levels");
	int err;

	if (control->mesh == NULL)
		return CAM_ERR_REQUEST;
	err = set_numbers(control, params);
	if (err == 0)
		err = change_device(control, audio, "in", MESH_IN);
	if (err == 0)
		err = change_device(control, audio, "out", MESH_OUT);
	if (err == 0)
		err =
		    change_pictures(control, json_object_get(params, "video"));
	if (err == 0)
		err = set_record(control, params);
	if (err != 0)
		return err;
	set_mute(control, params);
	if (json_is_boolean(hold))
		mesh_hold(control->mesh, json_is_true(hold));
	if (json_is_boolean(levels))
		mesh_want_levels(control->mesh, json_is_true(levels));
	rpc_reply(call, NULL);
	return 0;
}

static int
media_tap(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	unsigned port;

	if (control->mesh == NULL ||
	    request_number(
		params, "port", 0, UINT16_MAX - MESH_TAP_PORTS, 0, &port) < 0)
		return CAM_ERR_REQUEST;
	mesh_tap(control->mesh, (uint16_t)port,
	    json_is_true(json_object_get(params, "sealed")));
	rpc_reply(call, NULL);
	return 0;
}

static int
media_stats(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);

	if (control->mesh == NULL)
		return CAM_ERR_REQUEST;
	rpc_reply(call, figures_stats(control->mesh));
	return 0;
}

/* The descriptor goes out with the answer. */
static int
media_frames(struct rpc_call *call, json_t *params)
{
	struct control *control = rpc_call_owner(call);
	unsigned member;
	int fd = -1, err = read_member(control, params, &member);

	if (err == 0 && control->caged && !control->pictures)
		err = CAM_ERR_UNSAFE;
	if (err == 0)
		err = mesh_frames(control->mesh, member, &fd);
	if (err != 0)
		return err;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return CAM_ERR_SYSTEM;
	rpc_reply(call, json_pack("{s:I}", "fd",
			    (json_int_t)stream_give(control->stream, fd)));
	return 0;
}

static int
media_devices(struct rpc_call *call, json_t *params)
{
	rpc_reply(call, figures_devices());
	return 0;
}

static const struct rpc_method methods[] = {
	{ MEDIA_OPEN, media_open },
	{ MEDIA_ADD, media_add },
	{ MEDIA_REMOVE, media_remove },
	{ MEDIA_REKEY, media_rekey },
	{ MEDIA_SET, media_set },
	{ MEDIA_TAP, media_tap },
	{ MEDIA_STATS, media_stats },
	{ MEDIA_FRAMES, media_frames },
	{ MEDIA_DEVICES, media_devices },
	{ NULL, NULL },
};

/* -- the connection ----------------------------------------------------------
 */

static void
on_write(void *arg, const void *data, size_t len)
{
	struct control *control = arg;

	stream_write(control->stream, data, len);
}

static const struct rpc_session_ops session_ops = { .methods = methods,
	.write = on_write };

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct control *control = arg;
	int err = rpc_session_feed(control->session, data, len);

	if (err != 0)
		end(control, err);
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	end(arg, err == CAM_ERR_CLOSED ? 0 : err);
}

static const struct stream_ops stream_ops = { on_data, on_closed };

struct control *
control_new(struct loop *loop, int fd)
{
	struct control *control = xcalloc(1, sizeof *control);

	control->loop = loop;
	control->stream =
	    stream_new(loop, fd, &stream_ops, control, LIMIT_RPC_QUEUE);
	stream_accept_given(control->stream);
	control->session = rpc_session_new(&session_ops, control);
	/* Both ends are of one build. */
	rpc_session_greet(control->session);
	return control;
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	mesh_free(control->mesh);
	if (control->devices)
		audio_portaudio_stop();
	rpc_session_free(control->session);
	stream_free(control->stream);
	free(control);
}

bool
control_failed(const struct control *control)
{
	return control->err != 0;
}

/* mesh_devices.c: the microphone and the loudspeaker of a call: opened,
 * changed, replaced when they go. */
#include "base/err.h"
#include "media/mesh_parts.h"
#include "media/mesh_tick.h"

static const struct audio_choice system_choice = { .kind = AUDIO_PORTAUDIO };

static struct audio **
place_of(struct mesh *mesh, enum mesh_direction direction)
{
	return direction == MESH_IN ? &mesh->in : &mesh->out;
}

static bool
is_device(const struct audio_choice *choice)
{
	return choice->kind == AUDIO_PORTAUDIO;
}

/* A file is sent as it is, and so is what has two channels: it is more than a
 * voice. */
static void
prepare_speech(struct mesh *mesh)
{
	bool wanted = (mesh->echo || mesh->noise || mesh->gain) &&
		      mesh->channels == 1 && is_device(&mesh->choices[MESH_IN]);

	if (wanted && mesh->speech == NULL)
		mesh->speech = speech_new(
		    SPEECH_BEST, mesh->echo, mesh->noise, mesh->gain);
	if (wanted)
		return;
	speech_free(mesh->speech);
	mesh->speech = NULL;
}

/* Takes the choice's descriptor. */
static int
open_one(struct mesh *mesh, enum mesh_direction direction,
    const struct audio_choice *choice)
{
	struct audio_choice mine = *choice;
	struct audio *opened = NULL, **place = place_of(mesh, direction);
	int err;

	mine.channels = mesh->channels;
	err = direction == MESH_IN ? audio_open_in(&mine, &opened)
				   : audio_open_out(&mine, &opened);
	if (err != 0)
		return err;
	audio_close(*place);
	*place = opened;
	mesh->choices[direction] = mine;
	return 0;
}

static void
be_silent(struct mesh *mesh, enum mesh_direction direction)
{
	const struct audio_choice none = { .kind = AUDIO_NONE };

	(void)open_one(mesh, direction, &none);
}

int
mesh_open_devices(struct mesh *mesh, const struct mesh_setup *setup)
{
	int in_err, err;

	mesh->echo = setup->echo;
	mesh->noise = setup->noise;
	mesh->gain = setup->gain;
	in_err = open_one(mesh, MESH_IN, &setup->in);
	err = open_one(mesh, MESH_OUT, &setup->out);
	prepare_speech(mesh);
	return in_err != 0 ? in_err : err;
}

/* As it was; where it has gone, too, the system's own. */
static void
reopen(struct mesh *mesh, enum mesh_direction direction,
    const struct audio_choice *before)
{
	bool is_silent;

	if (open_one(mesh, direction, before) == 0)
		return;
	is_silent = open_one(mesh, direction, &system_choice) != 0;
	mesh->replaced[direction] = !is_silent;
	mesh->ops->on_device(mesh->arg, direction, is_silent);
}

/* What has been plugged in since is only found while no device is open. */
static int
open_after_look(struct mesh *mesh, enum mesh_direction direction,
    const struct audio_choice *choice)
{
	enum mesh_direction other = direction == MESH_IN ? MESH_OUT : MESH_IN;
	struct audio_choice others = mesh->choices[other],
			    before = mesh->choices[direction];
	int err;

	if (is_device(&before))
		be_silent(mesh, direction);
	if (is_device(&others))
		be_silent(mesh, other);
	audio_portaudio_look();
	err = open_one(mesh, direction, choice);
	if (err != 0 && is_device(&before))
		reopen(mesh, direction, &before);
	if (is_device(&others))
		reopen(mesh, other, &others);
	return err;
}

/* The system's own is another one when the one that was it has gone. */
void
mesh_device_failed(struct mesh *mesh, enum mesh_direction direction)
{
	bool is_silent =
	    !is_device(&mesh->choices[direction]) || mesh->replaced[direction];

	be_silent(mesh, direction);
	if (!is_silent)
		is_silent =
		    open_after_look(mesh, direction, &system_choice) != 0;
	mesh->replaced[direction] = !is_silent;
	prepare_speech(mesh);
	mesh_prepare(mesh);
	mesh->ops->on_device(mesh->arg, direction, is_silent);
}

int
mesh_change(struct mesh *mesh, enum mesh_direction direction,
    const struct audio_choice *choice)
{
	int err = open_one(mesh, direction, choice);

	if (err == CAM_ERR_UNKNOWN && is_device(choice))
		err = open_after_look(mesh, direction, choice);
	if (err == 0) {
		mesh->replaced[direction] = false;
		if (direction == MESH_IN)
			mesh->finished = false;
		prepare_speech(mesh);
	}
	mesh_prepare(mesh);
	return err;
}

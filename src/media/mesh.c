/* mesh.c: our place in a call: its beginning and end, members and keys. */
#include "media/mesh.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "media/mesh_parts.h"
#include "media/mesh_tick.h"
#include "media/mesh_video.h"
#include "media/shown.h"
#include "media/speech.h"

enum { FORMER_US = 5 * 1000 * 1000 };

static void
sender_free(struct sender *sender)
{
	if (sender == NULL)
		return;
	for (size_t i = 0; i < sender->count; i++) {
		playout_free(sender->streams[i].playout);
		mesh_video_close(&sender->streams[i]);
	}
	shield_free(sender->shield);
	free(sender);
}

static int
sender_new(const struct mesh *mesh, const struct media *media,
    struct sender **made)
{
	struct sender *sender = xcalloc(1, sizeof *sender);
	int err = shield_new_receiving(media, &sender->shield);

	for (size_t i = 0; i < media->stream_count && err == 0; i++) {
		struct inbound *inbound = &sender->streams[sender->count++];

		inbound->stream = media->streams[i];
		if (inbound->stream.kind != MEDIA_AUDIO)
			continue;
		inbound->playout =
		    playout_new(inbound->stream.clock, mesh->channels);
		if (inbound->playout == NULL)
			err = CAM_ERR_SYSTEM;
	}
	if (err == 0)
		*made = sender;
	else
		sender_free(sender);
	return err;
}

void
mesh_member_free(struct mesh_member *member)
{
	sender_free(member->current);
	sender_free(member->former);
	shown_free(member->shown);
	free(member->bandwidth);
	free(member);
}

struct mesh_member *
mesh_find(const struct mesh *mesh, unsigned number)
{
	struct mesh_member *member = mesh->members;

	while (member != NULL && member->number != number)
		member = member->next;
	return member;
}

/* Nobody may claim a stream of somebody else's, or of ours. */
static bool
ssrcs_are_free(
    const struct mesh *mesh, unsigned number, const struct media *media)
{
	for (size_t i = 0; i < media->stream_count; i++) {
		uint32_t ssrc = media->streams[i].ssrc;
		struct mesh_member *member = NULL;

		if (mesh_inbound(mesh, ssrc, &member, NULL) != NULL &&
		    member->number != number)
			return false;
		for (size_t k = 0; k < mesh->count; k++) {
			if (mesh->streams[k].stream.ssrc == ssrc)
				return false;
		}
	}
	return true;
}

static struct mesh_member *
append(struct mesh *mesh, unsigned number)
{
	struct mesh_member **at = &mesh->members;

	while (*at != NULL)
		at = &(*at)->next;
	*at = xcalloc(1, sizeof **at);
	(*at)->number = number;
	mesh->member_count++;
	return *at;
}

int
mesh_add(struct mesh *mesh, unsigned number, const struct addr *addr,
    const struct media *media)
{
	struct mesh_member *member = mesh_find(mesh, number);
	struct sender *sender = NULL;
	int err;

	if (member == NULL && mesh->member_count + 1 >= LIMIT_CALL_MEMBERS)
		return CAM_ERR_LIMIT;
	if (!addr_is_answerable(addr) || !ssrcs_are_free(mesh, number, media))
		return CAM_ERR_REQUEST;
	err = sender_new(mesh, media, &sender);
	if (err != 0)
		return err;
	if (member == NULL)
		member = append(mesh, number);
	sender_free(member->former);
	member->former = member->current;
	member->current = sender;
	member->former_until_us = clock_now_us() + FORMER_US;
	member->addr = *addr;
	member->heard = false;
	member->heard_us = clock_now_us();
	mesh_video_joined(mesh, member);
	mesh_update_watch(mesh);
	mesh_start(mesh);
	return 0;
}

int
mesh_remove(struct mesh *mesh, unsigned number)
{
	struct mesh_member **at = &mesh->members, *member = NULL;

	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next;
	if (*at == NULL)
		return CAM_ERR_UNKNOWN;
	member = *at;
	*at = member->next;
	mesh_member_free(member);
	mesh->member_count--;
	mesh_update_watch(mesh);
	return 0;
}

int
mesh_rekey(struct mesh *mesh, const struct media *own)
{
	struct shield *shield = NULL;
	int err = shield_new_sending(own->secret, &shield);

	if (err != 0)
		return err;
	shield_free(mesh->shield);
	mesh->shield = shield;
	/* Who taps knows the key of before. */
	if (mesh->tap_sealed)
		mesh_tap(mesh, 0, false);
	mesh->own = *own;
	mesh->count = own->stream_count;
	for (size_t i = 0; i < own->stream_count; i++)
		outbound_init(&mesh->streams[i], &own->streams[i]);
	mesh_camera_rekeyed(mesh);
	/* What was said of the streams of before is of no use any more. */
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		memset(member->told, 0, sizeof member->told);
	return 0;
}

static int
open_parts(struct mesh *mesh, const struct mesh_setup *setup)
{
	int err = mesh_rekey(mesh, &setup->own);

	if (err == 0)
		err = voice_encoder_new(
		    mesh->channels, setup->bitrate, &mesh->encoder);
	if (err == 0)
		err = mesh_video_new(mesh, setup);
	return err;
}

/* What nobody has taken. */
static void
close_video(const struct mesh_setup *setup)
{
	if (setup->video_in.fd >= 0)
		close(setup->video_in.fd);
	if (setup->video_out >= 0)
		close(setup->video_out);
}

int
mesh_new(struct loop *loop, const struct mesh_setup *setup,
    const struct mesh_ops *ops, void *arg, struct mesh **made)
{
	struct mesh *mesh = xcalloc(1, sizeof *mesh);
	int err, wire_err;

	mesh->loop = loop;
	mesh->ops = ops;
	mesh->arg = arg;
	mesh->level = RTP_LEVEL_SILENT;
	watch_init(&mesh->receiving, loop, -1, NULL, NULL);
	watch_init(&mesh->clock, loop, -1, NULL, NULL);
	timer_init(&mesh->ticking, loop, NULL, NULL);
	wire_err = wire_open(setup->socket, &mesh->wire);
	mesh->channels = setup->channels == 2 ? 2 : 1;
	err = mesh_open_devices(mesh, setup);
	if (err == 0)
		err = wire_err;
	if (err == 0)
		err = open_parts(mesh, setup);
	if (err != 0) {
		if (mesh->video == NULL)
			close_video(setup);
		mesh_free(mesh);
		return err;
	}
	mesh_prepare(mesh);
	*made = mesh;
	return 0;
}

void
mesh_free(struct mesh *mesh)
{
	if (mesh == NULL)
		return;
	if (mesh->members != NULL)
		mesh_report(mesh, true);
	watch_finish(&mesh->receiving);
	watch_finish(&mesh->clock);
	timer_finish(&mesh->ticking);
	while (mesh->members != NULL) {
		struct mesh_member *member = mesh->members;

		mesh->members = member->next;
		mesh_member_free(member);
	}
	mesh_video_free(mesh);
	recorder_free(mesh->recorder);
	audio_close(mesh->in);
	audio_close(mesh->out);
	speech_free(mesh->speech);
	voice_encoder_free(mesh->encoder);
	shield_free(mesh->shield);
	wire_close(mesh->wire);
	wipe_free(mesh, sizeof *mesh);
}

void
mesh_hold(struct mesh *mesh, bool on)
{
	mesh->hold = on;
}

void
mesh_mute(struct mesh *mesh, bool on)
{
	mesh->mute = on;
}

void
mesh_want_levels(struct mesh *mesh, bool on)
{
	mesh->wants_levels = on;
}

void
mesh_set_bitrate(struct mesh *mesh, unsigned bitrate)
{
	voice_set_bitrate(mesh->encoder, bitrate);
}

void
mesh_tap(struct mesh *mesh, uint16_t port, bool sealed)
{
	mesh->tap = port != 0 ? addr_v4(0x7f000001, port) : (struct addr){ 0 };
	mesh->tap_sealed = sealed;
}

static void
on_recorder_ended(void *arg)
{
	(void)mesh_record(arg, -1);
}

int
mesh_record(struct mesh *mesh, int fd)
{
	recorder_free(mesh->recorder);
	mesh->recorder = NULL;
	return fd >= 0 ? recorder_new(mesh->loop, fd, mesh->channels,
			     on_recorder_ended, mesh, &mesh->recorder)
		       : 0;
}

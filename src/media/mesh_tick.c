/* mesh_tick.c: what happens every 20 ms of a call: a frame is sent, what has
 * come is taken, a frame is played. */
#include "media/mesh_tick.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/random.h"
#include "media/mesh_parts.h"
#include "media/mesh_video.h"
#include "media/sound.h"
#include "media/speech.h"

enum {
	FRAME_US = VOICE_FRAME_MS * 1000,
	BEHIND_MAX = 10, /* frames: more than these are left out */
	SECOND_US = 1000 * 1000,
	LEVELS_US = 250 * 1000,
	LOST_US = 10 * SECOND_US,
	REPORT_US = 2 * SECOND_US, /* by half more or less */
	REPORT_FIRST_US = SECOND_US / 2,
	CLOCK_LOST_US = SECOND_US / 4, /* a device has stopped */
	AHEAD_MAX = 10, /* frames: one that is further keeps no time */
	SPEAKS = 50,	/* dB below full scale */
	QUIET = 40,	/* nothing loud is taken for silence */
};

static size_t
frame_samples(const struct mesh *mesh)
{
	return (size_t)VOICE_FRAME * mesh->channels;
}

/* -- our voice ---------------------------------------------------------------
 */

static void
read_voice(struct mesh *mesh, int16_t *pcm)
{
	enum audio_state state = mesh->in->ops->read(mesh->in, pcm);

	if (state == AUDIO_FAILED) {
		mesh_device_failed(mesh, MESH_IN);
		memset(pcm, 0, frame_samples(mesh) * sizeof pcm[0]);
	} else if (state == AUDIO_ENDED && !mesh->finished) {
		mesh->finished = true;
		mesh->ops->on_finished(mesh->arg, MEDIA_AUDIO);
	}
}

static struct outbound *
voice_stream(struct mesh *mesh)
{
	for (size_t i = 0; i < mesh->count; i++) {
		if (mesh->streams[i].stream.kind == MEDIA_AUDIO)
			return &mesh->streams[i];
	}
	return NULL;
}

static void
send_voice(struct mesh *mesh, struct outbound *outbound, const int16_t *pcm,
    uint64_t now_us)
{
	uint8_t payload[VOICE_PACKET_MAX];
	uint8_t bytes[RTP_HEADER_MAX + VOICE_PACKET_MAX + SHIELD_ADDS];
	int len;

	voice_allow_silence(mesh->encoder, mesh->level > QUIET);
	len = voice_encode(mesh->encoder, pcm, payload);

	if (len > 0) {
		struct rtp_packet packet = {
			/* The first after a silence (RFC 3551, 4.1). */
			.marker = mesh->silent,
			.has_level = true,
			.level = mesh->level,
			.speaks = mesh->level < SPEAKS,
			.payload = span_of(payload, (size_t)len),
		};

		mesh_send(mesh, outbound, bytes,
		    outbound_write(outbound, &packet, now_us, bytes));
	}
	mesh->silent = len <= 0;
}

static void
speak(struct mesh *mesh, uint64_t now_us)
{
	struct outbound *outbound = voice_stream(mesh);
	int16_t pcm[VOICE_SAMPLES_MAX];

	read_voice(mesh, pcm);
	if (mesh->speech != NULL)
		speech_clean(mesh->speech, pcm);
	if (mesh->mute)
		memset(pcm, 0, sizeof pcm);
	mesh->level = sound_level(pcm, frame_samples(mesh));
	if (mesh->recorder != NULL && !mesh->hold)
		recorder_said(mesh->recorder, pcm);
	if (outbound == NULL)
		return;
	if (!mesh->hold && mesh->member_count > 0)
		send_voice(mesh, outbound, pcm, now_us);
	outbound_advance(outbound, VOICE_FRAME);
}

/* -- theirs ------------------------------------------------------------------
 */

static void
add_sender(struct sender *sender, uint64_t now_us, int32_t *sum)
{
	int16_t pcm[VOICE_SAMPLES_MAX];

	for (size_t i = 0; sender != NULL && i < sender->count; i++) {
		struct playout *playout = sender->streams[i].playout;

		if (playout != NULL && playout_take(playout, now_us, pcm))
			sound_add(sum, pcm, VOICE_FRAME * playout->channels);
	}
}

static void
listen_to_all(struct mesh *mesh, uint64_t now_us)
{
	int32_t sum[VOICE_SAMPLES_MAX];
	int16_t pcm[VOICE_SAMPLES_MAX];

	memset(sum, 0, frame_samples(mesh) * sizeof sum[0]);

	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next) {
		add_sender(member->former, now_us, sum);
		add_sender(member->current, now_us, sum);
	}
	if (mesh->hold)
		memset(sum, 0, frame_samples(mesh) * sizeof sum[0]);
	if (mesh->recorder != NULL)
		recorder_heard(mesh->recorder, sum, now_us);
	sound_clip(sum, pcm, frame_samples(mesh));
	if (mesh->speech != NULL)
		speech_heard(mesh->speech, pcm);
	if (mesh->out->ops->write(mesh->out, pcm) == AUDIO_FAILED)
		mesh_device_failed(mesh, MESH_OUT);
}

/* -- what is due now and then ------------------------------------------------
 */

static void
rate_look(struct rate *rate, uint64_t passed_us)
{
	rate->bits = (unsigned)((rate->bytes - rate->bytes_before) * 8 *
				SECOND_US / passed_us);
	rate->bytes_before = rate->bytes;
}

static void
look_at(struct mesh *mesh, struct mesh_member *member, uint64_t now_us,
    uint64_t passed_us)
{
	for (size_t i = 0; i < member->current->count; i++) {
		rate_look(&member->current->streams[i].rate, passed_us);
		mesh_video_look(&member->current->streams[i], passed_us);
	}
	/* It may have been heard since the frame was due. */
	if (member->heard && now_us > member->heard_us + LOST_US) {
		member->heard = false;
		mesh_update_watch(mesh);
		mesh->ops->on_lost(mesh->arg, member->number);
	}
}

/* By the clock: frames that come late are made up for, and then have been less
 * or more than that. */
static void
look_each_second(struct mesh *mesh, uint64_t now_us)
{
	uint64_t clock_us = clock_now_us();
	uint64_t passed_us = clock_us - mesh->looked_us;

	if (passed_us < SECOND_US)
		return;
	mesh->looked_us = clock_us;
	for (size_t i = 0; i < mesh->count; i++)
		rate_look(&mesh->rates[i], passed_us);
	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		look_at(mesh, member, now_us, passed_us);
}

/* Whether it is time for what is due at *due_us; then sets the next time. */
static bool
is_due(uint64_t *due_us, uint64_t now_us, uint64_t every_us)
{
	if (now_us < *due_us)
		return false;
	*due_us = now_us + every_us;
	return true;
}

static void
do_what_is_due(struct mesh *mesh, uint64_t now_us)
{
	if (is_due(&mesh->report_us, now_us, REPORT_US / 2)) {
		mesh->report_us += random_below(REPORT_US);
		mesh_report(mesh, false);
	}
	look_each_second(mesh, now_us);
	if (mesh->wants_levels && is_due(&mesh->levels_us, now_us, LEVELS_US))
		mesh->ops->on_levels(mesh->arg);
}

/* -- time --------------------------------------------------------------------
 */

static void
tick(struct mesh *mesh, uint64_t now_us)
{
	mesh->frames++;
	speak(mesh, now_us);
	mesh_receive(mesh);
	listen_to_all(mesh, now_us);
	mesh_video_tick(mesh, now_us);
	do_what_is_due(mesh, now_us);
}

/* A frame is played as of when it was due: that its turn came a little later is
 * no news of the network. */
static void
tick_by_time(struct mesh *mesh)
{
	uint64_t now_us = clock_now_us();
	uint64_t due = (now_us - mesh->begin_us) / FRAME_US + 1;

	if (due > mesh->frames + BEHIND_MAX) {
		mesh->begin_us = now_us;
		mesh->frames = 0;
		due = 1;
	}
	for (due -= mesh->frames; due > 0; due--)
		tick(mesh, mesh->begin_us + mesh->frames * FRAME_US);
}

static struct audio *
clock_device(const struct mesh *mesh)
{
	struct audio *const devices[] = { mesh->out, mesh->in };

	for (size_t i = 0; i < 2; i++) {
		if (devices[i]->clock_fd >= 0 && !devices[i]->is_wrong)
			return devices[i];
	}
	return NULL;
}

static int
clock_fd(const struct mesh *mesh)
{
	const struct audio *device = clock_device(mesh);

	return device != NULL ? device->clock_fd : -1;
}

static void
on_time(void *arg)
{
	struct mesh *mesh = arg;

	if (!mesh->clock_runs)
		tick_by_time(mesh);
	else if (clock_now_us() > mesh->clock_us + CLOCK_LOST_US)
		mesh_prepare(mesh);
}

/* How far a device's clock is ahead of ours, in frames. It may run a little
 * faster or slower for hours: what it is behind is forgotten. */
static uint64_t
ahead(struct mesh *mesh, uint64_t now_us)
{
	uint64_t due_us = mesh->begin_us + mesh->frames * FRAME_US;

	if (now_us > due_us) {
		mesh->begin_us += now_us - due_us;
		return 0;
	}
	return (due_us - now_us) / FRAME_US;
}

/* A loudspeaker by radio may take seconds until it plays; until then, and when
 * it has stopped, time goes on without it. */
static void
go_by_clock(struct mesh *mesh)
{
	mesh->clock_runs = true;
	mesh->begin_us = mesh->clock_us;
	mesh->frames = 0;
	timer_repeat(&mesh->ticking, CLOCK_LOST_US / 1000);
}

/* Each byte of the device's is a frame. One that takes all at once, as ALSA's
 * null does, keeps no time. */
static void
on_clock(int fd, int events, void *arg)
{
	struct mesh *mesh = arg;
	char bytes[BEHIND_MAX];
	ssize_t due = read(fd, bytes, sizeof bytes);

	mesh->clock_us = clock_now_us();
	if (!mesh->clock_runs)
		go_by_clock(mesh);
	for (ssize_t i = 0; i < due && clock_fd(mesh) == fd; i++) {
		tick(mesh, mesh->clock_us);
		if (ahead(mesh, mesh->clock_us) < AHEAD_MAX)
			continue;
		clock_device(mesh)->is_wrong = true;
		mesh_prepare(mesh);
	}
}

static void
on_readable(int fd, int events, void *arg)
{
	mesh_receive(arg);
}

void
mesh_update_watch(struct mesh *mesh)
{
	bool all_heard = mesh->members != NULL;

	for (struct mesh_member *member = mesh->members; member != NULL;
	     member = member->next)
		all_heard = all_heard && member->heard;
	watch_set(&mesh->receiving, all_heard ? 0 : WATCH_READ);
}

void
mesh_prepare(struct mesh *mesh)
{
	int fd = clock_fd(mesh);

	watch_finish(&mesh->clock);
	watch_finish(&mesh->receiving);
	timer_finish(&mesh->ticking);
	watch_init(&mesh->clock, mesh->loop, fd, on_clock, mesh);
	watch_init(&mesh->receiving, mesh->loop, wire_fd(mesh->wire),
	    on_readable, mesh);
	timer_init(&mesh->ticking, mesh->loop, on_time, mesh);
	mesh_update_watch(mesh);
	if (!mesh->started)
		return;
	mesh->begin_us = mesh->clock_us = clock_now_us();
	mesh->frames = 0;
	mesh->clock_runs = false;
	if (fd >= 0)
		watch_set(&mesh->clock, WATCH_READ);
	timer_repeat(&mesh->ticking, VOICE_FRAME_MS);
}

void
mesh_start(struct mesh *mesh)
{
	uint64_t now_us = clock_now_us();

	if (mesh->started)
		return;
	mesh->started = true;
	mesh->silent = true;
	mesh->looked_us = now_us;
	mesh->report_us = now_us + REPORT_FIRST_US;
	mesh_prepare(mesh);
	if (clock_fd(mesh) < 0)
		tick_by_time(mesh);
}

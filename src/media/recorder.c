/* recorder.c: what is said in a call, handed to cam-record. */
#include "media/recorder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "loop/stream.h"
#include "media/sound.h"

enum {
	BITRATE = 48000, /* several may speak at once */
	FRAME_US = VOICE_FRAME_MS * 1000,
	BEHIND_US = 200 * 1000,	     /* then frames were left out */
	QUEUE_MAX = 8 * 1024 * 1024, /* bytes that the disk keeps waiting */
	SOUND_TRACK = 0,
};

struct recorder {
	struct stream *stream;
	struct voice_encoder *encoder;
	void (*on_ended)(void *arg);
	void *arg;
	unsigned channels;
	uint64_t begin_us, frames;
	int32_t said[VOICE_FRAME];
};

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct recorder *recorder = arg;

	recorder->on_ended(recorder->arg);
}

static const struct stream_ops ops = { on_data, on_closed };

static void
put(struct recorder *recorder, const struct piece *piece, const void *bytes)
{
	uint8_t header[PIECE_HEADER_SIZE];

	piece_write(piece, header);
	stream_write(recorder->stream, header, sizeof header);
	if (piece->len > 0)
		stream_write(recorder->stream, bytes, piece->len);
}

int
recorder_new(struct loop *loop, int fd, unsigned channels,
    void (*on_ended)(void *arg), void *arg, struct recorder **made)
{
	struct recorder *recorder = xcalloc(1, sizeof *recorder);
	int err = voice_encoder_new(1, BITRATE, &recorder->encoder);

	if (err != 0) {
		close(fd);
		free(recorder);
		return err;
	}
	recorder->on_ended = on_ended;
	recorder->arg = arg;
	recorder->channels = channels;
	recorder->stream = stream_new(loop, fd, &ops, recorder, QUEUE_MAX);
	put(recorder,
	    &(struct piece){ .kind = PIECE_TRACK,
		.track = SOUND_TRACK,
		.codec = MEDIA_OPUS },
	    NULL);
	*made = recorder;
	return 0;
}

void
recorder_free(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	stream_free(recorder->stream);
	voice_encoder_free(recorder->encoder);
	wipe_free(recorder, sizeof *recorder);
}

void
recorder_said(struct recorder *recorder, const int16_t *pcm)
{
	int16_t mono[VOICE_SAMPLES_MAX];

	memcpy(mono, pcm, VOICE_FRAME * recorder->channels * sizeof pcm[0]);
	if (recorder->channels == 2)
		sound_fold(mono);
	sound_add(recorder->said, mono, VOICE_FRAME);
}

/* When the frame was; it lasts as long as all do, but where time was lost. */
static uint64_t
frame_time(struct recorder *recorder, uint64_t now_us)
{
	uint64_t time_us = recorder->frames * FRAME_US;

	if (recorder->frames == 0)
		recorder->begin_us = now_us;
	if (now_us > recorder->begin_us + time_us + BEHIND_US) {
		time_us = now_us - recorder->begin_us;
		recorder->frames = time_us / FRAME_US;
	}
	recorder->frames++;
	return time_us;
}

void
recorder_heard(struct recorder *recorder, const int32_t *sum, uint64_t now_us)
{
	struct piece piece = { .kind = PIECE_FRAME,
		.track = SOUND_TRACK,
		.codec = MEDIA_OPUS,
		.is_key = true,
		.time_us = frame_time(recorder, now_us) };
	uint8_t packet[VOICE_PACKET_MAX];
	int16_t pcm[VOICE_FRAME];
	int len;

	for (size_t i = 0; i < VOICE_FRAME; i++)
		recorder->said[i] += recorder->channels == 2
					 ? (sum[2 * i] + sum[2 * i + 1]) / 2
					 : sum[i];
	sound_clip(recorder->said, pcm, VOICE_FRAME);
	memset(recorder->said, 0, sizeof recorder->said);
	len = voice_encode(recorder->encoder, pcm, packet);
	if (len <= 0)
		return;
	piece.len = (uint32_t)len;
	put(recorder, &piece, packet);
}

/* muxer.c: Matroska and WebM by libavformat. */
#include "cam-record/muxer.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	BUFFER = 64 * 1024,
	CLUSTER_MS = 1000, /* what may be lost when all ends at once */
	PRE_SKIP = 312,	   /* samples that Opus hears ahead (RFC 7845, 5.1) */
	RATE = 48000,
	HEAD_SIZE = 19,
};

struct muxer {
	AVFormatContext *format;
	AVIOContext *output;
	AVPacket *packet;
	AVStream *tracks[PIECE_TRACKS];
	int64_t last_ms[PIECE_TRACKS]; /* of the frame before; -1: none */
	int fd;
	int failure; /* errno of what could not be written; 0 */
	bool begun;
};

/* -- the file ----------------------------------------------------------------
 */

static int
on_write(void *opaque, uint8_t *data, int size)
{
	struct muxer *muxer = opaque;
	size_t left = (size_t)size;

	while (left > 0) {
		ssize_t put = write(muxer->fd, data, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			muxer->failure = errno;
			return AVERROR(muxer->failure);
		}
		data += put;
		left -= (size_t)put;
	}
	return size;
}

static int64_t
on_seek(void *opaque, int64_t offset, int whence)
{
	const struct muxer *muxer = opaque;
	off_t place;

	if (whence == AVSEEK_SIZE)
		return AVERROR(ENOSYS);
	place = lseek(muxer->fd, offset, whence & ~AVSEEK_FORCE);
	return place >= 0 ? place : AVERROR(errno);
}

static int
failure(const struct muxer *muxer)
{
	switch (muxer->failure) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return CAM_ERR_FULL;
	default:
		errno = muxer->failure != 0 ? muxer->failure : EIO;
		return CAM_ERR_SYSTEM;
	}
}

/* -- its life ----------------------------------------------------------------
 */

static void
muxer_free(struct muxer *muxer)
{
	if (muxer->output != NULL)
		av_freep(&muxer->output->buffer);
	avio_context_free(&muxer->output);
	av_packet_free(&muxer->packet);
	avformat_free_context(muxer->format);
	free(muxer);
}

static int
open_output(struct muxer *muxer)
{
	uint8_t *buffer = av_malloc(BUFFER);

	if (buffer == NULL)
		return CAM_ERR_SYSTEM;
	muxer->output = avio_alloc_context(
	    buffer, BUFFER, 1, muxer, NULL, on_write, on_seek);
	if (muxer->output == NULL) {
		av_free(buffer);
		return CAM_ERR_SYSTEM;
	}
	muxer->format->pb = muxer->output;
	/* The same sounds make the same file, and nothing is told of us. */
	muxer->format->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
	return 0;
}

int
muxer_new(int fd, enum muxer_form form, struct muxer **made)
{
	struct muxer *muxer = xcalloc(1, sizeof *muxer);
	int err = CAM_ERR_SYSTEM;

	av_log_set_level(AV_LOG_QUIET);
	muxer->fd = fd;
	for (size_t i = 0; i < PIECE_TRACKS; i++)
		muxer->last_ms[i] = -1;
	muxer->packet = av_packet_alloc();
	if (muxer->packet != NULL &&
	    avformat_alloc_output_context2(&muxer->format, NULL,
		form == MUXER_WEBM ? "webm" : "matroska", NULL) >= 0)
		err = open_output(muxer);
	if (err == 0)
		*made = muxer;
	else
		muxer_free(muxer);
	return err;
}

int
muxer_finish(struct muxer *muxer)
{
	int err = 0;

	if (muxer == NULL)
		return 0;
	if (muxer->begun && muxer->failure == 0 &&
	    (av_write_trailer(muxer->format) < 0 || muxer->failure != 0))
		err = failure(muxer);
	muxer_free(muxer);
	return err;
}

/* -- what is written ---------------------------------------------------------
 */

/* RFC 7845, 5.1, as Matroska wants it. */
static int
put_opus_head(AVCodecParameters *codec)
{
	static const uint8_t head[HEAD_SIZE] = { 'O', 'p', 'u', 's', 'H', 'e',
		'a', 'd', 1, 1, PRE_SKIP & 0xff, PRE_SKIP >> 8, RATE & 0xff,
		RATE >> 8, 0, 0, 0, 0, 0 };

	codec->extradata = av_mallocz(HEAD_SIZE + AV_INPUT_BUFFER_PADDING_SIZE);
	if (codec->extradata == NULL)
		return CAM_ERR_SYSTEM;
	memcpy(codec->extradata, head, sizeof head);
	codec->extradata_size = HEAD_SIZE;
	return 0;
}

static int
add_track(struct muxer *muxer, const struct piece *piece)
{
	AVStream *track = NULL;
	AVCodecParameters *codec = NULL;

	if (muxer->begun || muxer->tracks[piece->track] != NULL)
		return CAM_ERR_FORMAT;
	track = avformat_new_stream(muxer->format, NULL);
	if (track == NULL)
		return CAM_ERR_SYSTEM;
	muxer->tracks[piece->track] = track;
	track->time_base = (AVRational){ 1, 1000 };
	codec = track->codecpar;
	if (piece->codec == MEDIA_OPUS) {
		codec->codec_type = AVMEDIA_TYPE_AUDIO;
		codec->codec_id = AV_CODEC_ID_OPUS;
		codec->sample_rate = RATE;
		codec->initial_padding = PRE_SKIP;
		av_channel_layout_default(&codec->ch_layout, 1);
		return put_opus_head(codec);
	}
	codec->codec_type = AVMEDIA_TYPE_VIDEO;
	codec->codec_id =
	    piece->codec == MEDIA_VP9 ? AV_CODEC_ID_VP9 : AV_CODEC_ID_VP8;
	codec->width = piece->width;
	codec->height = piece->height;
	return 0;
}

static int
begin(struct muxer *muxer)
{
	AVDictionary *options = NULL;
	int result;

	av_dict_set_int(&options, "cluster_time_limit", CLUSTER_MS, 0);
	result = avformat_write_header(muxer->format, &options);
	av_dict_free(&options);
	muxer->begun = result >= 0;
	if (result < 0 || muxer->failure != 0)
		return failure(muxer);
	avio_flush(muxer->output);
	return muxer->failure == 0 ? 0 : failure(muxer);
}

/* The times of a track must grow, and those of its last two frames may be one.
 */
static int64_t
time_of(struct muxer *muxer, const struct piece *piece)
{
	int64_t time_ms = (int64_t)(piece->time_us / 1000);
	int64_t *last_ms = &muxer->last_ms[piece->track];

	if (time_ms <= *last_ms)
		time_ms = *last_ms + 1;
	*last_ms = time_ms;
	return time_ms;
}

static int
add_frame(struct muxer *muxer, const struct piece *piece, const uint8_t *bytes)
{
	const AVStream *track = muxer->tracks[piece->track];
	AVPacket *packet = muxer->packet;
	int err = muxer->begun ? 0 : begin(muxer), result;

	if (err != 0)
		return err;
	/* Borrowed: av_write_frame() is done with it when it returns. */
	packet->data = (uint8_t *)bytes;
	packet->size = (int)piece->len;
	packet->stream_index = track->index;
	packet->pts = packet->dts = av_rescale_q(
	    time_of(muxer, piece), (AVRational){ 1, 1000 }, track->time_base);
	packet->flags = piece->is_key ? AV_PKT_FLAG_KEY : 0;
	result = av_write_frame(muxer->format, packet);
	av_packet_unref(packet);
	avio_flush(muxer->output);
	return result < 0 || muxer->failure != 0 ? failure(muxer) : 0;
}

int
muxer_put(struct muxer *muxer, const struct piece *piece, const uint8_t *bytes)
{
	if (piece->kind == PIECE_TRACK)
		return add_track(muxer, piece);
	if (muxer->tracks[piece->track] == NULL)
		return CAM_ERR_FORMAT;
	return add_frame(muxer, piece, bytes);
}

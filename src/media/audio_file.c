/* audio_file.c: WAV files as devices: read and written from their beginning,
 * or, where another cam-media had them before, from where it has stopped. */
#include <errno.h>
#include <speex/speex_resampler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "media/audio.h"
#include "media/wav.h"

enum {
	RESAMPLE_QUALITY = 5,
	READ_FRAMES = 1024, /* of the file, of all channels, at a time */
	READ_BUFFER = 16 * 1024,
	HELD = 25,	 /* frames that are written together */
	SIZES_EVERY = 2, /* such writes: what a crash leaves can be played */
};

struct source {
	struct audio audio;
	FILE *file;
	struct wav wav;
	uint64_t left; /* bytes of samples */
	bool loop;
	SpeexResamplerState *resampler; /* NULL: the rate is ours */
	uint8_t
	    bytes[READ_FRAMES * WAV_CHANNELS_MAX * 4]; /* as they are there */
	int16_t read[2 * READ_FRAMES];
	size_t used, count; /* frames of it */
};

struct sink {
	struct audio audio;
	int fd;
	uint32_t size; /* bytes of samples, written */
	unsigned writes;
	size_t held_len;
	unsigned held_frames;
	uint8_t held[HELD * VOICE_SAMPLES_MAX * 2];
};

/* To a place in the file, which is not before its samples. */
static bool
go_to(struct source *source, off_t place)
{
	uint64_t begin = source->wav.begin, size = source->wav.size;
	uint64_t past = (uint64_t)place > begin ? (uint64_t)place - begin : 0;

	past -= past % wav_block(&source->wav);
	source->left = size > past ? size - past : 0;
	return fseeko(source->file, (off_t)(begin + past), SEEK_SET) == 0;
}

static bool
refill(struct source *source)
{
	size_t block = wav_block(&source->wav);
	uint64_t wanted = (uint64_t)READ_FRAMES * block;
	size_t got;

	if (wanted > source->left)
		wanted = source->left;
	got =
	    fread(source->bytes, block, (size_t)(wanted / block), source->file);
	source->left -= got * block;
	wav_read(&source->wav, span_of(source->bytes, got * block),
	    source->audio.channels, source->read);
	source->used = 0;
	source->count = got;
	return got > 0;
}

/* As many frames at our rate as there are, up to count. */
static size_t
take(struct source *source, int16_t *pcm, size_t count)
{
	spx_uint32_t in = (spx_uint32_t)(source->count - source->used);
	spx_uint32_t out = (spx_uint32_t)count;

	unsigned channels = source->audio.channels;
	const int16_t *from = source->read + source->used * channels;

	if (source->resampler != NULL) {
		speex_resampler_process_interleaved_int(
		    source->resampler, from, &in, pcm, &out);
	} else {
		in = out = in < out ? in : out;
		memcpy(pcm, from, in * channels * sizeof pcm[0]);
	}
	source->used += in;
	return out;
}

static enum audio_state
source_read(struct audio *audio, int16_t *pcm)
{
	struct source *source = (struct source *)audio;
	size_t done = 0;
	unsigned channels = audio->channels;
	bool again = source->loop;

	while (done < VOICE_FRAME) {
		done += take(source, pcm + done * channels, VOICE_FRAME - done);
		if (done == VOICE_FRAME || refill(source))
			continue;
		/* Once for each frame: a file may hold no sample at all. */
		if (!again || !go_to(source, 0))
			break;
		again = false;
	}
	memset(pcm + done * channels, 0,
	    (VOICE_FRAME - done) * channels * sizeof pcm[0]);
	return done == VOICE_FRAME ? AUDIO_GOES_ON : AUDIO_ENDED;
}

static void
source_close(struct audio *audio)
{
	struct source *source = (struct source *)audio;

	if (source->resampler != NULL)
		speex_resampler_destroy(source->resampler);
	fclose(source->file);
	free(source);
}

static const struct audio_ops source_ops = { source_read, NULL, source_close };

/* Where the file is at is shared with a cam-media that had it before. */
static int
read_header(struct source *source)
{
	uint8_t *head = xmalloc(WAV_HEADER_MAX);
	off_t place = ftello(source->file);
	int err = CAM_ERR_SYSTEM;

	if (place >= 0 && fseeko(source->file, 0, SEEK_SET) == 0) {
		size_t len = fread(head, 1, WAV_HEADER_MAX, source->file);

		err = wav_parse(span_of(head, len), &source->wav);
	}
	free(head);
	if (err == 0 && !go_to(source, place))
		err = CAM_ERR_SYSTEM;
	if (err == 0 && source->wav.rate != VOICE_RATE) {
		source->resampler = speex_resampler_init(source->audio.channels,
		    source->wav.rate, VOICE_RATE, RESAMPLE_QUALITY, NULL);
		err = source->resampler != NULL ? 0 : CAM_ERR_SYSTEM;
	}
	return err;
}

int
audio_file_open_in(const struct audio_choice *choice, struct audio **audio)
{
	struct source *source = NULL;
	FILE *file = fdopen(choice->fd, "rb");
	int err;

	if (file == NULL) {
		close(choice->fd);
		return CAM_ERR_SYSTEM;
	}
	source = xcalloc(1, sizeof *source);
	source->audio.ops = &source_ops;
	source->audio.clock_fd = -1;
	source->audio.channels = choice->channels;
	source->file = file;
	/* Each look into it finds other caches cold. */
	(void)setvbuf(file, NULL, _IOFBF, READ_BUFFER);
	source->loop = choice->loop;
	err = read_header(source);
	if (err == 0)
		*audio = &source->audio;
	else
		source_close(&source->audio);
	return err;
}

static bool
write_whole(int fd, const void *data, size_t len)
{
	ssize_t done;

	do {
		done = write(fd, data, len);
	} while (done < 0 && errno == EINTR);
	return done == (ssize_t)len;
}

static void
write_sizes(const struct sink *sink)
{
	uint8_t header[WAV_HEADER_SIZE];

	wav_write_header(VOICE_RATE, sink->audio.channels, sink->size, header);
	/* To a pipe it cannot be: readers go on to the end. */
	if (pwrite(sink->fd, header, sizeof header, 0) < 0)
		return;
}

static enum audio_state
write_held(struct sink *sink)
{
	if (sink->size > UINT32_MAX - WAV_HEADER_SIZE - sizeof sink->held ||
	    !write_whole(sink->fd, sink->held, sink->held_len))
		return AUDIO_FAILED;
	sink->size += (uint32_t)sink->held_len;
	sink->held_len = 0;
	sink->held_frames = 0;
	if (++sink->writes % SIZES_EVERY == 0)
		write_sizes(sink);
	return AUDIO_GOES_ON;
}

static enum audio_state
sink_write(struct audio *audio, const int16_t *pcm)
{
	struct sink *sink = (struct sink *)audio;
	uint8_t *at = sink->held + sink->held_len;

	for (size_t i = 0; i < VOICE_FRAME * audio->channels; i++) {
		*at++ = (uint8_t)pcm[i];
		*at++ = (uint8_t)((uint16_t)pcm[i] >> 8);
	}
	sink->held_len = (size_t)(at - sink->held);
	return ++sink->held_frames == HELD ? write_held(sink) : AUDIO_GOES_ON;
}

static void
sink_close(struct audio *audio)
{
	struct sink *sink = (struct sink *)audio;

	(void)write_held(sink);
	write_sizes(sink);
	close(sink->fd);
	free(sink);
}

static const struct audio_ops sink_ops = { NULL, sink_write, sink_close };

/* How much sound there is already: of one who wrote to it before us. */
static int
begin_or_go_on(int fd, unsigned channels, uint32_t *size)
{
	uint8_t header[WAV_HEADER_SIZE];
	off_t end = lseek(fd, 0, SEEK_END);

	if (end > WAV_HEADER_SIZE && end < UINT32_MAX) {
		*size = (uint32_t)(end - WAV_HEADER_SIZE) / (2 * channels) * 2 *
			channels;
		return lseek(fd, WAV_HEADER_SIZE + (off_t)*size, SEEK_SET) < 0
			   ? CAM_ERR_SYSTEM
			   : 0;
	}
	/* As one that nobody could finish: what follows is to be read. */
	wav_write_header(
	    VOICE_RATE, channels, UINT32_MAX - WAV_HEADER_SIZE, header);
	*size = 0;
	if (end > 0 && lseek(fd, 0, SEEK_SET) < 0)
		return CAM_ERR_SYSTEM;
	return write_whole(fd, header, sizeof header) ? 0 : CAM_ERR_SYSTEM;
}

int
audio_file_open_out(const struct audio_choice *choice, struct audio **audio)
{
	struct sink *sink = NULL;
	uint32_t size;
	int fd = choice->fd;
	int err = begin_or_go_on(fd, choice->channels, &size);

	if (err != 0) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	sink = xcalloc(1, sizeof *sink);
	sink->audio.ops = &sink_ops;
	sink->audio.clock_fd = -1;
	sink->audio.channels = choice->channels;
	sink->fd = fd;
	sink->size = size;
	*audio = &sink->audio;
	return 0;
}

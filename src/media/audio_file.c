/* audio_file.c: WAV files as devices: read from their beginning, written anew.
 */
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
	READ_FRAMES = 1024, /* of the file, at a time */
	HELD = 5,	    /* frames that are written together */
	SIZES_EVERY = 10,   /* such writes: what a crash leaves can be played */
};

struct source {
	struct audio audio;
	FILE *file;
	struct wav wav;
	uint64_t left; /* bytes of samples */
	bool loop;
	SpeexResamplerState *resampler; /* NULL: the rate is ours */
	int16_t read[READ_FRAMES];	/* of these the first are used */
	size_t used, count;
};

struct sink {
	struct audio audio;
	int fd;
	uint32_t size; /* bytes of samples, written */
	unsigned writes;
	size_t held_len;
	uint8_t held[HELD * VOICE_FRAME * 2];
};

static bool
rewind_source(struct source *source)
{
	source->left = source->wav.size;
	return fseeko(source->file, (off_t)source->wav.begin, SEEK_SET) == 0;
}

static bool
refill(struct source *source)
{
	uint8_t bytes[READ_FRAMES * WAV_CHANNELS_MAX * 4];
	size_t block = wav_block(&source->wav);
	uint64_t wanted = (uint64_t)READ_FRAMES * block;
	size_t got;

	if (wanted > source->left)
		wanted = source->left;
	got = fread(bytes, block, (size_t)(wanted / block), source->file);
	source->left -= got * block;
	wav_read(&source->wav, span_of(bytes, got * block), source->read);
	source->used = 0;
	source->count = got;
	return got > 0;
}

/* As many samples at our rate as there are, up to count. */
static size_t
take(struct source *source, int16_t *pcm, size_t count)
{
	spx_uint32_t in = (spx_uint32_t)(source->count - source->used);
	spx_uint32_t out = (spx_uint32_t)count;

	if (source->resampler != NULL) {
		speex_resampler_process_int(source->resampler, 0,
		    source->read + source->used, &in, pcm, &out);
	} else {
		in = out = in < out ? in : out;
		memcpy(pcm, source->read + source->used, in * sizeof pcm[0]);
	}
	source->used += in;
	return out;
}

static enum audio_state
source_read(struct audio *audio, int16_t pcm[VOICE_FRAME])
{
	struct source *source = (struct source *)audio;
	size_t done = 0;
	bool again = source->loop;

	while (done < VOICE_FRAME) {
		done += take(source, pcm + done, VOICE_FRAME - done);
		if (done == VOICE_FRAME || refill(source))
			continue;
		/* Once for each frame: a file may hold no sample at all. */
		if (!again || !rewind_source(source))
			break;
		again = false;
	}
	memset(pcm + done, 0, (VOICE_FRAME - done) * sizeof pcm[0]);
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

/* Where another process has read it up to place, it goes on there. */
static bool
skip_to(struct source *source, off_t place)
{
	uint64_t skipped = place > 0 ? (uint64_t)place : 0;

	if (!rewind_source(source))
		return false;
	if (skipped <= source->wav.begin)
		return true;
	skipped -= source->wav.begin;
	if (skipped > source->wav.size)
		skipped = source->wav.size;
	skipped -= skipped % wav_block(&source->wav);
	source->left -= skipped;
	return fseeko(source->file, (off_t)(source->wav.begin + skipped),
		   SEEK_SET) == 0;
}

static int
read_header(struct source *source)
{
	uint8_t *head = xmalloc(WAV_HEADER_MAX);
	off_t place = ftello(source->file);
	size_t len;
	int err;

	if (place > 0)
		rewind(source->file);
	len = fread(head, 1, WAV_HEADER_MAX, source->file);
	err = wav_parse(span_of(head, len), &source->wav);
	free(head);
	if (err == 0 && !skip_to(source, place))
		err = CAM_ERR_SYSTEM;
	if (err == 0 && source->wav.rate != VOICE_RATE) {
		source->resampler = speex_resampler_init(
		    1, source->wav.rate, VOICE_RATE, RESAMPLE_QUALITY, NULL);
		err = source->resampler != NULL ? 0 : CAM_ERR_SYSTEM;
	}
	return err;
}

int
audio_file_open_in(int fd, bool loop, struct audio **audio)
{
	struct source *source = NULL;
	FILE *file = fdopen(fd, "rb");
	int err;

	if (file == NULL) {
		close(fd);
		return CAM_ERR_SYSTEM;
	}
	source = xcalloc(1, sizeof *source);
	source->audio.ops = &source_ops;
	source->audio.clock_fd = -1;
	source->file = file;
	source->loop = loop;
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

	wav_write_header(VOICE_RATE, sink->size, header);
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
	if (++sink->writes % SIZES_EVERY == 0)
		write_sizes(sink);
	return AUDIO_GOES_ON;
}

static enum audio_state
sink_write(struct audio *audio, const int16_t pcm[VOICE_FRAME])
{
	struct sink *sink = (struct sink *)audio;
	uint8_t *at = sink->held + sink->held_len;

	for (size_t i = 0; i < VOICE_FRAME; i++) {
		*at++ = (uint8_t)pcm[i];
		*at++ = (uint8_t)((uint16_t)pcm[i] >> 8);
	}
	sink->held_len = (size_t)(at - sink->held);
	return sink->held_len == sizeof sink->held ? write_held(sink)
						   : AUDIO_GOES_ON;
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

int
audio_file_open_out(int fd, struct audio **audio)
{
	struct sink *sink = NULL;
	uint8_t header[WAV_HEADER_SIZE];
	off_t place = lseek(fd, 0, SEEK_CUR);
	/* Another process has written its beginning. */
	bool goes_on = place > WAV_HEADER_SIZE && place < UINT32_MAX;

	/* As one that nobody could finish: what follows is to be read. */
	wav_write_header(VOICE_RATE, UINT32_MAX - WAV_HEADER_SIZE, header);
	if (fd < 0 || (!goes_on && !write_whole(fd, header, sizeof header))) {
		if (fd >= 0)
			close(fd);
		return CAM_ERR_SYSTEM;
	}
	sink = xcalloc(1, sizeof *sink);
	sink->audio.ops = &sink_ops;
	sink->audio.clock_fd = -1;
	sink->fd = fd;
	if (goes_on)
		sink->size = (uint32_t)place - WAV_HEADER_SIZE;
	*audio = &sink->audio;
	return 0;
}

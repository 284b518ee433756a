/* audio_portaudio.c: microphones and speakers. The callbacks run on a thread of
 * PortAudio's: they move samples to or from a ring and say by a byte that a
 * frame is due, no more. */
#include <fcntl.h>
#include <portaudio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "media/audio.h"
#include "media/ring.h"
#include "media/sound.h"

enum {
	AHEAD_MAX = 3,	/* frames; more in a ring: two clocks drift apart */
	EMPTY_MAX = 50, /* frames without a sample: it has gone */
};

struct device {
	struct audio audio;
	PaStream *stream;
	int clock_write_fd;
	unsigned channels;  /* of its own: maybe fewer than those asked for */
	size_t since_frame; /* samples of one channel; the callback's */
	unsigned empty;	    /* frames that were missing, one after another */
	struct ring ring;
};

static void
count_samples(struct device *device, unsigned long count)
{
	device->since_frame += count;
	for (; device->since_frame >= VOICE_FRAME;
	     device->since_frame -= VOICE_FRAME) {
		/* A full pipe: the loop has stopped, and will hear of it. */
		if (write(device->clock_write_fd, "", 1) < 0)
			return;
	}
}

static int
on_input(const void *input, void *output, unsigned long count,
    const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags,
    void *arg)
{
	struct device *device = arg;

	if (input != NULL)
		ring_write(&device->ring, input, count * device->channels);
	count_samples(device, count);
	return paContinue;
}

static int
on_output(const void *input, void *output, unsigned long count,
    const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags,
    void *arg)
{
	struct device *device = arg;
	int16_t *pcm = output;
	size_t samples = count * device->channels;
	size_t got = ring_read(&device->ring, pcm, samples);

	memset(pcm + got, 0, (samples - got) * sizeof pcm[0]);
	count_samples(device, count);
	return paContinue;
}

static enum audio_state
device_read(struct audio *audio, int16_t *pcm)
{
	struct device *device = (struct device *)audio;
	size_t frame = (size_t)VOICE_FRAME * device->channels, got;

	if (ring_count(&device->ring) > (AHEAD_MAX + 1) * frame)
		ring_read(&device->ring, pcm, frame);
	got = ring_read(&device->ring, pcm, frame);
	memset(pcm + got, 0, (frame - got) * sizeof pcm[0]);
	if (device->channels < audio->channels)
		sound_spread(pcm);
	device->empty = got == 0 ? device->empty + 1 : 0;
	return device->empty < EMPTY_MAX ? AUDIO_GOES_ON : AUDIO_FAILED;
}

static enum audio_state
device_write(struct audio *audio, const int16_t *pcm)
{
	struct device *device = (struct device *)audio;
	size_t frame = (size_t)VOICE_FRAME * device->channels;
	int16_t folded[VOICE_SAMPLES_MAX];

	if (device->channels < audio->channels) {
		memcpy(folded, pcm, sizeof folded);
		sound_fold(folded);
		pcm = folded;
	}
	if (ring_count(&device->ring) > AHEAD_MAX * frame) {
		device->empty++;
	} else {
		ring_write(&device->ring, pcm, frame);
		device->empty = 0;
	}
	return device->empty < EMPTY_MAX ? AUDIO_GOES_ON : AUDIO_FAILED;
}

static void
device_close(struct audio *audio)
{
	struct device *device = (struct device *)audio;

	if (device->stream != NULL) {
		Pa_AbortStream(device->stream);
		Pa_CloseStream(device->stream);
	}
	Pa_Terminate();
	close(audio->clock_fd);
	close(device->clock_write_fd);
	free(device);
}

static const struct audio_ops device_ops = { device_read, device_write,
	device_close };

static int
channels_of(const PaDeviceInfo *info, bool is_input)
{
	return is_input ? info->maxInputChannels : info->maxOutputChannels;
}

static bool
serves(const PaDeviceInfo *info, bool is_input)
{
	return info != NULL && channels_of(info, is_input) > 0;
}

/* paNoDevice where there is none of that name. */
static PaDeviceIndex
find_device(const char *name, bool is_input)
{
	if (name[0] == '\0')
		return is_input ? Pa_GetDefaultInputDevice()
				: Pa_GetDefaultOutputDevice();
	for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
		const PaDeviceInfo *info = Pa_GetDeviceInfo(i);

		if (serves(info, is_input) && strcmp(info->name, name) == 0)
			return i;
	}
	return paNoDevice;
}

static int
open_stream(struct device *device, const char *name, bool is_input)
{
	PaStreamParameters parameters = {
		.device = find_device(name, is_input),
		.sampleFormat = paInt16,
	};
	const PaDeviceInfo *info = NULL;

	if (parameters.device == paNoDevice)
		return CAM_ERR_UNKNOWN;
	info = Pa_GetDeviceInfo(parameters.device);
	device->channels =
	    channels_of(info, is_input) > 1 ? device->audio.channels : 1;
	parameters.channelCount = (int)device->channels;
	parameters.suggestedLatency = is_input ? info->defaultLowInputLatency
					       : info->defaultLowOutputLatency;
	if (Pa_OpenStream(&device->stream, is_input ? &parameters : NULL,
		is_input ? NULL : &parameters, VOICE_RATE, VOICE_FRAME,
		paNoFlag, is_input ? on_input : on_output, device) != paNoError)
		return CAM_ERR_UNSUPPORTED;
	return 0;
}

static void
measure(struct device *device, bool is_input)
{
	const PaStreamInfo *info = Pa_GetStreamInfo(device->stream);
	double latency = info == NULL ? 0
			 : is_input   ? info->inputLatency
				      : info->outputLatency;

	if (latency > 0 && latency < 10)
		device->audio.delay_us = (uint32_t)(latency * 1e6);
}

static int
open_device(
    const struct audio_choice *choice, bool is_input, struct audio **audio)
{
	static const int16_t silence[VOICE_SAMPLES_MAX];
	struct device *device = NULL;
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return CAM_ERR_SYSTEM;
	if (Pa_Initialize() != paNoError) {
		close(fds[0]);
		close(fds[1]);
		return CAM_ERR_UNSUPPORTED;
	}
	device = xcalloc(1, sizeof *device);
	device->audio.ops = &device_ops;
	device->audio.clock_fd = fds[0];
	device->audio.channels = choice->channels;
	device->clock_write_fd = fds[1];
	err = open_stream(device, choice->name, is_input);
	if (err == 0) {
		/* What is played until the loop has had its turn. */
		if (!is_input)
			ring_write(&device->ring, silence,
			    (size_t)VOICE_FRAME * device->channels);
		measure(device, is_input);
		err = Pa_StartStream(device->stream) == paNoError
			  ? 0
			  : CAM_ERR_UNSUPPORTED;
	}
	if (err == 0)
		*audio = &device->audio;
	else
		device_close(&device->audio);
	return err;
}

int
audio_portaudio_open_in(const struct audio_choice *choice, struct audio **audio)
{
	return open_device(choice, true, audio);
}

int
audio_portaudio_open_out(
    const struct audio_choice *choice, struct audio **audio)
{
	return open_device(choice, false, audio);
}

/* PortAudio counts these calls. */
void
audio_portaudio_start(void)
{
	(void)Pa_Initialize();
}

void
audio_portaudio_stop(void)
{
	(void)Pa_Terminate();
}

void
audio_portaudio_look(void)
{
	(void)Pa_Terminate();
	(void)Pa_Initialize();
}

static void
add_name(struct audio_names *names, const char *name)
{
	size_t len = strlen(name);

	if (names->count == AUDIO_DEVICES_MAX || len > AUDIO_NAME_MAX)
		return;
	memcpy(names->list[names->count++], name, len + 1);
}

void
audio_portaudio_names(struct audio_names *in, struct audio_names *out)
{
	in->count = out->count = 0;
	if (Pa_Initialize() != paNoError)
		return;
	for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
		const PaDeviceInfo *info = Pa_GetDeviceInfo(i);

		if (serves(info, true))
			add_name(in, info->name);
		if (serves(info, false))
			add_name(out, info->name);
	}
	Pa_Terminate();
}

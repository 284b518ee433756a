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

enum {
	AHEAD_MAX =
	    3 * VOICE_FRAME, /* more in a ring: two clocks drift apart */
	EMPTY_MAX = 50,	     /* frames without a sample: it has gone */
};

struct device {
	struct audio audio;
	PaStream *stream;
	int clock_write_fd;
	size_t since_frame; /* samples; the callback's */
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
		ring_write(&device->ring, input, count);
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
	size_t got = ring_read(&device->ring, pcm, count);

	memset(pcm + got, 0, (count - got) * sizeof pcm[0]);
	count_samples(device, count);
	return paContinue;
}

static enum audio_state
device_read(struct audio *audio, int16_t pcm[VOICE_FRAME])
{
	struct device *device = (struct device *)audio;
	size_t got;

	if (ring_count(&device->ring) > AHEAD_MAX + VOICE_FRAME)
		ring_read(&device->ring, pcm, VOICE_FRAME);
	got = ring_read(&device->ring, pcm, VOICE_FRAME);
	memset(pcm + got, 0, (VOICE_FRAME - got) * sizeof pcm[0]);
	device->empty = got == 0 ? device->empty + 1 : 0;
	return device->empty < EMPTY_MAX ? AUDIO_GOES_ON : AUDIO_FAILED;
}

static enum audio_state
device_write(struct audio *audio, const int16_t pcm[VOICE_FRAME])
{
	struct device *device = (struct device *)audio;

	if (ring_count(&device->ring) > AHEAD_MAX) {
		device->empty++;
	} else {
		ring_write(&device->ring, pcm, VOICE_FRAME);
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

static bool
serves(const PaDeviceInfo *info, bool is_input)
{
	return info != NULL && (is_input ? info->maxInputChannels
					 : info->maxOutputChannels) > 0;
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
		.channelCount = 1,
		.sampleFormat = paInt16,
	};
	const PaDeviceInfo *info = NULL;

	if (parameters.device == paNoDevice)
		return CAM_ERR_UNKNOWN;
	info = Pa_GetDeviceInfo(parameters.device);
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
open_device(const char *name, bool is_input, struct audio **audio)
{
	static const int16_t silence[VOICE_FRAME];
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
	device->clock_write_fd = fds[1];
	if (!is_input) /* what is played until the loop has had its turn */
		ring_write(&device->ring, silence, VOICE_FRAME);
	err = open_stream(device, name, is_input);
	if (err == 0) {
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
audio_portaudio_open_in(const char *name, struct audio **audio)
{
	return open_device(name, true, audio);
}

int
audio_portaudio_open_out(const char *name, struct audio **audio)
{
	return open_device(name, false, audio);
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

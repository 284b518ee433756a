/* test_audio_portaudio.c: microphones and loudspeakers that go and come back,
 * with a PortAudio made here: its functions are found before the library's. */
#include "test.h"

#include <portaudio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "media/mesh_parts.h"

enum { CARDS = 3, STREAMS = 8, GONE_MS = 4000, PATIENCE_MS = 300000 };

/* -- PortAudio, as it behaves ------------------------------------------------
 */

/* What is plugged in, and what was when the library looked for it. */
struct card {
	const char *name;
	int in, out; /* channels */
	bool is_plugged;
};

static struct {
	struct card cards[CARDS];
	PaDeviceInfo found[CARDS];
	int found_count, initialized;
	unsigned looked;
} pa;

struct PaStream {
	PaStreamCallback *callback;
	void *arg;
	const char *card;
	bool is_input, runs;
	int channels;
};

static struct PaStream streams[STREAMS];

static struct card *
card_named(const char *name)
{
	for (unsigned i = 0; i < CARDS; i++) {
		if (strcmp(pa.cards[i].name, name) == 0)
			return &pa.cards[i];
	}
	fail();
	return NULL;
}

static void
plug(const char *name, bool is_plugged)
{
	card_named(name)->is_plugged = is_plugged;
}

PaError
Pa_Initialize(void)
{
	if (pa.initialized++ > 0)
		return paNoError;
	pa.found_count = 0;
	pa.looked++;
	for (unsigned i = 0; i < CARDS; i++) {
		const struct card *card = &pa.cards[i];

		if (card->is_plugged)
			pa.found[pa.found_count++] =
			    (PaDeviceInfo){ .name = card->name,
				    .maxInputChannels = card->in,
				    .maxOutputChannels = card->out };
	}
	return paNoError;
}

PaError
Pa_Terminate(void)
{
	assert_true(pa.initialized-- > 0);
	return paNoError;
}

PaDeviceIndex
Pa_GetDeviceCount(void)
{
	return pa.found_count;
}

const PaDeviceInfo *
Pa_GetDeviceInfo(PaDeviceIndex device)
{
	assert_in_range(device, 0, pa.found_count - 1);
	return &pa.found[device];
}

PaDeviceIndex
Pa_GetDefaultInputDevice(void)
{
	for (int i = 0; i < pa.found_count; i++) {
		if (pa.found[i].maxInputChannels > 0)
			return i;
	}
	return paNoDevice;
}

PaDeviceIndex
Pa_GetDefaultOutputDevice(void)
{
	for (int i = 0; i < pa.found_count; i++) {
		if (pa.found[i].maxOutputChannels > 0)
			return i;
	}
	return paNoDevice;
}

PaError
Pa_OpenStream(PaStream **stream, const PaStreamParameters *in,
    const PaStreamParameters *out, double rate, unsigned long frames,
    PaStreamFlags flags, PaStreamCallback *callback, void *arg)
{
	const PaStreamParameters *parameters = in != NULL ? in : out;
	struct PaStream *opened = streams;

	assert_true((in == NULL) != (out == NULL));
	assert_true(rate == VOICE_RATE && frames == VOICE_FRAME);
	while (opened->callback != NULL)
		opened++;
	assert_true(opened < streams + STREAMS);
	*opened = (struct PaStream){ .callback = callback,
		.arg = arg,
		.card = Pa_GetDeviceInfo(parameters->device)->name,
		.is_input = in != NULL,
		.channels = parameters->channelCount };
	if (!card_named(opened->card)->is_plugged) {
		opened->callback = NULL;
		return paDeviceUnavailable;
	}
	*stream = opened;
	return paNoError;
}

PaError
Pa_StartStream(PaStream *stream)
{
	((struct PaStream *)stream)->runs = true;
	return paNoError;
}

PaError
Pa_AbortStream(PaStream *stream)
{
	((struct PaStream *)stream)->runs = false;
	return paNoError;
}

PaError
Pa_CloseStream(PaStream *stream)
{
	((struct PaStream *)stream)->callback = NULL;
	return paNoError;
}

const PaStreamInfo *
Pa_GetStreamInfo(PaStream *stream)
{
	static const PaStreamInfo info = { .inputLatency = 0.01,
		.outputLatency = 0.01 };

	return &info;
}

/* 20 ms pass for every card that is plugged in; the last sample that it plays,
 * or brings, is its level. */
static int16_t
cards_turn(int16_t level)
{
	int16_t pcm[VOICE_SAMPLES_MAX], last = 0;

	for (struct PaStream *stream = streams; stream < streams + STREAMS;
	     stream++) {
		size_t count = (size_t)VOICE_FRAME * (size_t)stream->channels;

		if (stream->callback == NULL || !stream->runs ||
		    !card_named(stream->card)->is_plugged)
			continue;
		for (size_t i = 0; i < count; i++)
			pcm[i] = level;
		stream->callback(stream->is_input ? pcm : NULL,
		    stream->is_input ? NULL : pcm, VOICE_FRAME, NULL, 0,
		    stream->arg);
		if (!stream->is_input)
			last = pcm[count - 1];
	}
	return last;
}

/* The card that a stream of that direction runs on, or "". */
static const char *
runs_on(bool is_input)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		if (streams[i].callback != NULL && streams[i].runs &&
		    streams[i].is_input == is_input)
			return streams[i].card;
	}
	return "";
}

static int
set_up(void **state)
{
	pa.cards[0] = (struct card){ "built in", 2, 2, true };
	pa.cards[1] = (struct card){ "headset", 1, 1, true };
	pa.cards[2] = (struct card){ "monitor", 0, 2, true };
	pa.looked = 0;
	audio_portaudio_start();
	return 0;
}

static int
tear_down(void **state)
{
	audio_portaudio_stop();
	/* All that was opened is closed. */
	assert_int_equal(pa.initialized, 0);
	for (unsigned i = 0; i < STREAMS; i++)
		assert_null(streams[i].callback);
	return 0;
}

/* -- a device ----------------------------------------------------------------
 */

static const struct audio_choice headset = {
	.kind = AUDIO_PORTAUDIO, .channels = 1, .name = "headset"
};

static void
names_are_those_of_what_serves(void **state)
{
	struct audio_names in, out;

	audio_portaudio_names(&in, &out);
	assert_int_equal(in.count, 2);
	assert_string_equal(in.list[1], "headset");
	assert_int_equal(out.count, 3);
	assert_string_equal(out.list[2], "monitor");
}

static void
what_a_microphone_brings_is_read_and_each_frame_said(void **state)
{
	struct audio *audio = NULL;
	int16_t pcm[VOICE_FRAME];
	char byte;

	assert_int_equal(audio_open_in(&headset, &audio), 0);
	assert_string_equal(runs_on(true), "headset");
	assert_int_equal(audio->delay_us, 10000);
	assert_int_equal(read(audio->clock_fd, &byte, 1), -1);
	cards_turn(123);
	assert_int_equal(read(audio->clock_fd, &byte, 1), 1);
	assert_int_equal(audio->ops->read(audio, pcm), AUDIO_GOES_ON);
	assert_int_equal(pcm[0], 123);
	assert_int_equal(pcm[VOICE_FRAME - 1], 123);
	/* What is missing is silence. */
	assert_int_equal(audio->ops->read(audio, pcm), AUDIO_GOES_ON);
	assert_int_equal(pcm[0], 0);
	audio_close(audio);
}

static void
what_is_written_is_played_after_a_frame_of_silence(void **state)
{
	struct audio *audio = NULL;
	int16_t pcm[VOICE_FRAME];

	for (size_t i = 0; i < VOICE_FRAME; i++)
		pcm[i] = 77;
	assert_int_equal(audio_open_out(&headset, &audio), 0);
	assert_int_equal(cards_turn(0), 0);
	assert_int_equal(audio->ops->write(audio, pcm), AUDIO_GOES_ON);
	assert_int_equal(cards_turn(0), 77);
	assert_int_equal(cards_turn(0), 0);
	audio_close(audio);
}

/* Frames until it is said to have failed. */
static unsigned
frames_until_failed(struct audio *audio, bool is_input)
{
	int16_t pcm[VOICE_FRAME] = { 0 };
	unsigned frames = 1;

	while ((is_input ? audio->ops->read(audio, pcm)
			 : audio->ops->write(audio, pcm)) != AUDIO_FAILED)
		assert_true(++frames < 1000);
	return frames;
}

static void
one_that_has_gone_is_noticed_within_four_seconds(void **state)
{
	struct audio *in = NULL, *out = NULL;

	assert_int_equal(audio_open_in(&headset, &in), 0);
	assert_int_equal(audio_open_out(&headset, &out), 0);
	cards_turn(1);
	plug("headset", false);
	cards_turn(1);
	assert_in_range(
	    frames_until_failed(in, true), 100, GONE_MS / VOICE_FRAME_MS + 5);
	assert_in_range(
	    frames_until_failed(out, false), 100, GONE_MS / VOICE_FRAME_MS + 5);
	audio_close(in);
	audio_close(out);
}

static void
one_that_comes_is_found_once_nothing_is_open(void **state)
{
	struct audio_choice other = {
		.kind = AUDIO_PORTAUDIO, .channels = 1, .name = "monitor"
	};
	struct audio *audio = NULL, *open = NULL;

	plug("headset", false);
	audio_portaudio_look();
	assert_int_equal(audio_open_in(&headset, &audio), CAM_ERR_UNKNOWN);
	assert_int_equal(audio_open_out(&other, &open), 0);
	plug("headset", true);
	audio_portaudio_look();
	assert_int_equal(audio_open_in(&headset, &audio), CAM_ERR_UNKNOWN);
	audio_close(open);
	audio_portaudio_look();
	assert_int_equal(audio_open_in(&headset, &audio), 0);
	audio_close(audio);
}

/* -- in a call ---------------------------------------------------------------
 */

struct call {
	struct shield *kept;
	struct loop *loop;
	struct timer time;
	struct mesh *mesh;
	unsigned told[2], silent[2]; /* by mesh_direction */
};

static void
on_member(void *arg, unsigned member)
{
}

static void
on_finished(void *arg, enum media_kind kind)
{
}

static void
on_device(void *arg, enum mesh_direction direction, bool is_silent)
{
	struct call *call = arg;

	call->told[direction]++;
	call->silent[direction] += is_silent;
}

static void
on_levels(void *arg)
{
}

static const struct mesh_ops mesh_ops = { on_member, on_member, on_finished,
	on_device, on_levels };

static void
on_time(void *arg)
{
	cards_turn(0);
}

static struct call *
begin_call(void)
{
	struct call *call = calloc(1, sizeof *call);
	struct mesh_setup setup = { .in = headset,
		.out = headset,
		.video_in = { .fd = -1 },
		.video_out = -1 };
	struct addr nobody = addr_v4(0x7f000001, 9);
	struct media theirs;

	assert_int_equal(shield_start(&call->kept), 0);
	call->loop = loop_new();
	timer_init(&call->time, call->loop, on_time, NULL);
	timer_repeat(&call->time, VOICE_FRAME_MS);
	setup.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	media_random(&setup.own, 22224);
	media_random(&theirs, nobody.port);
	assert_int_equal(
	    mesh_new(call->loop, &setup, &mesh_ops, call, &call->mesh), 0);
	assert_int_equal(mesh_add(call->mesh, 1, &nobody, &theirs), 0);
	return call;
}

static void
end_call(struct call *call)
{
	mesh_free(call->mesh);
	timer_finish(&call->time);
	loop_free(call->loop);
	shield_stop(call->kept);
	free(call);
}

static void
await_told(struct call *call, unsigned in, unsigned out)
{
	uint64_t until_ms = clock_now_ms() + PATIENCE_MS;

	while (call->told[MESH_IN] < in || call->told[MESH_OUT] < out) {
		assert_true(clock_now_ms() < until_ms);
		loop_turn(call->loop, 1);
	}
	assert_int_equal(call->told[MESH_IN], in);
	assert_int_equal(call->told[MESH_OUT], out);
}

static void
a_call_goes_on_with_the_systems_own_and_takes_it_back(void **state)
{
	struct call *call = begin_call();

	assert_string_equal(runs_on(true), "headset");
	assert_string_equal(runs_on(false), "headset");
	plug("headset", false);
	await_told(call, 1, 1);
	assert_int_equal(call->silent[MESH_IN] + call->silent[MESH_OUT], 0);
	assert_string_equal(runs_on(true), "built in");
	assert_string_equal(runs_on(false), "built in");
	/* Nobody has it yet, and what there is stays. */
	assert_int_equal(
	    mesh_change(call->mesh, MESH_OUT, &headset), CAM_ERR_UNKNOWN);
	assert_string_equal(runs_on(false), "built in");
	plug("headset", true);
	assert_int_equal(mesh_change(call->mesh, MESH_OUT, &headset), 0);
	assert_int_equal(mesh_change(call->mesh, MESH_IN, &headset), 0);
	assert_string_equal(runs_on(true), "headset");
	assert_string_equal(runs_on(false), "headset");
	await_told(call, 1, 1);
	end_call(call);
}

static void
where_there_is_no_other_it_is_silent(void **state)
{
	struct call *call = begin_call();

	for (unsigned i = 0; i < CARDS; i++)
		pa.cards[i].is_plugged = false;
	await_told(call, 1, 1);
	assert_int_equal(call->silent[MESH_IN], 1);
	assert_int_equal(call->silent[MESH_OUT], 1);
	assert_string_equal(runs_on(true), "");
	plug("monitor", true);
	assert_int_equal(mesh_change(call->mesh, MESH_OUT,
			     &(struct audio_choice){
				 .kind = AUDIO_PORTAUDIO, .name = "monitor" }),
	    0);
	assert_string_equal(runs_on(false), "monitor");
	end_call(call);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_those_of_what_serves),
		TEST(what_a_microphone_brings_is_read_and_each_frame_said),
		TEST(what_is_written_is_played_after_a_frame_of_silence),
		TEST(one_that_has_gone_is_noticed_within_four_seconds),
		TEST(one_that_comes_is_found_once_nothing_is_open),
		TEST(a_call_goes_on_with_the_systems_own_and_takes_it_back),
		TEST(where_there_is_no_other_it_is_silent),
	};

	return cmocka_run_group_tests_name(
	    "devices of sound", tests, NULL, NULL);
}

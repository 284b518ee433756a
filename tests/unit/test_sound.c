/* test_sound.c: samples: files, rings, mixes, packets of voice. */
#include "test.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "media/audio.h"
#include "media/ring.h"
#include "media/rtp.h"
#include "media/sound.h"
#include "media/voice.h"
#include "media/wav.h"

static void
sine(int16_t pcm[VOICE_FRAME], double hz, double amplitude)
{
	for (int i = 0; i < VOICE_FRAME; i++)
		pcm[i] =
		    (int16_t)(amplitude * sin(2 * M_PI * hz * i / VOICE_RATE));
}

static void
levels_are_decibels_below_full_scale(void **state)
{
	int16_t pcm[VOICE_FRAME] = { 0 };

	assert_int_equal(sound_level(pcm, VOICE_FRAME), RTP_LEVEL_SILENT);
	sine(pcm, 400, 32767);
	assert_int_equal(sound_level(pcm, VOICE_FRAME), 3); /* of a sine */
	sine(pcm, 400, 3276.7);
	assert_int_equal(sound_level(pcm, VOICE_FRAME), 23);
	for (size_t i = 0; i < VOICE_FRAME; i++)
		pcm[i] = INT16_MIN;
	assert_int_equal(sound_level(pcm, VOICE_FRAME), 0);
}

static void
a_mix_is_a_sum_that_does_not_wrap(void **state)
{
	int16_t loud[VOICE_FRAME], quiet[VOICE_FRAME], pcm[VOICE_FRAME];
	int32_t sum[VOICE_FRAME] = { 0 };

	for (size_t i = 0; i < VOICE_FRAME; i++) {
		loud[i] = i % 2 == 0 ? 30000 : -30000;
		quiet[i] = 100;
	}
	sound_add(sum, quiet, VOICE_FRAME);
	sound_clip(sum, pcm, VOICE_FRAME);
	assert_int_equal(pcm[5], 100);
	sound_add(sum, loud, VOICE_FRAME);
	sound_add(sum, loud, VOICE_FRAME);
	sound_clip(sum, pcm, VOICE_FRAME);
	assert_int_equal(pcm[0], INT16_MAX);
	assert_int_equal(pcm[1], INT16_MIN);
}

static void
a_ring_gives_back_what_it_was_given(void **state)
{
	struct ring *ring = calloc(1, sizeof *ring);
	int16_t in[700], out[900], next = 0, wanted = 0;

	for (unsigned round = 0; round < 200; round++) {
		size_t got;

		for (size_t i = 0; i < 700; i++)
			in[i] = (int16_t)(next + (int16_t)i);
		next = (int16_t)(next + (int16_t)ring_write(ring, in, 700));
		got = ring_read(ring, out, 500 + round * 2);
		for (size_t i = 0; i < got; i++) {
			assert_int_equal(out[i], wanted);
			wanted++;
		}
	}
	while (ring_write(ring, in, 700) == 700)
		;
	assert_int_equal(ring_count(ring), RING_SIZE);
	assert_int_equal(ring_write(ring, in, 1), 0);
	free(ring);
}

/* A file of one channel at that rate, ending after ms. */
static int
make_wav(uint32_t rate, unsigned ms)
{
	uint8_t header[WAV_HEADER_SIZE];
	uint32_t count = rate * ms / 1000;
	FILE *file = tmpfile();
	int fd;

	wav_write_header(rate, 1, count * 2, header);
	assert_int_equal(fwrite(header, sizeof header, 1, file), 1);
	for (uint32_t i = 0; i < count; i++) {
		int16_t sample =
		    (int16_t)(10000 * sin(2 * M_PI * 500 * i / rate));

		assert_int_equal(fwrite(&sample, 2, 1, file), 1);
	}
	fd = dup(fileno(file));
	fclose(file);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void
read_all(uint32_t rate, bool loop)
{
	struct audio_choice choice = { .kind = AUDIO_FILE,
		.channels = 1,
		.fd = make_wav(rate, 100),
		.loop = loop };
	struct audio *audio = NULL;
	int16_t pcm[VOICE_FRAME];

	assert_int_equal(audio_open_in(&choice, &audio), 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(audio->ops->read(audio, pcm), AUDIO_GOES_ON);
		if (i > 0)
			assert_in_range(sound_level(pcm, VOICE_FRAME), 12, 14);
	}
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(audio->ops->read(audio, pcm),
		    loop || i == 0 ? AUDIO_GOES_ON : AUDIO_ENDED);
	assert_int_equal(
	    sound_level(pcm, VOICE_FRAME) == RTP_LEVEL_SILENT, !loop);
	audio_close(audio);
}

static void
a_file_is_read_at_its_rate_to_its_end(void **state)
{
	read_all(48000, false);
	read_all(48000, true);
	read_all(8000, true);
	read_all(44100, true);
	read_all(192000, true);
}

static void
a_file_written_can_be_read(void **state)
{
	struct audio_choice out = { .kind = AUDIO_FILE, .channels = 1 },
			    in = out;
	struct audio *audio = NULL;
	int16_t wrote[VOICE_FRAME], read_back[VOICE_FRAME];
	FILE *file = tmpfile();

	sine(wrote, 700, 12000);
	out.fd = dup(fileno(file));
	assert_int_equal(audio_open_out(&out, &audio), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(
		    audio->ops->write(audio, wrote), AUDIO_GOES_ON);
	audio_close(audio);
	in.fd = dup(fileno(file));
	lseek(in.fd, 0, SEEK_SET);
	assert_int_equal(audio_open_in(&in, &audio), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(
		    audio->ops->read(audio, read_back), AUDIO_GOES_ON);
		assert_memory_equal(read_back, wrote, sizeof wrote);
	}
	assert_int_equal(audio->ops->read(audio, read_back), AUDIO_ENDED);
	audio_close(audio);
	fclose(file);
}

static void
what_cannot_be_a_device_is_refused(void **state)
{
	struct audio_choice choice = { .kind = AUDIO_FILE,
		.channels = 1,
		.fd = open("/dev/null", O_RDWR | O_CLOEXEC) };
	struct audio *audio = NULL;

	assert_int_equal(audio_open_in(&choice, &audio), CAM_ERR_FORMAT);
	choice.fd = -1;
	assert_int_equal(audio_open_in(&choice, &audio), CAM_ERR_SYSTEM);
	assert_int_equal(audio_open_out(&choice, &audio), CAM_ERR_SYSTEM);
	choice.kind = AUDIO_TONE;
	assert_int_equal(audio_open_out(&choice, &audio), CAM_ERR_UNSUPPORTED);
	assert_null(audio);
}

/* The tone of a frame: how much of the hz is in it. */
static double
power_at(const int16_t pcm[VOICE_FRAME], double hz)
{
	double re = 0, im = 0;

	for (int i = 0; i < VOICE_FRAME; i++) {
		re += pcm[i] * cos(2 * M_PI * hz * i / VOICE_RATE);
		im += pcm[i] * sin(2 * M_PI * hz * i / VOICE_RATE);
	}
	return sqrt(re * re + im * im) / VOICE_FRAME * 2;
}

static void
a_voice_comes_out_of_its_packets(void **state)
{
	struct audio_choice tone = {
		.kind = AUDIO_TONE, .channels = 1, .hz = 500
	};
	struct audio *audio = NULL;
	struct voice_encoder *encoder = NULL;
	struct voice_decoder *decoder = NULL;
	uint8_t packet[VOICE_PACKET_MAX];
	int16_t pcm[VOICE_FRAME];

	assert_int_equal(audio_open_in(&tone, &audio), 0);
	assert_int_equal(voice_encoder_new(1, 0, &encoder), 0);
	assert_int_equal(voice_decoder_new(1, &decoder), 0);
	for (unsigned i = 0; i < 30; i++) {
		int len;

		audio->ops->read(audio, pcm);
		len = voice_encode(encoder, pcm, packet);
		assert_in_range(len, 3, 300);
		assert_int_equal(
		    voice_decode(decoder, span_of(packet, (size_t)len), pcm),
		    0);
	}
	assert_true(power_at(pcm, 500) > 4000);
	/* A lost one sounds like the one before. */
	voice_conceal(decoder, pcm);
	assert_true(power_at(pcm, 500) > 1500);
	voice_encoder_free(encoder);
	voice_decoder_free(decoder);
	audio_close(audio);
}

static void
silence_is_not_sent(void **state)
{
	struct voice_encoder *encoder = NULL;
	uint8_t packet[VOICE_PACKET_MAX];
	int16_t pcm[VOICE_FRAME] = { 0 };
	unsigned sent = 0;

	assert_int_equal(voice_encoder_new(1, 0, &encoder), 0);
	voice_allow_silence(encoder, true);
	for (unsigned i = 0; i < 150; i++)
		sent += voice_encode(encoder, pcm, packet) > 0;
	/* The first, and one now and then. */
	assert_in_range(sent, 1, 40);
	voice_encoder_free(encoder);
}

static void
what_is_no_packet_sounds_like_a_lost_one(void **state)
{
	static const uint8_t wrong[] = { 0xff, 0xff, 0xff, 1, 2, 3 };
	struct voice_decoder *decoder = NULL;
	int16_t pcm[VOICE_FRAME];

	assert_int_equal(voice_decoder_new(1, &decoder), 0);
	assert_int_equal(
	    voice_decode(decoder, span_of(wrong, sizeof wrong), pcm),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    voice_decode(decoder, span_of(NULL, 0), pcm), CAM_ERR_FORMAT);
	assert_int_equal(sound_level(pcm, VOICE_FRAME), RTP_LEVEL_SILENT);
	voice_decoder_free(decoder);
}

static void
two_channels_stay_two(void **state)
{
	struct voice_encoder *encoder = NULL;
	struct voice_decoder *decoder = NULL, *folding = NULL;
	uint8_t packet[VOICE_PACKET_MAX];
	int16_t pcm[VOICE_SAMPLES_MAX], left[VOICE_FRAME], right[VOICE_FRAME];

	assert_int_equal(voice_encoder_new(2, 0, &encoder), 0);
	assert_int_equal(voice_decoder_new(2, &decoder), 0);
	assert_int_equal(voice_decoder_new(1, &folding), 0);
	for (unsigned i = 0; i < 30; i++) {
		int len;

		sine(left, 500, 10000);
		sine(right, 1500, 10000);
		for (size_t k = 0; k < VOICE_FRAME; k++) {
			pcm[2 * k] = left[k];
			pcm[2 * k + 1] = right[k];
		}
		len = voice_encode(encoder, pcm, packet);
		assert_in_range(len, 3, 600);
		assert_int_equal(
		    voice_decode(decoder, span_of(packet, (size_t)len), pcm),
		    0);
		/* Who hears in one channel hears both. */
		assert_int_equal(
		    voice_decode(folding, span_of(packet, (size_t)len), left),
		    0);
	}
	assert_true(power_at(left, 500) > 2000);
	assert_true(power_at(left, 1500) > 2000);
	for (size_t k = 0; k < VOICE_FRAME; k++) {
		left[k] = pcm[2 * k];
		right[k] = pcm[2 * k + 1];
	}
	assert_true(power_at(left, 500) > 8 * power_at(left, 1500));
	assert_true(power_at(right, 1500) > 8 * power_at(right, 500));
	voice_encoder_free(encoder);
	voice_decoder_free(decoder);
	voice_decoder_free(folding);
}

/* As when one cam-media takes over from another, which has died. */
static void
a_file_goes_on_where_it_stopped(void **state)
{
	FILE *file = tmpfile();
	struct audio_choice choice = { .kind = AUDIO_FILE, .channels = 2 };
	struct audio *audio = NULL;
	int16_t pcm[VOICE_SAMPLES_MAX] = { 0 };

	for (unsigned round = 1; round <= 2; round++) {
		choice.fd = dup(fileno(file));
		assert_int_equal(audio_open_out(&choice, &audio), 0);
		for (unsigned i = 0; i < 10; i++) {
			pcm[0] = (int16_t)(100 * round + i);
			audio->ops->write(audio, pcm);
		}
		audio_close(audio);
	}
	lseek(fileno(file), 0, SEEK_SET);
	for (unsigned round = 1; round <= 2; round++) {
		choice.fd = dup(fileno(file));
		assert_int_equal(audio_open_in(&choice, &audio), 0);
		for (unsigned i = 0; i < 10; i++) {
			assert_int_equal(
			    audio->ops->read(audio, pcm), AUDIO_GOES_ON);
			assert_int_equal(pcm[0], 100 * round + i);
		}
		audio_close(audio);
		/* It has read ahead: to its place the file is put. */
		lseek(fileno(file), (off_t)(WAV_HEADER_SIZE + 10 * sizeof pcm),
		    SEEK_SET);
	}
	fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_decibels_below_full_scale),
		cmocka_unit_test(a_mix_is_a_sum_that_does_not_wrap),
		cmocka_unit_test(a_ring_gives_back_what_it_was_given),
		cmocka_unit_test(a_file_is_read_at_its_rate_to_its_end),
		cmocka_unit_test(a_file_written_can_be_read),
		cmocka_unit_test(what_cannot_be_a_device_is_refused),
		cmocka_unit_test(a_voice_comes_out_of_its_packets),
		cmocka_unit_test(silence_is_not_sent),
		cmocka_unit_test(what_is_no_packet_sounds_like_a_lost_one),
		cmocka_unit_test(two_channels_stay_two),
		cmocka_unit_test(a_file_goes_on_where_it_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

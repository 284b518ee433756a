/* voice.c: frames of sound as Opus packets, and back. */
#include "media/voice.h"

#include <opus.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/mem.h"

enum {
	COMPLEXITY = 5, /* twice the work beyond it cannot be heard in voices */
	SLOW_US = 4000, /* a frame that takes longer on average makes it less */
	FAST_US = 1000,
	MEASURED_EVERY = 8, /* frames: asking for the time takes some too */
	MEASURED = 16,	    /* between changes */
	NOTHING_TO_SEND = 2,
};

struct voice_encoder {
	OpusEncoder *opus;
	int complexity;
	bool allows_silence;
	unsigned frames;
	uint64_t used_us; /* of the processor, for those measured */
};

struct voice_decoder {
	OpusDecoder *opus;
	unsigned channels;
};

int
voice_encoder_new(
    unsigned channels, unsigned bitrate, struct voice_encoder **encoder)
{
	struct voice_encoder *made = NULL;
	OpusEncoder *opus = opus_encoder_create(VOICE_RATE, (int)channels,
	    channels == 1 ? OPUS_APPLICATION_VOIP : OPUS_APPLICATION_AUDIO,
	    NULL);

	if (opus == NULL)
		return CAM_ERR_SYSTEM;
	made = xcalloc(1, sizeof *made);
	made->opus = opus;
	made->complexity = COMPLEXITY;
	opus_encoder_ctl(opus, OPUS_SET_COMPLEXITY(COMPLEXITY));
	/* Who asks for two channels has more to be heard than a voice. */
	if (channels == 1)
		opus_encoder_ctl(opus, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
	opus_encoder_ctl(opus, OPUS_SET_INBAND_FEC(1));
	if (bitrate == 0)
		bitrate = channels == 1 ? VOICE_BITRATE : VOICE_BITRATE_STEREO;
	voice_set_bitrate(made, bitrate);
	*encoder = made;
	return 0;
}

void
voice_encoder_free(struct voice_encoder *encoder)
{
	if (encoder == NULL)
		return;
	opus_encoder_destroy(encoder->opus);
	free(encoder);
}

static uint64_t
used_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

/* So that a slow machine keeps up. */
static void
adapt(struct voice_encoder *encoder)
{
	uint64_t average_us = encoder->used_us / MEASURED;
	int complexity = encoder->complexity;

	if (average_us > SLOW_US && complexity > 0)
		complexity--;
	else if (average_us < FAST_US && complexity < COMPLEXITY)
		complexity++;
	if (complexity != encoder->complexity)
		opus_encoder_ctl(
		    encoder->opus, OPUS_SET_COMPLEXITY(complexity));
	encoder->complexity = complexity;
	encoder->frames = 0;
	encoder->used_us = 0;
}

int
voice_encode(struct voice_encoder *encoder, const int16_t *pcm,
    uint8_t packet[VOICE_PACKET_MAX])
{
	bool measured = encoder->frames++ % MEASURED_EVERY == 0;
	uint64_t begin_us = measured ? used_us() : 0;
	int len = opus_encode(
	    encoder->opus, pcm, VOICE_FRAME, packet, VOICE_PACKET_MAX);

	if (measured)
		encoder->used_us += used_us() - begin_us;
	if (encoder->frames == MEASURED * MEASURED_EVERY)
		adapt(encoder);
	if (len < 0)
		return CAM_ERR_FORMAT;
	return len <= NOTHING_TO_SEND ? 0 : len;
}

void
voice_allow_silence(struct voice_encoder *encoder, bool allowed)
{
	if (encoder->allows_silence == allowed)
		return;
	encoder->allows_silence = allowed;
	opus_encoder_ctl(encoder->opus, OPUS_SET_DTX(allowed));
}

void
voice_expect_loss(struct voice_encoder *encoder, unsigned percent)
{
	opus_encoder_ctl(
	    encoder->opus, OPUS_SET_PACKET_LOSS_PERC((opus_int32)percent));
}

void
voice_set_bitrate(struct voice_encoder *encoder, unsigned bitrate)
{
	opus_encoder_ctl(encoder->opus, OPUS_SET_BITRATE((opus_int32)bitrate));
}

int
voice_decoder_new(unsigned channels, struct voice_decoder **decoder)
{
	OpusDecoder *opus =
	    opus_decoder_create(VOICE_RATE, (int)channels, NULL);

	if (opus == NULL)
		return CAM_ERR_SYSTEM;
	*decoder = xcalloc(1, sizeof **decoder);
	(*decoder)->opus = opus;
	(*decoder)->channels = channels;
	return 0;
}

void
voice_decoder_free(struct voice_decoder *decoder)
{
	if (decoder == NULL)
		return;
	opus_decoder_destroy(decoder->opus);
	free(decoder);
}

static int
decode(struct voice_decoder *decoder, struct span packet, int16_t *pcm,
    int recover)
{
	int samples = packet.len > 0 ? opus_packet_get_nb_samples(packet.data,
					   (opus_int32)packet.len, VOICE_RATE)
				     : 0;

	if (samples == VOICE_FRAME &&
	    opus_decode(decoder->opus, packet.data, (opus_int32)packet.len, pcm,
		VOICE_FRAME, recover) == VOICE_FRAME)
		return 0;
	voice_conceal(decoder, pcm);
	return CAM_ERR_FORMAT;
}

int
voice_decode(struct voice_decoder *decoder, struct span packet, int16_t *pcm)
{
	return decode(decoder, packet, pcm, 0);
}

int
voice_recover(struct voice_decoder *decoder, struct span next, int16_t *pcm)
{
	return decode(decoder, next, pcm, 1);
}

void
voice_conceal(struct voice_decoder *decoder, int16_t *pcm)
{
	if (opus_decode(decoder->opus, NULL, 0, pcm, VOICE_FRAME, 0) !=
	    VOICE_FRAME)
		memset(pcm, 0, VOICE_FRAME * decoder->channels * sizeof pcm[0]);
}

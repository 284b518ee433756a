/* playout.c: one received voice, from packets to the sound of the next 20 ms.
 */
#include "media/playout.h"

#include <stdlib.h>

#include "base/mem.h"
#include "media/rtp.h"
#include "media/sound.h"

enum { QUIET = 50 }; /* dB below full scale: a frame more is not heard */

struct playout *
playout_new(uint32_t clock, unsigned channels)
{
	struct voice_decoder *decoder = NULL;
	struct playout *playout = NULL;

	if (voice_decoder_new(channels, &decoder) < 0)
		return NULL;
	playout = xcalloc(1, sizeof *playout);
	playout->decoder = decoder;
	playout->channels = channels;
	playout->level = RTP_LEVEL_SILENT;
	jitter_init(&playout->jitter, clock);
	return playout;
}

void
playout_free(struct playout *playout)
{
	if (playout == NULL)
		return;
	voice_decoder_free(playout->decoder);
	free(playout);
}

void
playout_put(struct playout *playout, const struct rtp_packet *packet,
    uint64_t arrived_us)
{
	jitter_put(&playout->jitter, packet, arrived_us);
}

static void
decode(struct playout *playout, const struct jitter_frame *frame, int16_t *pcm)
{
	switch (frame->kind) {
	case JITTER_PACKET:
	case JITTER_DROP:
		voice_decode(playout->decoder, frame->payload, pcm);
		return;
	case JITTER_RECOVER:
		voice_recover(playout->decoder, frame->payload, pcm);
		return;
	case JITTER_CONCEAL:
	case JITTER_NOTHING:
		voice_conceal(playout->decoder, pcm);
		return;
	}
}

bool
playout_take(struct playout *playout, uint64_t now_us, int16_t *pcm)
{
	bool quiet = playout->level >= QUIET;
	struct jitter_frame frame =
	    jitter_take(&playout->jitter, now_us, quiet);

	if (frame.kind == JITTER_NOTHING) {
		playout->level = RTP_LEVEL_SILENT;
		return false;
	}
	decode(playout, &frame, pcm);
	if (frame.kind == JITTER_DROP) {
		int16_t second[VOICE_SAMPLES_MAX];

		frame = jitter_take(&playout->jitter, now_us, quiet);
		decode(playout, &frame, second);
		sound_merge(pcm, second, pcm, playout->channels);
	}
	playout->level = sound_level(pcm, VOICE_FRAME * playout->channels);
	return true;
}

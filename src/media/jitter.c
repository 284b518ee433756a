/* jitter.c: packets of a voice as they arrive, and when each is to be played.
 */
#include "media/jitter.h"

#include <string.h>

enum {
	WINDOW_US = 10 * 1000 * 1000, /* of the fastest packets */
	TARGET_FIRST_US = 5000,
	TARGET_MAX_US = 400 * 1000,
	SILENT_US = 1000 * 1000, /* without packets: nobody speaks */
	/* More than this too much delay is taken back in mid-word. */
	SURPLUS_MAX_US = 60 * 1000,
	CALM_US = 500 * 1000,
};

/* How fast lateness is forgotten: by half in 3.5 s of packets. */
static const double KEPT = 0.996;
static const double IN_TIME = 0.99;
/* From here on a packet of delay is worth it, for it brings the next one's
 * word on a lost one. */
static const double LOSS_FELT = 0.02;

void
jitter_init(struct jitter *jitter, uint32_t clock)
{
	memset(jitter, 0, sizeof *jitter);
	jitter->step = clock / (1000000 / JITTER_FRAME_US);
}

static void
restart(struct jitter *jitter, uint32_t timestamp, uint64_t now_us)
{
	struct jitter_counters counters = jitter->counters;
	uint32_t step = jitter->step;

	memset(jitter, 0, sizeof *jitter);
	jitter->counters = counters;
	jitter->step = step;
	jitter->started = true;
	/* Frames are counted from 1000, so that some before are there too. */
	jitter->next = 1000;
	jitter->origin = timestamp - 1000 * step;
	jitter->base_us[0] = jitter->base_us[1] = INT64_MAX;
	jitter->base_since_us = now_us;
	jitter->target_us = TARGET_FIRST_US;
	jitter->last_frame = jitter->next - 1;
}

/* When the frame's packet would have come by the fastest way. */
static int64_t
due_us(const struct jitter *jitter, uint32_t frame)
{
	int64_t base = jitter->base_us[0] < jitter->base_us[1]
			   ? jitter->base_us[0]
			   : jitter->base_us[1];

	return base + (int64_t)frame * JITTER_FRAME_US;
}

static void
learn_base(struct jitter *jitter, int64_t transit_us, uint64_t now_us)
{
	if (now_us > jitter->base_since_us + WINDOW_US) {
		jitter->base_us[1] = jitter->base_us[0];
		jitter->base_us[0] = INT64_MAX;
		jitter->base_since_us = now_us;
	}
	if (transit_us < jitter->base_us[0])
		jitter->base_us[0] = transit_us;
}

/* The end of the bin below which IN_TIME of all packets lie. */
static int64_t
lateness_us(const struct jitter *jitter)
{
	double sum = 0, total = 0;
	size_t bin = 0;

	for (size_t i = 0; i < JITTER_BINS; i++)
		total += jitter->lateness[i];
	while (bin < JITTER_BINS - 1 &&
	       (sum += jitter->lateness[bin]) < IN_TIME * total)
		bin++;
	return (int64_t)(bin + 1) * JITTER_BIN_US;
}

static void
learn(struct jitter *jitter, uint32_t frame, uint64_t arrived_us)
{
	int64_t late_us;
	size_t bin;

	learn_base(jitter,
	    (int64_t)arrived_us - (int64_t)frame * JITTER_FRAME_US, arrived_us);
	late_us = (int64_t)arrived_us - due_us(jitter, frame);
	bin = (size_t)(late_us / JITTER_BIN_US);
	if (bin >= JITTER_BINS)
		bin = JITTER_BINS - 1;
	for (size_t i = 0; i < JITTER_BINS; i++)
		jitter->lateness[i] *= KEPT;
	jitter->lateness[bin] += 1 - KEPT;
	jitter->target_us = lateness_us(jitter);
	if (jitter->loss > LOSS_FELT)
		jitter->target_us += JITTER_FRAME_US;
	if (jitter->target_us > TARGET_MAX_US)
		jitter->target_us = TARGET_MAX_US;
}

/* The number of a frame by its timestamp; those near the one to be played. */
static bool
frame_of(const struct jitter *jitter, uint32_t timestamp, uint32_t *frame)
{
	uint32_t begin = jitter->origin + jitter->next * jitter->step;
	int32_t ahead = (int32_t)(timestamp - begin);
	int32_t frames = ahead / (int32_t)jitter->step;

	if (ahead % (int32_t)jitter->step != 0 || frames < -500 ||
	    frames >= JITTER_SLOTS)
		return false;
	*frame = jitter->next + (uint32_t)frames;
	return true;
}

static struct jitter_slot *
slot_of(struct jitter *jitter, uint32_t frame)
{
	return &jitter->slots[frame % JITTER_SLOTS];
}

static bool
has(struct jitter *jitter, uint32_t frame)
{
	const struct jitter_slot *slot = slot_of(jitter, frame);

	return slot->used && slot->frame == frame;
}

static bool
keep(struct jitter *jitter, uint32_t frame, const struct rtp_packet *packet)
{
	struct jitter_slot *slot = slot_of(jitter, frame);

	if ((int32_t)(frame - jitter->next) < 0) {
		jitter->counters.late++;
		return false;
	}
	if (has(jitter, frame)) {
		jitter->counters.duplicates++;
		return false;
	}
	slot->used = true;
	slot->frame = frame;
	slot->sequence = packet->sequence;
	slot->len = (uint16_t)packet->payload.len;
	memcpy(slot->payload, packet->payload.data, packet->payload.len);
	return true;
}

bool
jitter_put(
    struct jitter *jitter, const struct rtp_packet *packet, uint64_t arrived_us)
{
	uint32_t frame;

	if (packet->payload.len == 0 ||
	    packet->payload.len > JITTER_PAYLOAD_MAX)
		return false;
	if (!jitter->started || !frame_of(jitter, packet->timestamp, &frame)) {
		restart(jitter, packet->timestamp, arrived_us);
		frame = jitter->next;
	}
	jitter->heard_us = arrived_us;
	learn(jitter, frame, arrived_us);
	return keep(jitter, frame, packet);
}

int64_t
jitter_delay_us(const struct jitter *jitter, uint64_t now_us)
{
	return jitter->started ? (int64_t)now_us - due_us(jitter, jitter->next)
			       : 0;
}

static void
learn_loss(struct jitter *jitter, bool lost)
{
	jitter->loss += ((lost ? 1. : 0.) - jitter->loss) / 256;
}

/* What was missing was lost, or never sent. */
static void
explain_missed(struct jitter *jitter, bool lost)
{
	if (lost)
		jitter->counters.concealed += jitter->missed;
	else
		jitter->counters.silent += jitter->missed;
	for (uint32_t i = 0; i < jitter->missed && i < JITTER_SLOTS; i++)
		learn_loss(jitter, lost);
	jitter->missed = 0;
}

static struct jitter_frame
take_packet(struct jitter *jitter, enum jitter_kind kind)
{
	struct jitter_slot *slot = slot_of(jitter, jitter->next);
	uint16_t between =
	    (uint16_t)(slot->sequence - jitter->last_sequence - 1);

	explain_missed(jitter, between != 0);
	learn_loss(jitter, false);
	jitter->last_sequence = slot->sequence;
	jitter->last_frame = jitter->next++;
	slot->used = false;
	jitter->counters.played++;
	return (struct jitter_frame){ kind, span_of(slot->payload, slot->len) };
}

/* The packet behind the one that is missing, where it is there and shows that
 * the missing one was sent. */
static bool
take_next(struct jitter *jitter, struct jitter_frame *frame)
{
	const struct jitter_slot *slot = slot_of(jitter, jitter->next + 1);
	uint16_t gap = (uint16_t)(jitter->next - jitter->last_frame);

	if (!has(jitter, jitter->next + 1) ||
	    (uint16_t)(slot->sequence - jitter->last_sequence) != gap + 1)
		return false;
	explain_missed(jitter, true);
	learn_loss(jitter, true);
	jitter->counters.recovered++;
	jitter->last_sequence = (uint16_t)(slot->sequence - 1);
	jitter->last_frame = jitter->next++;
	frame->kind = JITTER_RECOVER;
	frame->payload = span_of(slot->payload, slot->len);
	return true;
}

static struct jitter_frame
take_missing(struct jitter *jitter, uint64_t now_us)
{
	struct jitter_frame frame = { .kind = JITTER_CONCEAL };

	if (take_next(jitter, &frame))
		return frame;
	if (now_us > jitter->heard_us + SILENT_US)
		frame.kind = JITTER_NOTHING;
	jitter->missed++;
	jitter->next++;
	return frame;
}

/* More delay than is needed, for long enough: a frame may be left out. */
static bool
may_drop(struct jitter *jitter, int64_t surplus_us, uint64_t now_us, bool quiet)
{
	if (surplus_us < JITTER_FRAME_US + JITTER_BIN_US) {
		jitter->calm_us = now_us;
		return false;
	}
	if ((!quiet && surplus_us < SURPLUS_MAX_US) ||
	    now_us < jitter->calm_us + CALM_US)
		return false;
	/* Both there, to be merged, or neither. */
	return has(jitter, jitter->next) == has(jitter, jitter->next + 1);
}

struct jitter_frame
jitter_take(struct jitter *jitter, uint64_t now_us, bool quiet)
{
	int64_t surplus_us;

	if (!jitter->started)
		return (struct jitter_frame){ .kind = JITTER_NOTHING };
	surplus_us = jitter_delay_us(jitter, now_us) - jitter->target_us;
	if (surplus_us < 0 && surplus_us > -TARGET_MAX_US) {
		jitter->counters.added++;
		return (struct jitter_frame){ .kind = JITTER_CONCEAL };
	}
	if (may_drop(jitter, surplus_us, now_us, quiet)) {
		jitter->counters.dropped++;
		jitter->calm_us = now_us;
		if (has(jitter, jitter->next))
			return take_packet(jitter, JITTER_DROP);
		take_missing(jitter, now_us);
	}
	return has(jitter, jitter->next) ? take_packet(jitter, JITTER_PACKET)
					 : take_missing(jitter, now_us);
}

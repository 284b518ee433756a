/* reassembly.c: packets of one stream of video as they arrive, and the whole
 * pictures they make. */
#include "media/reassembly.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

enum { PAYLOAD_MAX = 1500 };

enum slot_state { SLOT_EMPTY, SLOT_MISSING, SLOT_THERE };

struct slot {
	enum slot_state state;
	uint16_t sequence;
	/* Missing: since when, and how it was asked for. */
	uint64_t since_us, asked_us;
	unsigned asked;
	/* There. */
	uint32_t timestamp;
	bool begins, ends, is_key, is_padding;
	uint16_t len;
	uint8_t bytes[PAYLOAD_MAX];
};

struct reassembly {
	enum vpx_codec codec;
	bool started;
	bool wants_key;
	uint16_t next; /* the first packet of the picture that comes next */
	uint16_t end;  /* behind the newest packet */
	struct reassembly_counters counters;
	struct buf picture;
	struct slot slots[REASSEMBLY_PACKETS];
};

struct reassembly *
reassembly_new(enum vpx_codec codec)
{
	struct reassembly *reassembly = xcalloc(1, sizeof *reassembly);

	reassembly->codec = codec;
	reassembly->wants_key = true;
	buf_init(&reassembly->picture, REASSEMBLY_PICTURE_MAX);
	return reassembly;
}

void
reassembly_free(struct reassembly *reassembly)
{
	if (reassembly == NULL)
		return;
	buf_finish(&reassembly->picture);
	free(reassembly);
}

const struct reassembly_counters *
reassembly_counters(const struct reassembly *reassembly)
{
	return &reassembly->counters;
}

bool
reassembly_wants_key(const struct reassembly *reassembly)
{
	return reassembly->wants_key;
}

void
reassembly_want_key(struct reassembly *reassembly)
{
	reassembly->wants_key = true;
}

static struct slot *
slot_of(struct reassembly *reassembly, uint16_t sequence)
{
	return &reassembly->slots[sequence % REASSEMBLY_PACKETS];
}

/* Packets between next and end, whether there or not. */
static uint16_t
waiting(const struct reassembly *reassembly)
{
	return (uint16_t)(reassembly->end - reassembly->next);
}

/* Whatever is before sequence is given up. */
static void
move_to(struct reassembly *reassembly, uint16_t sequence)
{
	for (; reassembly->next != sequence; reassembly->next++)
		slot_of(reassembly, reassembly->next)->state = SLOT_EMPTY;
}

/* -- packets -----------------------------------------------------------------
 */

/* Room for sequence, which is ahead; what lies between is missing. */
static void
extend(struct reassembly *reassembly, uint16_t sequence, uint64_t now_us)
{
	while (reassembly->end != (uint16_t)(sequence + 1)) {
		struct slot *slot = slot_of(reassembly, reassembly->end);

		slot->state = SLOT_MISSING;
		slot->sequence = reassembly->end++;
		slot->since_us = now_us;
		slot->asked_us = 0;
		slot->asked = 0;
	}
}

static void
start_at(struct reassembly *reassembly, uint16_t sequence)
{
	reassembly->started = true;
	reassembly->next = reassembly->end = sequence;
}

/* A gap that is too long is no gap: everything begins anew. */
static void
jump_to(struct reassembly *reassembly, uint16_t sequence)
{
	for (size_t i = 0; i < REASSEMBLY_PACKETS; i++)
		reassembly->slots[i].state = SLOT_EMPTY;
	reassembly->wants_key = true;
	reassembly->counters.skipped++;
	start_at(reassembly, sequence);
}

/* The slot that a packet goes to, or NULL: it is not wanted. */
static struct slot *
find_room(struct reassembly *reassembly, uint16_t sequence, uint64_t now_us)
{
	int16_t behind;

	if (!reassembly->started)
		start_at(reassembly, sequence);
	behind = (int16_t)(sequence - reassembly->next);
	if (behind < 0) {
		reassembly->counters.late++;
		return NULL;
	}
	if (behind >= REASSEMBLY_PACKETS)
		jump_to(reassembly, sequence);
	if ((int16_t)(sequence - reassembly->end) >= 0)
		extend(reassembly, sequence, now_us);
	return slot_of(reassembly, sequence);
}

int
reassembly_put(struct reassembly *reassembly, const struct rtp_packet *packet,
    uint64_t now_us)
{
	struct payload_part part = { 0 };
	struct slot *slot;
	bool is_padding = packet->payload.len == 0 && packet->padding > 0;
	int err = is_padding ? 0
			     : payload_parse(
				   reassembly->codec, packet->payload, &part);

	if (err < 0 || part.bytes.len > PAYLOAD_MAX)
		return CAM_ERR_FORMAT;
	slot = find_room(reassembly, packet->sequence, now_us);
	if (slot == NULL)
		return 0;
	if (slot->state == SLOT_THERE) {
		reassembly->counters.repeated++;
		return 0;
	}
	if (slot->asked > 0)
		reassembly->counters.recovered++;
	slot->state = SLOT_THERE;
	slot->asked = 0;
	slot->timestamp = packet->timestamp;
	slot->begins = part.begins;
	slot->ends = packet->marker;
	slot->is_key = part.is_key;
	slot->is_padding = is_padding;
	slot->len = (uint16_t)part.bytes.len;
	if (part.bytes.len > 0)
		memcpy(slot->bytes, part.bytes.data, part.bytes.len);
	return 0;
}

/* -- pictures ----------------------------------------------------------------
 */

/* How many packets from sequence on are one whole picture; 0: it is not. */
static uint16_t
whole_picture(struct reassembly *reassembly, uint16_t sequence)
{
	const struct slot *first = slot_of(reassembly, sequence);
	uint16_t most = (uint16_t)(reassembly->end - sequence);

	for (uint16_t i = 0; i < most; i++) {
		const struct slot *slot =
		    slot_of(reassembly, (uint16_t)(sequence + i));

		if (slot->state != SLOT_THERE ||
		    slot->timestamp != first->timestamp ||
		    slot->begins != (i == 0))
			return 0;
		if (slot->ends)
			return (uint16_t)(i + 1);
	}
	return 0;
}

/* The beginning of a picture from which all can go on; false: none yet. */
static bool
find_key(struct reassembly *reassembly, uint16_t *sequence)
{
	uint16_t count = waiting(reassembly);

	for (uint16_t i = 0; i < count; i++) {
		uint16_t at = (uint16_t)(reassembly->next + i);
		const struct slot *slot = slot_of(reassembly, at);

		if (slot->state == SLOT_THERE && slot->begins && slot->is_key &&
		    whole_picture(reassembly, at) > 0) {
			*sequence = at;
			return true;
		}
	}
	return false;
}

/* Whether what is missing at the front will not come any more. */
static bool
is_hopeless(struct reassembly *reassembly, uint64_t now_us)
{
	uint16_t count = waiting(reassembly);

	for (uint16_t i = 0; i < count; i++) {
		const struct slot *slot =
		    slot_of(reassembly, (uint16_t)(reassembly->next + i));

		if (slot->state == SLOT_MISSING)
			return now_us - slot->since_us > REASSEMBLY_WAIT_US;
	}
	return false;
}

/* While a key picture is waited for, the front is no use unless it begins one
 * or may still come. */
static void
trim(struct reassembly *reassembly, uint64_t now_us)
{
	while (waiting(reassembly) > 0) {
		struct slot *slot = slot_of(reassembly, reassembly->next);
		bool may_come = slot->state == SLOT_MISSING &&
				now_us - slot->since_us <= REASSEMBLY_WAIT_US;
		bool begins_key =
		    slot->state == SLOT_THERE && slot->begins && slot->is_key;

		if (may_come || begins_key)
			return;
		move_to(reassembly, (uint16_t)(reassembly->next + 1));
	}
}

static void
join(struct reassembly *reassembly, uint16_t count,
    struct reassembly_picture *picture)
{
	const struct slot *first = slot_of(reassembly, reassembly->next);

	buf_clear(&reassembly->picture);
	for (uint16_t i = 0; i < count; i++) {
		const struct slot *slot =
		    slot_of(reassembly, (uint16_t)(reassembly->next + i));

		buf_put(&reassembly->picture, slot->bytes, slot->len);
	}
	picture->timestamp = first->timestamp;
	picture->is_key = first->is_key;
	picture->bytes = buf_span(&reassembly->picture);
	move_to(reassembly, (uint16_t)(reassembly->next + count));
	reassembly->counters.pictures++;
}

/* Between pictures a sender may fill up what it sends. */
static void
skip_padding(struct reassembly *reassembly)
{
	while (waiting(reassembly) > 0) {
		const struct slot *slot = slot_of(reassembly, reassembly->next);

		if (slot->state != SLOT_THERE || !slot->is_padding)
			return;
		move_to(reassembly, (uint16_t)(reassembly->next + 1));
	}
}

bool
reassembly_take(struct reassembly *reassembly, uint64_t now_us,
    struct reassembly_picture *picture)
{
	uint16_t sequence, count;

	skip_padding(reassembly);
	if (waiting(reassembly) == 0)
		return false;
	count = reassembly->wants_key
		    ? 0
		    : whole_picture(reassembly, reassembly->next);
	if (count == 0 && !reassembly->wants_key &&
	    (is_hopeless(reassembly, now_us) ||
		/* There, but no beginning: its sender has skipped. */
		(slot_of(reassembly, reassembly->next)->state == SLOT_THERE &&
		    !slot_of(reassembly, reassembly->next)->begins))) {
		reassembly->wants_key = true;
		reassembly->counters.skipped++;
	}
	if (reassembly->wants_key && find_key(reassembly, &sequence)) {
		move_to(reassembly, sequence);
		reassembly->wants_key = false;
		count = whole_picture(reassembly, sequence);
	}
	if (reassembly->wants_key)
		trim(reassembly, now_us);
	if (count == 0)
		return false;
	join(reassembly, count, picture);
	return true;
}

/* -- what is missing ---------------------------------------------------------
 */

/* Not at once: what the network has only turned round is about to come. */
static bool
is_due(const struct slot *slot, uint64_t now_us, uint64_t round_trip_us)
{
	enum { TURNED_US = 5000, ROUND_TRIP_MIN_US = 20000 };

	if (slot->state != SLOT_MISSING || slot->asked >= REASSEMBLY_ASKED_MAX)
		return false;
	if (slot->asked == 0)
		return now_us - slot->since_us >= TURNED_US;
	if (round_trip_us < ROUND_TRIP_MIN_US)
		round_trip_us = ROUND_TRIP_MIN_US;
	return now_us - slot->asked_us >= round_trip_us * 3 / 2;
}

size_t
reassembly_missing(struct reassembly *reassembly, uint64_t now_us,
    uint64_t round_trip_us, uint16_t *sequences, size_t max)
{
	uint16_t count = waiting(reassembly);
	size_t found = 0;

	for (uint16_t i = 0; i < count && found < max; i++) {
		uint16_t sequence = (uint16_t)(reassembly->next + i);
		struct slot *slot = slot_of(reassembly, sequence);

		if (!is_due(slot, now_us, round_trip_us))
			continue;
		slot->asked++;
		slot->asked_us = now_us;
		sequences[found++] = sequence;
	}
	return found;
}

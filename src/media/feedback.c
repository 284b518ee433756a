/* feedback.c: what receivers of video tell its sender at once. */
#include "media/feedback.h"

#include "base/err.h"
#include "base/fields.h"

enum { VERSION = 2, HEADER_SIZE = 4, NACK_BITS = 16 };

/* The header of a packet, its length to be filled in by end_packet(). */
static size_t
begin_packet(struct buf *out, enum rtcp_type type, unsigned form, uint32_t ssrc,
    uint32_t media_ssrc)
{
	size_t begin = out->len;

	fields_put_number(out, VERSION << 6 | form, 1);
	fields_put_number(out, type, 1);
	fields_put_number(out, 0, 2);
	fields_put_number(out, ssrc, 4);
	fields_put_number(out, media_ssrc, 4);
	return begin;
}

static void
end_packet(struct buf *out, size_t begin)
{
	while ((out->len - begin) % 4 != 0 && !buf_failed(out))
		buf_put_byte(out, 0);
	if (!buf_failed(out))
		fields_write(
		    out->data + begin + 2, (out->len - begin) / 4 - 1, 2);
}

int
feedback_read_media(const struct rtcp_packet *packet, uint32_t *media_ssrc)
{
	struct fields fields = fields_of(packet->body);
	uint32_t ssrc = (uint32_t)fields_number(&fields, 4);

	if (fields.failed)
		return CAM_ERR_FORMAT;
	*media_ssrc = ssrc;
	return 0;
}

/* -- what is missing ---------------------------------------------------------
 */

void
feedback_put_nack(struct buf *out, uint32_t ssrc, uint32_t media_ssrc,
    const uint16_t *sequences, size_t count)
{
	size_t begin = begin_packet(
	    out, RTCP_TRANSPORT_FEEDBACK, FEEDBACK_NACK, ssrc, media_ssrc);

	for (size_t i = 0; i < count;) {
		uint16_t first = sequences[i++];
		unsigned following = 0;

		while (i < count &&
		       (uint16_t)(sequences[i] - first) <= NACK_BITS) {
			following |= 1u
				     << ((uint16_t)(sequences[i] - first) - 1);
			i++;
		}
		fields_put_number(out, first, 2);
		fields_put_number(out, following, 2);
	}
	end_packet(out, begin);
}

void
feedback_put_pli(struct buf *out, uint32_t ssrc, uint32_t media_ssrc)
{
	end_packet(out, begin_packet(out, RTCP_PAYLOAD_FEEDBACK, FEEDBACK_PLI,
			    ssrc, media_ssrc));
}

int
feedback_read_nack(const struct rtcp_packet *packet, uint16_t *sequences,
    size_t max, size_t *count)
{
	struct fields fields = fields_of(packet->body);
	size_t found = 0;

	fields_number(&fields, 4);
	while (fields.rest.len >= 4 && !fields.failed) {
		uint16_t first = (uint16_t)fields_number(&fields, 2);
		unsigned following = (unsigned)fields_number(&fields, 2);

		if (found < max)
			sequences[found++] = first;
		for (unsigned bit = 0; bit < NACK_BITS; bit++)
			if ((following >> bit & 1) && found < max)
				sequences[found++] =
				    (uint16_t)(first + bit + 1);
	}
	if (fields.failed || fields.rest.len > 0 || found == 0)
		return CAM_ERR_FORMAT;
	*count = found;
	return 0;
}

/* -- when packets came -------------------------------------------------------
 */

/* Symbols of a packet's state, and the pieces they come in. */
enum {
	NOT_THERE = 0,
	SMALL_DELTA = 1, /* one byte, not negative */
	LARGE_DELTA = 2, /* two, signed */
	VECTOR = 0x8000,
	VECTOR_OF_TWO_BITS = 0x4000,
	RUN_MAX = 0x1fff,
	SYMBOLS_OF_ONE_BIT = 14,
	SYMBOLS_OF_TWO_BITS = 7,
	TICK_US = 250,
	REFERENCE_US = 64000,
};

static int64_t *
arrival_of(struct arrivals *arrivals, uint16_t number)
{
	return &arrivals->at_us[number % FEEDBACK_ARRIVALS_MAX];
}

void
arrivals_add(struct arrivals *arrivals, uint16_t number, int64_t at_us)
{
	if (!arrivals->started) {
		arrivals->started = true;
		arrivals->begin = arrivals->end = number;
	}
	/* Of one that the sender was told about already it hears no more. */
	if ((int16_t)(number - arrivals->begin) < 0)
		return;
	while ((int16_t)(number - arrivals->end) >= 0)
		*arrival_of(arrivals, arrivals->end++) = 0;
	if ((uint16_t)(arrivals->end - arrivals->begin) > FEEDBACK_ARRIVALS_MAX)
		arrivals->begin =
		    (uint16_t)(arrivals->end - FEEDBACK_ARRIVALS_MAX);
	*arrival_of(arrivals, number) = at_us;
}

/* In ticks since the packet before it; at moves on to what the reader makes of
 * it, so that what is rounded off does not add up. */
static int64_t
take_delta(int64_t *at_us, int64_t now_us)
{
	int64_t ticks = (now_us - *at_us) / TICK_US;

	if (ticks > INT16_MAX)
		ticks = INT16_MAX;
	if (ticks < INT16_MIN)
		ticks = INT16_MIN;
	*at_us += ticks * TICK_US;
	return ticks;
}

/* All states as vectors of seven, then the deltas. */
static void
put_states(struct arrivals *arrivals, struct buf *out, int64_t reference_us)
{
	uint16_t count = (uint16_t)(arrivals->end - arrivals->begin);
	int64_t at_us = reference_us;
	unsigned vector = 0;

	for (uint16_t i = 0; i < count; i++) {
		unsigned place = i % SYMBOLS_OF_TWO_BITS;
		int64_t now_us =
		    *arrival_of(arrivals, (uint16_t)(arrivals->begin + i));
		int64_t ticks = now_us == 0 ? 0 : take_delta(&at_us, now_us);
		unsigned symbol = now_us == 0 ? NOT_THERE
				  : ticks >= 0 && ticks <= UINT8_MAX
				      ? SMALL_DELTA
				      : LARGE_DELTA;

		vector |= symbol << (12 - 2 * place);
		if (place == SYMBOLS_OF_TWO_BITS - 1 || i + 1 == count) {
			fields_put_number(
			    out, VECTOR | VECTOR_OF_TWO_BITS | vector, 2);
			vector = 0;
		}
	}
	at_us = reference_us;
	for (uint16_t i = 0; i < count; i++) {
		int64_t now_us =
		    *arrival_of(arrivals, (uint16_t)(arrivals->begin + i));
		int64_t ticks;

		if (now_us == 0)
			continue;
		ticks = take_delta(&at_us, now_us);
		fields_put_number(out, (uint16_t)ticks,
		    ticks >= 0 && ticks <= UINT8_MAX ? 1 : 2);
	}
}

static int64_t
first_arrival(struct arrivals *arrivals)
{
	for (uint16_t i = arrivals->begin; i != arrivals->end; i++)
		if (*arrival_of(arrivals, i) != 0)
			return *arrival_of(arrivals, i);
	return 0;
}

void
arrivals_put(struct arrivals *arrivals, struct buf *out, uint32_t ssrc,
    uint32_t media_ssrc)
{
	int64_t reference;
	size_t begin;

	if (!arrivals->started || arrivals->begin == arrivals->end)
		return;
	reference = first_arrival(arrivals) / REFERENCE_US;
	begin = begin_packet(
	    out, RTCP_TRANSPORT_FEEDBACK, FEEDBACK_TRANSPORT, ssrc, media_ssrc);
	fields_put_number(out, arrivals->begin, 2);
	fields_put_number(out, (uint16_t)(arrivals->end - arrivals->begin), 2);
	fields_put_number(out, (uint64_t)reference & 0xffffff, 3);
	fields_put_number(out, arrivals->round++, 1);
	put_states(arrivals, out, reference * REFERENCE_US);
	end_packet(out, begin);
	arrivals->begin = arrivals->end;
}

/* One piece of states, into list from index on; returns how many. */
static size_t
read_piece(unsigned piece, struct feedback_arrival *list, uint8_t *symbols,
    size_t index, size_t count)
{
	bool is_vector = (piece & VECTOR) != 0;
	bool is_wide = (piece & VECTOR_OF_TWO_BITS) != 0;
	size_t most = !is_vector ? piece & RUN_MAX
		      : is_wide	 ? SYMBOLS_OF_TWO_BITS
				 : SYMBOLS_OF_ONE_BIT;
	size_t i;

	for (i = 0; i < most && index + i < count; i++) {
		unsigned symbol = !is_vector ? piece >> 13 & 3
				  : is_wide  ? piece >> (12 - 2 * i) & 3
					     : piece >> (13 - i) & 1;

		symbols[index + i] = (uint8_t)symbol;
		list[index + i].is_there = symbol != NOT_THERE;
	}
	return i;
}

static int
read_deltas(struct fields *fields, const uint8_t *symbols,
    struct feedback_arrival *list, size_t count, int64_t at_us)
{
	for (size_t i = 0; i < count; i++) {
		if (symbols[i] == SMALL_DELTA)
			at_us += (int64_t)fields_number(fields, 1) * TICK_US;
		else if (symbols[i] == LARGE_DELTA)
			at_us += (int16_t)fields_number(fields, 2) * TICK_US;
		else if (symbols[i] != NOT_THERE)
			return CAM_ERR_FORMAT;
		list[i].at_us = symbols[i] == NOT_THERE ? 0 : at_us;
	}
	return fields->failed ? CAM_ERR_FORMAT : 0;
}

int
feedback_read_transport(const struct rtcp_packet *packet,
    struct feedback_arrival *list, size_t *count)
{
	struct fields fields = fields_of(packet->body);
	uint8_t symbols[FEEDBACK_ARRIVALS_MAX];
	uint16_t first;
	size_t total, have = 0;
	int64_t reference;
	int err;

	fields_number(&fields, 4);
	first = (uint16_t)fields_number(&fields, 2);
	total = (size_t)fields_number(&fields, 2);
	reference = (int64_t)fields_number(&fields, 3);
	fields_number(&fields, 1);
	if (fields.failed || total == 0)
		return CAM_ERR_FORMAT;
	if (total > FEEDBACK_ARRIVALS_MAX)
		return CAM_ERR_LIMIT;
	while (have < total) {
		unsigned piece = (unsigned)fields_number(&fields, 2);
		size_t got = fields.failed ? 0
					   : read_piece(piece, list, symbols,
						 have, total);

		if (got == 0)
			return CAM_ERR_FORMAT;
		have += got;
	}
	for (size_t i = 0; i < total; i++)
		list[i].number = (uint16_t)(first + i);
	err = read_deltas(
	    &fields, symbols, list, total, reference * REFERENCE_US);
	if (err == 0)
		*count = total;
	return err;
}

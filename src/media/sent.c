/* sent.c: packets of one stream as they were sent, kept for a while for those
 * who miss one. */
#include "media/sent.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

struct packet {
	uint16_t sequence;
	uint16_t len; /* 0: none */
	uint64_t sent_us;
	uint8_t bytes[LIMIT_MEDIA_PACKET];
};

struct sent {
	struct packet packets[SENT_PACKETS];
};

struct sent *
sent_new(void)
{
	return xcalloc(1, sizeof(struct sent));
}

void
sent_free(struct sent *sent)
{
	free(sent);
}

void
sent_put(
    struct sent *sent, uint16_t sequence, struct span packet, uint64_t now_us)
{
	struct packet *kept = &sent->packets[sequence % SENT_PACKETS];

	kept->len = 0;
	if (packet.len > sizeof kept->bytes)
		return;
	kept->sequence = sequence;
	kept->len = (uint16_t)packet.len;
	kept->sent_us = now_us;
	memcpy(kept->bytes, packet.data, packet.len);
}

struct span
sent_find(const struct sent *sent, uint16_t sequence)
{
	const struct packet *kept = &sent->packets[sequence % SENT_PACKETS];

	return kept->sequence == sequence ? span_of(kept->bytes, kept->len)
					  : (struct span){ 0 };
}

struct span
sent_repeat(
    struct sent *sent, uint16_t sequence, uint64_t now_us, uint64_t pause_us)
{
	struct packet *kept = &sent->packets[sequence % SENT_PACKETS];

	if (kept->len == 0 || kept->sequence != sequence ||
	    now_us - kept->sent_us < pause_us)
		return (struct span){ 0 };
	kept->sent_us = now_us;
	return span_of(kept->bytes, kept->len);
}

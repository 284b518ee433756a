/* mesh_receive.c: datagrams: from whom they are, and what becomes of them. */
#include <string.h>

#include "media/mesh_parts.h"
#include "media/mesh_video.h"

enum {
	ROUNDS_MAX = 256,  /* of sequence numbers: a day of video */
	ROUNDS_A_TIME = 4, /* tried with one packet */
};

static struct inbound *
find_stream(struct sender *sender, uint32_t ssrc)
{
	for (size_t i = 0; sender != NULL && i < sender->count; i++) {
		if (sender->streams[i].stream.ssrc == ssrc)
			return &sender->streams[i];
	}
	return NULL;
}

struct inbound *
mesh_inbound(const struct mesh *mesh, uint32_t ssrc,
    struct mesh_member **member, struct sender **sender)
{
	for (struct mesh_member *m = mesh->members; m != NULL; m = m->next) {
		struct sender *const senders[] = { m->current, m->former };

		for (size_t i = 0; i < 2; i++) {
			struct inbound *inbound = find_stream(senders[i], ssrc);

			if (inbound == NULL)
				continue;
			*member = m;
			if (sender != NULL)
				*sender = senders[i];
			return inbound;
		}
	}
	return NULL;
}

/*
 * Who joins late cannot know how often the sequence numbers have gone round; a
 * packet that opens with one of the guesses tells. Only until the first has
 * opened, so that who forges packets can no more than make us guess longer.
 */
static int
open_guessing(struct sender *sender, const struct inbound *inbound,
    const uint8_t *packet, uint8_t *opened, size_t *len)
{
	for (unsigned i = 0; i < ROUNDS_A_TIME; i++) {
		size_t guessed_len = *len;

		sender->rounds_guess = (sender->rounds_guess + 1) % ROUNDS_MAX;
		shield_set_rounds(
		    sender->shield, inbound->stream.ssrc, sender->rounds_guess);
		memcpy(opened, packet, *len);
		if (shield_open_rtp(sender->shield, opened, &guessed_len) ==
		    0) {
			*len = guessed_len;
			return 0;
		}
	}
	shield_set_rounds(sender->shield, inbound->stream.ssrc, 0);
	return -1;
}

static int
open_packet(
    struct sender *sender, struct inbound *inbound, uint8_t *data, size_t *len)
{
	uint8_t packet[LIMIT_MEDIA_PACKET];
	size_t sealed_len = *len;
	int err;

	if (inbound->proven)
		return shield_open_rtp(sender->shield, data, len);
	memcpy(packet, data, sealed_len);
	err = shield_open_rtp(sender->shield, data, len);
	if (err != 0) {
		*len = sealed_len;
		err = open_guessing(sender, inbound, packet, data, len);
	}
	inbound->proven = err == 0;
	return err;
}

static bool
take_rtp(struct mesh *mesh, struct mesh_member *member, struct sender *sender,
    struct inbound *inbound, uint8_t *data, size_t len, uint64_t came_us)
{
	struct rtp_packet packet;
	size_t wire_len = len;

	if ((data[1] & 0x7f) != inbound->stream.pt ||
	    open_packet(sender, inbound, data, &len) != 0 ||
	    rtp_parse(span_of(data, len), &packet) < 0)
		return false;
	inbound->rate.bytes += wire_len + MESH_WIRE_HEADERS;
	reception_count(
	    &inbound->reception, &packet, inbound->stream.clock, came_us);
	if (inbound->playout != NULL)
		playout_put(inbound->playout, &packet, came_us);
	mesh_video_take(mesh, member, inbound, &packet, came_us);
	return true;
}

static bool
take_rtcp(struct mesh *mesh, struct mesh_member *member, struct sender *sender,
    uint8_t *data, size_t len, uint64_t came_us)
{
	if (shield_open_rtcp(sender->shield, data, &len) != 0)
		return false;
	mesh_read_reports(mesh, member, sender, span_of(data, len), came_us);
	return true;
}

static void
note_heard(struct mesh *mesh, struct mesh_member *member, uint64_t now_us)
{
	member->heard_us = now_us;
	if (member->heard)
		return;
	member->heard = true;
	mesh_update_watch(mesh);
	mesh->ops->on_heard(mesh->arg, member->number);
}

static void
on_datagram(void *arg, const struct addr *from, uint8_t *data, size_t len,
    uint64_t came_us)
{
	struct mesh *mesh = arg;
	struct mesh_member *member = NULL;
	struct sender *sender = NULL;
	struct span bytes = span_of(data, len);
	uint32_t ssrc = rtp_claimed_ssrc(bytes);
	struct inbound *inbound =
	    ssrc != 0 ? mesh_inbound(mesh, ssrc, &member, &sender) : NULL;
	bool taken;

	if (inbound == NULL || !addr_equal(from, &member->addr) ||
	    (sender == member->former && came_us > member->former_until_us)) {
		mesh->dropped++;
		return;
	}
	taken =
	    rtp_is_rtcp(bytes)
		? take_rtcp(mesh, member, sender, data, len, came_us)
		: take_rtp(mesh, member, sender, inbound, data, len, came_us);
	if (taken)
		note_heard(mesh, member, came_us);
	else
		member->rejected++;
}

void
mesh_receive(struct mesh *mesh)
{
	wire_receive(mesh->wire, on_datagram, mesh);
}

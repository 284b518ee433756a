/* fuzz_packet.c: any datagram as a classic packet; what is read is written
 * and read alike. */
#include "fuzz.h"
#include "ipmsg/entry.h"
#include "ipmsg/packet.h"

static void
write_again(const struct packet *packet)
{
	char *user = span_dup(packet->user), *host = span_dup(packet->host);
	struct packet_out out = { .number = packet->number & 0x7fffffff,
		.user = user,
		.host = host,
		.command = packet->command & 0x7fffffff };
	struct packet again;
	struct buf buf;

	buf_init(&buf, LIMIT_DATAGRAM);
	if (packet_build(&buf, &out, packet->extension) == 0) {
		must(packet_parse(buf_span(&buf), &again) == 0);
		must(span_equal(again.user, packet->user));
		must(span_equal(again.host, packet->host));
		must(span_equal(again.extension, packet->extension));
	}
	buf_finish(&buf);
	free(user);
	free(host);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet packet;
	uint32_t number;

	if (packet_parse(span_of(data, size), &packet) < 0)
		return 0;
	must(packet.user.len > 0 && packet.host.len > 0);
	must(packet.part_count >= 1 && packet.part_count <= PACKET_PARTS);
	packet_read_number(&packet, &number);
	write_again(&packet);
	return 0;
}

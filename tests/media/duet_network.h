/* duet_network.h: the network between the two of duet, which loses, delays,
 * repeats and forges. */
#ifndef CAM_TEST_DUET_NETWORK_H
#define CAM_TEST_DUET_NETWORK_H

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "duet.h"

static inline int
open_udp(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		fail("cannot open a port");
	*port = ntohs(address.sin_port);
	return fd;
}

static inline struct singer *
other(struct singer *singer)
{
	return &singer->duet->singers[singer == singer->duet->singers ? 1 : 0];
}

/* To a singer, from what stands for the other. */
static inline void
deliver(struct singer *to, const void *data, size_t len)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(to->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)sendto(other(to)->relay, data, len, 0,
	    (struct sockaddr *)&address, sizeof address);
}

static inline void
on_sending(void *arg)
{
	struct duet *duet = arg;
	uint64_t now_us = clock_now_us();

	while (duet->waiting != NULL && duet->waiting->due_us <= now_us) {
		struct packet *packet = duet->waiting;

		duet->waiting = packet->next;
		deliver(packet->to, packet->data, packet->len);
		free(packet);
	}
	if (duet->waiting != NULL)
		timer_start(&duet->sending,
		    (duet->waiting->due_us - now_us + 999) / 1000);
}

static inline void
delay(struct singer *to, const void *data, size_t len, unsigned delay_us)
{
	struct duet *duet = to->duet;
	struct packet **at = &duet->waiting, *packet = NULL;

	if (delay_us == 0) {
		deliver(to, data, len);
		return;
	}
	packet = xcalloc(1, sizeof *packet);
	packet->due_us = clock_now_us() + delay_us;
	packet->to = to;
	packet->len = len;
	memcpy(packet->data, data, len);
	while (*at != NULL && (*at)->due_us <= packet->due_us)
		at = &(*at)->next;
	packet->next = *at;
	*at = packet;
	timer_start(&duet->sending, 0);
}

/* What was sent to the one this stands for. */
static inline void
on_relay(int fd, int events, void *arg)
{
	struct singer *to = arg, *from = other(to);
	struct duet *duet = to->duet;
	uint8_t data[PACKET_MAX];
	ssize_t len = recv(fd, data, sizeof data, MSG_DONTWAIT);

	if (len <= 0)
		return;
	from->packets++;
	from->bytes += (uint64_t)len + 28;
	if (100 * chance(duet) < number(duet, LOSS, 0))
		return;
	for (int i = 0; i <= number(duet, REPLAY, 0); i++)
		delay(to, data, (size_t)len,
		    (unsigned)(number(duet, DELAY, 0) * 1000 +
			       chance(duet) * number(duet, JITTER, 0) * 1000));
}

/* Packets that look right but for the key: from the right address. */
static inline void
on_forging(void *arg)
{
	struct duet *duet = arg;
	struct singer *to = &duet->singers[made_random(&duet->random) % 2];
	uint8_t data[120];

	for (int i = 0; i < number(duet, FORGE, 0) / 50; i++) {
		uint32_t ssrc = other(to)->media.streams[0].ssrc;

		for (size_t k = 0; k < sizeof data; k++)
			data[k] = (uint8_t)made_random(&duet->random);
		data[0] = 0x90;
		data[1] = i % 8 == 0 ? 200 : MEDIA_PT_OPUS;
		for (size_t k = 0; k < 4; k++)
			data[(i % 8 == 0 ? 4 : 8) + k] =
			    (uint8_t)(ssrc >> 8 * (3 - k));
		deliver(to, data, sizeof data);
	}
}

#endif

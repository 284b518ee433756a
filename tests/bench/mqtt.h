/* mqtt.h: as many members of an MQTT broker (3.1.1, QoS 1, in clear) as
 * tests/load/office has of a camserver, who do the same. */
#ifndef CAM_BENCH_MQTT_H
#define CAM_BENCH_MQTT_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include "bench.h"

enum {
	MQTT_BURST = 64, /* messages one member has on their way */
	MQTT_DIALS = 128,
	MQTT_BYTES = 900,
	MQTT_IN = 64 * 1024,
	MQTT_PATIENCE_MS = 10 * 1000,
};

struct mqtt_member {
	int fd;
	bool is_new; /* its session has to be made yet */
	size_t to_send, sent, stored, len;
	uint8_t *in; /* the beginning of a packet */
};

struct mqtt {
	struct mqtt_member *list;
	size_t count, entered, stored, got;
	unsigned port;
	int epoll;
	double *late_ms; /* as in tests/load/member.h */
	size_t late_count, late_size;
};

static inline void
mqtt_write(struct mqtt_member *member, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(member->fd, data, len, MSG_NOSIGNAL);

		if (sent < 0)
			die("the broker has gone");
		data += sent;
		len -= (size_t)sent;
	}
}

static inline void
mqtt_packet(
    struct mqtt_member *member, uint8_t type, const uint8_t *body, size_t len)
{
	uint8_t packet[MQTT_BYTES + 64] = { type };
	size_t at = 1, left = len;

	do {
		packet[at++] = (uint8_t)((left & 127) | (left > 127 ? 128 : 0));
		left >>= 7;
	} while (left > 0);
	memcpy(packet + at, body, len);
	mqtt_write(member, packet, at + len);
}

static inline size_t
mqtt_name(uint8_t *at, size_t number)
{
	int len = snprintf((char *)at + 2, 24, "u%zu", number);

	at[0] = 0;
	at[1] = (uint8_t)len;
	return (size_t)len + 2;
}

static inline void
mqtt_send_some(struct mqtt *mqtt, struct mqtt_member *member)
{
	size_t number = (size_t)(member - mqtt->list), half = mqtt->count / 2;

	while (member->sent < member->to_send &&
	       member->sent - member->stored < MQTT_BURST) {
		uint8_t body[MQTT_BYTES + 32] = { 0 };
		size_t to =
		    half + (number + member->sent) % (mqtt->count - half);
		size_t len = mqtt_name(body, to);

		member->sent++;
		body[len++] = (uint8_t)(member->sent >> 8);
		body[len++] = (uint8_t)member->sent;
		memcpy(body + len, &(double){ now_ms() }, sizeof(double));
		mqtt_packet(member, 0x32, body, len + MQTT_BYTES);
	}
}

static inline void
mqtt_take(struct mqtt *mqtt, struct mqtt_member *member, const uint8_t *packet,
    const uint8_t *body)
{
	uint8_t subscribe[40] = { 0, 1 };
	double sent_ms = 0;
	size_t len = 2;

	switch (packet[0] >> 4) {
	case 2: /* CONNACK */
		if (!member->is_new) {
			mqtt->entered++;
			break;
		}
		len += mqtt_name(subscribe + 2, (size_t)(member - mqtt->list));
		subscribe[len++] = 1;
		mqtt_packet(member, 0x82, subscribe, len);
		break;
	case 9: /* SUBACK */
		member->is_new = false;
		mqtt->entered++;
		break;
	case 4: /* PUBACK */
		member->stored++;
		mqtt->stored++;
		mqtt_send_some(mqtt, member);
		break;
	case 3: /* PUBLISH */
		mqtt->got++;
		body += 2 + (body[0] << 8 | body[1]);
		memcpy(&sent_ms, body + 2, sizeof sent_ms);
		if (mqtt->late_count < mqtt->late_size)
			mqtt->late_ms[mqtt->late_count++] = now_ms() - sent_ms;
		mqtt_packet(member, 0x40, body, 2);
		break;
	default:
		die("the broker says %u", packet[0]);
	}
}

static inline void
mqtt_read(struct mqtt *mqtt, struct mqtt_member *member)
{
	ssize_t came = recv(member->fd, member->in + member->len,
	    MQTT_IN - member->len, MSG_DONTWAIT);
	size_t at = 0;

	if (came == 0 || (came < 0 && errno != EAGAIN))
		die("the broker has closed");
	member->len += came > 0 ? (size_t)came : 0;
	while (member->len - at >= 2) {
		const uint8_t *packet = member->in + at;
		size_t len = packet[1] & 127, head = 2;

		if (packet[1] & 128) {
			if (member->len - at < 3)
				break;
			len |= (size_t)packet[head++] << 7;
		}
		if (member->len - at < head + len)
			break;
		mqtt_take(mqtt, member, packet, packet + head);
		at += head + len;
	}
	memmove(member->in, member->in + at, member->len - at);
	member->len -= at;
}

static inline void
mqtt_turn(struct mqtt *mqtt, int patience_ms)
{
	struct epoll_event events[256];
	int count = epoll_wait(mqtt->epoll, events, 256, patience_ms);

	if (count <= 0 && patience_ms == MQTT_PATIENCE_MS)
		die("the broker is silent");
	for (int i = 0; i < count; i++)
		mqtt_read(mqtt, events[i].data.ptr);
}

/* Those from .. to, some at a time. */
static inline void
mqtt_enter(struct mqtt *mqtt, size_t from, size_t to)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)mqtt->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	size_t begun = mqtt->entered;

	for (size_t i = from; i < to; i++) {
		/* "MQTT", 3.1.1, a session that stays. */
		uint8_t hello[40] = { 0, 4, 'M', 'Q', 'T', 'T', 4, 0, 0, 0 };
		struct mqtt_member *member = &mqtt->list[i];
		struct epoll_event event = { .events = EPOLLIN,
			.data.ptr = member };

		member->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		member->len = 0;
		if (connect(member->fd, (struct sockaddr *)&address,
			sizeof address) != 0)
			die("no broker");
		setsockopt(member->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 },
		    sizeof(int));
		epoll_ctl(mqtt->epoll, EPOLL_CTL_ADD, member->fd, &event);
		mqtt_packet(member, 0x10, hello, 10 + mqtt_name(hello + 10, i));
		while (i + 1 - from - (mqtt->entered - begun) > MQTT_DIALS)
			mqtt_turn(mqtt, MQTT_PATIENCE_MS);
	}
	while (mqtt->entered - begun < to - from)
		mqtt_turn(mqtt, MQTT_PATIENCE_MS);
}

static inline void
mqtt_leave(struct mqtt *mqtt, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		mqtt_write(&mqtt->list[i], (const uint8_t[]){ 0xe0, 0 }, 2);
		close(mqtt->list[i].fd);
	}
}

static inline void
mqtt_open(struct mqtt *mqtt, size_t count, unsigned port)
{
	*mqtt = (struct mqtt){ .count = count, .port = port };
	mqtt->epoll = epoll_create1(EPOLL_CLOEXEC);
	mqtt->list = calloc(count, sizeof *mqtt->list);
	for (size_t i = 0; i < count; i++) {
		mqtt->list[i].is_new = true;
		mqtt->list[i].in = malloc(MQTT_IN);
	}
}

static inline void
mqtt_close(struct mqtt *mqtt)
{
	for (size_t i = 0; i < mqtt->count; i++)
		free(mqtt->list[i].in);
	free(mqtt->list);
	close(mqtt->epoll);
}

#endif

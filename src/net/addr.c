/* addr.c: IP addresses: reading, writing, comparing. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static unsigned
size_of(const struct addr *addr)
{
	return addr->family == ADDR_V4 ? 4 : addr->family == ADDR_V6 ? 16 : 0;
}

/* Only where the same address may mean another host on each interface (RFC
 * 4007). */
static bool
needs_scope(const struct addr *addr)
{
	if (addr->family != ADDR_V6)
		return false;
	if (addr->bytes[0] == 0xff)
		return (addr->bytes[1] & 0x0f) <= 2;
	return addr_is_link_local(addr);
}

static void
set_v6(struct addr *addr, const uint8_t bytes[16], uint32_t scope)
{
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		addr->family = ADDR_V4;
		memcpy(addr->bytes, bytes + 12, 4);
		return;
	}
	addr->family = ADDR_V6;
	memcpy(addr->bytes, bytes, 16);
	addr->scope = needs_scope(addr) ? scope : 0;
}

static int
parse_scope(struct span text, uint32_t *scope)
{
	char name[IF_NAMESIZE];
	uint64_t number = 0;

	if (number_decimal(text, UINT32_MAX, &number) == 0 && number > 0) {
		*scope = (uint32_t)number;
		return 0;
	}
	if (text.len == 0 || text.len >= sizeof(name))
		return CAM_ERR_FORMAT;
	memcpy(name, text.data, text.len);
	name[text.len] = '\0';
	*scope = if_nametoindex(name);
	return *scope == 0 ? CAM_ERR_FORMAT : 0;
}

static int
parse_host(struct span text, struct addr *addr)
{
	char buffer[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	struct span head;
	uint32_t scope = 0;
	bool scoped = span_cut(&text, '%', &head);

	if (scoped && parse_scope(text, &scope) < 0)
		return CAM_ERR_FORMAT;
	if (!scoped)
		head = text;
	if (head.len >= sizeof(buffer) ||
	    memchr(head.data, '\0', head.len) != NULL)
		return CAM_ERR_FORMAT;
	memcpy(buffer, head.data, head.len);
	buffer[head.len] = '\0';

	if (inet_pton(AF_INET, buffer, addr->bytes) == 1)
		addr->family = ADDR_V4;
	else if (inet_pton(AF_INET6, buffer, bytes) == 1)
		set_v6(addr, bytes, scope);
	else
		return CAM_ERR_FORMAT;
	return scoped && !needs_scope(addr) ? CAM_ERR_FORMAT : 0;
}

/* Cuts "host:port" or "[host]:port"; more than one colon without brackets is a
 * bare IPv6 address. */
static int
split_port(struct span text, struct span *host, struct span *port)
{
	struct span rest = text, head;

	*port = span_of(NULL, 0);
	*host = text;
	if (text.len > 0 && text.data[0] == '[') {
		rest = span_of(text.data + 1, text.len - 1);
		if (!span_cut(&rest, ']', host))
			return CAM_ERR_FORMAT;
		/* Brackets are for what has colons of its own. */
		if (memchr(host->data, ':', host->len) == NULL)
			return CAM_ERR_FORMAT;
		if (rest.len == 0)
			return 0;
		if (rest.len < 2 || rest.data[0] != ':')
			return CAM_ERR_FORMAT;
		*port = span_of(rest.data + 1, rest.len - 1);
		return 0;
	}
	if (!span_cut(&rest, ':', &head) ||
	    memchr(rest.data, ':', rest.len) != NULL)
		return 0;
	if (rest.len == 0)
		return CAM_ERR_FORMAT;
	*host = head;
	*port = rest;
	return 0;
}

int
addr_parse(struct span text, uint16_t default_port, struct addr *addr)
{
	struct addr parsed = { .port = default_port };
	struct span host, port;
	uint64_t number = 0;
	int err = 0;

	if (text.len == 0)
		return CAM_ERR_FORMAT;
	if ((err = split_port(text, &host, &port)) < 0)
		return err;
	if (host.len == 0 || parse_host(host, &parsed) < 0)
		return CAM_ERR_FORMAT;
	if (port.len > 0) {
		if (number_decimal(port, UINT16_MAX, &number) < 0 ||
		    number == 0)
			return CAM_ERR_FORMAT;
		parsed.port = (uint16_t)number;
	}
	*addr = parsed;
	return 0;
}

const char *
addr_format_host(const struct addr *addr, char text[ADDR_TEXT_SIZE])
{
	char name[IF_NAMESIZE];
	size_t len = 0;

	if (addr->family == ADDR_V4)
		return inet_ntop(AF_INET, addr->bytes, text, ADDR_TEXT_SIZE);
	if (addr->family != ADDR_V6)
		return memcpy(text, "-", 2);
	inet_ntop(AF_INET6, addr->bytes, text, INET6_ADDRSTRLEN);
	if (addr->scope != 0) {
		len = strlen(text);
		if (if_indextoname(addr->scope, name) != NULL)
			snprintf(
			    text + len, ADDR_TEXT_SIZE - len, "%%%s", name);
		else
			snprintf(text + len, ADDR_TEXT_SIZE - len, "%%%u",
			    addr->scope);
	}
	return text;
}

const char *
addr_format(const struct addr *addr, char text[ADDR_TEXT_SIZE])
{
	char host[ADDR_TEXT_SIZE];

	if (addr->port == 0 || addr->family == ADDR_NONE)
		return addr_format_host(addr, text);
	addr_format_host(addr, host);
	if (addr->family == ADDR_V6)
		snprintf(text, ADDR_TEXT_SIZE, "[%.63s]:%u", host, addr->port);
	else
		snprintf(text, ADDR_TEXT_SIZE, "%.63s:%u", host, addr->port);
	return text;
}

struct addr
addr_v4(uint32_t a, uint16_t port)
{
	struct addr addr = {
		.bytes = { a >> 24 & 0xff, a >> 16 & 0xff, a >> 8 & 0xff,
		    a & 0xff },
		.port = port,
		.family = ADDR_V4,
	};

	return addr;
}

uint32_t
addr_v4_number(const struct addr *addr)
{
	const uint8_t *b = addr->bytes;

	if (addr->family != ADDR_V4)
		return 0;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

struct addr
addr_any(enum addr_family family, uint16_t port)
{
	struct addr addr = { .port = port, .family = (uint8_t)family };

	return addr;
}

bool
addr_same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->scope == b->scope &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_same_host(a, b) && a->port == b->port;
}

int
addr_compare(const struct addr *a, const struct addr *b)
{
	int order = 0;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	if (order != 0)
		return order;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

int
addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct addr *addr)
{
	struct addr found = { .family = ADDR_NONE };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (len < offsetof(struct sockaddr, sa_family) + sizeof(sa->sa_family))
		return CAM_ERR_FORMAT;
	if (sa->sa_family == AF_INET && len >= sizeof(v4)) {
		memcpy(&v4, sa, sizeof(v4));
		found.family = ADDR_V4;
		found.port = ntohs(v4.sin_port);
		memcpy(found.bytes, &v4.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6 && len >= sizeof(v6)) {
		memcpy(&v6, sa, sizeof(v6));
		found.port = ntohs(v6.sin6_port);
		set_v6(&found, v6.sin6_addr.s6_addr, v6.sin6_scope_id);
	} else {
		return CAM_ERR_FORMAT;
	}
	*addr = found;
	return 0;
}

socklen_t
addr_to_sockaddr(const struct addr *addr, struct sockaddr_storage *sa)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(addr->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(addr->port) };

	if (addr->family == ADDR_V4) {
		memcpy(&v4.sin_addr, addr->bytes, 4);
		memcpy(sa, &v4, sizeof(v4));
		return sizeof(v4);
	}
	if (addr->family != ADDR_V6)
		return 0;
	memcpy(&v6.sin6_addr, addr->bytes, 16);
	v6.sin6_scope_id = addr->scope;
	memcpy(sa, &v6, sizeof(v6));
	return sizeof(v6);
}

bool
addr_in_prefix(
    const struct addr *addr, const struct addr *network, unsigned bits)
{
	struct addr a = addr_network(addr, bits),
		    b = addr_network(network, bits);

	if (network->scope != 0 && addr->scope != network->scope)
		return false;
	return addr_same_host(&a, &b);
}

struct addr
addr_network(const struct addr *addr, unsigned bits)
{
	struct addr network = { .family = addr->family };
	unsigned whole = bits / 8;

	if (whole >= size_of(addr)) {
		memcpy(network.bytes, addr->bytes, size_of(addr));
		return network;
	}
	memcpy(network.bytes, addr->bytes, whole);
	network.bytes[whole] =
	    (uint8_t)(addr->bytes[whole] & (0xff00 >> bits % 8));
	return network;
}

struct addr
addr_neighbourhood(const struct addr *addr)
{
	return addr_network(addr, addr->family == ADDR_V4 ? 24 : 64);
}

struct addr
addr_source(const struct addr *addr)
{
	struct addr source = *addr;

	if (addr->family == ADDR_V6)
		return addr_neighbourhood(addr);
	source.port = 0;
	return source;
}

bool
addr_is_any(const struct addr *addr)
{
	static const uint8_t none[16];

	return addr->family != ADDR_NONE &&
	       memcmp(addr->bytes, none, sizeof(none)) == 0;
}

bool
addr_is_loopback(const struct addr *addr)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (addr->family == ADDR_V4)
		return addr->bytes[0] == 127;
	return addr->family == ADDR_V6 &&
	       memcmp(addr->bytes, one, sizeof(one)) == 0;
}

bool
addr_is_multicast(const struct addr *addr)
{
	if (addr->family == ADDR_V4)
		return (addr->bytes[0] & 0xf0) == 0xe0;
	return addr->family == ADDR_V6 && addr->bytes[0] == 0xff;
}

bool
addr_is_link_local(const struct addr *addr)
{
	if (addr->family == ADDR_V4)
		return addr->bytes[0] == 169 && addr->bytes[1] == 254;
	return addr->family == ADDR_V6 && addr->bytes[0] == 0xfe &&
	       (addr->bytes[1] & 0xc0) == 0x80;
}

bool
addr_is_broadcast(const struct addr *addr)
{
	return addr->family == ADDR_V4 && addr_v4_number(addr) == UINT32_MAX;
}

bool
addr_is_answerable(const struct addr *addr)
{
	/* 0.0.0.0/8 and 240.0.0.0/4 hold no hosts. */
	if (addr->family == ADDR_V4 &&
	    (addr->bytes[0] == 0 || addr->bytes[0] >= 240))
		return false;
	return addr->family != ADDR_NONE && addr->port != 0 &&
	       !addr_is_any(addr) && !addr_is_multicast(addr);
}

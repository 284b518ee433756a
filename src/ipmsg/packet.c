/* packet.c: the classic packet. */
#include "ipmsg/packet.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/text.h"

enum { NUMBER_DIGITS = 10, NUMBER_SENT_MAX = 0x7fffffff };

bool
packet_is_ipdict(struct span bytes)
{
	return span_starts(bytes, "IP2:");
}

static int
parse_number(struct span text, uint32_t *number)
{
	uint64_t value = 0;

	if (text.len > NUMBER_DIGITS ||
	    number_decimal(text, UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	*number = (uint32_t)value;
	return 0;
}

/* Grammar of 1.2. An empty name is refused: official parsers would read the
 * next field in its place. */
static int
check_name(struct span name)
{
	if (name.len == 0)
		return CAM_ERR_FORMAT;
	if (name.len > LIMIT_NAME)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] == '\0' || name.data[i] == '\n' ||
		    name.data[i] == '\a')
			return CAM_ERR_FORMAT;
	return 0;
}

static int
parse_header(struct span *rest, struct packet *packet)
{
	struct span command = { NULL, 0 };
	int rc;

	if (!span_cut(rest, ':', &packet->version) ||
	    !span_cut(rest, ':', &packet->number_text) ||
	    !span_cut(rest, ':', &packet->user) ||
	    !span_cut(rest, ':', &packet->host) ||
	    !span_cut(rest, ':', &command))
		return CAM_ERR_FORMAT;
	if (!client_version_is_known(packet->version))
		return CAM_ERR_FORMAT;
	if (packet->version.len > LIMIT_VERSION_TEXT)
		return CAM_ERR_LIMIT;
	if ((rc = parse_number(packet->number_text, &packet->number)) < 0 ||
	    (rc = parse_number(command, &packet->command)) < 0 ||
	    (rc = check_name(packet->user)) < 0 ||
	    (rc = check_name(packet->host)) < 0)
		return rc;
	packet->client = client_kind(packet->version);
	return 0;
}

static void
split_extension(struct packet *packet)
{
	struct span rest = packet->extension;
	bool more = true;

	while (more && packet->part_count < PACKET_PARTS) {
		struct span *part = &packet->parts[packet->part_count++];

		more = span_cut(&rest, '\0', part);
		if (!more)
			*part = rest;
	}
}

int
packet_parse(struct span bytes, struct packet *result)
{
	struct packet packet = { 0 };
	int rc;

	if (bytes.len > LIMIT_DATAGRAM)
		return CAM_ERR_LIMIT;
	while (bytes.len > 0 && bytes.data[bytes.len - 1] == '\0') {
		packet.trailing++;
		bytes.len--;
	}
	packet.extension = bytes;
	rc = parse_header(&packet.extension, &packet);
	if (rc < 0)
		return rc;
	split_extension(&packet);
	*result = packet;
	return 0;
}

void
packet_reader(const struct packet *packet, struct charset_reader *reader)
{
	reader->client = packet->client;
	reader->utf8 = (packet->command & MESSAGE_UTF8) != 0;
}

int
packet_read_number(const struct packet *packet, uint32_t *number)
{
	return parse_number(packet->parts[0], number);
}

static int
check_sent_name(const char *name)
{
	size_t len = strlen(name);

	if (len > LIMIT_NAME_SENT)
		return CAM_ERR_LIMIT;
	if (strchr(name, ':') != NULL)
		return CAM_ERR_FORMAT;
	return check_name(span_of(name, len));
}

int
packet_begin(struct buf *buf, const struct packet_out *out)
{
	int rc;

	/* Windows reads both as signed (1.2). */
	if (out->number > NUMBER_SENT_MAX || out->command > NUMBER_SENT_MAX)
		return CAM_ERR_FORMAT;
	if ((rc = check_sent_name(out->user)) < 0 ||
	    (rc = check_sent_name(out->host)) < 0)
		return rc;
	buf_printf(buf, "1:%u:%s:%s:%u:", (unsigned)out->number, out->user,
	    out->host, (unsigned)out->command);
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

int
packet_build(struct buf *buf, const struct packet_out *out, struct span body)
{
	int rc = packet_begin(buf, out);

	if (rc < 0)
		return rc;
	buf_put_span(buf, body);
	buf_put_byte(buf, '\0');
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

static bool
is_control(uint32_t codepoint)
{
	return codepoint < 0x20 || (codepoint >= 0x7f && codepoint <= 0x9f);
}

static size_t
clean_character(
    struct span text, enum packet_name kind, char clean[PACKET_NAME_SIZE])
{
	uint32_t codepoint = 0;
	size_t len = utf8_next(text, &codepoint);

	if (len == 0 || is_control(codepoint)) {
		clean[0] = '_';
		return 1;
	}
	if (codepoint == ':' && kind == PACKET_NAME_HEADER) {
		clean[0] = ';';
		return 1;
	}
	memcpy(clean, text.data, len);
	return len;
}

void
packet_clean_name(
    const char *name, enum packet_name kind, char clean[PACKET_NAME_SIZE])
{
	struct span rest = span_text(name);
	size_t len = 0;

	while (rest.len > 0) {
		char character[PACKET_NAME_SIZE];
		uint32_t codepoint;
		size_t taken = utf8_next(rest, &codepoint);
		size_t put = clean_character(rest, kind, character);

		if (len + put > LIMIT_NAME_SENT)
			break;
		memcpy(clean + len, character, put);
		len += put;
		taken = taken > 0 ? taken : 1;
		rest = span_of(rest.data + taken, rest.len - taken);
	}
	if (len == 0 && kind == PACKET_NAME_HEADER)
		clean[len++] = '_';
	clean[len] = '\0';
}

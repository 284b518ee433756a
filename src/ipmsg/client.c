/* client.c: which program a peer runs, and what follows from that. */
#include "ipmsg/client.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/number.h"

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_hex(uint8_t byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'f') ||
	       (byte >= 'A' && byte <= 'F');
}

bool
client_version_is_known(struct span version)
{
	struct span digits = { version.data, 0 };
	uint64_t value = 0;

	while (digits.len < version.len && is_digit(version.data[digits.len]))
		digits.len++;
	return number_decimal(digits, 1, &value) == 0 && value == 1;
}

enum client_kind
client_kind(struct span version)
{
	if (span_starts(version, "1_iptux"))
		return CLIENT_IPTUX;
	if (span_starts(version, "1_lbt"))
		return CLIENT_FEIQ;
	for (size_t i = 0; i < version.len; i++)
		if (!is_digit(version.data[i]))
			return CLIENT_OTHER;
	return CLIENT_PLAIN;
}

bool
client_absence_is_noise(enum client_kind kind)
{
	return kind == CLIENT_IPTUX;
}

bool
client_has_files_unsaid(enum client_kind kind)
{
	return kind == CLIENT_IPTUX;
}

bool
client_wants_bare_lists(enum client_kind kind)
{
	return kind == CLIENT_IPTUX;
}

bool
client_wants_fresh_numbers(enum client_kind kind)
{
	return kind == CLIENT_IPTUX;
}

bool
client_names_collide(enum client_kind kind)
{
	return kind == CLIENT_IPTUX || kind == CLIENT_FEIQ;
}

bool
client_never_opens(enum client_kind kind)
{
	return kind == CLIENT_IPTUX;
}

bool
client_never_encrypts(enum client_kind kind)
{
	return kind == CLIENT_IPTUX;
}

uint32_t
client_datagram_max(enum client_kind kind)
{
	return kind == CLIENT_IPTUX ? LIMIT_DATAGRAM_IPTUX
				    : LIMIT_DATAGRAM_SENT;
}

/* "1_lbt6_0" */
static int
parse_feiq_name(struct span name, struct feiq_version *feiq)
{
	struct span major = { NULL, 0 };
	uint64_t value = 0;

	if (!span_starts(name, "1_lbt"))
		return CAM_ERR_FORMAT;
	name = span_of(name.data + 5, name.len - 5);
	if (!span_cut(&name, '_', &major) ||
	    number_decimal(major, UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	feiq->major = (uint32_t)value;
	if (number_decimal(name, UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	feiq->avatar = (uint32_t)value;
	return 0;
}

int
feiq_version_parse(struct span version, struct feiq_version *result)
{
	enum { NAME, RANK, MAC, PORT, FLAG, GROUP, FIELDS };
	struct feiq_version feiq = { 0 };
	struct span fields[FIELDS];
	uint64_t value = 0;

	for (size_t i = 0; i < FIELDS; i++) {
		if (!span_cut(&version, '#', &fields[i])) {
			if (i != GROUP)
				return CAM_ERR_FORMAT;
			fields[i] = version;
		}
	}
	if (parse_feiq_name(fields[NAME], &feiq) < 0)
		return CAM_ERR_FORMAT;
	if (fields[MAC].len != sizeof(feiq.mac) - 1)
		return CAM_ERR_FORMAT;
	for (size_t i = 0; i < fields[MAC].len; i++)
		if (!is_hex(fields[MAC].data[i]))
			return CAM_ERR_FORMAT;
	memcpy(feiq.mac, fields[MAC].data, fields[MAC].len);
	if (number_decimal(fields[GROUP], UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	feiq.group_bytes = (uint32_t)value;
	*result = feiq;
	return 0;
}

static bool
is_number(struct span word)
{
	if (word.len > 1 && (word.data[0] == '-' || word.data[0] == '+'))
		word = span_of(word.data + 1, word.len - 1);
	for (size_t i = 0; i < word.len; i++)
		if (!is_digit(word.data[i]))
			return false;
	return word.len > 0;
}

/* Numbers with one name, of one word or several, among them; a number first. */
static bool
is_font(struct span inside)
{
	struct span word = { NULL, 0 };
	bool in_name = false;
	int names = 0;

	for (bool first = true, last = false; !last; first = false) {
		if (!span_cut(&inside, ' ', &word)) {
			word = inside;
			last = true;
		}
		if (first && !is_number(word))
			return false;
		if (word.len == 0)
			continue;
		if (is_number(word))
			in_name = false;
		else if (!in_name) {
			in_name = true;
			names++;
		}
	}
	return names == 1;
}

struct span
feiq_strip_font(struct span text)
{
	size_t open = text.len;

	if (text.len == 0 || text.data[text.len - 1] != '}')
		return text;
	while (open > 0 && text.data[open - 1] != '{')
		open--;
	if (open == 0 ||
	    !is_font(span_of(text.data + open, text.len - 1 - open)))
		return text;
	return span_of(text.data, open - 1);
}

size_t
feiq_find_image(struct span text)
{
	for (size_t at = 0; at + FEIQ_IMAGE_BYTES <= text.len; at++) {
		struct span mark = span_of(text.data + at, FEIQ_IMAGE_BYTES);
		size_t digits = 0;

		if (!span_starts(mark, "/~#>") ||
		    memcmp(mark.data + 12, "<B~", 3) != 0)
			continue;
		while (digits < 8 && is_hex(mark.data[4 + digits]))
			digits++;
		if (digits == 8)
			return at;
	}
	return text.len;
}

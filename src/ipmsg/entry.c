/* entry.c: what entry packets carry. */
#include "ipmsg/entry.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "base/text.h"

/* -- parsing ----------------------------------------------------------------
 */

static int
read_part(const struct charset_reader *reader, struct span part,
    char text[LIMIT_NAME + 1], struct entry *entry)
{
	if (charset_guess(reader, part) != CHARSET_UTF8)
		entry->sent_legacy = true;
	return charset_read_name(reader, part, text, LIMIT_NAME + 1);
}

/* Where the UTF-8 lines may stand: the group's place when there is no group,
 * else behind it. iptux puts the name of an icon there, without the LF. */
static struct span
find_lines(const struct packet *packet)
{
	if (packet->command & STATUS_CAPUTF8)
		for (size_t i = 1; i <= 2; i++)
			if (span_starts(packet->parts[i], "\n"))
				return packet->parts[i];
	return span_of(NULL, 0);
}

static void
split_lines(struct span rest, struct entry *entry)
{
	struct span line = { NULL, 0 };
	bool more = rest.len > 0;

	while (more && entry->line_count < LIMIT_UTF8_LINES) {
		struct entry_line *parsed = &entry->lines[entry->line_count];

		more = span_cut(&rest, '\n', &line);
		if (!more)
			line = rest;
		if (!span_cut(&line, ':', &parsed->key))
			continue;
		parsed->value = line;
		entry->line_count++;
	}
}

struct span
entry_line(const struct entry *entry, const char *key)
{
	for (size_t i = 0; i < entry->line_count; i++)
		if (span_equal_text(entry->lines[i].key, key))
			return entry->lines[i].value;
	return span_of(NULL, 0);
}

/* A line overrides the text that the header or a legacy part gave. */
static int
override(const struct entry *entry, const char *key, char text[LIMIT_NAME + 1])
{
	struct span value = entry_line(entry, key);
	const struct charset_reader utf8 = { .utf8 = true };

	return value.data == NULL
		   ? 0
		   : charset_read_name(&utf8, value, text, LIMIT_NAME + 1);
}

static int
override_identity(
    const struct entry *entry, const char *key, char text[LIMIT_NAME + 1])
{
	if (entry_line(entry, key).len == 0)
		return 0;
	if (override(entry, key, text) < 0)
		return CAM_ERR_LIMIT;
	if (text[0] == '\0' || strpbrk(text, ":\a") != NULL)
		return CAM_ERR_FORMAT;
	return 0;
}

static int
apply_lines(uint32_t command, struct entry *entry)
{
	int rc;

	if ((rc = override_identity(entry, "UN", entry->user)) < 0 ||
	    (rc = override_identity(entry, "HN", entry->host)) < 0)
		return rc;
	/* An ANSENTRY is UTF-8 itself: there official clients ignore these. */
	if (command_mode(command) != COMMAND_ANSENTRY &&
	    ((rc = override(entry, "NN", entry->nick)) < 0 ||
		(rc = override(entry, "GN", entry->group)) < 0))
		return rc;
	entry->has_version =
	    entry_version_parse(entry_line(entry, "VS"), &entry->version) == 0;
	return 0;
}

int
entry_parse(const struct packet *packet, const struct charset_reader *memory,
    struct entry *result)
{
	struct charset_reader reader = *memory;
	struct entry entry = { 0 };
	struct span lines = find_lines(packet);
	struct span group = packet->parts[1];
	int rc;

	packet_reader(packet, &reader);
	if (lines.data != NULL && lines.data == group.data)
		group.len = 0;
	if ((rc = read_part(&reader, packet->user, entry.user, &entry)) < 0 ||
	    (rc = read_part(&reader, packet->host, entry.host, &entry)) < 0 ||
	    (rc = read_part(&reader, packet->parts[0], entry.nick, &entry)) <
		0 ||
	    (rc = read_part(&reader, group, entry.group, &entry)) < 0)
		return rc;
	split_lines(lines, &entry);
	rc = apply_lines(packet->command, &entry);
	if (rc == 0)
		*result = entry;
	return rc;
}

/* -- versions ----------------------------------------------------------------
 */

int
entry_version_parse(struct span text, struct entry_version *result)
{
	struct span field = { NULL, 0 };
	uint64_t type = 0, numbers[3];

	if (!span_cut(&text, ':', &field) ||
	    number_hex(field, UINT32_MAX, &type) < 0)
		return CAM_ERR_FORMAT;
	for (size_t i = 0; i < 3; i++) {
		if (!span_cut(&text, ':', &field)) {
			if (i < 2)
				return CAM_ERR_FORMAT;
			field = text;
		}
		if (number_decimal(field, UINT32_MAX, &numbers[i]) < 0)
			return CAM_ERR_FORMAT;
	}
	*result = (struct entry_version){ (uint32_t)type, (uint32_t)numbers[0],
		(uint32_t)numbers[1], (uint32_t)numbers[2] };
	return 0;
}

void
entry_version_text(
    const struct entry_version *version, char text[ENTRY_VERSION_TEXT_SIZE])
{
	char rev[ENTRY_VERSION_TEXT_SIZE / 2] = "";

	/* Official 4.x counts alphas from 0, betas from 50, releases from 100;
	 * 5.x has a plain third number. */
	if (version->major >= 5)
		snprintf(rev, sizeof(rev), ".%u", (unsigned)version->rev);
	else if (version->rev > 100)
		snprintf(rev, sizeof(rev), "r%u", (unsigned)version->rev - 100);
	else if (version->rev > 50 && version->rev < 100)
		snprintf(rev, sizeof(rev), "b%u", (unsigned)version->rev - 50);
	else if (version->rev > 0 && version->rev < 50)
		snprintf(rev, sizeof(rev), "a%u", (unsigned)version->rev);
	snprintf(text, ENTRY_VERSION_TEXT_SIZE, "%u.%u%s",
	    (unsigned)version->major, (unsigned)version->minor, rev);
}

const char *
entry_version_platform(const struct entry_version *version)
{
	switch (version->type) {
	case 0x00010001:
	case 0x00010002:
		return "Windows";
	case 0x00020000:
		return "macOS";
	case 0x00030000:
		return "iOS";
	case 0x00040000:
		return "Android";
	}
	return NULL;
}

/* -- building ----------------------------------------------------------------
 */

static void
put_line(struct buf *buf, const char *key, const char *value)
{
	buf_printf(buf, "\n%s:%s", key, value);
}

/* "Nothing follows the last value" (1.6). */
static void
put_lines(struct buf *buf, const struct entry_out *out, const char *nick,
    const char *group)
{
	bool answer = command_mode(out->packet.command) == COMMAND_ANSENTRY;

	if (!answer) {
		put_line(buf, "UN", out->packet.user);
		put_line(buf, "HN", out->packet.host);
		put_line(buf, "NN", nick);
		put_line(buf, "GN", group);
	}
	if (out->version != NULL)
		put_line(buf, "VS", out->version);
	if (out->extra != NULL)
		buf_printf(buf, "\n%s", out->extra);
}

int
entry_build(struct buf *buf, const struct entry_out *out)
{
	char nick[PACKET_NAME_SIZE], group[PACKET_NAME_SIZE];
	int rc = packet_begin(buf, &out->packet);

	if (rc < 0)
		return rc;
	packet_clean_name(out->nick, PACKET_NAME_NICK, nick);
	packet_clean_name(out->group, PACKET_NAME_NICK, group);
	charset_encode(out->converter, out->legacy, span_text(nick), buf);
	buf_put_byte(buf, '\0');
	charset_encode(out->converter, out->legacy, span_text(group), buf);
	if (command_is_entry(out->packet.command)) {
		buf_put_byte(buf, '\0');
		put_lines(buf, out, nick, group);
	}
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

/* -- fingerprints -------------------------------------------------------------
 */

enum {
	FINGERPRINT_DIGITS = FINGERPRINT_SIZE - 1,
	SUFFIX_LEN = FINGERPRINT_DIGITS + 3, /* "-<" and ">" */
	LOGON_SENT_MAX = 60,
};

static bool
is_suffix(const char *text)
{
	if (text[0] != '-' || text[1] != '<' || text[SUFFIX_LEN - 1] != '>')
		return false;
	for (size_t i = 2; i < SUFFIX_LEN - 1; i++) {
		char c = text[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z'))
			return false;
	}
	return true;
}

bool
entry_user_split(const char *user, char logon[LIMIT_NAME + 1],
    char fingerprint[FINGERPRINT_SIZE])
{
	size_t len = strlen(user);
	bool found = len > SUFFIX_LEN && is_suffix(user + len - SUFFIX_LEN);

	fingerprint[0] = '\0';
	if (found) {
		len -= SUFFIX_LEN;
		memcpy(fingerprint, user + len + 2, FINGERPRINT_DIGITS);
		fingerprint[FINGERPRINT_DIGITS] = '\0';
	}
	if (len > LIMIT_NAME)
		len = LIMIT_NAME;
	memcpy(logon, user, len);
	logon[len] = '\0';
	return found;
}

void
entry_user_join(
    const char *logon, const char *fingerprint, char user[PACKET_NAME_SIZE])
{
	size_t len = utf8_cut(span_text(logon), LOGON_SENT_MAX);

	snprintf(user, PACKET_NAME_SIZE, "%.*s-<%.*s>", (int)len, logon,
	    FINGERPRINT_DIGITS, fingerprint);
}

/* fuzz_entry.c: any datagram as an entry packet: all names are text. */
#include "fuzz.h"
#include "ipmsg/dictmaster.h"
#include "ipmsg/entry.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset_reader reader = fuzz_reader();
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	char again[PACKET_NAME_SIZE], text[ENTRY_VERSION_TEXT_SIZE];
	struct dict_master_line line;
	struct packet packet;
	struct entry entry;

	if (packet_parse(span_of(data, size), &packet) < 0 ||
	    entry_parse(&packet, &reader, &entry) < 0)
		return 0;
	must_be_text(entry.user);
	must_be_text(entry.host);
	must_be_text(entry.nick);
	must_be_text(entry.group);
	must(entry.user[0] != '\0' && entry.host[0] != '\0');
	if (entry_user_split(entry.user, logon, fingerprint))
		entry_user_join(logon, fingerprint, again);
	entry_version_text(&entry.version, text);
	dict_master_line_parse(entry_line(&entry, "IP"), &line);
	return 0;
}

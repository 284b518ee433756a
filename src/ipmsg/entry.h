/* entry.h: what entry packets carry: names, UTF-8 lines, fingerprint (protocol
 * reference 1.6, 5.5). */
#ifndef CAM_ENTRY_H
#define CAM_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"
#include "ipmsg/charset.h"
#include "ipmsg/packet.h"

/* "KY:value", borrowed from the packet; not checked to be UTF-8. */
struct entry_line {
	struct span key;
	struct span value;
};

/* Of the VS line or a dict's CVER. */
struct entry_version {
	uint32_t type; /* 00010001 Win32, 00010002 Win64, 00020000 macOS ... */
	uint32_t major;
	uint32_t minor;
	uint32_t rev;
};

struct entry {
	char user[LIMIT_NAME +
		  1]; /* with its fingerprint suffix, as on the wire */
	char host[LIMIT_NAME + 1];
	char nick[LIMIT_NAME + 1];
	char group[LIMIT_NAME + 1];
	bool has_version;
	struct entry_version version;
	struct entry_line
	    lines[LIMIT_UTF8_LINES]; /* all of them, in their order */
	size_t line_count;
	bool sent_legacy; /* some part was not UTF-8: remember it of the peer */
};

/*
 * The entry commands, BR_ISGETLIST and BR_ISGETLIST2. reader is the peer's
 * memory; what the packet says is set in a copy. CAM_ERR_LIMIT for a name
 * longer than LIMIT_NAME after decoding, CAM_ERR_FORMAT for a UN or HN line
 * that could not be a name in a header. Lines beyond LIMIT_UTF8_LINES are
 * left out.
 */
int entry_parse(const struct packet *packet,
    const struct charset_reader *reader, struct entry *entry);

/* The value of the first line with that key; an empty span with data NULL when
 * there is none. */
struct span entry_line(const struct entry *entry, const char *key);

/* "TTTTTTTT:major:minor:rev" (1.6). */
int entry_version_parse(struct span text, struct entry_version *version);
/* "4.99r3", for people. */
enum { ENTRY_VERSION_TEXT_SIZE = 48 };
void entry_version_text(
    const struct entry_version *version, char text[ENTRY_VERSION_TEXT_SIZE]);

/* "Windows", "macOS" ...; NULL for types without a name. */
const char *entry_version_platform(const struct entry_version *version);

struct entry_out {
	struct packet_out
	    packet;	  /* its names go into the UN and HN lines too */
	const char *nick; /* UTF-8 */
	const char *group;
	const char *version; /* of the VS line, or NULL: no such line */
	const char
	    *extra; /* further lines as "KY:value", LF between them, or NULL */
	/* Of the first two parts; UTF-8 is what to take (1.6). */
	enum charset legacy;
	struct charset_converter *converter;
};

/*
 * The whole packet; nick and group go through packet_clean_name(). BR_ENTRY,
 * BR_EXIT, BR_ABSENCE and NOOPERATION get all lines, ANSENTRY the VS line and
 * the extra ones, BR_ISGETLIST2 none.
 */
int entry_build(struct buf *buf, const struct entry_out *out);

/* User names with a fingerprint (5.5). */

enum { FINGERPRINT_SIZE = 17 }; /* 16 hex digits and a NUL */

/* Recognises "-<16 alphanumerics>" at the very end. False: no fingerprint,
 * logon is all of user and fingerprint empty. */
bool entry_user_split(const char *user, char logon[LIMIT_NAME + 1],
    char fingerprint[FINGERPRINT_SIZE]);
/* "logon-<fingerprint>", logon cut to 60 bytes between characters. */
void entry_user_join(
    const char *logon, const char *fingerprint, char user[PACKET_NAME_SIZE]);

#endif

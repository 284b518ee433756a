/* packet.h: the classic packet (protocol reference 1.2-1.4). */
#ifndef CAM_PACKET_H
#define CAM_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "ipmsg/charset.h"
#include "ipmsg/client.h"
#include "ipmsg/command.h"

enum { PACKET_PARTS = 4 };

/* Every span is borrowed from the bytes parsed. */
struct packet {
	struct span version;
	struct span number_text; /* the digits as they stand: the IV is made of
				    them (5.4.1) */
	uint32_t number;
	struct span user; /* not empty; raw, in a charset yet unknown */
	struct span host;
	uint32_t command;		 /* with its options */
	struct span extension;		 /* without trailing NULs */
	struct span parts[PACKET_PARTS]; /* of the extension, split at NULs;
					    missing ones are empty */
	size_t part_count;
	size_t trailing; /* NULs at the end of the datagram */
	enum client_kind client;
};

/* Starts with "IP2:": for ipdict_parse(). */
bool packet_is_ipdict(struct span bytes);

/*
 * CAM_ERR_FORMAT: drop it and never answer (1.4); CAM_ERR_LIMIT: longer than
 * LIMIT_DATAGRAM, or user, host or version longer than theirs.
 */
int packet_parse(struct span bytes, struct packet *packet);

/* Sets in reader what the packet itself tells: UTF8OPT and the client. */
void packet_reader(const struct packet *packet, struct charset_reader *reader);

/* The body of RECVMSG, READMSG, ANSREADMSG, DELMSG and RELEASEFILES: one
 * decimal packet number. */
int packet_read_number(const struct packet *packet, uint32_t *number);

struct packet_out {
	uint32_t number;  /* below 2^31 */
	const char *user; /* 1-79 bytes: packet_clean_name() makes them so */
	const char *host;
	uint32_t command; /* bit 31 clear */
};

/*
 * Appends "1:number:user:host:command:"; the caller appends the extension.
 * CAM_ERR_FORMAT for what must not be sent, CAM_ERR_LIMIT for names too long
 * or a full buf.
 */
int packet_begin(struct buf *buf, const struct packet_out *out);
/* packet_begin(), then body as it is, then one NUL. */
int packet_build(
    struct buf *buf, const struct packet_out *out, struct span body);

/*
 * A name fit to be sent: controls and what is not UTF-8 as '_', cut at 79
 * bytes between characters. In the header (user, host) ':' becomes ';' and an
 * empty name "_"; a nick or group may be empty. For a user name with
 * fingerprint see entry.h.
 */
enum { PACKET_NAME_SIZE = 80 };
enum packet_name { PACKET_NAME_HEADER, PACKET_NAME_NICK };
void packet_clean_name(
    const char *name, enum packet_name kind, char clean[PACKET_NAME_SIZE]);

#endif

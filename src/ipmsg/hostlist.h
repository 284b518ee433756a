/* hostlist.h: GETLIST and ANSLIST (protocol reference 6.3). */
#ifndef CAM_HOSTLIST_H
#define CAM_HOSTLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"
#include "ipmsg/charset.h"

/* One host of a list; also of an IPDict's HLST. Hearsay until a packet of its
 * own arrives. */
struct host_row {
	char user[LIMIT_NAME + 1];
	char host[LIMIT_NAME + 1];
	char nick[LIMIT_NAME + 1];
	char group[LIMIT_NAME + 1];
	uint32_t status; /* enum status_option */
	bool gone;	 /* the list says to delete this host */
	char addr[46];	 /* text, not checked to be an address */
	uint16_t port;	 /* in the order people write it */
};

/* The body of GETLIST: empty or a decimal index. */
int getlist_parse(struct span body, uint32_t *start);

struct hostlist {
	uint32_t next;	/* index to ask for next, 0: complete */
	uint32_t count; /* rows this packet claims */
	/* Private. */
	struct span rest;
	uint32_t read;
};

/* Reads the two numbers; hostlist_next() the rows. body is borrowed. */
int hostlist_parse(struct span body, struct hostlist *list);

/*
 * The next row. CAM_ERR_MORE: that were all the packet has (a packet with fewer
 * rows than it claims is no error). Other errors: the rest is not readable,
 * keep the rows before. site_port decides whether a port is byte-swapped.
 */
int hostlist_next(struct hostlist *list, const struct charset_reader *reader,
    uint16_t site_port, struct host_row *row);

/* A page being written: its two numbers are filled in at the end. */
struct hostlist_page {
	struct buf *buf;
	size_t start;
	size_t max; /* bytes of the page, numbers included */
	uint32_t count;
};

/* Appends the numbers' places to buf, where the body begins. */
void hostlist_page_begin(
    struct hostlist_page *page, struct buf *buf, size_t max);
/* CAM_ERR_FULL: does not fit any more, nothing written; begin the next page
 * with it. */
int hostlist_page_add(struct hostlist_page *page,
    struct charset_converter *converter, enum charset charset,
    const struct host_row *row);
void hostlist_page_end(struct hostlist_page *page, uint32_t next);

#endif

/* dictmaster.h: what member masters, users and agents tell each other (protocol
 * reference 6.5). */
#ifndef CAM_DICTMASTER_H
#define CAM_DICTMASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "ipmsg/hostlist.h"
#include "ipmsg/ipdict.h"

/* HLST with what ANSLIST_DICT says of the page. Rows by dict_hosts_next(). */
struct dict_hosts {
	int64_t
	    start; /* START, NUM, TOTAL; -1 where missing, as in DIR_ANSBROAD */
	int64_t num;
	int64_t total;
	/* Private. */
	struct span rest;
	unsigned depth;
	size_t read;
};

int dict_hosts_parse(const struct ipdict *dict, struct dict_hosts *hosts);
/* CAM_ERR_MORE at the end, CAM_ERR_LIMIT after LIMIT_HOST_LIST rows. version
 * (LIMIT_VERSION_TEXT + 1 bytes) may be NULL. */
int dict_hosts_next(
    struct dict_hosts *hosts, struct host_row *row, char *version);
/* Appends a row to the bytes of a list, to be put as "HLST". */
void dict_hosts_add(
    struct buf *list, const struct host_row *row, const char *version);
/* START, NUM, TOTAL of ANSLIST_DICT. */
void dict_hosts_page_build(
    int64_t start, int64_t num, int64_t total, struct buf *content);

/* One of NADRS: a network that the sender is in. */
struct dict_network {
	char addr[46];
	uint8_t prefix;
};
enum { DICT_NETWORKS_MAX = 64 };

/* The keys of DIR_POLL, DIR_POLLAGENT, DIR_BROADCAST, DIR_REQUEST, DIR_EVBROAD,
 * DIR_AGENTPACKET, whichever are there. */
struct dict_master {
	struct dict_network networks[DICT_NETWORKS_MAX]; /* NADRS */
	size_t network_count;
	bool unwilling;	       /* AGNT=0 */
	int64_t agent_seconds; /* AGS, -1 when missing */
	char target[46];       /* TADR, empty when missing */
	bool direct;	       /* DRCT=1 */
	struct span wrapped; /* WAPD: content of another signed dict, borrowed;
				for ipdict_parse_content() */
};

int dict_master_parse(const struct ipdict *dict, struct dict_master *master);
void dict_master_build(const struct dict_master *master, struct buf *content);

/* The IP line of an entry packet (1.6): base64 of a dict with any of these. */
struct dict_master_line {
	char master[46]; /* SVADR, empty when missing */
	bool started;	 /* UPT=0: a master that has just started */
	bool requested;	 /* DRB=1: the entry was made on a master's request */
};
int dict_master_line_parse(struct span value, struct dict_master_line *line);
void dict_master_line_build(
    const struct dict_master_line *line, struct buf *value);

#endif

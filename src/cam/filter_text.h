/* filter_text.h: the words of packet filters: read into numbers, and rules
 * written for people. */
#ifndef CAM_FILTER_TEXT_H
#define CAM_FILTER_TEXT_H

#include <jansson.h>

#include "cam/filter.h"

/* "udp", "17", "new", "broadcast", "ipv4" as the number a condition on that
 * field compares; false when it is none we know. */
bool filter_number(enum filter_field field, struct span text, uint64_t *number);

/* A rule's JSON in the words of nft: "udp dport { 2425, 22224-22229 } drop";
 * release with free(). */
char *filter_nft_text(const json_t *statements);

/* The next blank-separated word of a line, quotes taken off; false at the end.
 */
bool filter_word(struct span *line, struct span *word);
/* The next line without its line feed; false at the end. */
bool filter_line(struct span *text, struct span *line);
/* "2425", "22224:22229", "22224-22229", or a known service's name; false when
 * it is none. */
bool filter_ports(struct span text, uint64_t *low, uint64_t *high);

/* A copy without the blanks at both ends; release with free(). */
char *filter_trimmed(struct span line);
/* Conditions for "2425/udp", "22224:22229/udp", "2425", "22,80/tcp"; false when
 * it is no such thing. */
bool filter_add_ports(struct filter_rule *rule, struct span word);

#endif

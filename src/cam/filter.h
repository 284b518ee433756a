/* filter.h: packet filter rules, whichever program shows them, and what becomes
 * of a packet. */
#ifndef CAM_FILTER_H
#define CAM_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* What a rule may look at; FILTER_OTHER: something we do not model, so it may
 * hold or not. */
enum filter_field {
	FILTER_FAMILY, /* 4 or 6 */
	FILTER_PROTOCOL,
	FILTER_PORT,	    /* where to */
	FILTER_SOURCE_PORT, /* where from */
	FILTER_SOURCE,
	FILTER_DESTINATION,
	FILTER_INPUT, /* names of interfaces; * at the end for any rest */
	FILTER_OUTPUT,
	FILTER_STATE, /* of the connection: 1 where new is among them */
	FILTER_KIND,  /* enum filter_kind of the destination */
	FILTER_OTHER,
};

/* FILTER_OURS: one of our addresses, where a packet comes in; FILTER_THEIRS: a
 * neighbour's, where one goes out. */
enum filter_kind {
	FILTER_OURS = 1,
	FILTER_BROADCAST,
	FILTER_MULTICAST,
	FILTER_THEIRS
};

/* Both ends included; an address begins at the first byte, a number fills the
 * last eight. */
struct filter_range {
	uint8_t low[16];
	uint8_t high[16];
};

struct filter_condition {
	enum filter_field field;
	bool negated;
	bool partly; /* has values we could not read: where none of the others
			fits, perhaps */
	uint8_t family; /* of addresses: 4 or 6 */
	struct filter_range *ranges;
	size_t range_count;
	char **names;
	size_t name_count;
};

enum filter_action {
	FILTER_NEXT, /* counts, logs, marks: the next rule follows */
	FILTER_ACCEPT,
	FILTER_DROP, /* or rejects */
	FILTER_RETURN,
	FILTER_JUMP,
	FILTER_GOTO,
	FILTER_UNSURE, /* something we do not model */
};

struct filter_rule {
	struct filter_condition *conditions;
	size_t count;
	enum filter_action action;
	char *target; /* the key of the chain jumped to */
	char *text;   /* as its program shows it */
};

enum filter_hook { FILTER_NOWHERE, FILTER_IN, FILTER_OUT };

struct filter_chain {
	char *key;	       /* unique: "inet filter input", "filter INPUT" */
	enum filter_hook hook; /* of a base chain: where packets enter it */
	uint8_t family;	       /* 4 or 6; 0: both */
	enum filter_action policy;
	struct filter_rule *rules;
	size_t count;
};

/* Limits of what a program may print (threat model L1: it is not ours). */
enum {
	FILTER_TEXT_MAX = 16 * 1024 * 1024,
	FILTER_CHAINS_MAX = 4096,
	FILTER_RULES_MAX = 200000
};

struct filter {
	struct filter_chain *chains;
	size_t count;
	size_t rules; /* in all */
};

void filter_finish(struct filter *filter);
/* The chain with that key, made when it is not there; NULL when there are too
 * many. */
struct filter_chain *filter_chain(struct filter *filter, const char *key);
/* NULL when there are too many. Valid until the next. Takes text. */
struct filter_rule *filter_add_rule(
    struct filter *filter, struct filter_chain *chain, char *text);
struct filter_condition *filter_add_condition(
    struct filter_rule *rule, enum filter_field field);
void filter_add_number(
    struct filter_condition *condition, uint64_t low, uint64_t high);
void filter_add_name(struct filter_condition *condition, struct span name);
/* "10.1.2.3", "10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.1-10.0.0.9",
 * "fd00::/8"; what is none makes the condition partly. */
void filter_add_address(struct filter_condition *condition, struct span text);

/* What we ask about. */
struct filter_packet {
	uint8_t family;	  /* 4 or 6 */
	uint8_t protocol; /* IPPROTO_UDP or IPPROTO_TCP */
	uint16_t port;
	uint16_t source_port;  /* 0: any */
	const char *interface; /* it comes in or goes out through */
	enum filter_hook hook;
	struct filter_range source; /* somebody in there */
	struct filter_range destination;
	enum filter_kind kind;
};
void filter_range_address(struct filter_range *range, const uint8_t *bytes,
    size_t size, unsigned bits);

enum filter_verdict {
	FILTER_PASSES,
	FILTER_BLOCKED,
	FILTER_DEPENDS, /* on what we do not know or model */
};

/* Why, for people; pointers into the filter. */
struct filter_reason {
	const struct filter_chain *base; /* the base chain it happens in */
	const struct filter_chain *chain;
	const struct filter_rule *rule; /* NULL: the policy of base */
};

/*
 * Follows the packet through every base chain of its hook and family, jumps
 * included; all must let it pass.
 */
enum filter_verdict filter_judge(const struct filter *filter,
    const struct filter_packet *packet, struct filter_reason *reason);

/*
 * From a program's output (pure functions): `nft -j list ruleset` and
 * `iptables-save`. Adds to filter. CAM_ERR_FORMAT when it is not that,
 * CAM_ERR_LIMIT.
 *
 * Tables that iptables keeps within nft may hold what only iptables-save can
 * show: with iptables_known they are left out here.
 */
int filter_read_nft(
    struct filter *filter, struct span text, bool iptables_known);
/* family: 4 for iptables-save, 6 for ip6tables-save. */
int filter_read_iptables(
    struct filter *filter, struct span text, uint8_t family);
/* `ufw status verbose`. active is false, and filter untouched, when it says so.
 */
int filter_read_ufw(struct filter *filter, struct span text, bool *active);
/*
 * `firewall-cmd --list-all-zones`: the zones that are active, and for the
 * interfaces of none of them the default one, of that name.
 */
int filter_read_firewalld(
    struct filter *filter, struct span text, const char *default_zone);

#endif

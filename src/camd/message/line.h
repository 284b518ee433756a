/* line.h: what waits for one user, sent one after the other. */
#ifndef CAM_CAMD_LINE_H
#define CAM_CAMD_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "camd/message/delivery.h"
#include "camd/message/shipment.h"
#include "lan/lan.h"
#include "loop/timer.h"

struct camd;
struct link;

/*
 * The line of a user. Over a link several deliveries are on their way at a
 * time, in order; by IPMSG one, so that what was written in order arrives in
 * order, and somebody who does not answer is not flooded. When he does not, the
 * line sleeps until he is heard or some time has passed.
 */
struct line {
	struct table_link link;
	struct camd *camd;
	struct freight *freight;
	int64_t uid;
	struct deliveries waiting;
	struct shipment *shipment; /* over his link, NULL: none */
	struct delivery *current;  /* by IPMSG; also in waiting */
	struct sending *sending;   /* of current */
	bool needs_key;		   /* asked for; nothing goes before it comes */
	bool saving;		   /* a new packet number is being stored */
	bool holds;		   /* for a link, or for a word of the user */
	bool stopped;
	bool unrelayed;	     /* the server had no room for it */
	int64_t began_ms;    /* wall time of the round of current */
	uint64_t probed_ms;  /* when he was asked whether he lives, 0: never */
	uint64_t dialled_ms; /* since when a link is waited for, 0: it is not */
	unsigned silences;   /* rounds without an answer, in a row */
	struct timer wake;
	size_t *total; /* deliveries of all lines */
};

static inline struct line *
line_of_link(const struct table_link *link)
{
	return container_of(link, struct line, link);
}

struct line *line_new(
    struct camd *camd, struct freight *freight, int64_t uid, size_t *total);
/* Nothing more is sent from now on. */
void line_stop(struct line *line);
/* Nothing more is sent or told. */
void line_free(struct line *line);

/* Copies row; the delivery goes to the end. Nothing is sent yet. */
struct delivery *line_append(
    struct line *line, struct parcel *parcel, const struct store_delivery *row);
/* The same, and sends it when it is its turn. */
void line_join(
    struct line *line, struct parcel *parcel, const struct store_delivery *row);
/* The same for one that may be in the line already: it takes what has changed,
 * and all are tried at once. failed: it had left the line. */
void line_rejoin(struct line *line, struct parcel *parcel,
    const struct store_delivery *row, bool failed);
/* The user was heard, or his key came. */
void line_wake(struct line *line);
/* It has slept for long enough. */
void line_sleep_is_over(struct line *line);
/* He did not show a key. */
void line_no_key(struct line *line);
/* He says that he opened the message with that packet number: believed once he
 * has confirmed it (threat model N2). */
void line_opened(struct line *line, uint32_t packet_no);
/* His link is greeted; ended (another may have taken its place before); could
 * not be made; takes more. */
void line_link_open(struct line *line);
void line_link_closed(struct line *line, struct link *link);
void line_unreached(struct line *line);
void line_drained(struct line *line, struct link *link);
/* The organisation's server is there; has gone; takes more; has stored one, or
 * refuses it (reason not NULL). */
void line_relay_open(struct line *line);
void line_relay_closed(struct line *line);
void line_relay_drained(struct line *line);
void line_relayed(
    struct line *line, const char id[ID_SIZE], const char *reason);
/* He has signed that he stored it; he refuses it; he has opened it (true: it
 * was under way, and is done with). */
void line_receipted(struct line *line, const char id[ID_SIZE]);
void line_refused(struct line *line, const char id[ID_SIZE], const char *reason,
    const uint8_t *digest);
/* He refuses what came by the server, which may have changed it: what he cannot
 * read is believed where its digest is that of what left here, else it is tried
 * again later; nothing that is on a link is touched. */
void line_refused_by_relay(struct line *line, const char id[ID_SIZE],
    const char *reason, const uint8_t *digest);
bool line_opened_id(struct line *line, const char id[ID_SIZE]);
/* The message of that row is deleted: what of it, and of its edits, has not
 * left stays here. */
void line_withdraw(struct line *line, int64_t row, const char id[ID_SIZE]);
/* The message of that row has left, or may have. */
bool line_has_sent(const struct line *line, int64_t row);
/* All that waits goes to the end of the other line. */
void line_move(struct line *from, struct line *into);

#endif

/* line.h: what waits for one user, sent one after the other. */
#ifndef CAM_CAMD_LINE_H
#define CAM_CAMD_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/table.h"
#include "camd/parcel.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "store/delivery.h"

struct camd;

/* One parcel for the line's user. */
struct delivery {
	TAILQ_ENTRY(delivery) entry;
	struct parcel *parcel;
	struct store_delivery row;
	/* Sent, not confirmed, and nothing heard of the user since. */
	bool tried;
	unsigned unheeded; /* rounds that he did not confirm though he lives */
};

/*
 * The line of a user. One delivery is on its way at a time, so what was
 * written in order arrives in order, and somebody who does not answer is not
 * flooded. When he does not, the line sleeps until he is heard or some time has
 * passed.
 */
struct line {
	struct table_link link;
	struct camd *camd;
	int64_t uid;
	TAILQ_HEAD(, delivery) waiting;
	struct delivery *current; /* also first in waiting */
	struct sending *sending;  /* of current */
	bool needs_key;		  /* asked for; nothing goes before it comes */
	bool saving;		  /* a new packet number is being stored */
	int64_t began_ms;	  /* wall time of the round of current */
	uint64_t probed_ms; /* when he was asked whether he lives, 0: never */
	unsigned silences;  /* rounds without an answer, in a row */
	struct timer wake;
	size_t *total; /* deliveries of all lines */
};

static inline struct line *
line_of_link(const struct table_link *link)
{
	return container_of(link, struct line, link);
}

struct line *line_new(struct camd *camd, int64_t uid, size_t *total);
/* Nothing more is sent or told. */
void line_free(struct line *line);

/* Copies row; the delivery goes to the end. Nothing is sent yet. */
void line_append(
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
/* All that waits goes to the end of the other line. */
void line_move(struct line *from, struct line *into);

/* Tells message.state of a delivery. */
void line_tell(struct camd *camd, const struct store_delivery *row,
    const char *id, int64_t time_ms);

#endif

/* transfer.h: an offer on its way to or from one user. */
#ifndef CAM_STORE_TRANSFER_H
#define CAM_STORE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "store/offer.h"
#include "store/word.h"

struct store;

/* One for each recipient of an offer of ours, one for each offer received. */
struct store_transfer {
	int64_t message; /* row */
	uint32_t number;
	int64_t uid; /* the other party */
	enum store_stage stage;
	uint64_t done;	    /* bytes, when last written */
	const char *folder; /* where it goes, absolute; "": not accepted */
	const char *name;   /* the name wished for; "": that of the offer */
	const char *made;   /* what it is called in folder; "": not there; of
			       ours the path of what is offered */
	const char *reason; /* a word of camd/offer/reason.h; "": none */
	enum store_encryption encryption;
	uint32_t fetches; /* how often it went over whole */
	bool automatic;	  /* accepted by policy */
	bool dropped;	  /* not listed any more */
	bool untold;	  /* cancelled by us, and the other does not know */
	int64_t changed_ms;

	/* Told, not given: its offer (offer.message is message) and what of its
	 * message matters. */
	struct store_offer offer;
	char id[ID_SIZE];
	bool received;	    /* offered to us */
	bool shut;	    /* sealed and not opened: nobody may see it yet */
	uint32_t packet_no; /* to or from that user; 0: not by IPMSG */
	enum store_encryption carried; /* how the message came or went */
	enum store_signed signature;
	int64_t time_ms;
};

/* Writes all that is given, by message, number and uid. CAM_ERR_UNKNOWN. */
int store_transfer_put(
    struct store *store, const struct store_transfer *transfer);
/* CAM_ERR_UNKNOWN. The copy is one piece of memory: release with free(). */
int store_transfer_get(struct store *store, int64_t message, uint32_t number,
    int64_t uid, struct store_transfer **transfer);
/* The same of one handed to a callback. */
struct store_transfer *store_transfer_copy(
    const struct store_transfer *transfer);

/* What each returns, when not 0, ends it. Of one message by number and uid. */
int store_transfer_each(struct store *store, int64_t message,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg);
/* Those waiting or running, the oldest first: of a camd that has ended. */
int store_transfer_unfinished(struct store *store,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg);

/* Those of ours that nobody fetches now, and whose offer is not past its time.
 */
int store_transfer_offered(struct store *store, int64_t now_ms, size_t limit,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg);

/* The untold ones of that user, and of those merged into him (0: of all), whose
 * offer is not past its time: by uid, message and number. */
int store_transfer_untold(struct store *store, int64_t uid, int64_t now_ms,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg);
/* That one is told. 0 also when it is not there. */
int store_transfer_told(
    struct store *store, int64_t message, uint32_t number, int64_t uid);

/* Which are to be listed; dropped and shut ones never are. */
struct store_transfer_query {
	bool received, sent;
	unsigned stages; /* 1 << enum store_stage, or'ed; 0: all */
	/* After this one; message 0: from the beginning. */
	int64_t message;
	uint32_t number;
	int64_t uid;
	size_t limit;
};
/* In the order of their messages, the oldest first. */
int store_transfer_list(struct store *store,
    const struct store_transfer_query *query,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg);

/* Those that are past their time become expired, and each is told as it is
 * then. *next_ms: when the next one will be; 0: there is none. */
int store_transfer_expire(struct store *store, int64_t now_ms,
    int (*each)(const struct store_transfer *transfer, void *arg), void *arg,
    int64_t *next_ms);
/* Bytes of what policy accepted since then: from that user, from all. */
int store_transfer_automatic(struct store *store, int64_t uid, int64_t since_ms,
    uint64_t *of_user, uint64_t *of_all);

/*
 * Numbers of protected file requests grow, request by request of one user
 * (protocol reference 4.5): keeps it. CAM_ERR_REFUSED: not greater than the
 * last.
 */
int store_replay_take(struct store *store, int64_t uid, uint32_t number);

#endif

/* contact.h: where another user's camd may be reached, and the attempts to do
 * so. Only links uses it. */
#ifndef CAM_CAMD_CONTACT_H
#define CAM_CAMD_CONTACT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/table.h"
#include "camd/link/links.h"
#include "loop/timer.h"

struct lan_cam;
struct tcp_dial;

/* Where he announced himself, where the last link was, where IPMSG finds him.
 */
enum { CONTACT_PLACES = 3 };
/* Others who want to know whether he lives, at a time. */
enum { CONTACT_PROBES_MAX = 8 };

struct contact_probe {
	void (*on_done)(void *arg, struct user *user, bool alive);
	void *arg;
};

/*
 * One a user of whom cam/1 is known or said.
 *
 *	idle -> queued -> dialling -> (link)
 *	 ^                   |
 *	 +-- waiting <-------+   he is known to speak it, and is wanted
 */
struct contact {
	struct table_link by_uid;
	TAILQ_ENTRY(contact) entry; /* while queued */
	struct links *links;
	struct user *user;
	struct link *link; /* greeted, NULL: none */
	/* Greeted as well; takes the place of link if that gives no sign of
	 * life. */
	struct link *spare;

	struct addr announced; /* ADDR_NONE: not */
	int64_t announced_ms;  /* by the clock of the announcement, where it was
				  verified; 0: it was not */
	uint64_t checked_ms;   /* when a signature was last checked */
	struct addr last;      /* where the last link came to be */

	bool wanted;
	bool queued;
	bool dialling;
	struct addr places[CONTACT_PLACES];
	unsigned place_count;
	unsigned place; /* the one being tried, counted from 1 */
	struct tcp_dial *dial;
	struct link *trying;
	uint64_t began_ms;
	uint64_t not_before_ms; /* back-off */
	unsigned failures;	/* in a row */
	struct timer retry;

	struct contact_probe probes[CONTACT_PROBES_MAX];
	unsigned probe_count;
	bool pinged;
	uint64_t pinged_ms;
	struct timer ping;
};

struct contact *contact_new(struct links *links, struct user *user);
/* Gives up what is under way; those who probe are told that he does not
 * answer. */
void contact_free(struct contact *contact);

/* He speaks cam/1: a link was greeted, now or before. */
bool contact_is_known(const struct contact *contact);
enum links_state contact_state(const struct contact *contact);
/* Dials now, or when it is its turn. Nothing where it is being dialled, or
 * there is a link. */
void contact_dial(struct contact *contact);
/* An announcement of his that came from there; believed: that is where he is.
 * Else it must be signed by a device of his to count. True when it is news, and
 * signed so: he is there. */
bool contact_announced(struct contact *contact, const struct addr *from,
    const struct lan_cam *cam, bool believed);
/* He is there: who waits tries again now. */
void contact_heard(struct contact *contact);
/* A connection made for it has ended ungreeted, or turned out to lead to
 * somebody else. */
void contact_try_ended(struct contact *contact, struct link *link);
/* There is a link; a spare one is not needed any more. */
void contact_reached(struct contact *contact, struct link *link);
/* Another link is greeted that would be closed, if only we knew that the other
 * end still has the one we have: it waits until that has answered. */
void contact_hold(struct contact *contact, struct link *spare);
/* Its link may lead to nobody: that is asked, and silence ends it. */
void contact_question(struct contact *contact);
/* False: too many do, or there is no way. */
bool contact_probe(struct contact *contact, const struct contact_probe *probe);
/* Its link has ended: who waits for an answer on it dials. */
void contact_link_ended(struct contact *contact);

#endif

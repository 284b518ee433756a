/* link_private.h: what link, links and contact share; nobody else includes it.
 */
#ifndef CAM_CAMD_LINK_PRIVATE_H
#define CAM_CAMD_LINK_PRIVATE_H

#include <sys/queue.h>

#include "base/table.h"
#include "camd/link/link.h"
#include "camd/link/links.h"
#include "link/linkhello.h"
#include "loop/timer.h"

struct contact;
struct greeting;
struct tls_context;
struct wire;

/*
 *	SHAKING -> GREETING -> GREETED -> ENDED
 *	    |          |                    ^
 *	    |          +----> REFUSING -----+   our error is on its way to them
 *	    +-------------------------------+
 */
enum link_state {
	LINK_SHAKING, /* the handshake of TLS */
	LINK_GREETING,
	LINK_GREETED,
	LINK_REFUSING,
	LINK_ENDED, /* waits to be buried */
};

struct link {
	TAILQ_ENTRY(link) entry;
	struct table_link by_serial;
	struct links *links;
	uint64_t serial;
	enum link_state state;
	struct wire *wire;
	struct addr addr;
	bool connected; /* by us */

	bool said;		   /* their hello has come */
	bool admitted;		   /* and was answered */
	bool welcomed;		   /* ours was answered */
	bool broken;		   /* nobody has closed it */
	bool opened;		   /* the link of its user, and told so */
	struct greeting *greeting; /* their hello, in the pool */

	uint8_t key[SIGN_KEY_SIZE]; /* of their TLS */
	struct linkhello_proof proof;
	unsigned capabilities;
	struct user *user; /* once admitted */

	bool can_send; /* stream_out is open */
	bool can_receive;
	uint16_t stream_out;
	uint16_t stream_in;

	struct timer timer; /* until it must be greeted; then while it idles */
	uint64_t greeted_ms;
	uint64_t used_ms;
	uint64_t prekey_ms; /* when they last told another one */

	struct contact *contact; /* for whom it was dialled, NULL */
	void (*on_known)(void *arg);
	void *known_arg;
};

TAILQ_HEAD(link_list, link);

struct links {
	struct camd *camd;
	struct identity *identity;
	const struct links_ops *ops;
	void *arg;
	struct tls_context *context;
	struct table by_serial;
	struct table contacts; /* by uid */
	struct link_list list; /* those that live */
	struct link_list dead;
	size_t greeted;
	uint64_t last_serial;
	struct timer burial;
	struct timer renewal; /* of prekeys */
	uint64_t copied_ms; /* when it was last said that our keys came back */
	bool ending;
	size_t dialling;
	TAILQ_HEAD(, contact) queue; /* contacts that wait for their turn */
};

/* -- link.c ------------------------------------------------------------------
 */

/* Takes fd; it must be greeted within timeout_ms. */
struct link *link_new(struct links *links, int fd, bool connected,
    const struct addr *addr, uint64_t timeout_ms);
/* The other end is not there, or not what it was. */
void link_break(struct link *link, const char *reason);
/* Greeted, once each end has admitted the other. */
void link_greet(struct link *link);
/* Answers the hello with the error, lets that leave, and ends it. */
void link_refuse(
    struct link *link, json_int_t id, int err, const char *message);
/* Of one that has ended; not inside its own callbacks. */
void link_free(struct link *link);

/* -- links.c -----------------------------------------------------------------
 */

/* Both ends have admitted each other. */
void links_greeted(struct links *links, struct link *link);
/* It will be buried on the next turn. */
void links_ended(struct links *links, struct link *link, bool was_greeted);
/* The contact of a user, NULL: none. */
struct contact *links_contact(
    const struct links *links, const struct user *user);
/*
 * Of connections made at the same time the one made by the side with the
 * greater device id stays. True when ours would: the same at both ends, turned
 * round.
 */
bool links_wins(const struct links *links, const struct link *link);
/* Somebody showed our own link key. */
void links_copied(struct links *links, const struct addr *addr);

#endif

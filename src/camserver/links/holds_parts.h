/* holds_parts.h: what the files of held files share; nobody else includes it.
 */
#ifndef CAM_CAMSERVER_HOLDS_PARTS_H
#define CAM_CAMSERVER_HOLDS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/table.h"
#include "camserver/links/holds.h"
#include "crypto/digest.h"
#include "link/bearer.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "loop/worker.h"
#include "store/held.h"

enum {
	HOLD_BLOCK = 256 * 1024,
	HOLD_NAME_TEXT = 2 * HELD_NAME_SIZE + 1,
	HOLD_IDLE_MS = 3 * 60 * 1000, /* without a byte */
};

struct roll;

/* One connection of a member's, from its ticket on. */
struct hold {
	TAILQ_ENTRY(hold) entry;
	struct holds *holds;
	bool is_out;
	uint8_t digest[SHA256_SIZE]; /* of its ticket; used once */
	int64_t member;
	struct store_held held;
	int socket, file; /* -1 */
	struct watch watch;
	struct timer timer;
	uint8_t *block;
	/* A job is at it: it is freed when that is done. */
	struct job job;
	void (*on_done)(struct hold *hold);
	bool is_busy, is_ended;
	int err, error;
	struct holdin *in;
	struct holdout *out;
};
TAILQ_HEAD(hold_list, hold);

struct holds {
	struct memberlinks *links;
	struct hold_list list;
	size_t count;
	uint64_t bytes;
	uint64_t full_until_ms;
	struct workers *disk;
	char *folder; /* work/held */
	struct timer expiry;
	bool cleaning, clean_again, stopped;
};

/* -- holds.c -----------------------------------------------------------------
 */

/* Closed, and freed once nothing is at work on it. */
void hold_end(struct hold *hold);
/* The same of one that could not be written: no others are taken for a while,
 * and what is there of it makes room. */
void hold_failed(struct hold *hold);
/* work runs on a thread for disks, or on the writer's; done on the loop, unless
 * it has ended meanwhile. */
void hold_on_disk(struct hold *hold,
    void (*work)(struct job *job, void *context),
    void (*done)(struct hold *hold));
void hold_in_store(struct hold *hold,
    void (*work)(struct job *job, void *context),
    void (*done)(struct hold *hold));
/* One to come, and the ticket that it will show; answered with it (result is
 * taken, ticket wiped). */
struct hold *hold_new(struct holds *holds, bool is_out, int64_t member,
    const struct store_held *held, uint8_t ticket[TICKET_SIZE]);
void hold_reply(struct memberlink *link, json_int_t id, json_t *result,
    uint8_t ticket[TICKET_SIZE]);
bool holds_have_room(const struct holds *holds, int64_t member, bool is_out);
/* Threads that may wait for the disk. */
struct workers *holds_disk(struct holds *holds);
/* It has moved. */
void hold_moved(struct hold *hold, size_t bytes);
/* Its path; release with free(). */
char *hold_path(const struct holds *holds, const uint8_t name[HELD_NAME_SIZE]);

/* -- holdput.c ---------------------------------------------------------------
 */

/* {message, number}; keys of users, as members: those who are none are left
 * out. CAM_ERR_REQUEST. */
int holds_read_named(const json_t *params, struct store_held *held);
int holds_read_users(const struct roll *roll, const json_t *users,
    int64_t members[HELD_FOR_MAX], size_t *count);

/* -- holdstore.c -------------------------------------------------------------
 */

/* The folder is made, and what is not known is removed from it; what is known
 * and not there is forgotten. Before the writer begins. */
int holds_sweep(struct holds *holds);
/* That receiver need not have it any more; 0: nobody need. */
void holds_forget(
    struct holds *holds, const struct store_held *held, int64_t receiver);

/* -- holdin.c, holdout.c -----------------------------------------------------
 */

/* Its socket is there. */
void holdin_begin(struct hold *hold);
void holdin_free(struct holdin *in);
void holdout_begin(struct hold *hold);
void holdout_free(struct holdout *out);

/* -- holdnews.c --------------------------------------------------------------
 */

/* Those who wait for it and are there are told that it is whole. */
void holds_tell_whole(struct holds *holds, const struct store_held *held);
/* Its sender, where he is there, is told who has had what. */
void holds_tell_taken(struct holds *holds, const struct store_held *held);

#endif

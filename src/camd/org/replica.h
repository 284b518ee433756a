/* replica.h: the directory of our organisation as far as we have it, checked
 * change by change. */
#ifndef CAM_CAMD_REPLICA_H
#define CAM_CAMD_REPLICA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/span.h"
#include "base/table.h"
#include "net/addr.h"
#include "org/charter.h"
#include "org/directory.h"

struct replica;

/* Somebody who belongs, or has belonged: what he was called stays his. */
struct colleague {
	struct table_link by_key, by_number;
	TAILQ_ENTRY(colleague) entry;
	TAILQ_ENTRY(colleague) wanted; /* of org/colleagues.c */
	bool is_wanted;
	uint64_t number; /* of the change that says who he is; 0: he is gone */
	struct membership membership;
	/* Another had that name before him: what we know of the one does not
	 * hold for the other (threat model I1). */
	bool replaced;
	uint32_t card; /* the version that we have; 0: none */
	bool is_known; /* what that card says was believed */
	/* As the server tells; of org/colleagues.c. */
	uint8_t state; /* enum user_state */
	bool brought;  /* nobody but the server says that he is there */
	struct addr addr;
	char *away;
};

struct replica *replica_new(void);
void replica_free(struct replica *replica);
void replica_clear(struct replica *replica);

/* The next change, as it came; *changed is whom it is about, or NULL (a kind of
 * later cams). CAM_ERR_FORMAT, CAM_ERR_LIMIT. */
int replica_add(
    struct replica *replica, struct span bytes, struct colleague **changed);
uint64_t replica_number(const struct replica *replica);
/* The hash after that many changes, 0 .. replica_number(). */
const uint8_t *replica_hash(const struct replica *replica, uint64_t number);

/* NULL: none; by_key also those who have gone. */
struct colleague *replica_by_key(
    const struct replica *replica, const uint8_t user_key[SIGN_KEY_SIZE]);
struct colleague *replica_by_number(
    const struct replica *replica, uint64_t number);
/* after NULL: the first. */
struct colleague *replica_next(
    const struct replica *replica, const struct colleague *after);
/* Those who belong. */
size_t replica_count(const struct replica *replica);

/*
 * What two heads say of each other. A head with a greater number is put off:
 * CAM_ERR_MORE. CAM_ERR_KEY: its hash is another than ours at its number: not
 * everybody is shown the same directory (threat model 5.2).
 */
int replica_compare(const struct replica *replica, const struct head *head);

#endif

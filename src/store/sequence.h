/* sequence.h: the numbers of envelopes in a talk, and what is missing between
 * them. */
#ifndef CAM_STORE_SEQUENCE_H
#define CAM_STORE_SEQUENCE_H

#include <stdint.h>

struct store;

enum { STORE_PLACE_SIZE = 16 };

/* Whose numbers, and in which talk: both as envelopes name them. */
struct store_place {
	uint8_t talk[STORE_PLACE_SIZE];
	uint8_t device[STORE_PLACE_SIZE];
};

/* The greatest number given (our own device) or seen there; 0: none. */
int store_sequence_last(
    struct store *store, const struct store_place *place, uint64_t *last);

/*
 * Gives the next number of our device there to a sent message or change that
 * was stored without; one that has a number keeps it. CAM_ERR_UNKNOWN: no such
 * row of ours. CAM_ERR_LIMIT: the last number has been given.
 */
int store_sequence_give(struct store *store, int64_t row,
    const struct store_place *place, uint64_t *number);

#endif

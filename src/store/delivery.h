/* delivery.h: a sent message on its way to one recipient. */
#ifndef CAM_STORE_DELIVERY_H
#define CAM_STORE_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/word.h"

struct store;

enum { STORE_ERROR_SIZE = 160 };

struct store_delivery {
	int64_t message; /* row */
	int64_t uid;
	uint32_t packet_no; /* stored before it is used; 0: none yet */
	enum store_state state;
	enum store_receipt receipt;
	enum store_encryption encryption;
	bool clear; /* may leave in clear */
	uint32_t attempts;
	int64_t next_try_ms;  /* 0: none planned */
	int64_t delivered_ms; /* 0: not yet */
	int64_t opened_ms;
	char error[STORE_ERROR_SIZE]; /* "": none; longer ones are cut */
};

/* Writes all of it by message and uid. CAM_ERR_UNKNOWN. */
int store_delivery_put(
    struct store *store, const struct store_delivery *delivery);
int store_delivery_get(struct store *store, int64_t message, int64_t uid,
    struct store_delivery *delivery);
/* The newest with that packet number. CAM_ERR_UNKNOWN. */
int store_delivery_find(
    struct store *store, uint32_t packet_no, struct store_delivery *delivery);

/* Those of one message, by uid. What each returns, when not 0, ends it. */
int store_delivery_each(struct store *store, int64_t message,
    int (*each)(const struct store_delivery *delivery, void *arg), void *arg);
/* The same for those queued or sent of all messages, the oldest first. */
int store_delivery_unfinished(struct store *store,
    int (*each)(const struct store_delivery *delivery, void *arg), void *arg);

/*
 * The greatest packet number ever stored, in deliveries and notices, removed
 * ones too; 0: none.
 */
int store_packet_no_max(struct store *store, uint32_t *packet_no);

#endif

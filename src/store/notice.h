/* notice.h: opened notices (READMSG) that are still to be confirmed. */
#ifndef CAM_STORE_NOTICE_H
#define CAM_STORE_NOTICE_H

#include <stdint.h>

struct store;

struct store_notice {
	int64_t message;    /* row of the received message, one notice each */
	uint32_t packet_no; /* of the notice itself; 0: none yet */
	uint32_t attempts;
	int64_t next_try_ms;
};

/* Adds or replaces. CAM_ERR_UNKNOWN: no such message. */
int store_notice_put(struct store *store, const struct store_notice *notice);
/* Done with; 0 also when there was none. */
int store_notice_remove(struct store *store, int64_t message);
/* All, the oldest first. What each returns, when not 0, ends it. */
int store_notice_each(struct store *store,
    int (*each)(const struct store_notice *notice, void *arg), void *arg);

#endif

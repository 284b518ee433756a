/* hour.h: which rows hold the messages of which hours. */
#ifndef CAM_STORE_HOUR_H
#define CAM_STORE_HOUR_H

#include <stdint.h>

struct store;

/*
 * Rows follow the order of arrival, times are what senders say. For every hour
 * the first and the last row with such a time are kept, so a range of time
 * becomes a range of rows that holds it, and mostly little else.
 */
int hour_grow(struct store *store, int64_t time_ms, int64_t row);

/*
 * The rows with messages of since_ms <= time_ms < until_ms lie in first ..
 * last, as far as is known; first > last: there are none.
 */
int hour_rows(struct store *store, int64_t since_ms, int64_t until_ms,
    int64_t *first, int64_t *last);

#endif

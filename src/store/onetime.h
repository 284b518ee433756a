/* onetime.h: private halves of prekeys that each open one envelope, sealed by
 * who keeps them (threat model 5.2). */
#ifndef CAM_STORE_ONETIME_H
#define CAM_STORE_ONETIME_H

#include <stdint.h>

struct store;

enum { ONETIME_MAX = 1000, ONETIME_SECRET_SIZE = 60 };

/*
 * Each lies at a place of its own (1 .. ONETIME_MAX), which is written over
 * where it is destroyed: no copy stays in the file, and the write-ahead log,
 * which has the older ones, is emptied by the next store_tend().
 */
struct store_onetime {
	int64_t place;
	uint32_t id; /* > 0 */
	int64_t made_ms;
	uint8_t secret[ONETIME_SECRET_SIZE]; /* sealed */
};

/* CAM_ERR_LIMIT: there is no such place. */
int store_onetime_put(struct store *store, const struct store_onetime *onetime);
/* Destroys it; nothing where another has taken its place. */
int store_onetime_destroy(struct store *store, int64_t place, uint32_t id);
/* The same for all made before that time, and more than a day after now_ms,
 * which a wrong clock has made. */
int store_onetime_expire(
    struct store *store, int64_t before_ms, int64_t now_ms);
/* By place; what each returns, when not 0, ends it. CAM_ERR_FORMAT. */
int store_onetime_each(struct store *store,
    int (*each)(const struct store_onetime *onetime, void *arg), void *arg);

#endif

/* junction.h: two TCP connections joined: what one end says the other hears. */
#ifndef CAM_NET_JUNCTION_H
#define CAM_NET_JUNCTION_H

#include <stdint.h>

struct junction;
struct loop;

/* Bytes that are held each way while an end does not read; then the other is
 * not read either. */
enum { JUNCTION_HOLD = 64 * 1024 };

/*
 * Takes both. An end that says no more (half a close) is told to the other;
 * when both have, one is broken, or nothing has moved for idle_ms, it is over:
 * on_ended follows once, never inside, and the junction is the owner's to free.
 */
struct junction *junction_new(struct loop *loop, int a, int b, uint64_t idle_ms,
    void (*on_ended)(void *arg), void *arg);
/* Closes both. NULL is fine. */
void junction_free(struct junction *junction);

/* That have gone over, both ways. */
uint64_t junction_bytes(const struct junction *junction);

#endif

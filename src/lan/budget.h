/* budget.h: how much of our time and answers a source may have (threat model
 * L2, N4). */
#ifndef CAM_LAN_BUDGET_H
#define CAM_LAN_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/addr.h"

/*
 * Remembers a fixed number of sources; one that was pushed out by newer ones
 * begins anew, while the budgets of its network and of all together still
 * hold. now_ms is of clock_now_ms().
 */
struct budget;

struct budget *budget_new(void);
void budget_free(struct budget *budget);

/* A datagram of len bytes came: false when it must be dropped. known: its
 * address belongs to a pinned peer. */
bool budget_datagram(struct budget *budget, const struct addr *from, bool known,
    size_t len, uint64_t now_ms);
/* A private RSA operation for it. */
bool budget_rsa(struct budget *budget, const struct addr *from, bool known,
    uint64_t now_ms);
/* A user never heard before at that address. */
bool budget_new_peer(
    struct budget *budget, const struct addr *from, uint64_t now_ms);
/* A handshake of TLS with it, which costs us two signatures and more; known: a
 * pinned peer is at that host. */
bool budget_handshake(struct budget *budget, const struct addr *from,
    bool known, uint64_t now_ms);
/*
 * An answer of len bytes to an address that has not proved that it receives:
 * true, and counted, while all answers stay below three times what came from
 * there, headers of both counted. spare more bytes must remain then: what can
 * be done without leaves room for what cannot.
 */
bool budget_answer(struct budget *budget, const struct addr *to, size_t len,
    size_t spare, uint64_t now_ms);

/* A BR_ENTRY came: whether to answer it, at most once in 5 s an address and
 * port (N4). */
bool budget_entry(
    struct budget *budget, const struct addr *from, uint64_t now_ms);
/* It left: its next entry is answered. */
void budget_forget_entry(struct budget *budget, const struct addr *from);

#endif

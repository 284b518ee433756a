/* guesses.h: who has asked for what was never offered to him (threat model F5).
 */
#ifndef CAM_CAMD_GUESSES_H
#define CAM_CAMD_GUESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct guesses;

/* So many wrong questions of one address, or one /64, within this time, and it
 * gets no answer for as long. Kept of so many addresses, the newest. */
enum { GUESSES_MAX = 20, GUESSES_MS = 60 * 60 * 1000, GUESSES_SOURCES = 4096 };

struct guesses *guesses_new(void);
void guesses_free(struct guesses *guesses);

/* One more. True: the one that was too many. */
bool guesses_wrong(
    struct guesses *guesses, const struct addr *from, uint64_t now_ms);
bool guesses_refuse(
    struct guesses *guesses, const struct addr *from, uint64_t now_ms);
/* Addresses that it remembers. */
size_t guesses_count(const struct guesses *guesses);

#endif

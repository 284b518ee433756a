/* random.h: randomness from the system. */
#ifndef CAM_RANDOM_H
#define CAM_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Cannot fail: a system without randomness ends the program. */
void random_bytes(void *bytes, size_t len);
/* Even over 0 .. below-1; below > 0. */
uint32_t random_below(uint32_t below);

/* A new id of 32 lower-case hex digits (128 random bits) and a NUL. */
enum { ID_SIZE = 33 };
void random_id(char id[ID_SIZE]);

#endif

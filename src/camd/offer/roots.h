/* roots.h: files and folders that we offer, open since then (threat model F4).
 */
#ifndef CAM_CAMD_ROOTS_H
#define CAM_CAMD_ROOTS_H

#include <stdint.h>

struct roots;

/* So many stay open, those used last; the others are opened by their paths and
 * compared with what was offered. */
enum { ROOTS_MAX = 256 };

struct roots *roots_new(void);
void roots_free(struct roots *roots);
/* Takes fd. */
void roots_put(struct roots *roots, int64_t message, uint32_t number, int fd);
/* A descriptor of its own, the caller's; -1: it is not open any more. */
int roots_get(struct roots *roots, int64_t message, uint32_t number);
void roots_drop(struct roots *roots, int64_t message, uint32_t number);

#endif

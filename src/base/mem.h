/* mem.h: allocations that do not fail, and memory that leaves no trace. */
#ifndef CAM_MEM_H
#define CAM_MEM_H

#include <stdarg.h>
#include <stddef.h>

/*
 * For our own small allocations: out of memory ends the program. A size that
 * came from a packet, a file or a socket meets a limit of limits.h first.
 */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));
/* count * size is checked for overflow. */
void *xreallocarray(void *mem, size_t count, size_t size)
    __attribute__((returns_nonnull));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *text, size_t max)
    __attribute__((malloc, returns_nonnull));
void *xmemdup(const void *mem, size_t size)
    __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...)
    __attribute__((format(printf, 1, 2), malloc, returns_nonnull));
char *xvasprintf(const char *format, va_list args)
    __attribute__((format(printf, 1, 0), malloc, returns_nonnull));

/* Overwrites before freeing; NULL is fine. */
void wipe(void *mem, size_t size);
void wipe_free(void *mem, size_t size);

#endif

/* mem.c: allocations that do not fail, and memory that leaves no trace. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void
give_up(void)
{
	static const char text[] = "out of memory\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		_exit(127);
	abort();
}

void *
xmalloc(size_t size)
{
	void *mem = malloc(size > 0 ? size : 1);

	if (mem == NULL)
		give_up();
	return mem;
}

void *
xcalloc(size_t count, size_t size)
{
	void *mem = NULL;

	if (count == 0 || size == 0)
		count = size = 1;
	mem = calloc(count, size);
	if (mem == NULL)
		give_up();
	return mem;
}

void *
xreallocarray(void *mem, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		give_up();
	mem = realloc(mem, bytes > 0 ? bytes : 1);
	if (mem == NULL)
		give_up();
	return mem;
}

char *
xstrdup(const char *text)
{
	return xmemdup(text, strlen(text) + 1);
}

char *
xstrndup(const char *text, size_t max)
{
	size_t len = strnlen(text, max);
	char *copy = xmalloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void *
xmemdup(const void *mem, size_t size)
{
	void *copy = xmalloc(size);

	if (size > 0)
		memcpy(copy, mem, size);
	return copy;
}

char *
xvasprintf(const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		give_up();
	return text;
}

char *
xasprintf(const char *format, ...)
{
	va_list args;
	char *text = NULL;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	return text;
}

void
wipe(void *mem, size_t size)
{
	if (mem != NULL && size > 0)
		explicit_bzero(mem, size);
}

void
wipe_free(void *mem, size_t size)
{
	wipe(mem, size);
	free(mem);
}

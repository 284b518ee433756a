/* complain.c: what cam says on stderr when something is wrong. */
#include "cam/complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam/cam.h"

static void
write_line(const char *text)
{
	struct buf line;
	ssize_t written;

	buf_init(&line, LIMIT_RPC_LINE);
	buf_put_text(&line, "cam: ");
	text_print(&line, span_text(text), TEXT_LINE);
	buf_put_byte(&line, '\n');
	fflush(stdout); /* on a terminal both are one text */
	if (!buf_failed(&line)) {
		written = write(STDERR_FILENO, line.data, line.len);
		(void)written; /* there is nowhere left to complain */
	}
	buf_finish(&line);
}

static void
complain_list(const char *format, va_list list)
{
	char *text = xvasprintf(format, list);

	write_line(text);
	free(text);
}

void
complain(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	complain_list(format, list);
	va_end(list);
}

int
complain_usage(const char *verb, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	complain_list(format, list);
	va_end(list);
	if (verb == NULL)
		complain(_("'cam help' lists what there is"));
	else
		complain(_("'cam help %s' shows how it is used"), verb);
	return EXIT_USAGE;
}

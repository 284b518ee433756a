/* log.c: what a program says of itself while it runs. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 4096 /* of the text, before escapes */ };

/* Workers log too; each line is one write(), so nothing needs a lock. */
static struct {
	atomic_int fd;
	atomic_int level;
	atomic_int journal;
} logger = { STDERR_FILENO, LOG_LEVEL_INFO, 0 };

static const struct {
	const char *name;
	int priority; /* syslog's, as the journal reads it */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },
	[LOG_LEVEL_WARN] = { "warn", 4 },
	[LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

void
log_open(int fd, enum log_level level, int journal)
{
	logger.fd = fd;
	logger.level = level;
	logger.journal = journal;
}

void
log_set_level(enum log_level level)
{
	logger.level = level;
}

int
log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return CAM_ERR_UNKNOWN;
}

static void
put_head(struct buf *line, enum log_level level)
{
	char time[CLOCK_TEXT_SIZE];

	if (logger.journal) {
		buf_printf(line, "<%d>", levels[level].priority);
	} else {
		clock_format(clock_wall_ms(), time, sizeof time);
		buf_printf(line, "%s %s: ", time, levels[level].name);
	}
}

/* A log that cannot be written is no reason to stop. */
static void
write_line(struct span line)
{
	while (line.len > 0) {
		ssize_t done = write(logger.fd, line.data, line.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		line = span_of(line.data + done, line.len - (size_t)done);
	}
}

static void __attribute__((format(printf, 2, 0)))
log_args(enum log_level level, const char *format, va_list args)
{
	char text[LINE_MAX_BYTES];
	int saved = errno;
	struct buf line;
	int len;

	if ((int)level > logger.level)
		return;
	len = vsnprintf(text, sizeof text, format, args);
	if (len < 0)
		return;
	buf_init(&line, 10 * sizeof text);
	put_head(&line, level);
	text_print(&line,
	    span_of(text, utf8_cut(span_text(text), sizeof text - 4)),
	    TEXT_LINE);
	buf_put_byte(&line, '\n');
	write_line(buf_span(&line));
	buf_finish(&line);
	errno = saved;
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_ERROR, format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_WARN, format, args);
	va_end(args);
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_INFO, format, args);
	va_end(args);
}

void
log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(LOG_LEVEL_DEBUG, format, args);
	va_end(args);
}

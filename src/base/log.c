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
	atomic_int kept;
} logger = { STDERR_FILENO, LOG_LEVEL_INFO, 0, -1 };

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
log_keep(int fd)
{
	return atomic_exchange(&logger.kept, fd);
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
write_line(int fd, struct span line)
{
	while (line.len > 0) {
		ssize_t done = write(fd, line.data, line.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		line = span_of(line.data + done, line.len - (size_t)done);
	}
}

/* The text is printable, and so needs no other escapes. */
static void
put_object(struct buf *line, enum log_level level, struct span text)
{
	char time[CLOCK_TEXT_SIZE];

	clock_format(clock_wall_ms(), time, sizeof time);
	buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"text\":\"", time,
	    levels[level].name);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"' || text.data[i] == '\\')
			buf_put_byte(line, '\\');
		buf_put_byte(line, text.data[i]);
	}
	buf_put_text(line, "\"}\n");
}

static void
write_text(enum log_level level, struct span text)
{
	int kept = logger.kept;
	struct buf line;

	buf_init(&line, 2 * text.len + LINE_MAX_BYTES);
	put_head(&line, level);
	buf_put_span(&line, text);
	buf_put_byte(&line, '\n');
	write_line(logger.fd, buf_span(&line));
	buf_clear(&line);
	if (kept >= 0) {
		put_object(&line, level, text);
		write_line(kept, buf_span(&line));
	}
	buf_finish(&line);
}

static void __attribute__((format(printf, 2, 0)))
log_args(enum log_level level, const char *format, va_list args)
{
	char text[LINE_MAX_BYTES];
	int saved = errno;
	struct buf safe;
	int len;

	if ((int)level > logger.level)
		return;
	len = vsnprintf(text, sizeof text, format, args);
	if (len < 0)
		return;
	buf_init(&safe, 10 * sizeof text);
	text_print(&safe,
	    span_of(text, utf8_cut(span_text(text), sizeof text - 4)),
	    TEXT_LINE);
	write_text(level, buf_span(&safe));
	buf_finish(&safe);
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

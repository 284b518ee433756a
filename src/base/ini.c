/* ini.c: cam.ini, flat "dotted.key = value" lines with # comments. */
#include "base/ini.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/wholefile.h"

/* A line as it stands in the file: a setting, or what is kept as it is. */
struct ini_line {
	char *key;   /* NULL: a comment or a blank line */
	char *value; /* or the whole line */
};

struct ini {
	struct ini_line *lines;
	size_t count;
	size_t size;
};

static struct ini_line *
add_line(struct ini *ini)
{
	if (ini->count == ini->size) {
		ini->size = ini->size > 0 ? 2 * ini->size : 16;
		ini->lines =
		    xreallocarray(ini->lines, ini->size, sizeof *ini->lines);
	}
	ini->lines[ini->count] = (struct ini_line){ 0 };
	return &ini->lines[ini->count++];
}

/* Values may be passwords. */
static void
finish_line(struct ini_line *line)
{
	free(line->key);
	wipe_free(line->value, line->value != NULL ? strlen(line->value) : 0);
}

void
ini_free(struct ini *ini)
{
	if (ini == NULL)
		return;
	for (size_t i = 0; i < ini->count; i++)
		finish_line(&ini->lines[i]);
	free(ini->lines);
	free(ini);
}

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct span
trim(struct span text)
{
	while (text.len > 0 && is_blank(text.data[0]))
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

static bool
is_key(struct span key)
{
	for (size_t i = 0; i < key.len; i++) {
		uint8_t byte = key.data[i];

		if (!((byte >= 'a' && byte <= 'z') ||
			(byte >= 'A' && byte <= 'Z') ||
			(byte >= '0' && byte <= '9') || byte == '.' ||
			byte == '_' || byte == '-'))
			return false;
	}
	return key.len > 0 && key.len <= LIMIT_INI_KEY;
}

/* UTF-8 without control characters, as it comes back from the file: no blanks
 * around it. */
static int
check_value(struct span value)
{
	if (value.len > LIMIT_INI_VALUE)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; i < value.len; i++) {
		if ((value.data[i] < 0x20 && value.data[i] != '\t') ||
		    value.data[i] == 0x7f)
			return CAM_ERR_FORMAT;
	}
	if (trim(value).len != value.len)
		return CAM_ERR_FORMAT;
	return utf8_is_valid(value) ? 0 : CAM_ERR_CHARSET;
}

static int
parse_line(struct ini *ini, struct span text)
{
	struct span trimmed = trim(text), key;
	struct ini_line *line = NULL;
	int err;

	if (trimmed.len == 0 || trimmed.data[0] == '#') {
		if (trimmed.len > 0 &&
		    memchr(trimmed.data, '\0', trimmed.len) != NULL)
			return CAM_ERR_FORMAT;
		add_line(ini)->value = span_dup(text);
		return 0;
	}
	if (!span_cut(&trimmed, '=', &key))
		return CAM_ERR_FORMAT;
	key = trim(key);
	trimmed = trim(trimmed);
	if (!is_key(key))
		return CAM_ERR_FORMAT;
	err = check_value(trimmed);
	if (err != 0)
		return err;
	line = add_line(ini);
	line->key = span_dup(key);
	line->value = span_dup(trimmed);
	return 0;
}

int
ini_parse(struct span text, struct ini **ini, size_t *line)
{
	struct ini *parsed = xcalloc(1, sizeof *parsed);
	struct span rest = text, head;
	size_t number = 0;
	int err = 0;

	if (text.len > LIMIT_INI_FILE)
		err = CAM_ERR_LIMIT;
	if (span_starts(rest, "\xef\xbb\xbf")) /* some editors' mark of UTF-8 */
		rest = span_of(rest.data + 3, rest.len - 3);
	while (err == 0 && rest.len > 0) {
		number++;
		if (!span_cut(&rest, '\n', &head)) {
			head = rest;
			rest.len = 0;
		}
		err = parse_line(parsed, head);
	}
	if (err != 0) {
		*line = number;
		ini_free(parsed);
		return err;
	}
	*ini = parsed;
	return 0;
}

/* What root or we own and nobody else can change. */
static int
check_file(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return CAM_ERR_UNSAFE;
	if ((st->st_uid != geteuid() && st->st_uid != 0) ||
	    (st->st_mode & 022) != 0)
		return CAM_ERR_UNSAFE;
	return st->st_size > LIMIT_INI_FILE ? CAM_ERR_LIMIT : 0;
}

static int
read_all(int fd, struct buf *text)
{
	for (;;) {
		uint8_t *place = buf_reserve(text, 4096);
		ssize_t len;

		if (place == NULL)
			return CAM_ERR_LIMIT;
		len = read(fd, place, 4096);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return CAM_ERR_SYSTEM;
		if (len == 0)
			return 0;
		text->len += (size_t)len;
	}
}

int
ini_read(const char *path, struct ini **ini, size_t *line)
{
	/* Non-blocking: a FIFO in the file's place must not stop us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	struct buf text;
	int err, saved;

	*line = 0;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ini_parse(span_of("", 0), ini, line);
	if (fd < 0)
		return CAM_ERR_SYSTEM;
	buf_init(&text, LIMIT_INI_FILE + 4096);
	err = fstat(fd, &st) < 0 ? CAM_ERR_SYSTEM : check_file(&st);
	if (err == 0)
		err = read_all(fd, &text);
	if (err == 0)
		err = ini_parse(buf_span(&text), ini, line);
	saved = errno;
	buf_wipe(&text);
	close(fd);
	errno = saved;
	return err;
}

static struct ini_line *
find_last(const struct ini *ini, const char *key)
{
	for (size_t i = ini->count; i > 0; i--) {
		struct ini_line *line = &ini->lines[i - 1];

		if (line->key != NULL && strcmp(line->key, key) == 0)
			return line;
	}
	return NULL;
}

const char *
ini_get(const struct ini *ini, const char *key)
{
	const struct ini_line *line = find_last(ini, key);

	return line != NULL ? line->value : NULL;
}

static void
remove_all(struct ini *ini, const char *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < ini->count; i++) {
		struct ini_line line = ini->lines[i];

		if (line.key != NULL && strcmp(line.key, key) == 0)
			finish_line(&line);
		else
			ini->lines[kept++] = line;
	}
	ini->count = kept;
}

int
ini_set(struct ini *ini, const char *key, const char *value)
{
	struct ini_line *line = NULL;
	int err;

	if (!is_key(span_text(key)))
		return CAM_ERR_FORMAT;
	if (value == NULL) {
		remove_all(ini, key);
		return 0;
	}
	err = check_value(span_text(value));
	if (err != 0)
		return err;
	line = find_last(ini, key);
	if (line == NULL) {
		line = add_line(ini);
		line->key = xstrdup(key);
	} else {
		wipe_free(line->value, strlen(line->value));
	}
	line->value = xstrdup(value);
	return 0;
}

int
ini_each(const struct ini *ini,
    int (*each)(const char *key, const char *value, size_t line, void *arg),
    void *arg)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_line *line = &ini->lines[i];
		int stop = line->key != NULL
			       ? each(line->key, line->value, i + 1, arg)
			       : 0;

		if (stop != 0)
			return stop;
	}
	return 0;
}

void
ini_print(const struct ini *ini, struct buf *text)
{
	for (size_t i = 0; i < ini->count; i++) {
		const struct ini_line *line = &ini->lines[i];

		if (line->key != NULL) {
			buf_put_text(text, line->key);
			buf_put_text(
			    text, line->value[0] != '\0' ? " = " : " =");
		}
		buf_put_text(text, line->value);
		buf_put_byte(text, '\n');
	}
}

int
ini_write(const struct ini *ini, const char *path)
{
	/* Where the file is a link into somebody's collection of settings, the
	 * link stays. */
	char *target = realpath(path, NULL);
	mode_t mode = 0600;
	struct stat st;
	struct buf text;
	int err;

	if (target != NULL && stat(target, &st) == 0)
		mode = st.st_mode & 0777;
	buf_init(&text, LIMIT_INI_FILE);
	ini_print(ini, &text);
	err = buf_failed(&text)
		  ? CAM_ERR_LIMIT
		  : wholefile_write(target != NULL ? target : path,
			buf_span(&text), mode, true);
	buf_wipe(&text);
	free(target);
	return err;
}

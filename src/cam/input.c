/* input.c: what people hand to cam beside its arguments: text on stdin, a
 * yes. */
#include "cam/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "cam/cam.h"
#include "cam/complain.h"

enum {
	INPUT_CHUNK = 64 * 1024,
	INPUT_ANSWER_MAX = 64,
};

static int
read_all(
    struct cam *cam, int fd, const char *name, size_t max, struct buf *bytes)
{
	for (;;) {
		uint8_t chunk[INPUT_CHUNK];
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got == 0)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			cam_words(cam);
			complain(
			    _("cannot read %s: %s"), name, strerror(errno));
			return EXIT_FAILED;
		}
		if (bytes->len + (size_t)got > max) {
			cam_words(cam);
			complain(_("%s holds more than %zu bytes"), name, max);
			return EXIT_USAGE;
		}
		buf_put(bytes, chunk, (size_t)got);
	}
}

int
input_stdin(struct cam *cam, size_t max, struct buf *bytes)
{
	return read_all(cam, STDIN_FILENO, "stdin", max, bytes);
}

int
input_file(struct cam *cam, const char *path, size_t max, struct buf *bytes)
{
	int fd = -1, code;

	if (strcmp(path, "-") == 0)
		return input_stdin(cam, max, bytes);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		cam_words(cam);
		complain(_("cannot read %s: %s"), path, strerror(errno));
		return EXIT_FAILED;
	}
	code = read_all(cam, fd, path, max, bytes);
	close(fd);
	return code;
}

static void
join_words(int count, char **words, struct buf *text)
{
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_put_byte(text, ' ');
		buf_put_text(text, words[i]);
	}
}

static int
check_text(struct cam *cam, const struct buf *text)
{
	const char *wrong = NULL;

	if (buf_failed(text) || text->len > LIMIT_MESSAGE_TEXT)
		wrong = N_("the text is longer than 1 MiB, which is the most a "
			   "message holds");
	else if (text->len == 0)
		wrong = N_("the text is empty");
	else if (memchr(text->data, '\0', text->len) != NULL)
		wrong = N_("the text holds a NUL byte");
	else if (!utf8_is_valid(buf_span(text)))
		wrong = N_("the text is not UTF-8");
	if (wrong == NULL)
		return 0;
	cam_words(cam);
	complain("%s", gettext(wrong));
	return EXIT_USAGE;
}

int
input_text(struct cam *cam, int count, char **words, struct buf *text)
{
	int code;

	if (count == 0 && isatty(STDIN_FILENO)) {
		cam_words(cam);
		return complain_usage(
		    "send", _("no text: give it as arguments or on stdin"));
	}
	if (count == 0 || (count == 1 && strcmp(words[0], "-") == 0)) {
		code = input_stdin(cam, LIMIT_MESSAGE_TEXT + 1, text);
		if (code != 0)
			return code;
		if (text->len > 0 && text->data[text->len - 1] == '\n')
			text->len--;
	} else {
		join_words(count, words, text);
	}
	return check_text(cam, text);
}

bool
input_can_ask(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool
input_ask(const char *question)
{
	char answer[INPUT_ANSWER_MAX] = "";
	char *safe = text_printable(question, TEXT_LINE);
	size_t first;

	fflush(stdout);
	fprintf(stderr, "%s ", safe);
	free(safe);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		return false;
	first = strspn(answer, " \t");
	/* A translator gives the letters that mean yes. */
	return answer[first] != '\0' && strchr(_("yY"), answer[first]) != NULL;
}

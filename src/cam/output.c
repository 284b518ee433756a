/* output.c: what people and programs read on stdout. */
#include "cam/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "rpc/json.h"

enum { OUTPUT_WIDTH = 80 };

bool
output_is_terminal(struct cam *cam)
{
	if (cam->terminal < 0)
		cam->terminal = isatty(STDOUT_FILENO);
	return cam->terminal != 0;
}

static bool
is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

bool
output_allows_colour(bool terminal)
{
	const char *term = getenv("TERM");

	if (is_set("NO_COLOR"))
		return false;
	if (is_set("CLICOLOR_FORCE") &&
	    strcmp(getenv("CLICOLOR_FORCE"), "0") != 0)
		return true;
	return terminal && term != NULL && strcmp(term, "dumb") != 0;
}

bool
output_has_colour(struct cam *cam)
{
	if (cam->colour < 0)
		cam->colour = output_allows_colour(output_is_terminal(cam));
	return cam->colour != 0;
}

size_t
output_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return OUTPUT_WIDTH;
}

void
output_json(const json_t *object)
{
	size_t len = 0;
	char *line = json_line(object, &len);

	if (line != NULL)
		fwrite(line, 1, len, stdout);
	free(line);
	fflush(stdout);
}

static const char *
style_code(enum style style)
{
	switch (style) {
	case STYLE_PLAIN:
		break;
	case STYLE_BOLD:
		return "1";
	case STYLE_DIM:
		return "2";
	case STYLE_GOOD:
		return "32";
	case STYLE_WARN:
		return "33";
	case STYLE_BAD:
		return "31";
	case STYLE_ACCENT:
		return "36";
	}
	return NULL;
}

void
output_text(
    struct cam *cam, enum style style, const char *text, enum text_kind kind)
{
	const char *code = output_has_colour(cam) ? style_code(style) : NULL;
	struct buf safe;

	buf_init(&safe, LIMIT_RPC_LINE);
	text_print(&safe, span_text(text), kind);
	if (code != NULL)
		printf("\033[%sm", code);
	if (safe.len > 0)
		fwrite(safe.data, 1, safe.len, stdout);
	if (code != NULL)
		fputs("\033[0m", stdout);
	buf_finish(&safe);
}

void
output_line(struct cam *cam, const char *format, ...)
{
	va_list list;
	char *text = NULL;

	va_start(list, format);
	text = xvasprintf(format, list);
	va_end(list);
	output_text(cam, STYLE_PLAIN, text, TEXT_LINE);
	putchar('\n');
	free(text);
}

int
output_finish(void)
{
	/* Nothing printed means that stdio has not touched its descriptor
	 * either. */
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	complain(_("cannot write what was asked for: %s"), strerror(errno));
	return EXIT_FAILED;
}

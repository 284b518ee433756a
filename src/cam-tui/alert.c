/* alert.c: how a terminal is asked to show a notification. */
#include "cam-tui/alert.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum { SEQUENCE_MAX = 4096 };

enum alert_way
alert_find(const char *word)
{
	static const char *const words[] = { "auto", "desktop", "osc9",
		"osc777", "off" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (text_same(words[i], word))
			return (enum alert_way)i;
	}
	return ALERT_AUTO;
}

enum alert_way
alert_of_terminal(const char *term)
{
	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0 ||
	    strncmp(term, "linux", 5) == 0 || strncmp(term, "vt", 2) == 0)
		return ALERT_NONE;
	if (strncmp(term, "rxvt", 4) == 0 || strncmp(term, "foot", 4) == 0)
		return ALERT_OSC777;
	return ALERT_OSC9;
}

char *
alert_line(const char *text, size_t max)
{
	char *line = xstrdup(text), *printable;
	size_t len;

	for (char *at = line; *at != '\0'; at++) {
		if (*at == '\n' || *at == '\t')
			*at = ' ';
	}
	printable = text_printable(line, TEXT_LINE);
	len = utf8_cut(span_text(printable), max);
	free(line);
	line = len < strlen(printable)
		   ? xasprintf("%.*s\xe2\x80\xa6", (int)len, printable)
		   : xstrdup(printable);
	free(printable);
	return line;
}

/* A semicolon would end the title. */
static void
put_title(struct buf *out, const char *title)
{
	for (; *title != '\0'; title++)
		buf_put_byte(out, *title == ';' ? ',' : (uint8_t)*title);
}

/* tmux wants each ESC twice; it passes on only where allow-passthrough is set,
 * screen always. The sequence ends with BEL, since an ESC \ would end theirs.
 */
static void
pass_on(struct buf *out, enum alert_inside inside, struct span sequence)
{
	if (inside == INSIDE_NOTHING) {
		buf_put_span(out, sequence);
		return;
	}
	buf_put_text(out, inside == INSIDE_TMUX ? "\x1bPtmux;" : "\x1bP");
	for (size_t i = 0; i < sequence.len; i++) {
		if (inside == INSIDE_TMUX && sequence.data[i] == '\x1b')
			buf_put_byte(out, '\x1b');
		buf_put_byte(out, sequence.data[i]);
	}
	buf_put_text(out, "\x1b\\");
}

void
alert_put(struct buf *out, enum alert_way way, enum alert_inside inside,
    const char *title, const char *body)
{
	struct buf sequence;

	buf_init(&sequence, SEQUENCE_MAX);
	if (way == ALERT_OSC777) {
		buf_put_text(&sequence, "\x1b]777;notify;");
		put_title(&sequence, title);
		buf_printf(&sequence, ";%s\a", body);
	} else {
		buf_printf(&sequence, "\x1b]9;%s: %s\a", title, body);
	}
	pass_on(out, inside, buf_span(&sequence));
	buf_finish(&sequence);
}

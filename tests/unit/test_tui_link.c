/* test_tui_link.c: links found, kept whole over lines, and told to a terminal.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cam-tui/canvas.h"
#include "cam-tui/layout.h"
#include "cam-tui/link.h"
#include "cam-tui/linkset.h"
#include "cam-tui/paint.h"
#include "cam-tui/theme.h"

/* -- found ---------------------------------------------------------------- */

/* The links of a text, with a blank between them. */
static void
assert_links(const char *text, const char *wanted)
{
	struct span link;
	struct buf all;
	size_t from = 0;
	char *got;

	buf_init(&all, 64 * 1024);
	while (link_find(span_text(text), from, &link)) {
		if (all.len > 0)
			buf_put_byte(&all, ' ');
		buf_put_span(&all, link);
		from = (size_t)(link.data - (const uint8_t *)text) + link.len;
	}
	got = buf_steal_text(&all);
	assert_string_equal(got, wanted);
	free(got);
}

static void
links_are_found_in_sentences(void **state)
{
	assert_links("no link: here", "");
	assert_links(
	    "see https://example.org/a?b=c#d.", "https://example.org/a?b=c#d");
	assert_links("(http://one.example/x), <ftp://two.example>!",
	    "http://one.example/x ftp://two.example");
	assert_links(
	    "https://en.example/wiki/A_(b) and (https://en.example/C_(d)).",
	    "https://en.example/wiki/A_(b) https://en.example/C_(d)");
	assert_links("[x](https://example.org/y)", "https://example.org/y");
	assert_links("HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG");
	assert_links(
	    "write mailto:anna@example.org, or ask", "mailto:anna@example.org");
	assert_links(
	    "http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/");
}

static void
east_asian_text_around_a_link_is_not_of_it(void **state)
{
	assert_links("\xe8\xa6\x8b\xe3\x81\xa6https://example.com/x\xe3\x82\x92"
		     "\xe8\xa6\x8b\xe3\x82\x8b\xe3\x80\x82",
	    "https://example.com/x");
}

static void
what_could_do_harm_is_no_link(void **state)
{
	assert_links(
	    "javascript:alert(1) file:///etc/passwd data:text/html,x", "");
	assert_links("xhttp://a.example http:/a http:// https://?", "");
	assert_links("mailto:nobody mailto:@x mailto:x@", "");
	assert_links(
	    "https://a.example/\x1b]8;;evil\x07", "https://a.example/");
	assert_links("https://a.example/\xe2\x80\xae"
		     "fdp",
	    "https://a.example/");
}

static void
a_link_has_an_end(void **state)
{
	char text[3 * LINK_URL_MAX];

	memset(text, 'x', sizeof text);
	memcpy(text, "https://", 8);
	text[LINK_URL_MAX] = '\0';
	assert_links(text, text);
	text[LINK_URL_MAX] = 'x';
	text[sizeof text - 1] = '\0';
	assert_links(text, "");
}

/* Whoever sends it must not keep the screen busy. */
static void
a_megabyte_of_beginnings_takes_no_time(void **state)
{
	static const char *const parts[] = { "mailto:a", "https://a", ":",
		")" };
	size_t len = 1024 * 1024;
	char *text = xcalloc(1, len + 16);
	struct span link;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		size_t at = 0, from = 0;

		while (at + strlen(parts[i]) < len) {
			memcpy(text + at, parts[i], strlen(parts[i]));
			at += strlen(parts[i]);
		}
		text[at] = '\0';
		while (link_find(span_text(text), from, &link))
			from = (size_t)(link.data - (uint8_t *)text) + link.len;
	}
	free(text);
}

/* -- told to the terminal ------------------------------------------------- */

static void
put_move(struct buf *out, unsigned row, unsigned column, void *arg)
{
	buf_printf(out, "<%u,%u>", row, column);
}

static void
put_clear(struct buf *out, void *arg)
{
	buf_put_text(out, "<clear>");
}

static void
put_clear_to_end(struct buf *out, void *arg)
{
	buf_put_text(out, "<el>");
}

static const struct paint_ops ops = {
	.move = put_move, .clear = put_clear, .clear_to_end = put_clear_to_end
};

struct screen {
	struct canvas canvas;
	struct linkset *links;
	struct theme theme;
};

static void
begin(struct screen *screen, unsigned rows, unsigned columns, bool links)
{
	*screen = (struct screen){ .links = linkset_new() };
	assert_int_equal(theme_find("dark", &screen->theme), 0);
	screen->theme.colours = COLOURS_NONE;
	canvas_init(&screen->canvas, rows, columns);
	screen->canvas.links = links ? screen->links : NULL;
}

static void
end(struct screen *screen)
{
	canvas_finish(&screen->canvas);
	linkset_free(screen->links);
}

static void
draw(struct screen *screen, const char *text)
{
	struct layout layout;
	struct box box = canvas_box(&screen->canvas);

	canvas_fill(&screen->canvas, box, STYLE_PLAIN);
	layout_init(&layout, screen->canvas.columns);
	layout.finds_links = true;
	layout_text(&layout, STYLE_PLAIN, text);
	layout_draw(&layout, &screen->canvas, box, 0, 0, box.rows);
	layout_finish(&layout);
}

/* The bytes, without what sets attributes. */
static char *
painted(struct screen *screen, struct canvas *before)
{
	struct pen pen = { 0 };
	char *bytes, *reset;
	struct buf out;

	buf_init(&out, 1024 * 1024);
	paint(before, &screen->canvas, &screen->theme, &ops, &pen, &out);
	bytes = buf_steal_text(&out);
	while ((reset = strstr(bytes, "\x1b[0m")) != NULL)
		memmove(reset, reset + 4, strlen(reset + 4) + 1);
	while ((reset = strstr(bytes, "\x1b[m")) != NULL)
		memmove(reset, reset + 3, strlen(reset + 3) + 1);
	return bytes;
}

#define BEGIN(id) "\x1b]8;id=" id ";https://a.example/long\x1b\\"
#define END "\x1b]8;;\x1b\\"

static void
the_parts_of_a_link_over_lines_have_one_id(void **state)
{
	struct screen screen;
	char *bytes;

	begin(&screen, 3, 12, true);
	draw(&screen, "to https://a.example/long.");
	bytes = painted(&screen, NULL);
	assert_string_equal(bytes,
	    "<clear><0,0>to<0,3>" BEGIN("1") "https://a<1,0>.example/lon"
					     "<2,0>g" END ".");
	free(bytes);
	end(&screen);
}

static void
a_terminal_that_does_not_take_links_is_told_of_none(void **state)
{
	struct screen screen;
	char *bytes;

	begin(&screen, 1, 40, false);
	draw(&screen, "https://a.example/long");
	bytes = painted(&screen, NULL);
	assert_string_equal(bytes, "<clear><0,0>https://a.example/long");
	free(bytes);
	end(&screen);
}

static void
what_follows_a_link_is_none_when_only_that_is_painted(void **state)
{
	struct screen screen;
	struct canvas before = { 0 };
	char *bytes;

	begin(&screen, 1, 40, true);
	draw(&screen, "https://a.example/long x");
	canvas_copy(&before, &screen.canvas);
	canvas_settle(&screen.canvas);
	draw(&screen, "https://a.example/long y");
	bytes = painted(&screen, &before);
	assert_string_equal(bytes, "<0,23>y");
	free(bytes);
	/* The same characters, another link. */
	canvas_copy(&before, &screen.canvas);
	canvas_settle(&screen.canvas);
	draw(&screen, "ftps://a.example/long");
	bytes = painted(&screen, &before);
	assert_null(strstr(bytes, "\x1b]8;id"));
	free(bytes);
	canvas_finish(&before);
	end(&screen);
}

static void
nothing_of_a_peer_ends_the_sequence(void **state)
{
	struct screen screen;
	char *bytes;

	begin(&screen, 2, 60, true);
	draw(&screen, "https://a.example/\x07\x1b\\x");
	bytes = painted(&screen, NULL);
	assert_non_null(strstr(bytes,
	    "\x1b]8;id=1;https://a.example/\x1b\\https://a.example/" END
	    "<U+0007><U+001B>\\x"));
	free(bytes);
	end(&screen);
}

static void
links_have_numbers_until_there_are_too_many(void **state)
{
	struct linkset *links = linkset_new();
	char url[32];

	for (unsigned i = 0; i < LINKSET_MAX; i++) {
		snprintf(url, sizeof url, "http://x/%u", i);
		assert_int_equal(linkset_number(links, url), i + 1);
	}
	assert_int_equal(linkset_number(links, "http://x/7"), 8);
	assert_string_equal(linkset_url(links, 8), "http://x/7");
	assert_false(linkset_is_full(links));
	assert_int_equal(linkset_number(links, "http://y"), 0);
	assert_true(linkset_is_full(links));
	linkset_clear(links);
	assert_int_equal(linkset_number(links, "http://y"), 1);
	linkset_free(links);
}

static void
terminals_that_break_are_left_out(void **state)
{
	assert_true(link_terminal_takes("xterm-256color", NULL, NULL, NULL));
	assert_true(
	    link_terminal_takes("xterm-256color", NULL, "7200", "truecolor"));
	assert_false(link_terminal_takes("xterm-256color", NULL, "4205", NULL));
	assert_false(link_terminal_takes("xterm-256color", NULL, "x", NULL));
	assert_false(
	    link_terminal_takes("xterm", NULL, NULL, "xfce4-terminal"));
	assert_false(link_terminal_takes("linux", NULL, NULL, NULL));
	assert_false(link_terminal_takes("dumb", NULL, NULL, NULL));
	assert_false(link_terminal_takes(NULL, NULL, NULL, NULL));
	assert_false(link_terminal_takes("screen", NULL, NULL, NULL));
	assert_true(link_terminal_takes(
	    "screen-256color", "/tmp/tmux,1,0", "4205", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_found_in_sentences),
		cmocka_unit_test(east_asian_text_around_a_link_is_not_of_it),
		cmocka_unit_test(what_could_do_harm_is_no_link),
		cmocka_unit_test(a_link_has_an_end),
		cmocka_unit_test(a_megabyte_of_beginnings_takes_no_time),
		cmocka_unit_test(the_parts_of_a_link_over_lines_have_one_id),
		cmocka_unit_test(
		    a_terminal_that_does_not_take_links_is_told_of_none),
		cmocka_unit_test(
		    what_follows_a_link_is_none_when_only_that_is_painted),
		cmocka_unit_test(nothing_of_a_peer_ends_the_sequence),
		cmocka_unit_test(links_have_numbers_until_there_are_too_many),
		cmocka_unit_test(terminals_that_break_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_tui_keys.c: bytes from a terminal as keys, and keys as commands. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "cam-tui/keytable.h"
#include "cam-tui/stroke.h"
#include "cam-tui/typed.h"
#include "cam-tui/words.h"

/* Everything that was told, as text. */
struct heard {
	struct buf text;
};

static void
on_stroke(struct stroke stroke, void *arg)
{
	struct heard *heard = arg;
	char name[STROKE_NAME_SIZE];

	stroke_print(stroke, name);
	buf_printf(&heard->text, "%s ", name);
}

static void
on_paste(struct span text, void *arg)
{
	struct heard *heard = arg;

	assert_true(utf8_is_valid(text));
	buf_printf(
	    &heard->text, "[%.*s] ", (int)text.len, (const char *)text.data);
}

static void
on_mouse(struct mouse mouse, void *arg)
{
	struct heard *heard = arg;

	buf_printf(&heard->text, "mouse%d:%u@%u,%u ", (int)mouse.what,
	    mouse.button, mouse.row, mouse.column);
}

static void
on_focus(bool focused, void *arg)
{
	struct heard *heard = arg;

	buf_put_text(&heard->text, focused ? "in " : "out ");
}

static void
on_background(unsigned light, void *arg)
{
	struct heard *heard = arg;

	buf_printf(&heard->text, "light%u ", light);
}

static void
on_mode(unsigned mode, bool known, void *arg)
{
	struct heard *heard = arg;

	buf_printf(&heard->text, "mode%u:%s ", mode, known ? "yes" : "no");
}

static const struct typed_ops ops = { on_stroke, on_paste, on_mouse, on_focus,
	on_background, on_mode };

/* In pieces of so many bytes; what waits at the end is flushed. */
static void
assert_typed(const char *bytes, const char *wanted)
{
	size_t len = strlen(bytes);

	for (size_t piece = 1; piece <= len; piece++) {
		struct heard heard;
		struct typed typed;
		char *got;

		buf_init(&heard.text, 4096);
		typed_init(&typed, &ops, &heard);
		for (size_t at = 0; at < len; at += piece)
			typed_feed(
			    &typed, span_of(bytes + at,
					len - at < piece ? len - at : piece));
		typed_flush(&typed);
		assert_false(typed_is_waiting(&typed));
		got = buf_steal_text(&heard.text);
		assert_string_equal(got, wanted);
		free(got);
		typed_finish(&typed);
	}
}

static void
characters_and_controls_are_keys(void **state)
{
	assert_typed("a\xe3\x81\x82"
		     "B",
	    "a \xe3\x81\x82 B ");
	assert_typed(
	    "\r\t\x7f\x01\x1f\x0a", "Enter Tab Backspace C-a C-_ C-j ");
	assert_typed("\x1b"
		     "a\x1b"
		     "B\x1b\x7f",
	    "M-a M-B M-Backspace ");
	assert_typed("\xff\xc3(", "( ");
}

static void
sequences_are_keys(void **state)
{
	assert_typed(
	    "\x1b[A\x1bOB\x1b[1;5C\x1b[1;2D", "Up Down C-Right S-Left ");
	assert_typed(
	    "\x1b[5~\x1b[6~\x1b[3~\x1b[H\x1b[4~", "PgUp PgDn Del Home End ");
	assert_typed("\x1bOP\x1b[15~\x1b[24~\x1b[Z", "F1 F5 F12 S-Tab ");
	assert_typed("\x1b\x1b[A\x1b[1;3B", "M-Up M-Down ");
	assert_typed("\x1b[13;2u\x1b[97;5u", "S-Enter C-a ");
	assert_typed("\x1b[I\x1b[O", "in out ");
}

static void
unknown_sequences_are_dropped_whole(void **state)
{
	assert_typed("\x1b[?1;2c"
		     "a\x1b[99~"
		     "b\x1b]0;title\x07"
		     "c",
	    "a b c ");
	assert_typed("\x1b[1;1;1;1;1;1;1;1;1X"
		     "a",
	    "a ");
	assert_typed("\x1b[99999999999999999999A", "Up ");
	assert_typed("\x1b[12\x1b[A", "Up ");
}

static void
an_escape_alone_is_the_key(void **state)
{
	assert_typed("\x1b", "Esc ");
	assert_typed("\x1b[", "M-[ ");
	assert_typed("\x1b\x1b", "Esc Esc ");
}

static void
a_paste_is_text_and_never_keys(void **state)
{
	assert_typed(
	    "\x1b[200~one\r\ntwo\rthree\x1b[201~x", "[one\ntwo\nthree] x ");
	assert_typed("\x1b[200~a\x1b[A\x03"
		     "b\xff\x1b[201~",
	    "[a[Ab\xef\xbf\xbd] ");
}

static void
clicks_and_answers_are_told(void **state)
{
	assert_typed("\x1b[<0;5;3M\x1b[<0;5;3m", "mouse0:1@2,4 mouse1:1@2,4 ");
	assert_typed(
	    "\x1b[<64;1;1M\x1b[<65;1;1M", "mouse2:1@0,0 mouse3:2@0,0 ");
	assert_typed("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "light255 ");
	assert_typed("\x1b]11;rgb:00/00/00\x07", "light0 ");
	assert_typed("\x1b[?69;2$y\x1b[?69;0$y", "mode69:yes mode69:no ");
	assert_typed("\x1b]11;rgb:zz/00/00\x07"
		     "a",
	    "a ");
}

static void
any_bytes_end(void **state)
{
	for (int round = 0; round < 300; round++) {
		struct heard heard;
		struct typed typed;
		uint8_t bytes[4096];

		buf_init(&heard.text, 64 * 1024);
		typed_init(&typed, &ops, &heard);
		random_bytes(bytes, sizeof bytes);
		for (size_t i = 0; i < sizeof bytes; i += 8)
			bytes[i] = 0x1b, bytes[i + 1] = "[]OP<"[i / 8 % 5];
		typed_feed(&typed, span_of(bytes, sizeof bytes));
		typed_flush(&typed);
		buf_finish(&heard.text);
		typed_finish(&typed);
	}
}

static void
keys_are_written_as_they_are_read(void **state)
{
	static const char *const names[] = { "C-x", "M-a", "S-Tab", "F12",
		"PgUp", "Space", "M-Enter", "C-M-Left", "|", "\xe3\x81\x82" };
	struct stroke stroke;
	char name[STROKE_NAME_SIZE];

	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(stroke_parse(span_text(names[i]), &stroke), 0);
		stroke_print(stroke, name);
		assert_string_equal(name, names[i]);
	}
	assert_int_equal(stroke_parse(span_text("|"), &stroke), 0);
	stroke_print(stroke, name);
	assert_string_equal(name, "Bar");
	assert_int_not_equal(stroke_parse(span_text(""), &stroke), 0);
	assert_int_not_equal(stroke_parse(span_text("F13"), &stroke), 0);
	assert_int_not_equal(stroke_parse(span_text("ab"), &stroke), 0);
}

/* -- the table ------------------------------------------------------------ */

static const char *
command_of(const struct keytable *keytable, enum command_where where,
    const char *first, const char *second)
{
	const struct command *command = NULL;
	struct stroke strokes[2];
	size_t count = second != NULL ? 2 : 1;

	assert_int_equal(stroke_parse(span_text(first), &strokes[0]), 0);
	if (second != NULL)
		assert_int_equal(
		    stroke_parse(span_text(second), &strokes[1]), 0);
	switch (keytable_match(keytable, where, strokes, count, &command)) {
	case KEY_FOUND:
		return command->name;
	case KEY_BEGINS:
		return "...";
	case KEY_NONE:
		break;
	}
	return "none";
}

static void
each_command_says_what_it_does_and_no_key_is_wrong(void **state)
{
	for (const struct command *command = command_table();
	     command->name != NULL; command++) {
		const char *const sets[] = { command->emacs, command->vi,
			command->normal };

		assert_non_null(command->run);
		assert_true(strlen(command->help) > 5);
		for (size_t i = 0; i < 3; i++) {
			char *bind =
			    sets[i] != NULL
				? xasprintf("%s=%s", command->name, sets[i])
				: NULL;
			char *problem = NULL;

			keytable_free(keytable_new(KEYS_EMACS, bind, &problem));
			if (problem != NULL)
				fail_msg("%s: %s", command->name, problem);
			free(bind);
		}
	}
}

/* "M-a | C-x n": each means this command there. */
static void
assert_all_mean(const struct keytable *keytable, const struct command *command,
    enum command_where where, const char *keys)
{
	char *copy = xstrdup(keys), *rest = copy, *one;

	while ((one = strsep(&rest, "|")) != NULL) {
		char *first, *second;

		one += strspn(one, " ");
		first = strsep(&one, " ");
		second =
		    one != NULL && one[0] != '\0' ? strsep(&one, " ") : NULL;
		if (strcmp(command_of(keytable, where, first, second),
			command->name) != 0)
			fail_msg("%s %s is %s, not %s", first,
			    second != NULL ? second : "",
			    command_of(keytable, where, first, second),
			    command->name);
	}
	free(copy);
}

static void
no_two_commands_have_the_same_key_in_one_place(void **state)
{
	for (int set = KEYS_EMACS; set <= KEYS_VI; set++) {
		char *problem = NULL;
		struct keytable *keytable =
		    keytable_new((enum key_set)set, NULL, &problem);

		for (const struct command *command = command_table();
		     command->name != NULL; command++) {
			const char *keys = set == KEYS_VI && command->vi != NULL
					       ? command->vi
					       : command->emacs;

			for (unsigned where = 1; where <= WHERE_VI; where *= 2)
				if (keys != NULL &&
				    (command->where & where) != 0 &&
				    (where != WHERE_VI || set == KEYS_VI))
					assert_all_mean(keytable, command,
					    (enum command_where)where, keys);
			if (set == KEYS_VI && command->normal != NULL)
				assert_all_mean(keytable, command, WHERE_VI,
				    command->normal);
		}
		keytable_free(keytable);
	}
}

static void
what_a_key_means_depends_on_where_it_is_pressed(void **state)
{
	char *problem = NULL;
	struct keytable *emacs = keytable_new(KEYS_EMACS, NULL, &problem);
	struct keytable *vi = keytable_new(KEYS_VI, NULL, &problem);

	assert_string_equal(
	    command_of(emacs, WHERE_INPUT, "Enter", NULL), "enter");
	assert_string_equal(
	    command_of(emacs, WHERE_LIST, "Enter", NULL), "list-open");
	assert_string_equal(command_of(emacs, WHERE_INPUT, "C-x", NULL), "...");
	assert_string_equal(
	    command_of(emacs, WHERE_INPUT, "C-x", "C-c"), "quit");
	assert_string_equal(command_of(emacs, WHERE_INPUT, "x", NULL), "none");
	assert_string_equal(
	    command_of(vi, WHERE_VI, "x", NULL), "delete-right");
	assert_string_equal(command_of(vi, WHERE_VI, "d", "w"), "kill-word");
	assert_string_equal(command_of(vi, WHERE_INPUT, "Esc", NULL), "normal");
	assert_string_equal(command_of(emacs, WHERE_VI, "i", NULL), "none");
	keytable_free(emacs);
	keytable_free(vi);
}

static void
keys_of_ones_own_take_the_place_of_the_others(void **state)
{
	char *problem = NULL;
	struct keytable *keytable =
	    keytable_new(KEYS_EMACS, "next=M-Right | C-x C-n, help=", &problem);

	assert_null(problem);
	assert_string_equal(
	    command_of(keytable, WHERE_INPUT, "M-Right", NULL), "next");
	assert_string_equal(
	    command_of(keytable, WHERE_INPUT, "C-x", "C-n"), "next");
	assert_string_equal(
	    command_of(keytable, WHERE_INPUT, "M-n", NULL), "none");
	assert_string_equal(
	    command_of(keytable, WHERE_INPUT, "F1", NULL), "none");
	keytable_free(keytable);
	keytable = keytable_new(KEYS_EMACS, "nothing=M-x", &problem);
	assert_non_null(strstr(problem, "nothing"));
	free(problem);
	keytable_free(keytable);
	keytable = keytable_new(KEYS_EMACS, "next=M-xx", &problem);
	assert_non_null(problem);
	free(problem);
	keytable_free(keytable);
}

static void
a_line_becomes_words(void **state)
{
	size_t count;
	char **words =
	    words_split("  send bob it's \"two  words\" \"x", &count);

	assert_int_equal(count, 5);
	assert_string_equal(words[0], "send");
	assert_string_equal(words[2], "it's");
	assert_string_equal(words[3], "two  words");
	assert_string_equal(words[4], "\"x");
	words_free(words);
	words = words_split(" \n", &count);
	assert_int_equal(count, 0);
	assert_null(words[0]);
	words_free(words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_and_controls_are_keys),
		cmocka_unit_test(sequences_are_keys),
		cmocka_unit_test(unknown_sequences_are_dropped_whole),
		cmocka_unit_test(an_escape_alone_is_the_key),
		cmocka_unit_test(a_paste_is_text_and_never_keys),
		cmocka_unit_test(clicks_and_answers_are_told),
		cmocka_unit_test(any_bytes_end),
		cmocka_unit_test(keys_are_written_as_they_are_read),
		cmocka_unit_test(
		    each_command_says_what_it_does_and_no_key_is_wrong),
		cmocka_unit_test(
		    no_two_commands_have_the_same_key_in_one_place),
		cmocka_unit_test(
		    what_a_key_means_depends_on_where_it_is_pressed),
		cmocka_unit_test(keys_of_ones_own_take_the_place_of_the_others),
		cmocka_unit_test(a_line_becomes_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* pathlist.c: paths of files as terminals paste them and people type them. */
#include "cam-tui/pathlist.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "cam-tui/words.h"

struct list {
	char **words;
	size_t count;
};

static void
begin(struct list *list)
{
	list->words = xcalloc(1, sizeof *list->words);
	list->count = 0;
}

/* Takes the bytes of word, which is to be used no more. */
static int
add(struct list *list, struct buf *word)
{
	bool has_nul =
	    word->len > 0 && memchr(word->data, '\0', word->len) != NULL;
	char *text = has_nul ? NULL : buf_steal_text(word);

	if (text == NULL) {
		buf_finish(word);
		return has_nul ? CAM_ERR_FORMAT : CAM_ERR_LIMIT;
	}
	if (list->count == PATHLIST_MAX) {
		free(text);
		return CAM_ERR_LIMIT;
	}
	list->words =
	    xreallocarray(list->words, list->count + 2, sizeof *list->words);
	list->words[list->count++] = text;
	list->words[list->count] = NULL;
	return 0;
}

/* Gives the list over, or lets it go. */
static int
end(struct list *list, int err, char ***words, size_t *count)
{
	if (err != 0) {
		words_free(list->words);
		return err;
	}
	*words = list->words;
	*count = list->count;
	return 0;
}

/* -- words of a shell ----------------------------------------------------- */

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static uint8_t
take_byte(struct span *text)
{
	uint8_t byte = text->data[0];

	*text = span_of(text->data + 1, text->len - 1);
	return byte;
}

/* Up to the quote that closes; in "..." a backslash quotes as in sh. */
static int
take_quoted(struct span *text, uint8_t quote, struct buf *word)
{
	while (text->len > 0) {
		uint8_t byte = take_byte(text);

		if (byte == quote)
			return 0;
		if (byte == '\\' && quote == '"' && text->len > 0 &&
		    text->data[0] != '\0' &&
		    strchr("\\\"$`", text->data[0]) != NULL)
			byte = take_byte(text);
		buf_put_byte(word, byte);
	}
	return CAM_ERR_FORMAT;
}

static int
take_word(struct span *text, struct buf *word)
{
	int err = 0;

	while (err == 0 && text->len > 0 && !is_blank(text->data[0])) {
		uint8_t byte = take_byte(text);

		if (byte == '\'' || byte == '"')
			err = take_quoted(text, byte, word);
		else if (byte != '\\')
			buf_put_byte(word, byte);
		else if (text->len > 0)
			buf_put_byte(word, take_byte(text));
		else
			err = CAM_ERR_FORMAT;
	}
	return err;
}

static void
skip_blanks(struct span *text)
{
	while (text->len > 0 && is_blank(text->data[0]))
		take_byte(text);
}

int
pathlist_words(struct span text, char ***words, size_t *count)
{
	struct list list;
	int err = 0;

	begin(&list);
	for (skip_blanks(&text); err == 0 && text.len > 0; skip_blanks(&text)) {
		struct buf word;

		buf_init(&word, LIMIT_PATH);
		err = take_word(&text, &word);
		if (err == 0)
			err = add(&list, &word);
		else
			buf_finish(&word);
	}
	return end(&list, err, words, count);
}

/* -- pasted --------------------------------------------------------------- */

static int
put_decoded(struct span text, struct buf *out)
{
	while (text.len > 0) {
		uint8_t byte = take_byte(&text);

		if (byte == '%') {
			if (text.len < 2 ||
			    hex_decode(span_of(text.data, 2), &byte, 1) != 0 ||
			    byte == '\0')
				return CAM_ERR_FORMAT;
			text = span_of(text.data + 2, text.len - 2);
		}
		buf_put_byte(out, byte);
	}
	return 0;
}

/* "file:///x", "file://localhost/x", "file:/x" (RFC 8089); a path stays. */
static int
put_path(struct span text, struct buf *out)
{
	static const char *const hosts[] = { "file://localhost/", "file:///",
		"file:/" };
	int err = CAM_ERR_FORMAT;

	if (span_starts(text, "/")) {
		buf_put_span(out, text);
		return 0;
	}
	for (size_t i = 0; err != 0 && i < sizeof hosts / sizeof hosts[0];
	     i++) {
		size_t len = strlen(hosts[i]) - 1;

		if (span_starts(text, hosts[i]) &&
		    !span_starts(
			span_of(text.data + len, text.len - len), "//"))
			err = put_decoded(
			    span_of(text.data + len, text.len - len), out);
	}
	if (err == 0 && !utf8_is_valid(buf_span(out)))
		err = CAM_ERR_FORMAT;
	return err;
}

static int
add_path(struct list *list, struct span text)
{
	struct buf path;
	int err;

	buf_init(&path, LIMIT_PATH);
	err = put_path(text, &path);
	if (err == 0)
		return add(list, &path);
	buf_finish(&path);
	return err;
}

static int
paste_words(struct list *list, struct span text)
{
	char **words = NULL;
	size_t count = 0;
	int err = pathlist_words(text, &words, &count);

	if (err != 0)
		return err;
	for (size_t i = 0; err == 0 && i < count; i++)
		err = add_path(list, span_text(words[i]));
	words_free(words);
	return err;
}

static struct span
trimmed(struct span text)
{
	skip_blanks(&text);
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

static int
paste_lines(struct list *list, struct span text)
{
	bool more = true;
	int err = 0;

	while (err == 0 && more) {
		struct span line = text;

		more = span_cut(&text, '\n', &line);
		line = trimmed(line);
		if (line.len > 0)
			err = add_path(list, line);
	}
	return err;
}

int
pathlist_pasted(
    struct span text, enum pathlist_form form, char ***paths, size_t *count)
{
	struct list list;
	int err;

	begin(&list);
	err = form == PATHLIST_QUOTED ? paste_words(&list, text)
				      : paste_lines(&list, text);
	if (err == 0 && list.count == 0)
		err = CAM_ERR_FORMAT;
	return end(&list, err, paths, count);
}

/* -- one ------------------------------------------------------------------ */

char *
pathlist_expand(const char *path, const char *home)
{
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') &&
	    home != NULL)
		return xasprintf("%s%s", home, path + 1);
	return xstrdup(path);
}

char *
pathlist_escape(const char *path)
{
	static const char special[] = " \t\n\r\\'\"";
	struct buf text;

	buf_init(&text, 2 * strlen(path) + 1);
	for (; *path != '\0'; path++) {
		if (strchr(special, *path) != NULL)
			buf_put_byte(&text, '\\');
		buf_put_byte(&text, (uint8_t)*path);
	}
	return buf_steal_text(&text);
}

bool
pathlist_is_path(const char *word)
{
	static const char *const begin_with[] = { "/", "~/", "./", "../" };

	for (size_t i = 0; i < sizeof begin_with / sizeof begin_with[0]; i++) {
		if (strncmp(word, begin_with[i], strlen(begin_with[i])) == 0)
			return true;
	}
	return false;
}

/* words.c: a line of the composer as the words of a command. */
#include "cam-tui/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* A word in quotes ends at a quote with a blank, or nothing, behind it. */
static const char *
end_of_quoted(const char *begin)
{
	for (const char *at = begin; *at != '\0'; at++) {
		if (*at == '"' && (at[1] == '\0' || is_blank(at[1])))
			return at;
	}
	return NULL;
}

static char *
next_word(const char **line)
{
	const char *at = *line, *end = NULL;
	char *word;

	if (*at == '"')
		end = end_of_quoted(at + 1);
	if (end != NULL) {
		word = xstrndup(at + 1, (size_t)(end - at - 1));
		*line = end + 1;
		return word;
	}
	for (end = at; *end != '\0' && !is_blank(*end); end++)
		;
	word = xstrndup(at, (size_t)(end - at));
	*line = end;
	return word;
}

char **
words_split(const char *line, size_t *count)
{
	char **words = xcalloc(1, sizeof *words);

	*count = 0;
	for (;;) {
		while (is_blank(*line))
			line++;
		if (*line == '\0')
			return words;
		words = xreallocarray(words, *count + 2, sizeof *words);
		words[(*count)++] = next_word(&line);
		words[*count] = NULL;
	}
}

void
words_free(char **words)
{
	if (words == NULL)
		return;
	for (char **word = words; *word != NULL; word++)
		free(*word);
	free(words);
}

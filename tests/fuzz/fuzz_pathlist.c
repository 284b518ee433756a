/* fuzz_pathlist.c: whatever is typed or pasted, a path is one, and what is
 * escaped comes back as it was. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cam-tui/pathlist.h"
#include "cam-tui/words.h"
#include "fuzz.h"

static void
check_words(struct span text)
{
	char **words = NULL, **again = NULL;
	size_t count = 0, count_again = 0;

	if (pathlist_words(text, &words, &count) != 0)
		return;
	must(count <= PATHLIST_MAX);
	for (size_t i = 0; i < count; i++) {
		char *escaped = pathlist_escape(words[i]);

		must(strlen(words[i]) <= LIMIT_PATH);
		/* An empty word has no other way to be written. */
		if (words[i][0] != '\0') {
			must(pathlist_words(span_text(escaped), &again,
				 &count_again) == 0);
			must(count_again == 1);
			must(strcmp(again[0], words[i]) == 0);
			words_free(again);
		}
		free(escaped);
	}
	words_free(words);
}

static void
check_pasted(struct span text, enum pathlist_form form)
{
	char **paths = NULL;
	size_t count = 0;

	if (pathlist_pasted(text, form, &paths, &count) != 0)
		return;
	must(count > 0 && count <= PATHLIST_MAX);
	for (size_t i = 0; i < count; i++) {
		must(paths[i][0] == '/' && strlen(paths[i]) <= LIMIT_PATH);
		must(
		    !utf8_is_valid(text) || utf8_is_valid(span_text(paths[i])));
	}
	words_free(paths);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);

	check_words(text);
	check_pasted(text, PATHLIST_QUOTED);
	check_pasted(text, PATHLIST_LINES);
	return 0;
}

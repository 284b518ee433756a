/* fuzz_bind.c: whatever stands in tui.bind, and on the line of a command. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/span.h"
#include "cam-tui/keytable.h"
#include "cam-tui/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *problem = NULL;
	struct keytable *keytable = keytable_new(KEYS_VI, text, &problem);
	size_t count;
	char **words = words_split(text, &count);

	if (words[count] != NULL)
		abort();
	words_free(words);
	free(problem);
	keytable_free(keytable);
	free(text);
	return 0;
}

/* fuzz_choice.c: any text as a question and, behind the first NUL, an answer.
 */
#include <string.h>

#include "base/choice.h"
#include "base/limits.h"
#include "base/text.h"
#include "fuzz.h"

static bool
is_inside(struct span part, struct span whole)
{
	return part.data >= whole.data &&
	       part.data + part.len <= whole.data + whole.len;
}

/* The lines they are written as are what they were read from. */
static void
check_written(const struct choices *choices, struct span text)
{
	struct buf buf;

	buf_init(&buf, text.len + 1);
	choices_write(choices, &buf);
	must(!buf_failed(&buf) && buf.len <= text.len);
	must(memcmp(text.data + text.len - buf.len, buf.data, buf.len) == 0);
	buf_finish(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span answer = span_of(data, size), text = answer;
	struct choices choices;
	int found;

	if (!span_cut(&answer, '\0', &text))
		answer = span_text("1");
	choices_read(text, &choices);
	must(choices.count <= CHOICES_MAX);
	for (size_t i = 0; i < choices.count; i++) {
		must(is_inside(choices.list[i], text));
		must(choice_is_valid(choices.list[i]));
		/* Two that mean the same: the first is found. */
		found = choices_match(&choices, choices.list[i]);
		must(found <= (int)i);
	}
	if (choices.count > 0)
		check_written(&choices, text);
	found = choices_match(&choices, answer);
	must(found >= -1 && found < (int)choices.count);
	return 0;
}

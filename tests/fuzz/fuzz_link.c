/* fuzz_link.c: whatever people write, a link is made of harmless characters,
 * and looking for links changes nothing of how the text is laid out. */
#include <string.h>
#include <strings.h>

#include "cam-tui/layout.h"
#include "cam-tui/link.h"
#include "fuzz.h"

static const char *const schemes[] = { "http://", "https://", "ftp://",
	"mailto:" };

static void
check_link(struct span link)
{
	bool known = false;

	must(link.len <= LINK_URL_MAX);
	for (size_t i = 0; i < link.len; i++)
		must(link.data[i] > ' ' && link.data[i] < 0x7f &&
		     strchr("<>\"{}|\\^`", link.data[i]) == NULL);
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		known = known || (link.len > strlen(schemes[i]) &&
				     strncasecmp((const char *)link.data,
					 schemes[i], strlen(schemes[i])) == 0);
	must(known);
}

static void
check_found(struct span text)
{
	struct span link;
	size_t from = 0;

	while (link_find(text, from, &link)) {
		must(link.data >= text.data + from &&
		     link.data + link.len <= text.data + text.len);
		check_link(link);
		from = (size_t)(link.data - text.data) + link.len;
	}
}

/* What stands on the screen for each link is that link, whole. */
static void
check_pieces(const struct layout *layout)
{
	size_t put[LAYOUT_LINKS_MAX + 1] = { 0 };

	for (size_t i = 0; i < layout->count; i++) {
		const struct piece *piece = &layout->pieces[i];
		size_t number = piece->link;

		if (number == 0)
			continue;
		must(number <= layout->link_count);
		must(strncmp(layout->links[number - 1] + put[number],
			 (const char *)layout->text.data + piece->offset,
			 piece->len) == 0);
		put[number] += piece->len;
	}
	for (size_t i = 0; i < layout->link_count; i++)
		must(put[i + 1] == strlen(layout->links[i]));
}

static void
check_laid(struct span text, unsigned columns)
{
	struct layout with, without;

	layout_init(&with, columns);
	layout_init(&without, columns);
	with.finds_links = true;
	layout_put(&with, STYLE_PLAIN, text);
	layout_put(&without, STYLE_PLAIN, text);
	must(with.lines == without.lines && with.column == without.column);
	must(span_equal(buf_span(&with.text), buf_span(&without.text)));
	if (with.lines < LAYOUT_LINES_MAX)
		check_pieces(&with);
	layout_finish(&with);
	layout_finish(&without);
}

/* The first byte is the width. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	check_found(span_of(data + 1, size - 1));
	check_laid(span_of(data + 1, size - 1), data[0] % 100 + 1);
	return 0;
}

/* fuzz_told.c: any JSON as what a server tells of members. */
#include "camd/org/told.h"
#include "fuzz.h"
#include "link/states.h"

static void
parse_items(const json_t *list)
{
	const json_t *item = NULL;
	size_t i = 0;

	json_array_foreach(list, i, item)
	{
		struct told told;
		struct buf states, text;
		uint64_t first = 0;

		if (told_parse(item, &told) == 0) {
			must(told.member >= 1);
			must(told.state <= TOLD_ONLINE);
			must(told.away == NULL ||
			     strlen(told.away) <= TOLD_AWAY_MAX);
			must(told.addr.family == ADDR_NONE ||
			     addr_is_answerable(&told.addr));
		}
		buf_init(&states, SIZE_MAX);
		buf_init(&text, SIZE_MAX);
		if (told_run_parse(item, &first, &states) == 0) {
			must(first >= 1);
			must(states.len % STATES_A_BYTE == 0);
			states_write(buf_span(&states), &text);
			must(span_equal(buf_span(&text),
			    span_text(
				json_string_value(json_array_get(item, 1)))));
		}
		buf_finish(&states);
		buf_finish(&text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *list = json_loadb((const char *)data, size, 0, NULL);

	parse_items(list);
	json_decref(list);
	return 0;
}

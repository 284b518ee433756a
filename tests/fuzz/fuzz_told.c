/* fuzz_told.c: any JSON as what a server tells of members. */
#include "camd/org/told.h"
#include "fuzz.h"

static void
parse_items(const json_t *list)
{
	const json_t *item = NULL;
	size_t i = 0;

	json_array_foreach(list, i, item)
	{
		struct told told;
		struct told_run run;

		if (told_parse(item, &told) == 0) {
			must(told.member >= 1);
			must(told.state <= TOLD_ONLINE);
			must(told.away == NULL ||
			     strlen(told.away) <= TOLD_AWAY_MAX);
			must(told.addr.family == ADDR_NONE ||
			     addr_is_answerable(&told.addr));
		}
		if (told_run_parse(item, &run) == 0) {
			must(run.first >= 1);
			must(strspn(run.digits, ".012") == strlen(run.digits));
		}
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

/* fuzz_onetime.c: prekeys for one envelope and their ids, as a camserver and
 * its members send them. */
#include "fuzz.h"

#include <string.h>

#include "link/onetime.h"
#include "rpc/json.h"

static void
check_list(const json_t *params, struct onetime_list *list)
{
	json_t *again = NULL;
	struct onetime_list *read = NULL;

	if (onetime_parse(params, list) < 0)
		return;
	must(list->count <= ONETIME_LIST_MAX);
	for (size_t i = 0; i < list->count; i++)
		must(list->ids[i] >= PREKEY_ONETIME);
	again = json_pack("{s:o}", "prekeys",
	    onetime_write(
		(const uint8_t(*)[PREKEY_BYTES])list->prekeys, list->count));
	read = calloc(1, sizeof *read);
	must(onetime_parse(again, read) == 0);
	must(read->count == list->count &&
	     memcmp(read->prekeys, list->prekeys, list->count * PREKEY_BYTES) ==
		 0);
	free(read);
	json_decref(again);
}

static void
check_ids(const json_t *params, const char *name, size_t max)
{
	uint32_t ids[ONETIME_DROP_MAX];
	size_t count = 0;

	if (onetime_parse_ids(params, name, ids, max, &count) < 0)
		return;
	must(count <= max);
	for (size_t i = 0; i < count; i++)
		must(ids[i] >= PREKEY_ONETIME);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onetime_list *list = NULL;
	json_t *params = NULL;
	uint8_t key[SIGN_KEY_SIZE] = { 9 };
	struct prekey prekey;
	uint32_t id = 0;

	if (prekey_peek_onetime(span_of(data, size), &id) == 0)
		must(id >= PREKEY_ONETIME);
	must(prekey_parse_onetime(span_of(data, size), key, &prekey) < 0);
	if (json_parse_line(span_of(data, size), &params) < 0)
		return 0;
	list = calloc(1, sizeof *list);
	check_list(params, list);
	check_ids(params, "drop", ONETIME_DROP_MAX);
	check_ids(params, "ids", ONETIME_LIST_MAX);
	free(list);
	json_decref(params);
	return 0;
}

/* fuzz_ipdict.c: any bytes as an IPDict, its values as every type. */
#include "fuzz.h"
#include "ipmsg/ipdict.h"

static void
read_values(struct span content, unsigned depth)
{
	struct ipdict *dict = malloc(sizeof(*dict));
	struct span list, item;
	int64_t number;

	must(dict != NULL);
	if (ipdict_parse_content(content, depth, dict) < 0)
		dict->count = 0;
	for (size_t i = 0; i < dict->count; i++) {
		list = dict->pairs[i].value;
		ipdict_int(list, &number);
		read_values(list, depth + 1);
		while (ipdict_list_next(&list, &item) == 0)
			must(item.len <= content.len);
	}
	free(dict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of(data, size);
	struct ipdict dict;
	struct buf buf;
	size_t len = 0;

	if (ipdict_frame(bytes, &len) == 0)
		must(len <= size);
	if (ipdict_parse(bytes, &dict) < 0)
		return 0;
	read_values(dict.content, 0);
	buf_init(&buf, LIMIT_IPDICT_TCP);
	ipdict_pack(dict.content, &buf);
	must(ipdict_parse(buf_span(&buf), &dict) == 0);
	buf_clear(&buf);
	ipdict_signed(&dict, &buf);
	buf_finish(&buf);
	return 0;
}

/* fuzz_attach.c: any bytes as a list of files; no name leads anywhere. */
#include "fuzz.h"
#include "ipmsg/attach.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset_reader reader = fuzz_reader();
	struct attach_list list;
	struct buf buf;

	attach_list_parse(span_of(data, size), &reader, &list);
	must(list.count <= LIMIT_ATTACHMENTS);
	buf_init(&buf, LIMIT_DATAGRAM);
	for (size_t i = 0; i < list.count; i++) {
		const struct attachment *item = &list.items[i];

		must_be_text(item->name);
		must(item->size <= INT64_MAX);
		must(item->attribute_count <= LIMIT_ATTRIBUTES);
		attachment_build(
		    &buf, item, reader.converter, CHARSET_UTF8, i & 1);
		if (item->safe_name == NULL)
			continue;
		must(strchr(item->safe_name, '/') == NULL);
		must(strncmp(item->safe_name, "..", 2) != 0);
		must(item->safe_name[0] != '\0');
	}
	buf_finish(&buf);
	attach_list_finish(&list);
	return 0;
}

/* fuzz_tolist.c: any text as a list of recipients. */
#include "fuzz.h"
#include "ipmsg/tolist.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset_reader reader = fuzz_reader();
	struct to_list list, again;
	struct buf buf;

	if (to_list_parse(span_of(data, size), &reader, &list) < 0) {
		must(list.count == 0);
		return 0;
	}
	must(list.count > 0 && list.count <= LIMIT_TO_LIST);
	for (size_t i = 0; i < list.count; i++)
		must_be_text(list.users[i].user);
	buf_init(&buf, LIMIT_DATAGRAM);
	if (to_list_build(&list, reader.converter, CHARSET_UTF8, &buf) == 0) {
		reader.utf8 = true;
		must(to_list_parse(buf_span(&buf), &reader, &again) == 0);
		must(again.count == list.count);
	}
	buf_finish(&buf);
	return 0;
}

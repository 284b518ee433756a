/* fuzz_hostlist.c: any body as a host list; what is read can be written. */
#include "fuzz.h"
#include "ipmsg/hostlist.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charset_reader reader = fuzz_reader();
	struct hostlist_page page;
	struct hostlist list;
	struct host_row row;
	struct buf buf;
	uint32_t start, rows = 0;

	getlist_parse(span_of(data, size), &start);
	if (hostlist_parse(span_of(data, size), &list) < 0)
		return 0;
	buf_init(&buf, LIMIT_HOST_LIST_BYTES);
	hostlist_page_begin(&page, &buf, LIMIT_DATAGRAM_SENT);
	while (hostlist_next(&list, &reader, 2425, &row) == 0) {
		must_be_text(row.user);
		must_be_text(row.nick);
		if (hostlist_page_add(
			&page, reader.converter, CHARSET_UTF8, &row) == 0)
			rows++;
	}
	hostlist_page_end(&page, list.next);
	must(buf.len <= LIMIT_DATAGRAM_SENT && page.count == rows);
	must(hostlist_parse(buf_span(&buf), &list) == 0);
	must(list.count == rows);
	buf_finish(&buf);
	return 0;
}

/* fuzz_metrics.c: any bytes as the request for a page: what comes behind one
 * that is whole changes nothing. */
#include "fuzz.h"

#include "base/buf.h"
#include "camserver/metrics.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum metrics_request request, longer;
	struct buf more;

	if (size >= METRICS_REQUEST_MAX)
		return 0;
	request = metrics_request(span_of(data, size));
	buf_init(&more, 2 * METRICS_REQUEST_MAX);
	buf_put(&more, data, size);
	buf_put_text(&more, "GET /health HTTP/1.1\r\n\r\n");
	longer = metrics_request(buf_span(&more));
	must(request == METRICS_MORE || longer == request);
	must(longer != METRICS_MORE);
	buf_finish(&more);
	return 0;
}

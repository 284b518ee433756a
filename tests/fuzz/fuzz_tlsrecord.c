/* fuzz_tlsrecord.c: any bytes as what a peer of a served TLS connection sends:
 * the first sealed with the right keys, the others as they are. */
#include "fuzz.h"

#include "base/err.h"
#include "net/tls_record.h"

static uint8_t room[TLS_SEALED_MAX];

static void
open_one(struct tls_way *way, struct span bytes, int expected)
{
	enum tls_kind kind = TLS_DATA;
	struct span content;
	size_t used = 0;
	int r = tls_record_open(way, bytes, room, &kind, &content, &used);

	must(r == 0 || r == CAM_ERR_MORE || r == CAM_ERR_FORMAT ||
	     r == CAM_ERR_CRYPTO);
	must(expected != 0 || r == 0);
	if (r == 0)
		must(used <= bytes.len && content.len <= TLS_CONTENT_MAX &&
		     content.data == room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t secret[TLS_SECRET_SIZE] = { 1 };
	struct tls_way out, in;
	struct buf record;

	tls_way_init(&in, secret);
	open_one(&in, span_of(data, size), CAM_ERR_MORE);
	tls_way_init(&in, secret);
	tls_way_init(&out, secret);
	buf_init(&record, SIZE_MAX);
	if (size > 0 && size <= TLS_CONTENT_MAX) {
		tls_record_seal(&out, (enum tls_kind)(data[0] | 1),
		    span_of(data, size), &record);
		open_one(&in, buf_span(&record), 0);
		tls_way_update(&in);
		open_one(&in, buf_span(&record), CAM_ERR_CRYPTO);
	}
	buf_finish(&record);
	return 0;
}

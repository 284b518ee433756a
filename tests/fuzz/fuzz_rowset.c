/* fuzz_rowset.c: any bytes as the packed rows of a list: what is read can be
 * packed and read again. */
#include "base/buf.h"
#include "fuzz.h"
#include "store/rowset.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rowset set = { 0 }, again = { 0 };
	struct buf packed;
	size_t row = 0, count;

	if (rowset_unpack(span_of(data, size), &set) != 0)
		return 0;
	count = rowset_count(&set);
	must(count <= ROWSET_SIZE);
	buf_init(&packed, 1 + ROWSET_SIZE / 8);
	rowset_pack(&set, &packed);
	must(!buf_failed(&packed));
	must(rowset_unpack(buf_span(&packed), &again) == 0);
	must(memcmp(&set, &again, sizeof set) == 0);
	buf_finish(&packed);
	for (; rowset_take(&again, count % 2 == 0, &row); count--)
		must(row < ROWSET_SIZE);
	must(count == 0);
	return 0;
}

/* fuzz_receipt.c: any JSON as a receipt, and as a refusal. */
#include "camd/message/receipt.h"
#include "fuzz.h"
#include "rpc/json.h"

static void
read_receipt(const json_t *params, bool refusal)
{
	static struct receipt receipt, again;
	json_t *written;

	if (receipt_parse(params, refusal, &receipt) < 0)
		return;
	must(receipt.count > 0 && receipt.count <= RECEIPT_IDS_MAX);
	must(strlen(receipt.reason) <= RECEIPT_REASON_MAX);
	must(
	    !refusal || (receipt.reason[0] >= 'a' && receipt.reason[0] <= 'z'));
	written = receipt_params(&receipt);
	must(receipt_parse(written, refusal, &again) == 0);
	must(again.count == receipt.count && again.time_ms == receipt.time_ms);
	must(memcmp(again.ids, receipt.ids, again.count * ENVELOPE_ID_SIZE) ==
	     0);
	must(strcmp(again.reason, receipt.reason) == 0);
	json_decref(written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *params = NULL;

	if (json_parse_line(span_of(data, size), &params) < 0)
		return 0;
	read_receipt(params, false);
	read_receipt(params, true);
	json_decref(params);
	return 0;
}

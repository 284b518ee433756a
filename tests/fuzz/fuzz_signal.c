/* fuzz_signal.c: what other camd signal of calls: what is read is written
 * alike. */
#include "fuzz.h"

#include "camd/call/signal.h"
#include "rpc/json.h"

static void
try_parts(const json_t *params, unsigned parts)
{
	static struct signal signal, again;
	json_t *written = NULL;

	if (signal_parse(params, parts, &signal) != 0)
		return;
	must(strlen(signal.call) == ID_SIZE - 1);
	must(signal.member_count <= 2 * LIMIT_CALL_MEMBERS);
	must_be_text(signal.text);
	for (size_t i = 0; i < signal.member_count; i++)
		must_be_text(signal.members[i].id);
	must(!(parts & SIGNAL_REASON) || signal.reason != CALL_NO_REASON);
	written = signal_build(&signal, parts);
	must(written != NULL && signal_parse(written, parts, &again) == 0);
	must(memcmp(&signal, &again, sizeof signal) == 0);
	json_decref(written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *params = NULL;

	if (json_parse_line(span_of(data, size), &params) < 0)
		return 0;
	/* As each method has them. */
	try_parts(params, 0);
	try_parts(params, SIGNAL_MEDIA);
	try_parts(params, SIGNAL_MEMBERS);
	try_parts(params, SIGNAL_REASON);
	try_parts(params, SIGNAL_STATUS | SIGNAL_MEDIA);
	try_parts(params, SIGNAL_MEDIA | SIGNAL_MEMBERS | SIGNAL_STATUS);
	json_decref(params);
	return 0;
}

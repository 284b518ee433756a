/* fuzz_linkhello.c: hellos of strangers: what is read is written alike. */
#include "fuzz.h"

#include "link/linkhello.h"
#include "rpc/json.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct linkhello hello, again;
	json_t *params = NULL, *written;

	if (json_parse_line(span_of(data, size), &params) < 0)
		return 0;
	if (linkhello_parse(params, &hello) == 0) {
		must_be_text(hello.user);
		must(hello.user[0] != '\0' && strchr(hello.user, ':') == NULL);
		must(hello.devices_len <= sizeof hello.devices);
		must(hello.rsa_len <= sizeof hello.rsa_proof);
		written = linkhello_write(&hello);
		must(written != NULL && linkhello_parse(written, &again) == 0);
		must(memcmp(&hello, &again, sizeof hello) == 0);
		json_decref(written);
	}
	json_decref(params);
	return 0;
}

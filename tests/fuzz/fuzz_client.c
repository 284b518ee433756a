/* fuzz_client.c: any version field and any FeiQ text. */
#include "fuzz.h"
#include "ipmsg/client.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	struct feiq_version feiq;
	size_t image;

	client_version_is_known(text);
	must(client_kind(text) <= CLIENT_OTHER);
	if (feiq_version_parse(text, &feiq) == 0)
		must(strlen(feiq.mac) == 12);
	must(feiq_strip_font(text).len <= size);
	image = feiq_find_image(text);
	must(image == size || image + FEIQ_IMAGE_BYTES <= size);
	return 0;
}

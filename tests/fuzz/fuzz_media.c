/* fuzz_media.c: what a sender of a call says of itself: what is read is written
 * alike. */
#include "fuzz.h"

#include "rpc/json.h"
#include "rpc/media.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct media media, again;
	json_t *object = NULL, *written = NULL;

	if (json_parse_line(span_of(data, size), &object) < 0)
		return 0;
	if (media_parse(object, &media) == 0) {
		must(media.stream_count <= LIMIT_MEDIA_STREAMS);
		must(media.port != 0);
		must_be_text(media.cname);
		written = media_json(&media);
		must(written != NULL && media_parse(written, &again) == 0);
		must(memcmp(&media, &again, sizeof media) == 0);
		json_decref(written);
	}
	json_decref(object);
	return 0;
}

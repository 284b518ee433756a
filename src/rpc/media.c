/* media.c: the media object, built and parsed. */
#include "rpc/media.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"

enum { PT_FIRST = 96, PT_LAST = 127, CLOCK_MAX = 1000000, LAYERS_MAX = 4 };

static const char *const kinds[] = { [MEDIA_AUDIO] = "audio",
	[MEDIA_VIDEO] = "video",
	[MEDIA_SCREEN] = "screen" };
static const char *const codecs[] = {
	[MEDIA_OPUS] = "opus", [MEDIA_VP8] = "vp8", [MEDIA_VP9] = "vp9"
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
enum { CODECS = sizeof codecs / sizeof codecs[0] };

const char *
media_kind_word(enum media_kind kind)
{
	return (unsigned)kind < KINDS ? kinds[kind] : NULL;
}

const char *
media_codec_word(enum media_codec codec)
{
	return (unsigned)codec < CODECS ? codecs[codec] : NULL;
}

/* -- building ---------------------------------------------------------------
 */

static json_t *
build_stream(const struct media_stream *stream)
{
	json_t *object = json_pack("{s:s, s:s, s:I, s:I, s:i}", "kind",
	    kinds[stream->kind], "codec", codecs[stream->codec], "ssrc",
	    (json_int_t)stream->ssrc, "clock", (json_int_t)stream->clock, "pt",
	    (int)stream->pt);

	if (stream->kind == MEDIA_AUDIO)
		json_object_set_new(
		    object, "channels", json_integer(stream->channels));
	else
		json_object_set_new(
		    object, "layers", json_integer(stream->layers));
	return object;
}

json_t *
media_object_build(const struct media_object *media)
{
	char secret[2 * MEDIA_SECRET_SIZE + 1];
	json_t *streams = json_array(), *object;

	for (size_t i = 0; i < media->stream_count; i++)
		json_array_append_new(
		    streams, build_stream(&media->streams[i]));
	hex_encode(media->secret, sizeof media->secret, secret);
	object = json_pack("{s:i, s:s, s:s, s:o}", "port", (int)media->port,
	    "key", secret, "cname", media->cname, "streams", streams);
	wipe(secret, sizeof secret);
	return object;
}

/* -- parsing ----------------------------------------------------------------
 */

static bool
is_number(const json_t *object, const char *name, json_int_t min,
    json_int_t max, json_int_t *number)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max)
		return false;
	*number = json_integer_value(value);
	return true;
}

/* The place of the word, -1: it is none of them. */
static int
word_of(const json_t *object, const char *name, const char *const words[],
    size_t count)
{
	const char *word = json_string_value(json_object_get(object, name));

	for (size_t i = 0; word != NULL && i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return (int)i;
	}
	return -1;
}

/* What a payload of that codec can be. */
static bool
fits(int kind, int codec)
{
	return (kind == MEDIA_AUDIO) == (codec == MEDIA_OPUS);
}

static int
parse_stream(const json_t *object, struct media_stream *stream)
{
	json_int_t ssrc, clock, pt, channels = 1, layers = 1;
	bool audio = stream->kind == MEDIA_AUDIO;

	if (!is_number(object, "ssrc", 1, UINT32_MAX, &ssrc) ||
	    !is_number(object, "clock", 1, CLOCK_MAX, &clock) ||
	    !is_number(object, "pt", PT_FIRST, PT_LAST, &pt) ||
	    (audio && !is_number(object, "channels", 1, 2, &channels)) ||
	    (!audio && !is_number(object, "layers", 1, LAYERS_MAX, &layers)))
		return CAM_ERR_REQUEST;
	stream->ssrc = (uint32_t)ssrc;
	stream->clock = (uint32_t)clock;
	stream->pt = (uint8_t)pt;
	stream->channels = audio ? (uint8_t)channels : 0;
	stream->layers = audio ? 0 : (uint8_t)layers;
	return 0;
}

static int
add_stream(const json_t *object, struct media_object *media)
{
	int kind = word_of(object, "kind", kinds, KINDS),
	    codec = word_of(object, "codec", codecs, CODECS), err;
	struct media_stream *stream = &media->streams[media->stream_count];

	if (!json_is_object(object))
		return CAM_ERR_REQUEST;
	if (kind < 0 || codec < 0 || !fits(kind, codec))
		return 0;
	stream->kind = (enum media_kind)kind;
	stream->codec = (enum media_codec)codec;
	if ((err = parse_stream(object, stream)) < 0)
		return err;
	for (size_t i = 0; i < media->stream_count; i++) {
		if (media->streams[i].ssrc == stream->ssrc)
			return CAM_ERR_REQUEST;
	}
	media->stream_count++;
	return 0;
}

static bool
is_cname(const char *text, size_t len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ-.@";

	return len > 0 && len <= LIMIT_CALL_CNAME &&
	       strspn(text, allowed) == len;
}

int
media_object_parse(const json_t *object, struct media_object *media)
{
	const json_t *key = json_object_get(object, "key"),
		     *cname = json_object_get(object, "cname"),
		     *streams = json_object_get(object, "streams");
	struct media_object parsed = { 0 };
	json_int_t port;
	int err = 0;

	if (!is_number(object, "port", 1, UINT16_MAX, &port) ||
	    !json_is_string(key) || !json_is_string(cname) ||
	    !is_cname(json_string_value(cname), json_string_length(cname)) ||
	    !json_is_array(streams) ||
	    json_string_length(key) != sizeof parsed.secret * 2 ||
	    hex_decode(span_text(json_string_value(key)), parsed.secret,
		sizeof parsed.secret) < 0)
		return CAM_ERR_REQUEST;
	if (json_array_size(streams) > LIMIT_CALL_STREAMS)
		return CAM_ERR_LIMIT;
	parsed.port = (uint16_t)port;
	memcpy(parsed.cname, json_string_value(cname),
	    json_string_length(cname) + 1);
	for (size_t i = 0; err == 0 && i < json_array_size(streams); i++)
		err = add_stream(json_array_get(streams, i), &parsed);
	if (err == 0)
		*media = parsed;
	wipe(&parsed, sizeof parsed);
	return err;
}

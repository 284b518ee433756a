/* media.c: what a sender of a call says of itself. */
#include "rpc/media.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"

enum { PT_FIRST = 96, PT_LAST = 127, LAYERS_MAX = 4 };

static const char *const kinds[] = { [MEDIA_AUDIO] = "audio",
	[MEDIA_VIDEO] = "video",
	[MEDIA_SCREEN] = "screen" };

/* RFC 7587, 7741, 9628. */
static const struct {
	const char *name;
	bool is_audio;
	uint32_t clock;
} codecs[] = { [MEDIA_OPUS] = { "opus", true, 48000 },
	[MEDIA_VP8] = { "vp8", false, 90000 },
	[MEDIA_VP9] = { "vp9", false, 90000 } };

enum {
	KINDS = sizeof kinds / sizeof kinds[0],
	CODECS = sizeof codecs / sizeof codecs[0],
};

const char *
media_kind_name(enum media_kind kind)
{
	return kinds[kind];
}

const char *
media_codec_name(enum media_codec codec)
{
	return codecs[codec].name;
}

/* An integer of the object, or def where there is none; CAM_ERR_FORMAT. */
static int
get_number(const json_t *object, const char *name, json_int_t def,
    json_int_t min, json_int_t max, json_int_t *number)
{
	const json_t *value = json_object_get(object, name);

	*number = def;
	if (value != NULL && !json_is_integer(value))
		return CAM_ERR_FORMAT;
	if (value != NULL)
		*number = json_integer_value(value);
	return *number >= min && *number <= max ? 0 : CAM_ERR_FORMAT;
}

static const char *
get_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static int
parse_names(const json_t *object, struct media_stream *stream)
{
	size_t kind = 0, codec = 0;

	while (
	    kind < KINDS && strcmp(get_text(object, "kind"), kinds[kind]) != 0)
		kind++;
	while (codec < CODECS &&
	       strcmp(get_text(object, "codec"), codecs[codec].name) != 0)
		codec++;
	if (kind == KINDS || codec == CODECS)
		return CAM_ERR_UNSUPPORTED;
	stream->kind = (enum media_kind)kind;
	stream->codec = (enum media_codec)codec;
	return codecs[codec].is_audio == (kind == MEDIA_AUDIO) ? 0
							       : CAM_ERR_FORMAT;
}

static int
parse_stream(const json_t *object, struct media_stream *stream)
{
	bool is_audio;
	json_int_t ssrc, pt, clock, channels, layers;
	int err = parse_names(object, stream);

	if (err != 0)
		return err;
	is_audio = stream->kind == MEDIA_AUDIO;
	clock = codecs[stream->codec].clock;
	if (get_number(object, "ssrc", 0, 1, UINT32_MAX, &ssrc) < 0 ||
	    get_number(object, "pt", 0, PT_FIRST, PT_LAST, &pt) < 0 ||
	    get_number(object, "clock", clock, clock, clock, &clock) < 0 ||
	    get_number(object, "channels", is_audio, is_audio, is_audio ? 2 : 0,
		&channels) < 0 ||
	    get_number(object, "layers", !is_audio, !is_audio,
		is_audio ? 0 : LAYERS_MAX, &layers) < 0)
		return CAM_ERR_FORMAT;
	stream->ssrc = (uint32_t)ssrc;
	stream->pt = (uint8_t)pt;
	stream->clock = (uint32_t)clock;
	stream->channels = (uint8_t)channels;
	stream->layers = (uint8_t)layers;
	return 0;
}

static int
parse_streams(const json_t *list, struct media *media)
{
	if (!json_is_array(list))
		return CAM_ERR_FORMAT;
	if (json_array_size(list) > LIMIT_MEDIA_STREAMS)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct media_stream *stream = &media->streams[i];
		int err = parse_stream(json_array_get(list, i), stream);

		if (err != 0)
			return err;
		for (size_t k = 0; k < i; k++) {
			if (media->streams[k].ssrc == stream->ssrc)
				return CAM_ERR_FORMAT;
		}
	}
	media->stream_count = json_array_size(list);
	return 0;
}

/* As it goes into SDES packets, and perhaps to a terminal. */
static int
parse_cname(const char *text, char cname[LIMIT_MEDIA_CNAME + 1])
{
	size_t len = strlen(text);

	if (len == 0 || len > LIMIT_MEDIA_CNAME)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return CAM_ERR_FORMAT;
	}
	memcpy(cname, text, len + 1);
	return 0;
}

static int
parse(const json_t *object, struct media *media)
{
	struct span key = span_text(get_text(object, "key"));
	json_int_t port;
	int err;

	if (get_number(object, "port", 0, 1, UINT16_MAX, &port) < 0 ||
	    key.len != 2 * sizeof media->secret ||
	    hex_decode(key, media->secret, sizeof media->secret) < 0)
		return CAM_ERR_FORMAT;
	media->port = (uint16_t)port;
	err = parse_cname(get_text(object, "cname"), media->cname);
	return err == 0
		   ? parse_streams(json_object_get(object, "streams"), media)
		   : err;
}

int
media_parse(const json_t *object, struct media *media)
{
	struct media parsed = { 0 };
	int err = parse(object, &parsed);

	if (err == 0)
		*media = parsed;
	wipe(&parsed, sizeof parsed);
	return err;
}

static json_t *
stream_json(const struct media_stream *stream)
{
	json_t *object =
	    json_pack("{s:s, s:I, s:i, s:s, s:I}", "kind", kinds[stream->kind],
		"ssrc", (json_int_t)stream->ssrc, "pt", stream->pt, "codec",
		codecs[stream->codec].name, "clock", (json_int_t)stream->clock);

	if (stream->kind == MEDIA_AUDIO)
		json_object_set_new(
		    object, "channels", json_integer(stream->channels));
	else
		json_object_set_new(
		    object, "layers", json_integer(stream->layers));
	return object;
}

json_t *
media_json(const struct media *media)
{
	char key[2 * MEDIA_SECRET_SIZE + 1];
	json_t *streams = json_array(), *object = NULL;

	for (size_t i = 0; i < media->stream_count; i++)
		json_array_append_new(streams, stream_json(&media->streams[i]));
	hex_encode(media->secret, sizeof media->secret, key);
	object = json_pack("{s:i, s:s, s:s, s:o}", "port", media->port, "key",
	    key, "cname", media->cname, "streams", streams);
	wipe(key, sizeof key);
	return object;
}

void
media_random(struct media *media, uint16_t port)
{
	char cname[ID_SIZE];

	*media = (struct media){ .port = port, .stream_count = 1 };
	media->streams[0] = (struct media_stream){ .kind = MEDIA_AUDIO,
		.codec = MEDIA_OPUS,
		.ssrc = 1 + random_below(UINT32_MAX),
		.clock = codecs[MEDIA_OPUS].clock,
		.pt = MEDIA_PT_OPUS,
		.channels = 2 };
	random_bytes(media->secret, sizeof media->secret);
	random_id(cname);
	memcpy(media->cname, cname, sizeof cname);
}

void
media_add_pictures(
    struct media *media, enum media_kind kind, enum media_codec codec)
{
	media->streams[media->stream_count++] = (struct media_stream){
		.kind = kind,
		.codec = codec,
		.ssrc = 1 + random_below(UINT32_MAX),
		.clock = codecs[codec].clock,
		.pt = codec == MEDIA_VP9 ? MEDIA_PT_VP9 : MEDIA_PT_VP8,
		.layers = 1,
	};
}

/* media.h: what a sender of a call says of itself: address, key and streams, as
 * signalled between camd and handed to cam-media. */
#ifndef CAM_RPC_MEDIA_H
#define CAM_RPC_MEDIA_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

enum media_kind { MEDIA_AUDIO, MEDIA_VIDEO, MEDIA_SCREEN };

/* Dynamic payload types (RFC 3551, 6). */
enum {
	MEDIA_PT_OPUS = 96,
	MEDIA_PT_VP8 = 97,
	MEDIA_PT_VP9 = 98,
};

enum {
	MEDIA_KEY_SIZE = 32,
	MEDIA_SALT_SIZE = 12,
	MEDIA_SECRET_SIZE = MEDIA_KEY_SIZE + MEDIA_SALT_SIZE,
};

enum media_codec { MEDIA_OPUS, MEDIA_VP8, MEDIA_VP9 };

struct media_stream {
	enum media_kind kind;
	enum media_codec codec;
	uint32_t ssrc; /* not 0 */
	uint32_t clock;
	uint8_t pt;	  /* 96 .. 127 */
	uint8_t channels; /* of sound; else 0 */
	uint8_t layers;	  /* of pictures, 1 .. 4; else 0 */
};

/*
 * {"port": 22224, "key": "88 hex digits", "cname": "...", "streams": [{"kind":
 * "audio", "ssrc": 1, "pt": 96, "codec": "opus", "clock": 48000, "channels":
 * 2}]}
 */
struct media {
	uint16_t port; /* not 0 */
	/* AEAD_AES_256_GCM (RFC 7714): the key, then the salt. */
	uint8_t secret[MEDIA_SECRET_SIZE];
	char cname[LIMIT_MEDIA_CNAME + 1]; /* printable ASCII */
	struct media_stream streams[LIMIT_MEDIA_STREAMS];
	size_t stream_count;
};

/*
 * From a peer: everything is checked, SSRCs differ; members it does not know
 * are no matter. CAM_ERR_FORMAT, CAM_ERR_LIMIT; CAM_ERR_UNSUPPORTED for a codec
 * we have not. Overwrite it by wipe() when it is done with.
 */
int media_parse(const json_t *object, struct media *media);
json_t *media_json(const struct media *media);

const char *media_kind_name(enum media_kind kind);
const char *media_codec_name(enum media_codec codec);

/* A new sender: a key, a CNAME and the SSRC of one stream of voice, all at
 * random. */
void media_random(struct media *media, uint16_t port);
/* One more stream of it, of pictures; there must be room. */
void media_add_pictures(
    struct media *media, enum media_kind kind, enum media_codec codec);

#endif

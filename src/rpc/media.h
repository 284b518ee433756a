/* media.h: the media object: where and how one party of a call sends. */
#ifndef CAM_RPC_MEDIA_H
#define CAM_RPC_MEDIA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/* AEAD_AES_256_GCM: a key of 32 bytes, a salt of 12 (RFC 7714, 12). */
enum { MEDIA_KEY_SIZE = 32, MEDIA_SALT_SIZE = 12 };
enum { MEDIA_SECRET_SIZE = MEDIA_KEY_SIZE + MEDIA_SALT_SIZE };

enum media_kind { MEDIA_AUDIO, MEDIA_VIDEO, MEDIA_SCREEN };
enum media_codec { MEDIA_OPUS, MEDIA_VP8, MEDIA_VP9 };

struct media_stream {
	enum media_kind kind;
	enum media_codec codec;
	uint32_t ssrc;	  /* not 0, of the party's streams no other has it */
	uint32_t clock;	  /* Hz */
	uint8_t pt;	  /* payload type, 96 .. 127 */
	uint8_t channels; /* of audio: 1 or 2 */
	uint8_t layers;	  /* of pictures: 1 .. 4 */
};

/* All that others need to receive one party. Holds a key: wipe it. */
struct media_object {
	uint16_t port; /* UDP; RTP and RTCP in one (RFC 5761) */
	uint8_t secret[MEDIA_SECRET_SIZE]; /* of what this party sends */
	char cname[LIMIT_CALL_CNAME + 1];  /* letters, digits, '-', '.', '@' */
	struct media_stream streams[LIMIT_CALL_STREAMS];
	size_t stream_count;
};

/* "audio", "opus" ...; NULL for other numbers. */
const char *media_kind_word(enum media_kind kind);
const char *media_codec_word(enum media_codec codec);

/* {port, key, cname, streams: [{kind, codec, ssrc, clock, pt, channels,
 * layers}]} */
json_t *media_object_build(const struct media_object *media);
/*
 * Pure. Streams of a kind or with a codec that we do not know are left out.
 * CAM_ERR_REQUEST: a field is missing, of the wrong type or out of its range;
 * CAM_ERR_LIMIT: too many streams.
 */
int media_object_parse(const json_t *object, struct media_object *media);

#endif

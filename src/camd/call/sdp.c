/* sdp.c: what we send in a call as other programs read it. */
#include "camd/call/sdp.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"

enum { SDP_MAX = 16 * 1024, SESSION_DIGITS = 15 };

/* RFC 8866, 5.2: the session by a number, here the beginning of the call's id.
 */
static unsigned long long
session_number(const char *call)
{
	unsigned long long number = 0;

	for (size_t i = 0; i < SESSION_DIGITS && call[i] != '\0'; i++) {
		const char *digits = "0123456789abcdef";
		const char *digit = strchr(digits, call[i]);

		if (digit != NULL)
			number = number << 4 | (unsigned)(digit - digits);
	}
	return number;
}

static void
put_sound(struct buf *out, const struct media_stream *stream)
{
	/* RFC 7587, 7: both of these numbers never differ. */
	buf_printf(out,
	    "a=rtpmap:%u opus/%u/%u\r\n"
	    "a=fmtp:%u sprop-stereo=0;useinbandfec=1;usedtx=1\r\n"
	    "a=ptime:20\r\n"
	    "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
	    stream->pt, stream->clock, stream->channels, stream->pt);
}

static void
put_pictures(struct buf *out, const struct media_stream *stream)
{
	buf_printf(out,
	    "a=rtpmap:%u %s/%u\r\n"
	    "a=extmap:1 http://www.ietf.org/id/"
	    "draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n",
	    stream->pt, stream->codec == MEDIA_VP9 ? "VP9" : "VP8",
	    stream->clock);
}

/* RFC 4568, 9.1, by the name of RFC 7714, 14.3: the key, then the salt. */
static void
put_key(struct buf *out, const struct media *media)
{
	buf_put_text(out, "a=crypto:1 AEAD_AES_256_GCM inline:");
	base64_encode(span_of(media->secret, sizeof media->secret), out);
	buf_put_text(out, "\r\n");
}

static void
put_stream(struct buf *out, const struct media *media,
    const struct media_stream *stream, uint16_t port, bool sealed)
{
	bool is_sound = stream->kind == MEDIA_AUDIO;

	buf_printf(out, "m=%s %u %s %u\r\n", is_sound ? "audio" : "video",
	    port + SDP_PORT_STEP * (unsigned)stream->kind,
	    sealed ? "RTP/SAVP" : "RTP/AVP", stream->pt);
	if (is_sound)
		put_sound(out, stream);
	else
		put_pictures(out, stream);
	buf_printf(out, "a=ssrc:%u cname:%s\r\n", stream->ssrc, media->cname);
	if (sealed)
		put_key(out, media);
}

char *
sdp_build(
    const struct media *media, const char *call, uint16_t port, bool sealed)
{
	struct buf out;
	char *text = NULL;

	buf_init(&out, SDP_MAX);
	buf_printf(&out,
	    "v=0\r\n"
	    "o=- %llu 1 IN IP4 127.0.0.1\r\n"
	    "s=cam call %s\r\n"
	    "c=IN IP4 127.0.0.1\r\n"
	    "t=0 0\r\n"
	    "a=sendonly\r\n",
	    session_number(call), call);
	for (size_t i = 0; i < media->stream_count; i++)
		put_stream(&out, media, &media->streams[i], port, sealed);
	text = xmalloc(out.len + 1);
	memcpy(text, out.data, out.len);
	text[out.len] = '\0';
	buf_wipe(&out);
	return text;
}

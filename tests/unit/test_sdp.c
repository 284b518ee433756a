/* test_sdp.c: what we send, as other programs read it. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camd/call/sdp.h"

static const char *const call = "00000000000000ff00000000000000ff";

static void
make(struct media *media)
{
	memset(media, 0, sizeof *media);
	media->port = 22224;
	for (size_t i = 0; i < sizeof media->secret; i++)
		media->secret[i] = (uint8_t)i;
	snprintf(media->cname, sizeof media->cname, "abcd");
	media->streams[0] = (struct media_stream){ .kind = MEDIA_AUDIO,
		.codec = MEDIA_OPUS,
		.ssrc = 4000000000,
		.clock = 48000,
		.pt = 96,
		.channels = 2 };
	media->stream_count = 1;
}

static void
sound_has_all_that_opens_and_plays_it(void **state)
{
	struct media media;
	char *sdp = NULL;

	make(&media);
	sdp = sdp_build(&media, call, 5004, true);
	assert_string_equal(sdp,
	    "v=0\r\n"
	    "o=- 15 1 IN IP4 127.0.0.1\r\n"
	    "s=cam call 00000000000000ff00000000000000ff\r\n"
	    "c=IN IP4 127.0.0.1\r\n"
	    "t=0 0\r\n"
	    "a=sendonly\r\n"
	    "m=audio 5004 RTP/SAVP 96\r\n"
	    "a=rtpmap:96 opus/48000/2\r\n"
	    "a=fmtp:96 sprop-stereo=0;useinbandfec=1;usedtx=1\r\n"
	    "a=ptime:20\r\n"
	    "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
	    "a=ssrc:4000000000 cname:abcd\r\n"
	    "a=crypto:1 AEAD_AES_256_GCM inline:"
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="
	    "\r\n");
	free(sdp);
}

static void
in_clear_no_key_is_told(void **state)
{
	struct media media;
	char *sdp = NULL;

	make(&media);
	sdp = sdp_build(&media, call, 6004, false);
	assert_null(strstr(sdp, "crypto"));
	assert_null(strstr(sdp, "SAVP"));
	assert_non_null(strstr(sdp, "m=audio 6004 RTP/AVP 96\r\n"));
	free(sdp);
}

static void
pictures_have_ports_of_their_own(void **state)
{
	struct media media;
	char *sdp = NULL;

	make(&media);
	media_add_pictures(&media, MEDIA_VIDEO, MEDIA_VP8);
	media_add_pictures(&media, MEDIA_SCREEN, MEDIA_VP9);
	sdp = sdp_build(&media, call, 5004, false);
	assert_non_null(strstr(sdp, "m=audio 5004 RTP/AVP 96\r\n"));
	assert_non_null(strstr(
	    sdp, "m=video 5006 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n"));
	assert_non_null(strstr(
	    sdp, "m=video 5008 RTP/AVP 98\r\na=rtpmap:98 VP9/90000\r\n"));
	free(sdp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_has_all_that_opens_and_plays_it),
		cmocka_unit_test(in_clear_no_key_is_told),
		cmocka_unit_test(pictures_have_ports_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

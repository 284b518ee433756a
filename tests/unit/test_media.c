/* test_media.c: what a sender of a call says of itself. */
#include "test.h"

#include <string.h>

#include "base/err.h"
#include "rpc/media.h"

#define KEY                                                                    \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021" \
	"22"                                                                   \
	"232425262728292a2b"
#define VOICE(ssrc) "{'kind':'audio','ssrc':" #ssrc ",'pt':96,'codec':'opus'}"

/* The JSON is written with ' for ", so that it can be read here. */
static int
parse(const char *text, struct media *media)
{
	char json[4096];
	json_t *object = NULL;
	int err;

	assert_true(strlen(text) < sizeof json);
	for (size_t i = 0; i <= strlen(text); i++)
		json[i] = text[i] == '\'' ? '"' : text[i];
	object = json_loads(json, 0, NULL);
	assert_non_null(object);
	err = media_parse(object, media);
	json_decref(object);
	return err;
}

static void
a_sender_reads_as_it_was_written(void **state)
{
	struct media media, again;
	json_t *object = NULL;

	media_random(&media, 22224);
	media.streams[1] = (struct media_stream){ .kind = MEDIA_VIDEO,
		.codec = MEDIA_VP8,
		.ssrc = media.streams[0].ssrc ^ 1,
		.clock = 90000,
		.pt = MEDIA_PT_VP8,
		.layers = 3 };
	media.stream_count = 2;
	if (media.streams[1].ssrc == 0)
		media.streams[1].ssrc = 7;
	object = media_json(&media);
	assert_int_equal(media_parse(object, &again), 0);
	assert_memory_equal(&media, &again, sizeof media);
	json_decref(object);
}

static void
what_is_not_said_has_the_value_of_its_codec(void **state)
{
	struct media media;

	assert_int_equal(
	    parse("{'port':1,'key':'" KEY "','cname':'x','streams':[" VOICE(
		      9) ",{'kind':'video','ssrc':10,'pt':97,'codec':'vp8'}]}",
		&media),
	    0);
	assert_int_equal(media.stream_count, 2);
	assert_int_equal(media.streams[0].clock, 48000);
	assert_int_equal(media.streams[0].channels, 1);
	assert_int_equal(media.streams[0].layers, 0);
	assert_int_equal(media.streams[1].clock, 90000);
	assert_int_equal(media.streams[1].layers, 1);
	assert_int_equal(media.secret[43], 0x2b);
}

static void
what_a_peer_cannot_mean_is_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} wrong[] = {
		{ "{}", CAM_ERR_FORMAT },
		{ "{'port':0,'key':'" KEY "','cname':'x','streams':[]}",
		    CAM_ERR_FORMAT },
		{ "{'port':65536,'key':'" KEY "','cname':'x','streams':[]}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'00','cname':'x','streams':[]}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'" KEY "','cname':'','streams':[]}",
		    CAM_ERR_LIMIT },
		{ "{'port':1,'key':'" KEY "','cname':'a b','streams':[]}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'" KEY "','cname':'x','streams':{}}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'" KEY
		  "','cname':'x','streams':[" VOICE(1) "," VOICE(1) "]}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'" KEY
		  "','cname':'x','streams':[{'kind':'audio','ssrc':1,"
		  "'pt':96,'codec':'vp8'}]}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'" KEY
		  "','cname':'x','streams':[{'kind':'audio','ssrc':1,"
		  "'pt':8,'codec':'opus'}]}",
		    CAM_ERR_FORMAT },
		{ "{'port':1,'key':'" KEY
		  "','cname':'x','streams':[{'kind':'audio','ssrc':1,"
		  "'pt':96,'codec':'pcmu'}]}",
		    CAM_ERR_UNSUPPORTED },
	};
	struct media media = { .port = 7 };

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(parse(wrong[i].text, &media), wrong[i].err);
	assert_int_equal(media.port, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sender_reads_as_it_was_written),
		cmocka_unit_test(what_is_not_said_has_the_value_of_its_codec),
		cmocka_unit_test(what_a_peer_cannot_mean_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

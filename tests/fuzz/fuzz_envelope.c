/*
 * fuzz_envelope.c: any bytes as an envelope, opened with a fixed key; and the
 * same bytes as the inside of one that is genuine in all else, as a sender who
 * cheats could seal it.
 */
#include "../unit/forge.h"
#include "crypto/crypto.h"
#include "fuzz.h"

/* Made once: the process ends with the fuzzing. The secrets are 0x11, 0x22 ...
 * in each byte, as those of the kept envelopes. */
static struct world {
	struct crypto *crypto;
	struct sign_key *anna; /* signs */
	struct hpke_key *bob;  /* opens */
	struct forgery forgery;
	uint8_t signer[SIGN_KEY_SIZE];
	uint8_t user_key[SIGN_KEY_SIZE];
} * the_world;

static struct world *
world(void)
{
	struct world *world = the_world;
	uint8_t secret[32];

	if (world)
		return world;
	world = calloc(1, sizeof(*world));
	world->crypto = crypto_new();
	memset(secret, 0x11, sizeof(secret));
	must(sign_key_new(secret, &world->anna) == 0);
	memset(secret, 0x22, sizeof(secret));
	must(hpke_key_new(secret, &world->bob) == 0);
	sign_key_public(world->anna, world->signer);
	memset(world->user_key, 0x33, sizeof(world->user_key));
	memset(world->forgery.id, 0x44, 16);
	memset(world->forgery.talk, 0x55, 16);
	memset(world->forgery.sender_device, 0x66, 16);
	memset(world->forgery.device, 0x77, 16);
	hpke_key_public(world->bob, world->forgery.prekey);
	world->forgery.prekey_id = 7;
	world->forgery.label = "cam/envelope/1";
	world->forgery.signing = world->anna;
	the_world = world;
	return world;
}

static void
must_be_content(const struct envelope_content *content)
{
	must(content->sequence > 0 && content->time_ms >= 0);
	must(content->recipient_count >= 1 &&
	     content->recipient_count <= ENVELOPE_STANZAS_MAX);
	for (size_t i = 0; i < content->recipient_count; i++) {
		must(content->recipients[i].name.len <= ENVELOPE_NAME_MAX);
		must(utf8_is_valid(content->recipients[i].name));
	}
}

static int
open_it(struct world *world, const struct envelope *envelope)
{
	struct envelope_opened opened;
	int rc = envelope_open(envelope, world->forgery.device, world->bob,
	    world->signer, world->user_key, &opened);

	if (rc == 0) {
		must_be_content(&opened.content);
		must(memcmp(opened.content.id, envelope->id, 16) == 0);
		envelope_opened_finish(&opened);
	}
	return rc;
}

static void
as_envelope(struct world *world, struct span data)
{
	struct envelope envelope;
	uint32_t id = 0;

	if (envelope_parse(data, &envelope) < 0)
		return;
	must(envelope.header.len == ENVELOPE_HEADER_SIZE);
	must(envelope.stanzas.len ==
	     envelope.stanza_count * ENVELOPE_STANZA_SIZE);
	must(envelope.header.len + 4 + envelope.stanzas.len +
		 envelope.body.len ==
	     data.len);
	must(envelope.stanza_count <= envelope.stanzas_said);
	if (envelope.stanza_count > 0)
		must(envelope_prekey(&envelope, envelope.stanzas.data, &id) ==
		     0);
	(void)open_it(world, &envelope);
}

static void
as_inside(struct world *world, struct span data)
{
	struct envelope_content content;
	struct envelope envelope;
	struct buf buf;
	int rc = envelope_inside_parse(data, &content), opened;

	if (rc == 0) {
		must_be_content(&content);
		must(content.body.data + content.body.len ==
		     data.data + data.len);
		free((void *)content.recipients);
	}
	world->forgery.inside = data;
	must(forge(&world->forgery, &buf) == 0);
	if (envelope_parse(buf_span(&buf), &envelope) == 0) {
		opened = open_it(world, &envelope);
		must(rc == 0 ? opened == 0 || opened == CAM_ERR_FORMAT ||
				   opened == CAM_ERR_REFUSED
			     : opened == CAM_ERR_FORMAT);
	}
	buf_finish(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_envelope(world(), span_of(data, size));
	as_inside(world(), span_of(data, size));
	return 0;
}

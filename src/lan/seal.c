/* seal.c: what the pool does to encrypted texts, and what it needs for it. */
#include "lan/seal.h"

#include <stdio.h>
#include <string.h>

#include "crypto/keyring.h"
#include "lan/state.h"

int
sealing_init(struct sealing *sealing, const struct lan *lan,
    const struct peer *peer, uint32_t flags, uint32_t number)
{
	memset(sealing, 0, sizeof *sealing);
	buf_init(&sealing->plain, LIMIT_BODY_LEGACY);
	sealing->flags = flags;
	sealing->own = keyring_key(lan->keyring, RSA_2048);
	if (peer->key != NULL)
		sealing->to = rsa_public_ref(peer->key);
	snprintf(
	    sealing->number, sizeof sealing->number, "%u", (unsigned)number);
	return suite_from_flags(flags, &sealing->suite);
}

int
sealing_run(struct sealing *sealing, struct crypto *crypto)
{
	return suite_encrypt(crypto, &sealing->suite, sealing->to,
	    sealing->suite.sign != SUITE_UNSIGNED ? sealing->own : NULL,
	    span_text(sealing->number), buf_span(&sealing->plain),
	    &sealing->text);
}

void
sealing_write(const struct sealing *sealing, struct buf *body)
{
	const struct suite_text *text = &sealing->text;

	enctext_build(sealing->flags, span_of(text->key, text->key_len),
	    buf_span(&text->text),
	    span_of(text->signature, text->signature_len), body);
}

void
sealing_finish(struct sealing *sealing)
{
	buf_wipe(&sealing->plain);
	suite_text_finish(&sealing->text);
	rsa_public_free(sealing->to);
	sealing->to = NULL;
}

/* Our own key of that size, and the sender's when it could have signed. */
static int
choose_keys(
    struct unsealing *unsealing, const struct lan *lan, const struct peer *peer)
{
	enum rsa_size size = suite_rsa_size(&unsealing->suite);

	if (size == RSA_1024 && lan->legacy == LAN_LEGACY_OFF)
		return CAM_ERR_REFUSED;
	if ((unsealing->own = keyring_key(lan->keyring, size)) == NULL)
		return CAM_ERR_KEY;
	if (peer != NULL && peer->key != NULL &&
	    unsealing->suite.sign != SUITE_UNSIGNED)
		unsealing->sender = rsa_public_ref(peer->key);
	return 0;
}

int
unsealing_init(struct unsealing *unsealing, const struct lan *lan,
    const struct packet *packet, const struct peer *peer)
{
	struct span number = packet->number_text;
	int r;

	memset(unsealing, 0, sizeof *unsealing);
	if (number.len >= sizeof unsealing->number)
		return CAM_ERR_FORMAT;
	memcpy(unsealing->number, number.data, number.len);
	if ((r = enctext_parse(packet->parts[0], &unsealing->text)) < 0 ||
	    (r = suite_from_flags(unsealing->text.flags, &unsealing->suite)) <
		0)
		return r;
	return choose_keys(unsealing, lan, peer);
}

int
unsealing_run(struct unsealing *unsealing, struct crypto *crypto)
{
	const struct enctext *text = &unsealing->text;
	struct suite_parts parts = {
		.key = span_of(text->key, text->key_len),
		.text = span_of(text->data, text->data_len),
		.signature = span_of(text->signature, text->signature_len),
	};

	return suite_decrypt(crypto, &unsealing->suite, unsealing->own,
	    unsealing->sender, span_text(unsealing->number), &parts,
	    &unsealing->opened);
}

void
unsealing_forget(struct unsealing *unsealing)
{
	buf_wipe(&unsealing->opened.plain);
	memset(&unsealing->opened, 0, sizeof unsealing->opened);
}

void
unsealing_finish(struct unsealing *unsealing)
{
	unsealing_forget(unsealing);
	enctext_finish(&unsealing->text);
	rsa_public_free(unsealing->sender);
	unsealing->sender = NULL;
}

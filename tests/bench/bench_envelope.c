/* bench_envelope.c: envelopes sealed and opened, against the bare operations of
 * Curve25519 in them; and one for 10,000 recipients. */
#include <openssl/evp.h>

#include "base/random.h"
#include "bench.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"

enum { ROUNDS = 25, OPERATIONS = 100, RECIPIENTS = 10000 };

static const char text[] = "The quarterly report is due on Friday; please send "
			   "me your figures by noon.";

struct pair {
	struct sign_key *signing;
	struct hpke_key *prekey;
	struct sign_public *signer;
	uint8_t prekey_public[HPKE_KEY_SIZE];
	struct envelope_recipient recipient;
	struct envelope_content content;
};

static void
make(struct pair *pair)
{
	uint8_t signing_key[SIGN_KEY_SIZE];

	if (sign_key_generate(&pair->signing) < 0 ||
	    hpke_key_generate(&pair->prekey) < 0)
		die("no keys");
	sign_key_public(pair->signing, signing_key);
	if (sign_public_new(signing_key, &pair->signer) < 0)
		die("no keys");
	hpke_key_public(pair->prekey, pair->prekey_public);
	random_bytes(pair->recipient.user_key, SIGN_KEY_SIZE);
	pair->recipient.name = span_text("bob@pc2");
	pair->content = (struct envelope_content){ .sequence = 1,
		.time_ms = 1,
		.recipients = &pair->recipient,
		.recipient_count = 1,
		.body = span_text(text) };
}

/* -- the product ------------------------------------------------------------
 */

static struct buf
seal(const struct pair *pair)
{
	uint8_t stanza[1][ENVELOPE_STANZA_SIZE];
	struct envelope_sealed *sealed = NULL;
	struct buf buf;

	if (envelope_seal(&pair->content, 1, pair->signing, &sealed) < 0 ||
	    envelope_wrap(sealed, pair->content.device, 1, pair->prekey_public,
		stanza[0]) < 0)
		die("cannot seal");
	buf_init(&buf, ENVELOPE_MAX);
	envelope_write(sealed, stanza, 1, &buf);
	envelope_sealed_free(sealed);
	return buf;
}

static double
time_sealing(const struct pair *pair)
{
	double begin = now_ms();

	for (int i = 0; i < OPERATIONS; i++) {
		struct buf buf = seal(pair);

		buf_finish(&buf);
	}
	return (now_ms() - begin) / OPERATIONS * 1e3;
}

static double
time_opening(const struct pair *pair)
{
	struct buf buf = seal(pair);
	double begin = now_ms();

	for (int i = 0; i < OPERATIONS; i++) {
		struct envelope envelope;
		struct envelope_opened opened;

		if (envelope_parse(buf_span(&buf), &envelope) < 0 ||
		    envelope_open(&envelope, pair->content.device, pair->prekey,
			pair->signer, pair->recipient.user_key, &opened) < 0)
			die("cannot open");
		envelope_opened_finish(&opened);
	}
	begin = now_ms() - begin;
	buf_finish(&buf);
	return begin / OPERATIONS * 1e3;
}

/* -- the bare operations ------------------------------------------------------
 */

struct bare {
	EVP_MD_CTX *sign, *verify;
	EVP_PKEY_CTX *derive;
	uint8_t signature[64];
};

static void
make_bare(struct bare *bare)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *ours = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY *theirs = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	size_t len = sizeof(bare->signature);

	bare->sign = EVP_MD_CTX_new();
	bare->verify = EVP_MD_CTX_new();
	bare->derive = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
	if (EVP_DigestSignInit(bare->sign, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestVerifyInit(bare->verify, NULL, NULL, NULL, key) != 1 ||
	    EVP_PKEY_derive_init(bare->derive) != 1 ||
	    EVP_PKEY_derive_set_peer(bare->derive, theirs) != 1 ||
	    EVP_DigestSign(bare->sign, bare->signature, &len,
		(const uint8_t *)text, sizeof(text)) != 1)
		die("no bare keys");
	EVP_PKEY_free(key);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(theirs);
}

static void
derive(struct bare *bare)
{
	uint8_t secret[32];
	size_t len = sizeof(secret);

	if (EVP_PKEY_derive(bare->derive, secret, &len) != 1)
		die("cannot derive");
}

/* A key and a secret: two multiplications; and a signature. */
static double
time_bare_sealing(struct bare *bare)
{
	double begin = now_ms();

	for (int i = 0; i < OPERATIONS; i++) {
		size_t len = sizeof(bare->signature);

		if (EVP_DigestSign(bare->sign, bare->signature, &len,
			(const uint8_t *)text, sizeof(text)) != 1)
			die("cannot sign");
		derive(bare);
		derive(bare);
	}
	return (now_ms() - begin) / OPERATIONS * 1e3;
}

static double
time_bare_opening(struct bare *bare)
{
	double begin = now_ms();

	for (int i = 0; i < OPERATIONS; i++) {
		if (EVP_DigestVerify(bare->verify, bare->signature,
			sizeof(bare->signature), (const uint8_t *)text,
			sizeof(text)) != 1)
			die("cannot verify");
		derive(bare);
	}
	return (now_ms() - begin) / OPERATIONS * 1e3;
}

/* -- many recipients ----------------------------------------------------------
 */

/* The bare cost: a key and a secret for each. */
static void
seal_for_many(const struct pair *pair, struct bare *bare)
{
	struct envelope_recipient *recipients =
	    calloc(RECIPIENTS, sizeof(*recipients));
	uint8_t(*stanzas)[ENVELOPE_STANZA_SIZE] =
	    calloc(RECIPIENTS, sizeof(*stanzas));
	struct envelope_content content = pair->content;
	struct envelope_sealed *sealed = NULL;
	double begin, anchor;
	struct buf buf;

	anchor = now_ms();
	for (size_t i = 0; i < 2 * RECIPIENTS; i++)
		derive(bare);
	anchor = now_ms() - anchor;
	for (size_t i = 0; i < RECIPIENTS; i++)
		recipients[i] = pair->recipient;
	content.recipients = recipients;
	content.recipient_count = RECIPIENTS;
	begin = now_ms();
	if (envelope_seal(&content, RECIPIENTS, pair->signing, &sealed) < 0)
		die("cannot seal");
	for (size_t i = 0; i < RECIPIENTS; i++) {
		if (envelope_wrap(sealed, pair->content.device, 1,
			pair->prekey_public, stanzas[i]) < 0)
			die("cannot wrap");
	}
	buf_init(&buf, ENVELOPE_MAX);
	envelope_write(sealed, stanzas, RECIPIENTS, &buf);
	begin = now_ms() - begin;
	report("envelope_10000_recipients", begin / 1e3, "s",
	    "bare curve operations", anchor / 1e3, begin / anchor, 1 / 0.7);
	buf_finish(&buf);
	envelope_sealed_free(sealed);
	free(recipients);
	free(stanzas);
}

int
main(void)
{
	struct crypto *crypto = crypto_new();
	double seals[ROUNDS], opens[ROUNDS], bare_seals[ROUNDS];
	double bare_opens[ROUNDS];
	struct pair pair;
	struct bare bare;

	memset(&pair, 0, sizeof(pair));
	make(&pair);
	make_bare(&bare);
	for (size_t i = 0; i < ROUNDS; i++) {
		seals[i] = time_sealing(&pair);
		bare_seals[i] = time_bare_sealing(&bare);
		opens[i] = time_opening(&pair);
		bare_opens[i] = time_bare_opening(&bare);
	}
	/* 70 % of the bare rates. */
	report_rounds("envelope_seal", seals, "us", "bare curve operations",
	    bare_seals, ROUNDS, 1 / 0.7);
	report_rounds("envelope_open", opens, "us", "bare curve operations",
	    bare_opens, ROUNDS, 1 / 0.7);
	seal_for_many(&pair, &bare);
	EVP_MD_CTX_free(bare.sign);
	EVP_MD_CTX_free(bare.verify);
	EVP_PKEY_CTX_free(bare.derive);
	sign_key_free(pair.signing);
	sign_public_free(pair.signer);
	hpke_key_free(pair.prekey);
	crypto_free(crypto);
	return 0;
}

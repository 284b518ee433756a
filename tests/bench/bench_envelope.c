/* bench_envelope.c: one message sealed to very many devices, and opened by one
 * of them, against the bare operations it cannot do without. */
#include "crypto/envelope.h"
#include "crypto/hpke.h"
#include "crypto/sign.h"
#include "curve.h"

enum { ROUNDS = 5, RECIPIENTS = 10000, OPENED = 2000, TEXT_SIZE = 200 };

static const double GOAL_MS = 1000; /* one core */

/* Of this core: others use the machine, too. */
static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* All recipients share a few keys: what is paid for is the work with them. */
struct crowd {
	struct envelope_recipient *recipients;
	uint8_t (*devices)[DEVICE_ID_SIZE];
	uint8_t (*stanzas)[ENVELOPE_STANZA_SIZE];
	uint8_t prekey[HPKE_KEY_SIZE];
	struct hpke_key *prekey_private;
	struct sign_key *signing;
	uint8_t signing_key[SIGN_KEY_SIZE];
	char text[TEXT_SIZE];
};

static void
crowd_open(struct crowd *crowd)
{
	static char names[RECIPIENTS][24];

	crowd->recipients = calloc(RECIPIENTS, sizeof(*crowd->recipients));
	crowd->devices = calloc(RECIPIENTS, sizeof(*crowd->devices));
	crowd->stanzas = calloc(RECIPIENTS, sizeof(*crowd->stanzas));
	memset(crowd->text, 'x', sizeof(crowd->text));
	if (hpke_key_generate(&crowd->prekey_private) != 0 ||
	    sign_key_generate(&crowd->signing) != 0)
		die("no keys");
	hpke_key_public(crowd->prekey_private, crowd->prekey);
	sign_key_public(crowd->signing, crowd->signing_key);
	for (unsigned i = 0; i < RECIPIENTS; i++) {
		struct envelope_recipient *recipient = &crowd->recipients[i];
		int len =
		    snprintf(names[i], sizeof(names[i]), "user%05u@bench", i);

		recipient->name = span_of(names[i], (size_t)len);
		memcpy(recipient->user_key, &i, sizeof(i));
		memcpy(crowd->devices[i], &i, sizeof(i));
	}
}

/* count recipients; the whole is in buf. */
static double
seal(struct crowd *crowd, size_t count, struct buf *buf)
{
	struct envelope_content content = { .sequence = 1,
		.time_ms = 1,
		.type = 1,
		.recipients = crowd->recipients,
		.recipient_count = count,
		.body = span_of(crowd->text, TEXT_SIZE) };
	struct envelope_sealed *sealed = NULL;
	double begin = cpu_ms();

	if (envelope_seal(&content, count, crowd->signing, &sealed) != 0)
		die("envelope_seal");
	for (size_t i = 0; i < count; i++)
		if (envelope_wrap(sealed, crowd->devices[i], 1, crowd->prekey,
			crowd->stanzas[i]) != 0)
			die("envelope_wrap");
	envelope_write(sealed,
	    (const uint8_t(*)[ENVELOPE_STANZA_SIZE])crowd->stanzas, count, buf);
	begin = cpu_ms() - begin;
	envelope_sealed_free(sealed);
	return begin;
}

static void
open_one(const struct crowd *crowd, struct span bytes)
{
	struct envelope envelope;
	struct envelope_opened opened;

	if (envelope_parse(bytes, &envelope) != 0 ||
	    envelope_open(&envelope, crowd->devices[0], crowd->prekey_private,
		crowd->signing_key, crowd->recipients[0].user_key,
		&opened) != 0)
		die("an envelope that does not open");
	envelope_opened_finish(&opened);
}

/* The same in plain calls: a signature and an AEAD over the text, a wrapped key
 * for each. */
static double
bare_seal_all(size_t count)
{
	static EVP_PKEY *signing, *prekey;
	unsigned char cek[CURVE_KEY], sealed[TEXT_SIZE + CURVE_TAG];
	unsigned char wrapped[2 * CURVE_KEY + CURVE_TAG];
	unsigned char signature[CURVE_SIGN], text[TEXT_SIZE] = { 0 };
	double begin;

	if (!signing) {
		signing = curve_key(EVP_PKEY_ED25519);
		prekey = curve_key(EVP_PKEY_X25519);
	}
	begin = cpu_ms();
	RAND_bytes(cek, sizeof(cek));
	curve_sign(signing, text, sizeof(text), signature);
	curve_aead(cek, true, text, sizeof(text), sealed);
	for (size_t i = 0; i < count; i++)
		curve_wrap(prekey, cek, wrapped);
	return cpu_ms() - begin;
}

static double
bare_open_many(size_t count)
{
	EVP_PKEY *signing = curve_key(EVP_PKEY_ED25519);
	EVP_PKEY *prekey = curve_key(EVP_PKEY_X25519);
	unsigned char cek[CURVE_KEY], sealed[TEXT_SIZE + CURVE_TAG];
	unsigned char wrapped[2 * CURVE_KEY + CURVE_TAG];
	unsigned char signature[CURVE_SIGN], text[TEXT_SIZE] = { 0 };
	double begin;

	RAND_bytes(cek, sizeof(cek));
	curve_sign(signing, text, sizeof(text), signature);
	curve_aead(cek, true, text, sizeof(text), sealed);
	curve_wrap(prekey, cek, wrapped);
	begin = cpu_ms();
	for (size_t i = 0; i < count; i++) {
		curve_unwrap(prekey, wrapped, cek);
		curve_aead(cek, false, sealed, TEXT_SIZE, text);
		curve_verify(signing, text, sizeof(text), signature);
	}
	begin = cpu_ms() - begin;
	EVP_PKEY_free(signing);
	EVP_PKEY_free(prekey);
	return begin;
}

int
main(int argc, char **argv)
{
	double sealing[ROUNDS], opening[ROUNDS], bare_sealing[ROUNDS],
	    bare_opening[ROUNDS];
	struct crowd crowd = { 0 };
	struct buf one = { 0 };

	if (argc != 2)
		die("usage: %s BUILD", argv[0]);
	crowd_open(&crowd);
	buf_init(&one, ENVELOPE_MAX);
	seal(&crowd, 1, &one);
	for (int i = -1; i < ROUNDS; i++) {
		struct buf all = { 0 };
		double times[4], begin;

		buf_init(&all, (size_t)ENVELOPE_MAX * 2);
		times[0] = seal(&crowd, RECIPIENTS, &all);
		buf_finish(&all);
		times[1] = bare_seal_all(RECIPIENTS);
		begin = cpu_ms();
		for (int k = 0; k < OPENED; k++)
			open_one(&crowd, buf_span(&one));
		times[2] = OPENED / ((cpu_ms() - begin) / 1e3);
		times[3] = OPENED / (bare_open_many(OPENED) / 1e3);
		if (i < 0)
			continue;
		sealing[i] = times[0];
		bare_sealing[i] = times[1];
		opening[i] = times[2];
		bare_opening[i] = times[3];
	}
	report("envelope.10000", median(sealing, ROUNDS), "ms", "goal", GOAL_MS,
	    median(sealing, ROUNDS) / GOAL_MS, 1);
	report_rounds("envelope.10000.bare", sealing, "ms",
	    "bare: 10,000 X25519 keys and exchanges, HKDF, ChaCha20-Poly1305",
	    bare_sealing, ROUNDS, 1.3);
	report_rounds("envelope.opened", opening, "1/s (a core)",
	    "bare: X25519, HKDF, ChaCha20-Poly1305, Ed25519", bare_opening,
	    ROUNDS, -0.8);
	return 0;
}

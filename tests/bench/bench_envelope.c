/* bench_envelope.c: envelopes sealed and opened, against the bare operations of
 * Curve25519 in them; and one for 10,000 recipients, by one thread and by a
 * pool as camd has it. */
#include <openssl/evp.h>
#include <pthread.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/table.h"
#include "bench.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"
#include "loop/loop.h"
#include "loop/worker.h"

enum {
	ROUNDS = 25,
	OPERATIONS = 100,
	RECIPIENTS = 10000,
	MANY_ROUNDS = 5,
	SLICE = 32, /* recipients in one job, as in camd */
	CORES_MAX = 64
};

/* Threat model 5.3. */
static const double GOAL_S = 1;

static const char text[] = "The quarterly report is due on Friday; please send "
			   "me your figures by noon.";

struct pair {
	struct sign_key *signing;
	struct hpke_key *prekey;
	uint8_t signer[SIGN_KEY_SIZE];
	uint8_t prekey_public[HPKE_KEY_SIZE];
	struct envelope_recipient recipient;
	struct envelope_content content;
};

static void
make(struct pair *pair)
{
	if (sign_key_generate(&pair->signing) < 0 ||
	    hpke_key_generate(&pair->prekey) < 0)
		die("no keys");
	sign_key_public(pair->signing, pair->signer);
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
finish_bare(struct bare *bare)
{
	EVP_MD_CTX_free(bare->sign);
	EVP_MD_CTX_free(bare->verify);
	EVP_PKEY_CTX_free(bare->derive);
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

struct many {
	struct envelope_recipient recipients[RECIPIENTS];
	uint8_t stanzas[RECIPIENTS][ENVELOPE_STANZA_SIZE];
	struct envelope_content content;
	const struct pair *pair;
	struct envelope_sealed *sealed;
};

static struct many *
many_new(const struct pair *pair)
{
	struct many *many = xcalloc(1, sizeof(*many));

	for (size_t i = 0; i < RECIPIENTS; i++)
		many->recipients[i] = pair->recipient;
	many->content = pair->content;
	many->content.recipients = many->recipients;
	many->content.recipient_count = RECIPIENTS;
	many->pair = pair;
	return many;
}

static void
seal_many(struct many *many)
{
	if (envelope_seal(&many->content, RECIPIENTS, many->pair->signing,
		&many->sealed) < 0)
		die("cannot seal");
}

static void
wrap_some(struct many *many, size_t first, size_t count)
{
	for (size_t i = first; i < first + count && i < RECIPIENTS; i++) {
		if (envelope_wrap(many->sealed, many->content.device, 1,
			many->pair->prekey_public, many->stanzas[i]) < 0)
			die("cannot wrap");
	}
}

static void
write_many(struct many *many)
{
	struct buf buf;

	buf_init(&buf, ENVELOPE_MAX);
	envelope_write(many->sealed,
	    (const uint8_t(*)[ENVELOPE_STANZA_SIZE])many->stanzas, RECIPIENTS,
	    &buf);
	buf_finish(&buf);
	envelope_sealed_free(many->sealed);
	many->sealed = NULL;
}

static double
time_many(struct many *many)
{
	double begin = now_ms();

	seal_many(many);
	wrap_some(many, 0, RECIPIENTS);
	write_many(many);
	return (now_ms() - begin) / 1e3;
}

/* A key and a secret for each. */
static double
time_bare_many(struct bare *bare)
{
	double begin = now_ms();

	for (size_t i = 0; i < 2 * RECIPIENTS; i++)
		derive(bare);
	return (now_ms() - begin) / 1e3;
}

/* -- the same by a pool -----------------------------------------------------
 */

struct slice {
	struct job job;
	struct many *many;
	size_t first;
	size_t *left;
};

static void
wrap_slice(struct job *job, void *context)
{
	struct slice *slice = container_of(job, struct slice, job);

	wrap_some(slice->many, slice->first, SLICE);
}

static void
on_wrapped(struct job *job)
{
	--*container_of(job, struct slice, job)->left;
}

static double
time_pool(struct many *many, struct loop *loop, struct workers *pool)
{
	static struct slice slices[RECIPIENTS / SLICE + 1];
	size_t left = 0;
	double begin = now_ms();

	seal_many(many);
	for (size_t first = 0; first < RECIPIENTS; first += SLICE) {
		struct slice *slice = &slices[left++];

		*slice = (struct slice){ { wrap_slice, on_wrapped, 0, NULL },
			many, first, &left };
		workers_submit(pool, &slice->job);
	}
	while (left > 0)
		loop_turn(loop, 1);
	write_many(many);
	return (now_ms() - begin) / 1e3;
}

struct helper {
	pthread_t thread;
	struct bare bare;
	size_t count;
};

static void *
derive_many(void *arg)
{
	struct helper *helper = arg;

	for (size_t i = 0; i < helper->count; i++)
		derive(&helper->bare);
	return NULL;
}

/* By as many threads. */
static double
time_bare_pool(struct helper helpers[], unsigned count)
{
	double begin = now_ms();

	for (unsigned i = 0; i < count; i++) {
		helpers[i].count = 2 * RECIPIENTS / count;
		pthread_create(
		    &helpers[i].thread, NULL, derive_many, &helpers[i]);
	}
	for (unsigned i = 0; i < count; i++)
		pthread_join(helpers[i].thread, NULL);
	return (now_ms() - begin) / 1e3;
}

static unsigned
core_count(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > CORES_MAX ? CORES_MAX : (unsigned)count;
}

static void
measure_many(const struct pair *pair, struct bare *bare)
{
	static const struct worker_ops no_ops;
	static struct helper helpers[CORES_MAX];
	double one[MANY_ROUNDS], bare_one[MANY_ROUNDS];
	double all[MANY_ROUNDS], bare_all[MANY_ROUNDS];
	unsigned cores = core_count();
	struct many *many = many_new(pair);
	struct loop *loop = loop_new();
	struct workers *pool = workers_new(loop, cores, &no_ops, NULL);

	for (unsigned i = 0; i < cores; i++)
		make_bare(&helpers[i].bare);
	for (size_t i = 0; i < MANY_ROUNDS; i++) {
		one[i] = time_many(many);
		bare_one[i] = time_bare_many(bare);
		all[i] = time_pool(many, loop, pool);
		bare_all[i] = time_bare_pool(helpers, cores);
	}
	report_rounds("envelope_10000_recipients", one, "s",
	    "bare curve operations", bare_one, MANY_ROUNDS, 1 / 0.7);
	report_rounds("envelope_10000_recipients.pool", all, "s",
	    "bare curve operations on all cores", bare_all, MANY_ROUNDS,
	    1 / 0.7);
	report("envelope_10000_recipients.wall", median(all, MANY_ROUNDS), "s",
	    "goal", GOAL_S, median(all, MANY_ROUNDS) / GOAL_S, 1);
	for (unsigned i = 0; i < cores; i++)
		finish_bare(&helpers[i].bare);
	workers_free(pool);
	loop_free(loop);
	free(many);
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
	measure_many(&pair, &bare);
	finish_bare(&bare);
	sign_key_free(pair.signing);
	hpke_key_free(pair.prekey);
	crypto_free(crypto);
	return 0;
}

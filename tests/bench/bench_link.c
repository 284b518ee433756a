/* bench_link.c: messages over the link between two camd: how many a second are
 * stored at both ends and acknowledged, and how long one takes.
 *
 * Both camd and the bench share the machine, as do the anchors: threads that do
 * the Curve25519 work of a message and nothing else; group commits of SQLite;
 * and a bare pair of programs that store, seal, send, open, store and
 * acknowledge one message at a time.
 */
#include <poll.h>
#include <pthread.h>

#include "bare.h"
#include "config.h"
#include "curve.h"

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

enum {
	ROUNDS = 5,
	MESSAGES = 4000,
	WINDOW = 512, /* on their way at any time */
	SINGLES = 300,
	ANCHOR_MS = 1000,
	BATCH = 64,
	SIGNED = 600 /* about what is signed of a message of BARE_TEXT bytes */
};

static const double GOAL_MS = 5;

/* -- a client of camd ------------------------------------------------------ */

struct asker {
	int fd;
	size_t len;
	char bytes[1 << 20];
};

static void
ask(struct asker *asker, const char *line, size_t len)
{
	while (len > 0) {
		ssize_t sent = write(asker->fd, line, len);

		if (sent <= 0)
			die("camd closed: %m");
		line += sent;
		len -= (size_t)sent;
	}
}

static void
ask_message(struct asker *asker, unsigned long number, const char *text)
{
	char line[1024];
	int len = snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"method\":\"message.send\","
	    "\"params\":{\"to\":[\"bob@bench\"],\"text\":\"%s\","
	    "\"follow\":true}}\n",
	    number, text);

	ask(asker, line, (size_t)len);
}

static void
asker_open(struct asker *asker, const struct daemon *daemon)
{
	static const char hello[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":"
	    "{\"protocol\":1,\"program\":\"bench\",\"version\":\"0\"}}\n";
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char path[160];

	daemon_socket(daemon, path);
	if (strlen(path) >= sizeof(name.sun_path))
		die("%s is too long", path);
	memcpy(name.sun_path, path, strlen(path) + 1);
	asker->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	asker->len = 0;
	if (connect(asker->fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		die("cannot connect to %s", path);
	ask(asker, hello, sizeof(hello) - 1);
}

/* Reads what is there, waiting for something; how many messages it tells to be
 * delivered. A failed one ends the bench. */
static size_t
delivered(struct asker *asker)
{
	size_t count = 0;
	char *line = asker->bytes, *end;
	ssize_t len = read(asker->fd, asker->bytes + asker->len,
	    sizeof(asker->bytes) - asker->len);

	if (len <= 0)
		die("camd closed: %m");
	asker->len += (size_t)len;
	while ((end = memchr(
		    line, '\n', asker->len - (size_t)(line - asker->bytes)))) {
		*end = '\0';
		if (strstr(line, "\"state\":\"delivered\"")) {
			if (!strstr(line, "\"receipt\":\"signed\""))
				die("not over a link: %s", line);
			count++;
		}
		if (strstr(line, "\"error\":{") ||
		    strstr(line, "\"state\":\"failed\""))
			die("refused: %s", line);
		line = end + 1;
	}
	asker->len -= (size_t)(line - asker->bytes);
	memmove(asker->bytes, line, asker->len);
	return count;
}

/* Messages a second. */
static double
flood(struct asker *asker, const char *text)
{
	double begin = now_ms();
	size_t sent = 0, done = 0;

	while (done < MESSAGES) {
		while (sent < MESSAGES && sent - done < WINDOW)
			ask_message(asker, ++sent, text);
		done += delivered(asker);
	}
	return MESSAGES / ((now_ms() - begin) / 1e3);
}

static double
single_ms(struct asker *asker, const char *text)
{
	double begin = now_ms();

	ask_message(asker, 1, text);
	while (delivered(asker) == 0)
		;
	return now_ms() - begin;
}

/* Processor time that the two have had so far, in microseconds. */
static double
both_cpu_us(const struct daemon ends[2])
{
	double sum = 0;

	for (int i = 0; i < 2; i++) {
		struct timespec time;
		clockid_t clock;

		if (clock_getcpuclockid(ends[i].pid, &clock) != 0 ||
		    clock_gettime(clock, &time) != 0)
			die("no clock of %d", (int)ends[i].pid);
		sum += (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
	}
	return sum;
}

/* -- the Curve25519 work of a message ---------------------------------------
 * Sent: one signature, one ephemeral key, one exchange. Received: one exchange,
 * one verification. Not counted, though a message needs them: its share of a
 * receipt's signature, HKDF, AEAD, TLS.
 *
 * All processors do it for both ends, as both camd share them. There are two
 * ways: plain calls of OpenSSL, with a context for each operation; and the bare
 * rates, as "openssl speed" has them, with every context made ready once and
 * the key as a third exchange, which here is faster than making a key. No
 * program that gives keys up can reach the second; it says what is left. And
 * where there is libsodium, whose Ed25519 takes half the time, its bare rates,
 * too: the goal is beside OpenSSL's. */

struct curve_work {
	double end_ms;
	void (*message)(struct curve_work *work);
	double cpu_us;
	size_t done;
	EVP_PKEY *signing, *prekey;
	EVP_MD_CTX *sign, *verify;
	EVP_PKEY_CTX *derive;
	unsigned char sodium_secret[64], sodium_public[32], sodium_prekey[32];
};

static double
thread_cpu_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static void
make_ready(struct curve_work *work)
{
	work->sign = EVP_MD_CTX_new();
	work->verify = EVP_MD_CTX_new();
	work->derive = EVP_PKEY_CTX_new(work->prekey, NULL);
	if (EVP_DigestSignInit(work->sign, NULL, NULL, NULL, work->signing) <=
		0 ||
	    EVP_DigestVerifyInit(
		work->verify, NULL, NULL, NULL, work->signing) <= 0 ||
	    EVP_PKEY_derive_init(work->derive) <= 0 ||
	    EVP_PKEY_derive_set_peer(work->derive, work->prekey) <= 0)
		die("no contexts");
}

static void
do_ready(struct curve_work *work)
{
	unsigned char data[SIGNED] = { 0 }, signature[CURVE_SIGN];
	unsigned char secret[CURVE_KEY];
	size_t len = sizeof(signature);

	if (EVP_DigestSign(work->sign, signature, &len, data, sizeof(data)) <=
	    0)
		die("no signature");
	for (int i = 0; i < 3; i++) {
		len = sizeof(secret);
		if (EVP_PKEY_derive(work->derive, secret, &len) <= 0)
			die("no secret");
	}
	if (EVP_DigestVerify(work->verify, signature, sizeof(signature), data,
		sizeof(data)) != 1)
		die("a wrong signature");
}

static void
do_plain(struct curve_work *work)
{
	unsigned char data[SIGNED] = { 0 }, signature[CURVE_SIGN];
	unsigned char secret[CURVE_KEY];
	EVP_PKEY *ephemeral = curve_key(EVP_PKEY_X25519);

	curve_sign(work->signing, data, sizeof(data), signature);
	curve_derive(ephemeral, work->prekey, secret);
	curve_derive(work->prekey, ephemeral, secret);
	curve_verify(work->signing, data, sizeof(data), signature);
	EVP_PKEY_free(ephemeral);
}

#ifdef HAVE_SODIUM
static void
do_sodium(struct curve_work *work)
{
	unsigned char data[SIGNED] = { 0 }, signature[CURVE_SIGN];
	unsigned char point[CURVE_KEY], secret[CURVE_KEY];

	if (crypto_sign_ed25519_detached(signature, NULL, data, sizeof(data),
		work->sodium_secret) != 0 ||
	    crypto_scalarmult_curve25519_base(point, work->sodium_prekey) !=
		0 ||
	    crypto_scalarmult_curve25519(secret, work->sodium_prekey, point) !=
		0 ||
	    crypto_scalarmult_curve25519(secret, work->sodium_prekey, point) !=
		0 ||
	    crypto_sign_ed25519_verify_detached(
		signature, data, sizeof(data), work->sodium_public) != 0)
		die("libsodium failed");
}
#endif

static void
make_sodium_ready(struct curve_work *work)
{
#ifdef HAVE_SODIUM
	if (sodium_init() < 0 ||
	    crypto_sign_ed25519_keypair(
		work->sodium_public, work->sodium_secret) != 0)
		die("no libsodium");
	randombytes_buf(work->sodium_prekey, sizeof(work->sodium_prekey));
#endif
}

static void *
do_curve_work(void *arg)
{
	struct curve_work *work = arg;

	work->signing = curve_key(EVP_PKEY_ED25519);
	work->prekey = curve_key(EVP_PKEY_X25519);
	make_ready(work);
	make_sodium_ready(work);
	work->cpu_us = thread_cpu_us();
	for (; now_ms() < work->end_ms; work->done++)
		work->message(work);
	work->cpu_us = thread_cpu_us() - work->cpu_us;
	EVP_MD_CTX_free(work->sign);
	EVP_MD_CTX_free(work->verify);
	EVP_PKEY_CTX_free(work->derive);
	EVP_PKEY_free(work->signing);
	EVP_PKEY_free(work->prekey);
	return NULL;
}

/* Messages a second that all processors could do for both ends; *cpu_us is the
 * time of one of them for one message. */
static double
curve_rate(void (*message)(struct curve_work *work), double *cpu_us)
{
	struct curve_work work[64] = { 0 };
	pthread_t threads[64];
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	double done = 0, used_us = 0, end_ms = now_ms() + ANCHOR_MS;

	if (count > 64)
		count = 64;
	for (long i = 0; i < count; i++) {
		work[i].end_ms = end_ms;
		work[i].message = message;
		pthread_create(&threads[i], NULL, do_curve_work, &work[i]);
	}
	for (long i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		done += (double)work[i].done;
		used_us += work[i].cpu_us;
	}
	*cpu_us = used_us / done;
	return done / (ANCHOR_MS / 1e3);
}

/* -- group commits --------------------------------------------------------- */

/* Messages a second through two logs, one after the other: each message is
 * stored twice, in batches. */
static double
store_rate(struct bare_log logs[2], const char *text)
{
	double begin = now_ms();

	for (uint32_t i = 0; i < MESSAGES; i += BATCH)
		for (int end = 0; end < 2; end++) {
			bare_sql(logs[end].db, "BEGIN");
			for (uint32_t k = 0; k < BATCH; k++)
				bare_log_add(&logs[end], i + k, 1, text);
			bare_sql(logs[end].db, "COMMIT");
		}
	return MESSAGES / ((now_ms() - begin) / 1e3);
}

/* -- the bare pair --------------------------------------------------------- */

struct bare_message {
	unsigned char wrapped[2 * CURVE_KEY + CURVE_TAG];
	unsigned char sealed[BARE_TEXT + CURVE_SIGN + CURVE_TAG];
};

struct bare_end {
	EVP_PKEY *signing[2]; /* of the sender, of the receiver */
	EVP_PKEY *prekey;     /* of the receiver */
	struct bare_log log;
};

static void
bare_seal_message(
    struct bare_end *end, const char *text, struct bare_message *message)
{
	unsigned char cek[CURVE_KEY], inside[BARE_TEXT + CURVE_SIGN];

	RAND_bytes(cek, sizeof(cek));
	memcpy(inside, text, BARE_TEXT);
	curve_sign(end->signing[0], text, BARE_TEXT, inside + BARE_TEXT);
	curve_wrap(end->prekey, cek, message->wrapped);
	curve_aead(cek, true, inside, sizeof(inside), message->sealed);
}

/* Opens and verifies, stores durably, signs a receipt; for ever. */
static void
serve_bare(struct bare_end *end, int listener)
{
	struct bare_message message;
	unsigned char cek[CURVE_KEY], inside[BARE_TEXT + CURVE_SIGN + 1];
	unsigned char receipt[CURVE_SIGN];
	int fd = accept(listener, NULL, NULL);
	SSL *ssl;

	curve_no_delay(fd);
	ssl = curve_handshake(
	    curve_tls(true, curve_key(EVP_PKEY_ED25519)), fd, true);
	bare_log_open(&end->log, "bare_receiver");
	for (uint32_t number = 1;; number++) {
		curve_read(ssl, &message, sizeof(message));
		curve_unwrap(end->prekey, message.wrapped, cek);
		curve_aead(
		    cek, false, message.sealed, BARE_TEXT + CURVE_SIGN, inside);
		curve_verify(
		    end->signing[0], inside, BARE_TEXT, inside + BARE_TEXT);
		inside[BARE_TEXT] = '\0';
		bare_log_add(&end->log, number, 1, (char *)inside);
		curve_sign(end->signing[1], cek, sizeof(cek), receipt);
		curve_write(ssl, cek, sizeof(cek));
		curve_write(ssl, receipt, sizeof(receipt));
	}
}

/* Stores durably, seals, sends, waits for the receipt, stores that. */
static double
bare_single_ms(struct bare_end *end, SSL *ssl, const char *text)
{
	static uint32_t number;
	struct bare_message message;
	unsigned char id[CURVE_KEY], receipt[CURVE_SIGN];
	double begin = now_ms();

	bare_log_add(&end->log, ++number, 1, text);
	bare_seal_message(end, text, &message);
	curve_write(ssl, &message, sizeof(message));
	curve_read(ssl, id, sizeof(id));
	curve_read(ssl, receipt, sizeof(receipt));
	curve_verify(end->signing[1], id, sizeof(id), receipt);
	bare_log_add(&end->log, number, 2, "delivered");
	return now_ms() - begin;
}

static double
commit_ms(struct bare_log *log, const char *text)
{
	double begin = now_ms();

	bare_log_add(log, 0, 3, text);
	return now_ms() - begin;
}

static SSL *
bare_start(struct bare_end *end, pid_t *pid)
{
	struct sockaddr_in name;
	int listener = curve_listen(3, &name);

	for (int i = 0; i < 2; i++)
		end->signing[i] = curve_key(EVP_PKEY_ED25519);
	end->prekey = curve_key(EVP_PKEY_X25519);
	if ((*pid = fork()) == 0)
		serve_bare(end, listener);
	close(listener);
	bare_log_open(&end->log, "bare_sender");
	return curve_handshake(curve_tls(false, curve_key(EVP_PKEY_ED25519)),
	    curve_connect(&name), false);
}

/* -- both ------------------------------------------------------------------ */

/* The first message may still go by IPMSG; until one goes over a link. */
static void
link_up(struct daemon *anna)
{
	char command[1024];

	snprintf(command, sizeof(command),
	    "for i in 1 2 3 4 5 6 7 8 9 10; do "
	    "'%s' send --json --timeout 30 --home '%s' bob@bench hello | "
	    "grep -q '\"receipt\":\"signed\"' && exit; "
	    "'%s' watch --type user --count 1 --timeout 1 --home '%s' "
	    ">/dev/null; done; exit 1",
	    anna->cam, anna->home, anna->cam, anna->home);
	if (system(command) != 0)
		die("no link");
}

static void
measure_rate(struct asker *asker, const struct daemon ends[2], const char *text)
{
	double product[ROUNDS], curve[ROUNDS], store[ROUNDS];
	double ready[ROUNDS], product_us[ROUNDS], curve_us[ROUNDS];
	double ready_us[ROUNDS];
#ifdef HAVE_SODIUM
	double sodium[ROUNDS], sodium_us[ROUNDS];
#endif
	struct bare_log logs[2];

	bare_log_open(&logs[0], "one");
	bare_log_open(&logs[1], "two");
	for (int i = -1; i < ROUNDS; i++) {
		int at = i < 0 ? 0 : i;
		double begin_us = both_cpu_us(ends);

		product[at] = flood(asker, text);
		product_us[at] = (both_cpu_us(ends) - begin_us) / MESSAGES;
		curve[at] = curve_rate(do_plain, &curve_us[at]);
		ready[at] = curve_rate(do_ready, &ready_us[at]);
#ifdef HAVE_SODIUM
		sodium[at] = curve_rate(do_sodium, &sodium_us[at]);
#endif
		store[at] = store_rate(logs, text);
	}
	report_rounds("link.messages", product, "messages/s",
	    "Curve25519 work of both ends on all cores: 1 signature, 1 key, "
	    "2 exchanges, 1 verification",
	    curve, ROUNDS, -0.7);
	/* The same where others use the machine, too. */
	report_rounds("link.messages.cpu", product_us, "us of a core",
	    "the same work", curve_us, ROUNDS, 1 / 0.7);
	report_rounds("link.messages.ready", product, "messages/s",
	    "bare rates of Ed25519 and X25519: 1 signature, 3 exchanges, "
	    "1 verification",
	    ready, ROUNDS, 0);
	report_rounds("link.messages.ready.cpu", product_us, "us of a core",
	    "the same work", ready_us, ROUNDS, 0);
#ifdef HAVE_SODIUM
	report_rounds("link.messages.sodium", product, "messages/s",
	    "the same rates of libsodium", sodium, ROUNDS, 0);
	report_rounds("link.messages.sodium.cpu", product_us, "us of a core",
	    "the same work", sodium_us, ROUNDS, 0);
#endif
	report_rounds("link.messages.store", product, "messages/s",
	    "bare: two SQLite group commits a message", store, ROUNDS, 0);
}

static void
measure_single(struct asker *asker, const char *text)
{
	static double product[SINGLES], bare[SINGLES], commits[SINGLES];
	struct bare_end end;
	pid_t pid;
	SSL *ssl = bare_start(&end, &pid);

	for (int i = -20; i < SINGLES; i++) {
		double times[] = { single_ms(asker, text),
			bare_single_ms(&end, ssl, text),
			commit_ms(&end.log, text) };

		if (i < 0)
			continue;
		product[i] = times[0];
		bare[i] = times[1];
		commits[i] = times[2];
	}
	end_process(pid);
	report("link.delivered.p50", median(product, SINGLES), "ms", "goal",
	    GOAL_MS, median(product, SINGLES) / GOAL_MS, 1);
	/* Two of them are on its way: the sender's and the receiver's. */
	report_rounds("link.delivered.commits", product, "ms",
	    "bare: one commit to this disk", commits, SINGLES, 0);
	report_rounds("link.delivered", product, "ms",
	    "bare: commit, seal, TLS, open, commit, signed receipt, commit",
	    bare, SINGLES, 0);
}

int
main(int argc, char **argv)
{
	static struct asker asker;
	struct daemon ends[2];
	char text[BARE_TEXT + 1] = { 0 }, broadcast[32];

	if (argc != 2)
		die("usage: bench_link BUILD");
	memset(text, 'x', BARE_TEXT);
	own_address(2, broadcast);
	daemon_start(&ends[0], argv[1], "anna", 1, broadcast);
	own_address(1, broadcast);
	daemon_start(&ends[1], argv[1], "bob", 2, broadcast);
	await_user(&ends[0], "bob@bench");
	await_user(&ends[1], "anna@bench");
	link_up(&ends[0]);
	asker_open(&asker, &ends[0]);
	measure_rate(&asker, ends, text);
	measure_single(&asker, text);
	daemon_stop(&ends[0]);
	daemon_stop(&ends[1]);
	return 0;
}

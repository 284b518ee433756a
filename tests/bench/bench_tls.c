/* bench_tls.c: connections between two camd without what they say: setting one
 * up, and bytes through channel and TLS, against OpenSSL alone. Both ends share
 * one thread, as do those of the anchors. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/err.h"
#include "bench.h"
#include "crypto/certificate.h"
#include "crypto/sign.h"
#include "loop/loop.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "rpc/channel.h"

enum {
	ROUNDS = 15,
	SETUPS = 40, /* a round */
	ITEM = 1024 * 1024,
	ITEMS = 64, /* a round */
	SMALL = 400,
	SMALLS = 20000,
	RECORD = 16 * 1024,
};

static uint8_t bytes[ITEM];

/* -- ours --------------------------------------------------------------------
 */

struct end {
	struct tls_context *context;
	struct tls *tls;
	struct channel *channel;
	uint16_t stream;
	size_t item_size;
	size_t to_send;
	size_t received; /* items */
	bool is_ready;
};

struct ours {
	struct loop *loop;
	struct tcp_listener *listener;
	struct end ends[2]; /* who dials, and who accepts */
	uint64_t left;	    /* ends that are not ready yet */
};

static void
on_request(struct channel *channel, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
}

static int
on_open(struct channel *channel, uint16_t stream, const char *kind, void *arg)
{
	return 0;
}

static void
on_item(struct channel *channel, uint16_t stream, struct span item, void *arg)
{
	struct end *end = arg;

	end->received++;
	channel_credit(channel, stream, item.len);
}

static void
on_close(struct channel *channel, uint16_t stream, int err, void *arg)
{
	die("a stream was closed");
}

/* Keeps some of the queue filled, as who has much to send does. */
static void
refill(struct end *end)
{
	while (end->to_send > 0 &&
	       channel_queued(end->channel, end->stream) < ITEM) {
		if (channel_send(end->channel, end->stream,
			span_of(bytes, end->item_size)) != 0)
			die("channel_send");
		end->to_send--;
	}
}

static void
on_drained(struct channel *channel, uint16_t stream, void *arg)
{
	refill(arg);
}

static void
on_output(struct channel *channel, void *arg)
{
	tls_kick(((struct end *)arg)->tls);
}

static void
on_ready(struct tls *tls, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	((struct end *)arg)->is_ready = true;
}

static void
on_data(struct tls *tls, const void *data, size_t len, void *arg)
{
	const char *problem = NULL;

	if (channel_feed(((struct end *)arg)->channel, data, len, &problem) < 0)
		die("%s", problem);
}

static size_t
on_room(struct tls *tls, void *data, size_t size, void *arg)
{
	return channel_take(((struct end *)arg)->channel, data, size);
}

static void
on_closed(struct tls *tls, int err, void *arg)
{
	die("the connection ended: %s", cam_strerror(err));
}

static const struct channel_ops channel_ops = { on_request, on_open, on_item,
	on_close, on_drained, on_output };
static const struct tls_ops tls_ops = { on_ready, on_data, on_room, on_closed };

static void
begin_end(struct ours *ours, int which, int fd)
{
	struct end *end = &ours->ends[which];

	end->is_ready = false;
	end->channel = channel_new(which == 0, &channel_ops, end);
	end->tls = tls_new(
	    ours->loop, end->context, fd, which == 0, 10000, &tls_ops, end);
}

static void
on_accept(void *arg, int fd, const struct addr *from)
{
	begin_end(arg, 1, fd);
}

static void
on_dialled(void *arg, int err, int fd)
{
	if (err != 0)
		die("cannot connect");
	begin_end(arg, 0, fd);
}

static const struct tcp_ops tcp_ops = { on_accept };

static void
ours_open(struct ours *ours)
{
	struct addr address = addr_v4(0x7f000001, 0);

	memset(ours, 0, sizeof(*ours));
	ours->loop = loop_new();
	for (int i = 0; i < 2; i++) {
		struct sign_key *key = NULL;

		if (sign_key_generate(&key) != 0 ||
		    tls_context_new(key, "cam/1", &ours->ends[i].context) != 0)
			die("no keys");
		sign_key_free(key);
	}
	if (tcp_listen(ours->loop, &address, NULL, &tcp_ops, ours,
		&ours->listener) != 0)
		die("cannot listen");
}

static void
ours_meet(struct ours *ours)
{
	tcp_dial_new(ours->loop, NULL, tcp_listener_address(ours->listener),
	    10000, on_dialled, ours);
	while (!ours->ends[0].is_ready || !ours->ends[1].is_ready)
		loop_turn(ours->loop, 1);
}

static void
ours_part(struct ours *ours)
{
	for (int i = 0; i < 2; i++) {
		tls_free(ours->ends[i].tls);
		channel_free(ours->ends[i].channel);
		ours->ends[i].is_ready = false;
	}
}

static double
ours_setup_ms(struct ours *ours)
{
	double begin = now_ms();

	for (int i = 0; i < SETUPS; i++) {
		ours_meet(ours);
		ours_part(ours);
	}
	return (now_ms() - begin) / SETUPS;
}

/* MiB a second. */
static double
ours_bytes(struct ours *ours, size_t size, size_t count)
{
	struct end *end = &ours->ends[0];
	double begin = 0;

	ours_meet(ours);
	if (channel_open(end->channel, "bulk", CHANNEL_BULK, &end->stream) != 0)
		die("channel_open");
	ours->ends[1].received = 0;
	end->item_size = size;
	end->to_send = count;
	begin = now_ms();
	refill(end);
	while (ours->ends[1].received < count)
		loop_turn(ours->loop, 1);
	begin = now_ms() - begin;
	ours_part(ours);
	return (double)(size * count) / (1024 * 1024) / (begin / 1e3);
}

static void
ours_close(struct ours *ours)
{
	tls_context_free(ours->ends[0].context);
	tls_context_free(ours->ends[1].context);
	tcp_listener_free(ours->listener);
	loop_free(ours->loop);
}

/* -- OpenSSL alone -----------------------------------------------------------
 */

struct bare {
	SSL_CTX *contexts[2];
	SSL *ssl[2];
	int listener;
	struct sockaddr_in name;
};

static int
on_certificate(X509_STORE_CTX *store, void *arg)
{
	return 1;
}

static int
on_protocols(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	*out = in + 1;
	*out_len = in[0];
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *
bare_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	struct x509_st *certificate = NULL;
	struct sign_key *key = NULL;
	EVP_PKEY *pkey = NULL;

	if (sign_key_generate(&key) != 0 ||
	    certificate_make(key, &certificate) != 0 ||
	    !(pkey = certificate_private(key)) ||
	    SSL_CTX_use_certificate(context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(context, pkey) != 1 ||
	    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(context, "TLS_CHACHA20_POLY1305_SHA256") !=
		1 ||
	    SSL_CTX_set1_groups_list(context, "X25519") != 1 ||
	    SSL_CTX_set_alpn_protos(context, (const uint8_t *)"\5cam/1", 6) !=
		0)
		die("no context");
	SSL_CTX_set_alpn_select_cb(context, on_protocols, NULL);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_verify(
	    context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(context, on_certificate, NULL);
	EVP_PKEY_free(pkey);
	certificate_free(certificate);
	sign_key_free(key);
	return context;
}

static void
bare_open(struct bare *bare)
{
	socklen_t len = sizeof(bare->name);

	bare->contexts[0] = bare_context();
	bare->contexts[1] = bare_context();
	bare->name = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bare->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(bare->listener, (struct sockaddr *)&bare->name, len) != 0 ||
	    listen(bare->listener, 16) != 0 ||
	    getsockname(bare->listener, (struct sockaddr *)&bare->name, &len) !=
		0)
		die("cannot listen");
}

static void
bare_meet(struct bare *bare)
{
	int fds[2], one = 1, done = 0;

	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fds[0], (struct sockaddr *)&bare->name,
		sizeof(bare->name)) != 0)
		die("cannot connect");
	fds[1] = accept(bare->listener, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		bare->ssl[i] = SSL_new(bare->contexts[i]);
		SSL_set_fd(bare->ssl[i], fds[i]);
		if (i == 0)
			SSL_set_connect_state(bare->ssl[i]);
		else
			SSL_set_accept_state(bare->ssl[i]);
	}
	while (done != 3)
		for (int i = 0; i < 2; i++)
			if (SSL_do_handshake(bare->ssl[i]) == 1)
				done |= 1 << i;
	ERR_clear_error();
}

static void
bare_part(struct bare *bare)
{
	for (int i = 0; i < 2; i++) {
		int fd = SSL_get_fd(bare->ssl[i]);

		SSL_shutdown(bare->ssl[i]);
		SSL_free(bare->ssl[i]);
		close(fd);
	}
}

static double
bare_setup_ms(struct bare *bare)
{
	double begin = now_ms();

	for (int i = 0; i < SETUPS; i++) {
		bare_meet(bare);
		bare_part(bare);
	}
	return (now_ms() - begin) / SETUPS;
}

/* Records of that size one way; MiB a second. */
static double
bare_bytes(struct bare *bare, size_t size, size_t total)
{
	static uint8_t in[RECORD];
	size_t sent = 0, received = 0;
	double begin = 0;

	bare_meet(bare);
	begin = now_ms();
	while (received < total) {
		int len;

		if (sent < total &&
		    (len = SSL_write(bare->ssl[0], bytes, (int)size)) > 0)
			sent += (size_t)len;
		while ((len = SSL_read(bare->ssl[1], in, sizeof(in))) > 0)
			received += (size_t)len;
	}
	begin = now_ms() - begin;
	ERR_clear_error();
	bare_part(bare);
	return (double)total / (1024 * 1024) / (begin / 1e3);
}

int
main(void)
{
	static double product[3][ROUNDS], anchor[3][ROUNDS];
	struct ours ours;
	struct bare bare;

	ours_open(&ours);
	bare_open(&bare);
	ours_setup_ms(&ours);
	bare_setup_ms(&bare);
	for (int i = 0; i < ROUNDS; i++) {
		product[0][i] = ours_setup_ms(&ours);
		anchor[0][i] = bare_setup_ms(&bare);
		product[1][i] = ours_bytes(&ours, ITEM, ITEMS);
		anchor[1][i] = bare_bytes(&bare, RECORD, (size_t)ITEM * ITEMS);
		product[2][i] = ours_bytes(&ours, SMALL, SMALLS);
		anchor[2][i] =
		    bare_bytes(&bare, RECORD, (size_t)SMALL * SMALLS);
	}
	ours_close(&ours);
	report_rounds("tls.setup", product[0], "ms",
	    "bare TCP and OpenSSL, both ends", anchor[0], ROUNDS, 1.25);
	report_rounds("tls.bytes", product[1], "MiB/s",
	    "bare SSL_write and SSL_read", anchor[1], ROUNDS, -0.6);
	report_rounds("tls.small", product[2], "MiB/s",
	    "bare SSL_write and SSL_read", anchor[2], ROUNDS, 0);
	return 0;
}

/* bench_setup.c: a link, from the first packet until both ends are greeted,
 * against a bare TLS 1.3 handshake with certificates of the same kind.
 *
 * The connecting end is the same plain client for both: OpenSSL, and for camd
 * the two frames of a hello. So what is measured above the bare handshake is
 * what camd does.
 */
#include <jansson.h>

#include "base/buf.h"
#include "base/number.h"
#include "base/span.h"
#include "crypto/device.h"
#include "curve.h"
#include "rpc/frame.h"

enum { ROUNDS = 200, PORT = 2425, ROOM = 65536 };

struct visitor {
	SSL_CTX *context;
	char *hello; /* the request */
};

static char *
hex(const void *bytes, size_t len)
{
	char *text = malloc(2 * len + 1);

	hex_encode(bytes, len, text);
	return text;
}

static char *
device_list(const struct device *device, const struct sign_key *user)
{
	struct devices devices = { .version = 1, .issued_ms = 1, .count = 1 };
	struct buf buf;
	char *text;

	devices.list[0] = *device;
	sign_key_public(user, devices.user_key);
	buf_init(&buf, DEVICES_BYTES_MAX);
	if (devices_build(&devices, user, &buf) != 0)
		die("devices_build");
	text = hex(buf.data, buf.len);
	buf_finish(&buf);
	return text;
}

static char *
signed_prekey(const struct sign_key *signing)
{
	struct prekey prekey = { .id = 1, .made_ms = 1 };
	uint8_t bytes[PREKEY_BYTES];
	struct hpke_key *key = NULL;

	if (hpke_key_generate(&key) != 0)
		die("no prekey");
	hpke_key_public(key, prekey.key);
	hpke_key_free(key);
	if (prekey_build(&prekey, signing, bytes) != 0)
		die("prekey_build");
	return hex(bytes, sizeof(bytes));
}

static void
visitor_open(struct visitor *visitor)
{
	static const unsigned char alpn[] = "\5cam/1";
	EVP_PKEY *link = curve_key(EVP_PKEY_ED25519);
	struct sign_key *user = NULL, *signing = NULL;
	struct device device;
	json_t *hello;

	if (sign_key_generate(&user) != 0 || sign_key_generate(&signing) != 0)
		die("no keys");
	visitor->context = curve_tls(false, link);
	SSL_CTX_set_alpn_protos(visitor->context, alpn, sizeof(alpn) - 1);
	curve_public(link, device.link_key);
	sign_key_public(signing, device.signing_key);
	hello = json_pack("{s:s, s:i, s:s, s:{s:i, s:s, s:s, s:[s], s:s, s:s, "
			  "s:s, s:s, s:s, s:s}}",
	    "jsonrpc", "2.0", "id", 1, "method", "link.hello", "params",
	    "protocol", 1, "program", "bench", "version", "0", "capabilities",
	    "message", "user", "visitor", "host", "bench", "nick", "Visitor",
	    "group", "", "devices", device_list(&device, user), "prekey",
	    signed_prekey(signing));
	if (!hello)
		die("no hello");
	visitor->hello = json_dumps(hello, JSON_COMPACT);
}

static void
send_json(SSL *ssl, const char *text)
{
	struct frame frame = { .type = FRAME_JSON_END,
		.payload = span_text(text) };
	char bytes[FRAME_HEADER_SIZE + FRAME_PAYLOAD_MAX];

	if (frame.payload.len > FRAME_PAYLOAD_MAX)
		die("a long hello");
	frame_header(&frame, (uint8_t *)bytes);
	memcpy(bytes + FRAME_HEADER_SIZE, text, frame.payload.len);
	curve_write(ssl, bytes, FRAME_HEADER_SIZE + frame.payload.len);
}

/* What camd says before it has admitted us: its hello, which is answered, and
 * the answer to ours (true). */
static bool
on_json(SSL *ssl, struct span text)
{
	json_t *object = json_loadb((const char *)text.data, text.len, 0, NULL);
	const char *method =
	    json_string_value(json_object_get(object, "method"));
	bool admitted = false;
	char answer[128];

	if (!object || json_object_get(object, "error"))
		die("camd does not admit us: %.*s", (int)text.len, text.data);
	if (method && strcmp(method, "link.hello") == 0) {
		snprintf(answer, sizeof(answer),
		    "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":{}}",
		    json_integer_value(json_object_get(object, "id")));
		send_json(ssl, answer);
	}
	if (!method)
		admitted = true;
	json_decref(object);
	return admitted;
}

static void
greet(SSL *ssl, const struct visitor *visitor)
{
	static uint8_t bytes[ROOM];
	bool admitted = false;
	struct frame frame;
	size_t len = 0, used;

	send_json(ssl, visitor->hello);
	while (!admitted) {
		int got = SSL_read(ssl, bytes + len, (int)(ROOM - len));

		if (got <= 0)
			die("camd broke off");
		len += (size_t)got;
		while (frame_parse(span_of(bytes, len), &frame, &used) == 0) {
			if (frame.type != FRAME_JSON_END)
				die("a long hello");
			admitted |= on_json(ssl, frame.payload);
			len -= used;
			memmove(bytes, bytes + used, len);
		}
	}
}

static double
set_up_ms(const struct visitor *visitor, const struct sockaddr_in *camd)
{
	double begin = now_ms();
	int fd = curve_connect(camd);
	SSL *ssl = curve_handshake(visitor->context, fd, false);

	greet(ssl, visitor);
	begin = now_ms() - begin;
	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
	return begin;
}

/* -- the bare server ------------------------------------------------------- */

static void
serve(int listener)
{
	SSL_CTX *context = curve_tls(true, curve_key(EVP_PKEY_ED25519));

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char byte;
		SSL *ssl;

		curve_no_delay(fd);
		ssl = curve_handshake(context, fd, true);
		curve_read(ssl, &byte, 1);
		curve_write(ssl, &byte, 1);
		SSL_free(ssl);
		close(fd);
	}
}

static double
handshake_ms(SSL_CTX *context, const struct sockaddr_in *name)
{
	double begin = now_ms();
	int fd = curve_connect(name);
	SSL *ssl = curve_handshake(context, fd, false);
	char byte = 1;

	curve_write(ssl, &byte, 1);
	curve_read(ssl, &byte, 1);
	begin = now_ms() - begin;
	SSL_free(ssl);
	close(fd);
	return begin;
}

int
main(int argc, char **argv)
{
	static double product[ROUNDS], anchor[ROUNDS];
	struct sockaddr_in camd = { .sin_family = AF_INET,
		.sin_port = htons(PORT) },
			   bare;
	struct visitor visitor;
	struct daemon bob;
	SSL_CTX *context;
	int listener = curve_listen(3, &bare);
	pid_t pid;

	if (argc != 2)
		die("usage: bench_setup BUILD");
	if ((pid = fork()) == 0)
		serve(listener);
	close(listener);
	visitor_open(&visitor);
	context = curve_tls(false, curve_key(EVP_PKEY_ED25519));
	daemon_start(&bob, argv[1], "bob", 1, "");
	inet_pton(AF_INET, bob.address, &camd.sin_addr);
	for (int i = -20; i < ROUNDS; i++) {
		double times[] = { set_up_ms(&visitor, &camd),
			handshake_ms(context, &bare) };

		if (i < 0)
			continue;
		product[i] = times[0];
		anchor[i] = times[1];
	}
	daemon_stop(&bob);
	end_process(pid);
	report_rounds("link.setup", product, "ms",
	    "bare: TCP, TLS 1.3 with two Ed25519 certificates, a byte each way",
	    anchor, ROUNDS, 3);
	return 0;
}

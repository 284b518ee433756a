/* office.c: many members of an organisation in one process, each a link of its
 * own to the server.
 *
 *	office ADDR SERVER_PID MESSAGES [apart] <names and codes, a line each
 *
 * apart: nobody sees others join.  * They join, go, come back all at once, and
 *write to those who are away, who then come back: every message must come once,
 *in order of its sender. What it measures goes to stdout, a line each: name,
 *value, unit.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/process.h"
#include "base/random.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"
#include "link/linkhello.h"
#include "link/relayed.h"
#include "link/wire.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "org/directory.h"
#include "org/invitation.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	DIALS = 128, /* at a time */
	WAIT_MS = 300 * 1000,
	PORT = 2425,
	LOGINS = 2,
	BURST = 64, /* messages one member has on their way */
	BYTES = 700,
	AGAIN_MS = 100,
	SECURE_HEAP = 64 * 1024 * 1024,
	SECURE_CHUNK = 32,
	SETTLE_MS = 3000, /* memory is given back when it is calm */
};

struct office;

struct client {
	struct office *office;
	size_t number;
	char *logon, *code;
	struct sign_key *user, *link, *signing;
	uint8_t user_key[SIGN_KEY_SIZE];
	json_t *hello;
	struct tls_context *context;
	struct addr from;
	struct tcp_dial *dial;
	struct wire *wire;
	bool wanted, joined, entered;
	uint64_t changes; /* of the directory, that he has been sent */
	bool can_send, can_receive;
	uint16_t stream_out, stream_in;
	size_t to_send, sent, stored, got;
	uint32_t *last; /* of each sender, what came last */
};

struct office {
	struct loop *loop;
	struct addr server;
	int pid;
	struct client *list;
	size_t count, next, dialling, entered;
	size_t stored, got, refused, joined;
	/* They go as soon as they have joined, and need no directory later:
	 * each other's joining would be told to each, a square of them. */
	bool only_joins;
	struct timer again, calm;
	struct buf envelope;
	size_t id_at;
	struct timer tick;
	const char *waits; /* what for */
};

static void
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* -- one member --------------------------------------------------------------
 */

static void
make_keys(struct client *client)
{
	struct devices devices = { .version = 1, .count = 1, .issued_ms = 1 };
	struct prekey prekey = { .id = 1, .made_ms = 1, .key = { 9 } };
	struct linkhello *hello = xcalloc(1, sizeof *hello);
	struct buf list;

	if (sign_key_generate(&client->user) < 0 ||
	    sign_key_generate(&client->link) < 0 ||
	    sign_key_generate(&client->signing) < 0)
		die("no keys");
	sign_key_public(client->user, client->user_key);
	memcpy(devices.user_key, client->user_key, SIGN_KEY_SIZE);
	sign_key_public(client->link, devices.list[0].link_key);
	sign_key_public(client->signing, devices.list[0].signing_key);
	buf_init(&list, DEVICES_BYTES_MAX);
	if (devices_build(&devices, client->user, &list) < 0 ||
	    prekey_build(&prekey, client->signing, hello->prekey) < 0 ||
	    tls_context_new(client->link, "cam/1", &client->context) < 0)
		die("no hello");
	memcpy(hello->devices, list.data, list.len);
	hello->devices_len = list.len;
	hello->capabilities = LINK_MESSAGES;
	hello->port = PORT;
	snprintf(hello->program, sizeof hello->program, "cam");
	snprintf(hello->version, sizeof hello->version, "%s", CAM_VERSION);
	snprintf(hello->user, sizeof hello->user, "%s", client->logon);
	snprintf(hello->host, sizeof hello->host, "desk%zu", client->number);
	client->hello = linkhello_write(hello);
	buf_finish(&list);
	free(hello);
}

static void
on_entered(void *arg, int err, json_t *result, const char *message)
{
	struct client *client = arg;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err < 0)
		die("%s does not come in: %s", client->logon, message);
	wire_admit(client->wire);
	client->entered = true;
	client->office->entered++;
	client->office->dialling--;
}

static void
enter(struct client *client)
{
	(void)channel_call(wire_channel(client->wire), ORG_ENTER,
	    json_pack("{s:O, s:I}", "hello", client->hello, "number",
		(json_int_t)client->changes),
	    on_entered, client);
}

static void
on_joined(void *arg, int err, json_t *result, const char *message)
{
	struct client *client = arg;

	if (err < 0)
		die("%s does not join: %s", client->logon, message);
	client->joined = true;
	if (client->office->only_joins) {
		client->office->joined++;
		client->office->dialling--;
		client->wanted = false;
		wire_free(client->wire);
		client->wire = NULL;
		return;
	}
	enter(client);
}

static void
on_hello(void *arg, int err, json_t *result, const char *message)
{
	struct client *client = arg;
	struct invitation invitation;

	if (err < 0)
		die("no hello: %s", message);
	if (client->joined) {
		enter(client);
		return;
	}
	if (invitation_parse(client->code, &invitation) < 0)
		die("%s is no code", client->code);
	(void)channel_call(wire_channel(client->wire), ORG_JOIN,
	    json_pack("{s:o, s:O}", "secret",
		json_hex(span_of(invitation.secret, sizeof invitation.secret)),
		"hello", client->hello),
	    on_joined, client);
}

static void
on_ready(struct wire *wire, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	(void)channel_call(wire_channel(wire), ORG_HELLO,
	    json_pack("{s:i}", "protocol", LINK_VERSION), on_hello, arg);
}

static void
send_some(struct client *client)
{
	struct office *office = client->office;

	while (client->sent < client->to_send &&
	       client->sent - client->stored < BURST) {
		size_t half = office->count / 2;
		struct client *to =
		    &office->list[half + (client->number + client->sent) %
					     (office->count - half)];
		struct relayed relayed = { .kind = RELAYED_ENVELOPE,
			.payload = buf_span(&office->envelope) };
		struct buf item;

		fields_write(relayed.id, client->number, 8);
		fields_write(relayed.id + 8, ++client->sent, 8);
		memcpy(office->envelope.data + office->id_at, relayed.id,
		    sizeof relayed.id);
		memcpy(relayed.user_key, to->user_key, SIGN_KEY_SIZE);
		buf_init(&item, RELAYED_MAX);
		relayed_write(&relayed, &item);
		if (!client->can_send &&
		    channel_open(wire_channel(client->wire), RELAYED_STREAM,
			CHANNEL_URGENT, &client->stream_out) < 0)
			die("no stream");
		client->can_send = true;
		if (channel_send(wire_channel(client->wire), client->stream_out,
			buf_span(&item)) < 0)
			die("no room");
		buf_finish(&item);
	}
}

static void
on_request(struct wire *wire, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct client *client = arg;

	if (id != NULL) {
		channel_reply(wire_channel(wire), *id, NULL);
	} else if (strcmp(method, DIRECTORY_CHANGES) == 0) {
		client->changes +=
		    json_array_size(json_object_get(params, "changes"));
	} else if (strcmp(method, RELAY_STORED) == 0) {
		size_t count = json_array_size(json_object_get(params, "ids"));

		client->stored += count;
		client->office->stored += count;
		send_some(client);
	} else if (strcmp(method, RELAY_REFUSED) == 0) {
		die("%s is refused", client->logon);
	}
}

static int
on_open(struct wire *wire, uint16_t stream, const char *kind, void *arg)
{
	struct client *client = arg;

	client->stream_in = stream;
	return 0;
}

/* Once, and in order of their sender. */
static void
on_item(struct wire *wire, uint16_t stream, struct span item, void *arg)
{
	struct client *client = arg;
	struct office *office = client->office;
	struct relayed relayed;
	const uint8_t *at = relayed.id;
	size_t sender = 0, number = 0;

	if (relayed_parse(item, &relayed) < 0)
		die("no item");
	sender = (size_t)fields_read(&at, 8);
	number = (size_t)fields_read(&at, 8);
	if (client->last == NULL)
		client->last = xcalloc(office->count, sizeof *client->last);
	if (number <= client->last[sender])
		die("%s got %zu of %zu after %zu", client->logon, number,
		    sender, client->last[sender]);
	client->last[sender] = number;
	client->got++;
	office->got++;
	channel_credit(wire_channel(wire), stream, item.len);
	(void)channel_notify(wire_channel(wire), RELAY_TAKEN,
	    json_pack("{s:[I]}", "numbers", (json_int_t)relayed.number));
}

static void
on_close(struct wire *wire, uint16_t stream, int err, void *arg)
{
	die("a stream was closed");
}

static void
on_drained(struct wire *wire, uint16_t stream, void *arg)
{
}

static void
on_closed(struct wire *wire, int err, const char *reason, void *arg)
{
	struct client *client = arg;
	struct office *office = client->office;

	if (client->entered)
		die("%s lost the server: %s", client->logon, reason);
	/* It takes only so many strangers a second. */
	wire_free(client->wire);
	client->wire = NULL;
	office->dialling--;
	office->refused++;
	if (!timer_is_running(&office->again))
		timer_start(&office->again, AGAIN_MS);
}

static void
on_again(void *arg)
{
	struct office *office = arg;

	office->next = 0;
}

static const struct wire_ops wire_ops = {
	.on_ready = on_ready,
	.on_request = on_request,
	.on_open = on_open,
	.on_item = on_item,
	.on_close = on_close,
	.on_drained = on_drained,
	.on_closed = on_closed,
};

static void
on_dialled(void *arg, int err, int fd)
{
	struct client *client = arg;

	client->dial = NULL;
	if (err < 0)
		die("cannot connect: %s", cam_strerror(err));
	client->wire = wire_new(client->office->loop, client->context, fd, true,
	    WAIT_MS, &wire_ops, client);
}

/* -- all of them -------------------------------------------------------------
 */

static void
dial_some(struct office *office)
{
	while (office->next < office->count && office->dialling < DIALS) {
		struct client *client = &office->list[office->next++];

		if (!client->wanted || client->wire != NULL ||
		    client->dial != NULL)
			continue;
		office->dialling++;
		client->dial = tcp_dial_new(office->loop, &client->from,
		    &office->server, WAIT_MS, on_dialled, client);
	}
}

static void
on_calm(void *arg)
{
}

static void
on_tick(void *arg)
{
	const struct office *office = arg;

	die("not in time: %s (%zu in, %zu stored, %zu got)", office->waits,
	    office->entered, office->stored, office->got);
}

/* Whether all that was waited for is there. */
static double
turn_until(struct office *office, const char *what,
    bool (*is_done)(const struct office *office))
{
	uint64_t began_ms = clock_now_ms();

	office->waits = what;
	timer_start(&office->tick, WAIT_MS);
	while (!is_done(office)) {
		dial_some(office);
		loop_turn(office->loop, 1);
	}
	timer_stop(&office->tick);
	return (double)(clock_now_ms() - began_ms) / 1000;
}

static void
settle(struct office *office)
{
	uint64_t end_ms = clock_now_ms() + SETTLE_MS;

	timer_start(&office->tick, WAIT_MS);
	timer_start(&office->calm, SETTLE_MS);
	while (clock_now_ms() < end_ms)
		loop_turn(office->loop, 1);
	timer_stop(&office->tick);
}

static bool
all_in(const struct office *office)
{
	size_t wanted = 0;

	for (size_t i = 0; i < office->count; i++)
		wanted += office->list[i].wanted;
	return office->entered == wanted;
}

static bool
all_joined(const struct office *office)
{
	return office->joined == office->count;
}

static bool
all_know(const struct office *office)
{
	for (size_t i = 0; i < office->count; i++)
		if (office->list[i].wire != NULL &&
		    office->list[i].changes < office->count)
			return false;
	return true;
}

static size_t
to_send(const struct office *office)
{
	size_t count = 0;

	for (size_t i = 0; i < office->count; i++)
		count += office->list[i].to_send;
	return count;
}

static bool
all_stored(const struct office *office)
{
	return office->stored == to_send(office);
}

static bool
all_got(const struct office *office)
{
	return office->got == to_send(office);
}

static void
leave(struct client *client)
{
	client->wanted = false;
	if (client->wire == NULL)
		return;
	wire_flush(client->wire);
	wire_free(client->wire);
	client->wire = NULL;
	client->office->entered -= client->entered;
	client->entered = client->can_send = false;
}

static void
want(struct office *office, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		office->list[i].wanted = true;
	office->next = from;
}

/* -- what is measured --------------------------------------------------------
 */

static void
tell(const char *name, double value, const char *unit)
{
	printf("%s %.3f %s\n", name, value, unit);
	fflush(stdout);
}

static double
server_mib(const struct office *office)
{
	char path[64], line[256];
	double kib = 0;
	FILE *file = NULL;

	snprintf(path, sizeof path, "/proc/%d/status", office->pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (file != NULL)
		fclose(file);
	return kib / 1024;
}

static double
server_cpu_s(const struct office *office)
{
	char path[64], line[1024], *at = NULL;
	double ticks = 0;
	FILE *file = NULL;

	snprintf(path, sizeof path, "/proc/%d/stat", office->pid);
	file = fopen(path, "r");
	if (file != NULL && fgets(line, sizeof line, file) != NULL &&
	    (at = strrchr(line, ')')) != NULL) {
		for (int i = 0; i < 12; i++)
			at = strchr(at + 1, ' ');
		ticks = strtod(at, &at);
		ticks += strtod(at, NULL);
	}
	if (file != NULL)
		fclose(file);
	return ticks / 100;
}

static void
make_envelope(struct office *office)
{
	static const uint8_t text[BYTES];
	struct envelope_recipient recipient = { .name = span_text("a@b") };
	struct envelope_content content = { .sequence = 1,
		.type = 1,
		.recipients = &recipient,
		.recipient_count = 1,
		.body = span_of(text, sizeof text) };
	struct envelope_sealed *sealed = NULL;
	uint8_t stanza[1][ENVELOPE_STANZA_SIZE] = { { 0 } };
	uint8_t *at = NULL;

	random_bytes(content.id, sizeof content.id);
	if (envelope_seal(&content, 1, office->list[0].signing, &sealed) < 0)
		die("cannot seal");
	buf_init(&office->envelope, ENVELOPE_MAX);
	envelope_write(sealed, (const uint8_t(*)[ENVELOPE_STANZA_SIZE])stanza,
	    1, &office->envelope);
	envelope_sealed_free(sealed);
	at = memmem(office->envelope.data, office->envelope.len, content.id,
	    sizeof content.id);
	if (at == NULL)
		die("no id");
	office->id_at = (size_t)(at - office->envelope.data);
}

static void
read_members(struct office *office)
{
	char line[512], *code = NULL;
	size_t size = 0;

	while (fgets(line, sizeof line, stdin) != NULL) {
		struct client *client = NULL;

		line[strcspn(line, "\n")] = '\0';
		if ((code = strchr(line, ' ')) == NULL)
			die("no code: %s", line);
		*code++ = '\0';
		if (office->count == size) {
			size = size > 0 ? 2 * size : 64;
			office->list = xreallocarray(
			    office->list, size, sizeof *office->list);
		}
		client = &office->list[office->count];
		*client = (struct client){ .office = office,
			.number = office->count,
			.logon = xstrdup(line),
			.code = xstrdup(code),
			.from = addr_v4(
			    0x7f010000 + 1 + (uint32_t)office->count, 0) };
		make_keys(client);
		office->count++;
	}
}

/* They join and know of each other. */
static void
join(struct office *office)
{
	want(office, 0, office->count);
	tell("join_s", turn_until(office, "joining", all_in), "s");
	tell("directory_s", turn_until(office, "the directory", all_know), "s");
	for (size_t i = 0; i < office->count; i++)
		leave(&office->list[i]);
}

static void
join_apart(struct office *office)
{
	office->only_joins = true;
	want(office, 0, office->count);
	tell("join_s", turn_until(office, "joining", all_joined), "s");
	office->only_joins = false;
	for (size_t i = 0; i < office->count; i++)
		office->list[i].changes = office->count;
}

/* Once, and as often again as it takes to see whether memory grows. */
static void
log_in(struct office *office)
{
	double cpu = 0;

	for (int i = 0; i < LOGINS; i++) {
		for (size_t j = 0; j < office->count; j++)
			leave(&office->list[j]);
		settle(office);
		if (i == 0)
			tell("empty_mib", server_mib(office), "MiB");
		cpu = server_cpu_s(office);
		want(office, 0, office->count);
		tell(i == 0 ? "login_s" : "login_again_s",
		    turn_until(office, "logging in", all_in), "s");
		tell(i == 0 ? "login_server_cpu_s" : "login_again_server_cpu_s",
		    server_cpu_s(office) - cpu, "s");
		settle(office);
		tell(i == 0 ? "server_mib" : "server_again_mib",
		    server_mib(office), "MiB");
	}
}

static void
mail(struct office *office, size_t messages)
{
	size_t half = office->count / 2;
	double cpu = 0;

	for (size_t i = half; i < office->count; i++)
		leave(&office->list[i]);
	for (size_t i = 0; i < half; i++)
		office->list[i].to_send = messages / half;
	make_envelope(office);
	cpu = server_cpu_s(office);
	for (size_t i = 0; i < half; i++)
		send_some(&office->list[i]);
	tell("stored_per_s",
	    (double)to_send(office) / turn_until(office, "storing", all_stored),
	    "1/s");
	tell("stored_server_cpu_s", server_cpu_s(office) - cpu, "s");
	cpu = server_cpu_s(office);
	want(office, half, office->count);
	tell("drained_per_s",
	    (double)to_send(office) / turn_until(office, "draining", all_got),
	    "1/s");
	tell("drained_server_cpu_s", server_cpu_s(office) - cpu, "s");
}

static void
run(struct office *office, size_t messages, bool apart)
{
	tell("server_before_mib", server_mib(office), "MiB");
	if (apart)
		join_apart(office);
	else
		join(office);
	log_in(office);
	mail(office, messages);
	tell("refused", (double)office->refused, "times");
	settle(office);
	tell("server_mib_after", server_mib(office), "MiB");
	for (size_t i = 0; i < office->count; i++)
		leave(&office->list[i]);
}

static void
finish(struct office *office)
{
	for (size_t i = 0; i < office->count; i++) {
		struct client *client = &office->list[i];

		free(client->logon);
		free(client->code);
		free(client->last);
		json_decref(client->hello);
		tls_context_free(client->context);
		sign_key_free(client->user);
		sign_key_free(client->link);
		sign_key_free(client->signing);
	}
	free(office->list);
	buf_finish(&office->envelope);
}

int
main(int argc, char **argv)
{
	struct office office = { .pid = 0 };
	struct crypto *crypto = NULL;
	bool apart = argc == 5 && strcmp(argv[4], "apart") == 0;

	if ((argc != 4 && !apart) ||
	    addr_parse(span_text(argv[1]), PORT, &office.server) < 0)
		die("usage: office ADDR SERVER_PID MESSAGES [apart]");
	office.pid = atoi(argv[2]);
	process_allow_files(65536);
	/* The keys of all of them, and what each context keeps secret. */
	CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_CHUNK);
	crypto = crypto_new();
	office.loop = loop_new();
	timer_init(&office.tick, office.loop, on_tick, &office);
	timer_init(&office.calm, office.loop, on_calm, NULL);
	timer_init(&office.again, office.loop, on_again, &office);
	read_members(&office);
	run(&office, strtoul(argv[3], NULL, 10), apart);
	timer_finish(&office.tick);
	timer_finish(&office.again);
	timer_finish(&office.calm);
	finish(&office);
	loop_free(office.loop);
	crypto_free(crypto);
	return 0;
}

/* fuzz_lan.c: any datagrams from a few addresses to a lan: nothing crashes, no
 * answer is answered (threat model N3), and what goes to a stranger stays below
 * three times what came from him (N4). Each is tried as a file request, too.
 *
 * The input is packets with a byte 0x1e between them; the first byte of each,
 * '0' to '7', says from where it comes.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/crypto.h"
#include "crypto/keyring.h"
#include "fuzz.h"
#include "lan/filerequest.h"
#include "lan/state.h"
#include "loop/loop.h"

enum { PACKETS_MAX = 64, USERS_MAX = 64, HEADER = 28, SOURCES = 8 };

struct source {
	struct addr addr;
	bool own; /* of our machine: not a stranger */
	size_t in, out;
};

struct world {
	struct loop *loop;
	struct workers *workers;
	struct crypto *crypto;
	struct keyring *keyring;
	char folder[64];
	/* Of the input at hand. */
	struct lan *lan;
	struct peer *users[USERS_MAX];
	size_t count;
	struct source sources[SOURCES];
	size_t sent;
};

static struct world *the_world;

/* -- a keeper that does what camd does ------------------------------------- */

static struct peer *
find(void *arg, const char *user, const char *host, const struct addr *addr)
{
	struct world *world = arg;

	for (size_t i = 0; i < world->count; i++) {
		if (peer_is(world->users[i], user, host))
			return world->users[i];
	}
	return NULL;
}

static struct peer *
add(struct world *world, const char *user, const char *host,
    const struct addr *addr)
{
	struct peer *peer = NULL;

	if (world->count == USERS_MAX)
		return NULL;
	peer = world->users[world->count++] = xcalloc(1, sizeof *peer);
	peer_init(peer, user, host);
	peer->addr = *addr;
	return peer;
}

static void
on_entry(void *arg, const struct lan_entry *entry)
{
	struct world *world = arg;
	struct peer *peer = find(world, entry->user, entry->host, &entry->from);

	must_be_text(entry->user);
	must_be_text(entry->host);
	must_be_text(entry->nick);
	must_be_text(entry->group);
	must_be_text(entry->version);
	must(entry->user[0] != '\0' && entry->host[0] != '\0');
	if (entry->kind == LAN_LEFT)
		return;
	if (peer == NULL)
		peer = add(world, entry->user, entry->host, &entry->from);
	if (peer == NULL || entry->kind == LAN_LISTED)
		return;
	peer->addr = entry->from;
	peer->status = entry->status;
	peer->client = (uint8_t)entry->client;
	if (entry->kind == LAN_ANSWERED)
		return;
	lan_ask_version(world->lan, peer);
	if (entry->absent)
		lan_ask_absence(world->lan, peer);
	if (entry->kind == LAN_ENTERED)
		lan_ask_key_at(world->lan, peer, &peer->addr);
}

static void
on_message(void *arg, struct lan_message *message)
{
	struct world *world = arg;
	const uint32_t automatic =
	    MESSAGE_AUTORET | MESSAGE_BROADCAST | MESSAGE_NOADDLIST;
	struct peer *peer =
	    find(world, message->user, message->host, &message->from);

	must_be_text(message->user);
	must_be_text(message->text);
	must(strlen(message->text) == message->text_len);
	must(message->attachment_count <= LIMIT_ATTACHMENTS);
	must(message->to_count <= LIMIT_TO_LIST);
	lan_acknowledge(world->lan, message);
	if (peer == NULL && !(message->options & automatic)) {
		peer = add(world, message->user, message->host, &message->from);
		lan_probe_sender(world->lan, &message->from);
	}
	if (peer != NULL && !(message->options & automatic))
		lan_answer_absent(world->lan, peer, "I am not here");
	lan_message_free(message);
}

static void
on_opened(void *arg, const struct peer *peer, uint32_t packet_no)
{
}

static void
on_released(void *arg, const struct peer *peer, uint32_t packet_no)
{
}

static void
on_key(void *arg, struct peer *peer, const struct addr *from, uint32_t word,
    struct rsa_public *key)
{
	rsa_public_free(peer->key);
	peer->key = rsa_public_ref(key);
	peer->word = word;
}

static void
on_no_key(void *arg, struct peer *peer)
{
}

static void
on_text(void *arg, struct peer *peer, const char *text)
{
	must_be_text(text);
	must(strlen(text) <= LIMIT_ABSENCE_TEXT);
}

static void
on_heard(void *arg, struct peer *peer)
{
}

static void
on_conflict(void *arg, const struct addr *from)
{
}

/* Nobody is: the budgets are what is tried. */
static bool
known(void *arg, const struct addr *addr)
{
	return false;
}

static struct peer *
next(void *arg, const struct peer *after)
{
	struct world *world = arg;
	size_t i = 0;

	while (after != NULL && world->users[i++] != after)
		continue;
	return i < world->count ? world->users[i] : NULL;
}

static bool
present(void *arg, const struct peer *peer)
{
	return peer->status != 0;
}

static size_t
count(void *arg)
{
	return ((struct world *)arg)->count;
}

static const char *
absence(void *arg)
{
	return "I am not here";
}

static void
describe(
    void *arg, const struct peer *peer, const char **nick, const char **group)
{
	*nick = peer->user;
	*group = "";
}

static const struct lan_ops ops = {
	.on_entry = on_entry,
	.on_message = on_message,
	.on_opened = on_opened,
	.on_released = on_released,
	.on_key = on_key,
	.on_no_key = on_no_key,
	.on_version = on_text,
	.on_absence = on_text,
	.on_heard = on_heard,
	.on_conflict = on_conflict,
	.find = find,
	.known = known,
	.next = next,
	.present = present,
	.count = count,
	.absence = absence,
	.describe = describe,
};

/* -- the network ----------------------------------------------------------- */

static void
on_sent(const struct addr *to, unsigned interface, struct span data, void *arg)
{
	struct world *world = arg;
	struct packet packet;

	must(data.len <= LIMIT_DATAGRAM_SENT);
	must(packet_parse(data, &packet) == 0);
	world->sent++;
	for (size_t i = 0; i < SOURCES; i++) {
		if (addr_same_host(&world->sources[i].addr, to))
			world->sources[i].out += data.len + HEADER;
	}
}

static int
open_twin(struct loop *loop, const struct udp_options *options,
    const struct udp_ops *udp_ops, void *arg, struct udp **udp)
{
	static const struct udp_twin_ops twin_ops = { .on_sent = on_sent };

	*udp = udp_twin_new(
	    loop, &options->address, udp_ops, arg, &twin_ops, the_world);
	return 0;
}

static int
read_interfaces(struct interfaces *interfaces)
{
	struct interface *eth0;

	interfaces->count = 1;
	eth0 = interfaces->list = xcalloc(1, sizeof *interfaces->list);
	snprintf(eth0->name, sizeof eth0->name, "eth0");
	eth0->index = 2;
	eth0->flags = INTERFACE_UP | INTERFACE_BROADCAST;
	eth0->count = 1;
	eth0->addresses = xcalloc(1, sizeof *eth0->addresses);
	eth0->addresses[0].address = addr_v4(0x0a4d0002, 0);
	eth0->addresses[0].broadcast = addr_v4(0x0a4d00ff, 0);
	eth0->addresses[0].bits = 24;
	return 0;
}

/* Threads have memory of their own: they end before it is counted. */
static void
finish_world(void)
{
	char *command = xasprintf("rm -r %s", the_world->folder);

	must(system(command) == 0);
	free(command);
	workers_free(the_world->workers);
	keyring_free(the_world->keyring);
	crypto_free(the_world->crypto);
	loop_free(the_world->loop);
	free(the_world);
}

static void
copy_key(const char *from, const char *to)
{
	char *command = xasprintf("install -m 600 %s/keys/%s %s/%s", FUZZ_DATA,
	    from, the_world->folder, to);

	must(system(command) == 0);
	free(command);
}

static void
make_world(void)
{
	static const struct worker_ops worker_ops = { .start = NULL };

	the_world = xcalloc(1, sizeof *the_world);
	strcpy(the_world->folder, "/tmp/cam-fuzz-XXXXXX");
	must(mkdtemp(the_world->folder) != NULL);
	copy_key("win2048.pem", "rsa2048.pem");
	copy_key("win1024.pem", "rsa1024.pem");
	the_world->loop = loop_new();
	the_world->workers = workers_new(the_world->loop, 1, &worker_ops, NULL);
	the_world->crypto = crypto_new();
	must(keyring_open(the_world->folder, true, NULL, &the_world->keyring) ==
	     0);
	/* After that of OpenSSL, which ends it: they run backwards. */
	atexit(finish_world);
}

/* -- an input -------------------------------------------------------------- */

static void
open_lan(struct world *world)
{
	static const struct lan_settings settings = { .logon = "bob",
		.host = "pc2",
		.nick = "Bob",
		.group = "Sales",
		.port = 2425,
		.charset = CHARSET_CP932 };
	static const struct {
		uint32_t host;
		uint16_t port;
		bool own;
	} sources[SOURCES] = { { 0x0a4d0003, 2425, false },
		{ 0x0a4d0004, 2425, false }, { 0x0a4d0003, 2426, false },
		{ 0x0a4d0002, 2426, true }, { 0x0a4d00ff, 2425, false },
		{ 0x0a090909, 9, false }, { 0x0a4d0002, 2425, true },
		{ 0x7f000001, 2427, true } };
	char *problem = NULL;

	world->lan = lan_new(world->loop, world->workers, world->crypto,
	    world->keyring, &ops, world);
	world->lan->open_udp = open_twin;
	world->lan->read_interfaces = read_interfaces;
	must(lan_open(world->lan, &settings, &problem) == 0);
	udp_flush(world->lan->v4);
	for (size_t i = 0; i < SOURCES; i++) {
		world->sources[i] = (struct source){
			.addr = addr_v4(sources[i].host, sources[i].port),
			.own = sources[i].own,
		};
	}
	/* What we answer must not wait for our own entry's answers. */
	world->lan->asked_ms = 0;
}

static void
close_lan(struct world *world)
{
	lan_free(world->lan);
	while (world->count > 0) {
		struct peer *peer = world->users[--world->count];

		peer_finish(peer);
		free(peer);
	}
}

static void
settle(struct world *world)
{
	do
		loop_turn(world->loop, workers_load(world->workers) > 0);
	while (workers_load(world->workers) > 0);
	answers_turn(world->lan->answers, clock_now_ms() + 10000);
	udp_flush(world->lan->v4);
}

/* By its nature, or because it says so (threat model N3). */
static bool
is_answer(struct span bytes)
{
	struct packet packet;

	if (packet_parse(bytes, &packet) < 0)
		return false;
	switch (command_mode(packet.command)) {
	case COMMAND_ANSENTRY:
	case COMMAND_RECVMSG:
	case COMMAND_ANSREADMSG:
	case COMMAND_SENDINFO:
	case COMMAND_SENDABSENCEINFO:
	case COMMAND_ANSPUBKEY:
		return true;
	case COMMAND_SENDMSG:
	case COMMAND_READMSG:
	case COMMAND_GETINFO:
	case COMMAND_GETABSENCEINFO:
		return packet.command & (MESSAGE_AUTORET | MESSAGE_BROADCAST);
	default:
		return false;
	}
}

static void
hear(struct world *world, struct source *source, struct span bytes)
{
	struct udp_datagram datagram = {
		.from = source->addr, .interface = 2, .data = bytes
	};
	/* Questions of ours are repeated by the clock, whatever comes in. */
	bool quiet = world->lan->posts.count == 0 && is_answer(bytes);
	size_t sent = world->sent;

	for (size_t i = 0; i < SOURCES; i++) {
		if (addr_same_host(&world->sources[i].addr, &source->addr))
			world->sources[i].in += bytes.len + HEADER;
	}
	udp_twin_receive(world->lan->v4, &datagram, 1);
	settle(world);
	must(!quiet || world->sent == sent);
	for (size_t i = 0; i < SOURCES; i++) {
		must(world->sources[i].own ||
		     world->sources[i].out <= 3 * world->sources[i].in);
	}
}

/* The same bytes over TCP. */
static void
ask(struct world *world, const struct source *source, struct span bytes)
{
	struct lan_request *request = NULL;
	bool sealed = false;

	(void)file_request_is_whole(bytes);
	(void)file_request_is_readable(bytes);
	if (lan_request_new(
		world->lan, &source->addr, bytes, &sealed, &request) < 0)
		return;
	must_be_text(request->user);
	must_be_text(request->host);
	must(request->key == NULL && request->flags == 0);
	if (sealed && lan_request_open(request) == 0) {
		must(request->flags != 0);
		lan_request_learn(world->lan, request);
	} else {
		must(request->key == NULL && request->flags == 0);
	}
	lan_request_free(request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size), packet = rest;

	if (the_world == NULL)
		make_world();
	open_lan(the_world);
	for (int i = 0; i < PACKETS_MAX && rest.len > 0; i++) {
		if (!span_cut(&rest, 0x1e, &packet)) {
			packet = rest;
			rest.len = 0;
		}
		if (packet.len == 0 || packet.data[0] < '0' ||
		    packet.data[0] >= '0' + SOURCES)
			continue;
		struct source *source =
		    &the_world->sources[packet.data[0] - '0'];

		packet = span_of(packet.data + 1, packet.len - 1);
		hear(the_world, source, packet);
		ask(the_world, source, packet);
	}
	close_lan(the_world);
	return 0;
}

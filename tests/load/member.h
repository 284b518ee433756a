/* member.h: one member of an office: his keys, his link, what he sends and
 * gets.
 */
#ifndef CAM_LOAD_MEMBER_H
#define CAM_LOAD_MEMBER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
#include "link/known.h"
#include "link/linkhello.h"
#include "link/relayed.h"
#include "link/states.h"
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
	GROUP = 128,
	VIEWS = 2,
	OLD_MEMBER = 1,
	BURST = 64, /* messages one member has on their way */
	BYTES = 700,
	AGAIN_MS = 100,
	SECURE_HEAP = 64 * 1024 * 1024,
	SECURE_CHUNK = 32,
	SETTLE_MS = 2500, /* memory is given back when it is calm */
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

/* Who is there, as one member has been told. */
struct view {
	bool *online; /* by number */
	size_t count;
};

struct office {
	struct loop *loop;
	struct addr server;
	int pid;
	struct client *list;
	size_t count, next, dialling, entered;
	size_t wanted, to_send, stored, got, refused, joined;
	double *late_ms; /* of what came, how long it was on its way, or NULL */
	size_t late_count, late_size;
	/* They go as soon as they have joined, and need no directory later:
	 * each other's joining would be told to each, a square of them. */
	bool only_joins;
	struct timer again, calm, pace;
	struct buf envelope;
	size_t id_at;
	/* Of each number, what was told: all are told the same. */
	struct told_card {
		uint32_t card;
		struct addr addr;
	} * cards;
	size_t numbers, met, to_meet;
	struct buf known; /* digests of it: link/known.h */
	/* Of the first members, of whom the second never says what he knows: he
	 * is told everything. */
	struct view views[VIEWS];
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

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
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
	struct office *office = client->office;
	json_t *params = json_pack("{s:O, s:I}", "hello", client->hello,
	    "number", (json_int_t)client->changes);

	if (client->number < VIEWS) {
		struct view *view = &office->views[client->number];

		memset(view->online, 0, office->numbers);
		view->count = 0;
	}
	if (client->number != OLD_MEMBER)
		json_object_set_new(
		    params, "known", json_hex(buf_span(&office->known)));
	(void)channel_call(
	    wire_channel(client->wire), ORG_ENTER, params, on_entered, client);
}

static void
on_joined(void *arg, int err, json_t *result, const char *message)
{
	struct client *client = arg;

	if (err == CAM_ERR_CLOSED)
		return;
	if (err < 0)
		die("%s does not join: %s", client->logon, message);
	client->joined = true;
	if (client->office->only_joins) {
		client->office->joined++;
		client->office->dialling--;
		client->wanted = false;
		client->office->wanted--;
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

	if (err == CAM_ERR_CLOSED)
		return;
	if (err < 0)
		die("no hello: %s", message);
	if (client->joined)
		return;
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
	struct client *client = arg;

	(void)channel_call(wire_channel(wire), ORG_HELLO,
	    json_pack("{s:i}", "protocol", LINK_VERSION), on_hello, arg);
	/* As camd does: who knows the server waits for no answer. */
	if (client->joined)
		enter(client);
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

		fields_write(relayed.id, client->number, 4);
		fields_write(relayed.id + 4, ++client->sent, 4);
		fields_write(relayed.id + 8, (uint64_t)(now_ms() * 1000), 8);
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
learn(struct office *office, size_t number, const json_t *item)
{
	struct told_card *told = &office->cards[number];

	office->met += told->card == 0;
	told->card = (uint32_t)json_integer_value(json_array_get(item, 2));
	if (addr_parse(span_text(json_string_value(json_array_get(item, 3))), 0,
		&told->addr) < 0)
		die("no address");
}

static void
see(struct client *client, size_t number, bool online)
{
	struct view *view = NULL;

	if (client->number >= VIEWS)
		return;
	view = &client->office->views[client->number];
	view->count += online - (size_t)view->online[number];
	view->online[number] = online;
}

static void
take_members(struct client *client, const json_t *members)
{
	struct office *office = client->office;
	const json_t *item = NULL;
	size_t i = 0;

	if (client->number >= VIEWS && office->met >= office->to_meet)
		return;
	json_array_foreach(members, i, item)
	{
		size_t number =
		    (size_t)json_integer_value(json_array_get(item, 0));

		if (number >= office->numbers)
			continue;
		learn(office, number, item);
		see(client, number,
		    json_integer_value(json_array_get(item, 1)) == 2);
	}
}

static void
take_states(struct client *client, const json_t *runs)
{
	const json_t *run = NULL;
	size_t i = 0;

	if (client->number == OLD_MEMBER && runs != NULL)
		die("he has not said what he knows");
	if (client->number >= VIEWS)
		return;
	json_array_foreach(runs, i, run)
	{
		size_t first =
		    (size_t)json_integer_value(json_array_get(run, 0));
		struct buf states;

		buf_init(&states, SIZE_MAX);
		if (states_read(
			span_text(json_string_value(json_array_get(run, 1))),
			&states) < 0)
			die("states that cannot be read");
		for (size_t at = 0;
		     at < states.len && first + at < client->office->numbers;
		     at++)
			if (states.data[at] != STATES_UNSAID)
				see(client, first + at, states.data[at] == 2);
		buf_finish(&states);
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
	} else if (strcmp(method, DIRECTORY_PRESENCE) == 0) {
		take_members(client, json_object_get(params, "members"));
		take_states(client, json_object_get(params, "states"));
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
	double sent_ms = 0;

	if (relayed_parse(item, &relayed) < 0)
		die("no item");
	sender = (size_t)fields_read(&at, 4);
	number = (size_t)fields_read(&at, 4);
	sent_ms = (double)fields_read(&at, 8) / 1000;
	if (office->late_count < office->late_size)
		office->late_ms[office->late_count++] = now_ms() - sent_ms;
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

#endif

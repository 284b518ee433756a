/* test_two_lan.c: several lans on a bad network: every message arrives once,
 * and what one writes to another in order arrives in order. */
#include "base/clock.h"
#include "party.h"
#include "wire.h"

/*
 * Datagrams on their way lie in a heap of those sent; a seeded generator loses
 * some, doubles some, and gives each a delay of its own, so that they overtake
 * each other. Time is counted in steps, not in seconds: one step delivers what
 * is due, and every few steps the waits of all posts are over.
 */
enum {
	PARTIES = 3,
	MESSAGES = 12,
	STEPS_MAX = 20000,
	DELAY_MAX = 6,
	WAIT_STEPS = 8,
	SEEDS = 12
};

enum { UNSIGNED_AES = 0x00900004 };

struct flying {
	size_t from, to;
	unsigned due;
	struct span bytes;
};

struct letter_state {
	struct network *network;
	size_t from, to;
	unsigned text;
	bool answered;
};

struct pair {
	unsigned sent; /* the next to be written */
	unsigned seen; /* the next that must arrive */
	bool under_way;
};

struct network {
	struct loop *loop;
	struct party *parties[PARTIES];
	struct flying *flying;
	size_t count, size;
	uint32_t state; /* of the generator */
	unsigned now;
	unsigned lost, doubled; /* of a hundred */
	struct pair pairs[PARTIES][PARTIES];
	unsigned delivered;
	bool is_signed;
	/* Messages seen, by sender and number, as inbox knows them by hash. */
	uint8_t hashes[4096][SHA256_SIZE];
	size_t hash_count;
};

static uint32_t
draw(struct network *network, uint32_t below)
{
	/* Xorshift: the same network for the same seed. */
	network->state ^= network->state << 13;
	network->state ^= network->state >> 17;
	network->state ^= network->state << 5;
	return network->state % below;
}

static size_t
party_at(const struct network *network, const struct addr *addr)
{
	for (size_t i = 0; i < PARTIES; i++) {
		if (addr_same_host(&network->parties[i]->at, addr))
			return i;
	}
	return PARTIES;
}

static void
fly(struct network *network, size_t from, size_t to, struct span bytes)
{
	if (network->count == network->size) {
		network->size = network->size > 0 ? 2 * network->size : 64;
		network->flying = xreallocarray(
		    network->flying, network->size, sizeof *network->flying);
	}
	network->flying[network->count++] = (struct flying){ from, to,
		network->now + 1 + draw(network, DELAY_MAX),
		span_of(xmemdup(bytes.data, bytes.len), bytes.len) };
}

static void
on_sent(struct twin *twin, const struct addr *to, struct span bytes)
{
	struct party *party = container_of(twin, struct party, twin);
	struct network *network = party->wire;
	size_t from = party_at(network, &party->at);
	size_t at = party_at(network, to);

	if (at == PARTIES || draw(network, 100) < network->lost)
		return;
	fly(network, from, at, bytes);
	if (draw(network, 100) < network->doubled)
		fly(network, from, at, bytes);
}

static void
land(struct network *network)
{
	for (size_t i = 0; i < network->count;) {
		struct flying flying = network->flying[i];
		struct addr from;

		if (flying.due > network->now) {
			i++;
			continue;
		}
		network->flying[i] = network->flying[--network->count];
		from = network->parties[flying.from]->at;
		from.port = 2425;
		twin_hear_bytes(
		    &network->parties[flying.to]->twin, &from, 0, flying.bytes);
		free((void *)flying.bytes.data);
	}
}

/* Messages of one pair go one after the other, as a line sends them. */
static void write_next(struct network *network, size_t from, size_t to);

static void
on_outcome(void *arg, enum lan_outcome outcome, int err)
{
	struct letter_state *letter = arg;
	struct network *network = letter->network;
	struct pair *pair = &network->pairs[letter->from][letter->to];

	assert_int_equal(err, 0);
	if (outcome == LAN_SENT)
		return;
	pair->under_way = false;
	/* Given up by the protocol: the same is sent again later. */
	if (outcome == LAN_RECEIVED)
		pair->sent++;
	free(letter);
	write_next(network, (size_t)(pair - &network->pairs[0][0]) / PARTIES,
	    (size_t)(pair - &network->pairs[0][0]) % PARTIES);
}

static void
write_next(struct network *network, size_t from, size_t to)
{
	struct pair *pair = &network->pairs[from][to];
	struct party *party = network->parties[from];
	struct letter_state *state;
	struct member *peer = NULL;
	struct lan_letter letter = { 0 };
	char text[64];

	if (from == to || pair->under_way || pair->sent >= MESSAGES)
		return;
	for (size_t i = 0; i < party->member_count; i++) {
		if (addr_same_host(&party->members[i]->peer.addr,
			&network->parties[to]->at))
			peer = party->members[i];
	}
	assert_non_null(peer);
	snprintf(text, sizeof text, "%zu>%zu:%u", from, to, pair->sent);
	letter.peer = &peer->peer;
	letter.packet_no =
	    1700000000 + (uint32_t)(from * 100000 + to * 10000 + pair->sent);
	letter.text = span_text(text);
	/* Names with a fingerprint never speak in clear. */
	letter.protection = UNSIGNED_AES;
	if (network->is_signed)
		assert_int_equal(
		    lan_protection(party->lan, &peer->peer, &letter.protection),
		    0);
	state = xcalloc(1, sizeof *state);
	state->network = network;
	state->from = from;
	state->to = to;
	pair->under_way = true;
	lan_send(party->lan, &letter, on_outcome, state);
}

static bool
is_known(struct network *network, const struct lan_message *message)
{
	for (size_t i = 0; i < network->hash_count; i++) {
		if (memcmp(network->hashes[i], message->hash, SHA256_SIZE) == 0)
			return true;
	}
	assert_true(network->hash_count < 4096);
	memcpy(
	    network->hashes[network->hash_count++], message->hash, SHA256_SIZE);
	return false;
}

static void
on_message(struct party *party, struct lan_message *message)
{
	struct network *network = party->wire;
	size_t to = party_at(network, &party->at);
	size_t from = party_at(network, &message->from);
	struct pair *pair = &network->pairs[from][to];
	char want[64];

	if (!is_known(network, message)) {
		snprintf(want, sizeof want, "%zu>%zu:%u", from, to, pair->seen);
		assert_string_equal(message->text, want);
		assert_int_equal(message->signature,
		    network->is_signed ? LAN_SIGNED : LAN_UNSIGNED);
		pair->seen++;
		network->delivered++;
	}
	/* A repeat is acknowledged again (reference 3.4). */
	lan_acknowledge(party->lan, message);
	lan_message_free(message);
}

static void
waits_are_over(struct party *party)
{
	struct table_link *links[64], *link;
	size_t count = 0;

	for (link = table_first(&party->lan->posts); link != NULL && count < 64;
	     link = table_next(&party->lan->posts, link))
		links[count++] = link;
	/* A post that ends may begin a sending, not another post. */
	for (size_t i = 0; i < count; i++)
		fire(&container_of(links[i], struct post, link)->timer);
}

static bool
is_busy(const struct network *network)
{
	for (size_t i = 0; i < PARTIES; i++) {
		if (workers_load(network->parties[i]->workers) > 0)
			return true;
	}
	return false;
}

static void
step(struct network *network)
{
	network->now++;
	do
		loop_turn(network->loop, is_busy(network));
	while (is_busy(network));
	for (size_t i = 0; i < PARTIES; i++)
		twin_flush(&network->parties[i]->twin);
	land(network);
	if (network->now % WAIT_STEPS == 0) {
		for (size_t i = 0; i < PARTIES; i++)
			waits_are_over(network->parties[i]);
	}
}

static bool
all_arrived(const struct network *network)
{
	for (size_t from = 0; from < PARTIES; from++) {
		for (size_t to = 0; to < PARTIES; to++) {
			if (from != to &&
			    network->pairs[from][to].sent < MESSAGES)
				return false;
		}
	}
	return true;
}

/* -- the whole ------------------------------------------------------------- */

static void
meet(struct network *network, size_t one, size_t other)
{
	struct party *party = network->parties[one];
	struct party *peer = network->parties[other];
	char text[ADDR_TEXT_SIZE];
	struct member *member;

	member = member_add(party, lan_user(peer->lan), lan_host(peer->lan),
	    addr_format_host(&peer->at, text), ANNAS_STATUS);
	member->peer.key = rsa_public_ref(
	    rsa_key_public(keyring_key(peer->keyring, RSA_2048)));
	member->peer.word = CAPA_OURS;
}

static int
open_network(void **state)
{
	static const char *const keys[] = { "win", "other", "win" };
	struct network *network = xcalloc(1, sizeof *network);

	network->loop = loop_new();
	for (size_t i = 0; i < PARTIES; i++) {
		struct lan_settings settings = party_settings;
		char at[32], logon[16];

		snprintf(at, sizeof at, "10.77.0.%zu", 2 + i);
		snprintf(logon, sizeof logon, "user%zu", i);
		settings.logon = logon;
		network->parties[i] = party_make(network->loop, at, keys[i]);
		network->parties[i]->wire = network;
		party_take_settings(network->parties[i], &settings);
		twin_forget(&network->parties[i]->twin);
		timer_stop(&network->parties[i]->lan->again);
		network->parties[i]->twin.on_sent = on_sent;
		network->parties[i]->on_message = on_message;
	}
	for (size_t i = 0; i < PARTIES; i++) {
		for (size_t k = 0; k < PARTIES; k++) {
			if (i != k)
				meet(network, i, k);
		}
	}
	*state = network;
	return 0;
}

static int
close_network(void **state)
{
	struct network *network = *state;

	for (size_t i = 0; i < PARTIES; i++)
		network->parties[i]->twin.on_sent = NULL;
	for (size_t i = 0; i < PARTIES; i++)
		party_free(network->parties[i], i == PARTIES - 1);
	for (size_t i = 0; i < network->count; i++)
		free((void *)network->flying[i].bytes.data);
	free(network->flying);
	free(network);
	return 0;
}

static void
talk(struct network *network, uint32_t seed, bool is_signed)
{
	network->state = seed;
	network->is_signed = is_signed;
	network->delivered = 0;
	network->hash_count = 0;
	memset(network->pairs, 0, sizeof network->pairs);
	for (size_t from = 0; from < PARTIES; from++) {
		for (size_t to = 0; to < PARTIES; to++)
			write_next(network, from, to);
	}
	for (unsigned until = network->now + STEPS_MAX;
	     !all_arrived(network);) {
		step(network);
		if (network->now >= until)
			fail_msg("seed %u: only %u have arrived", seed,
			    network->delivered);
	}
	/* What still flies is repeats; they are known. */
	for (int i = 0; i < 2 * DELAY_MAX; i++)
		step(network);
	assert_int_equal(
	    network->delivered, PARTIES * (PARTIES - 1) * MESSAGES);
}

static void
on_a_good_network_everything_arrives_once_in_order(void **state)
{
	struct network *network = *state;

	talk(network, 1, false);
	talk(network, 2, true);
}

static void
on_a_network_that_loses_doubles_and_reorders_too(void **state)
{
	struct network *network = *state;

	network->lost = 25;
	network->doubled = 25;
	for (uint32_t seed = 1; seed <= SEEDS; seed++)
		talk(network, 0x9e3779b9u * seed, false);
}

static void
signed_messages_do_as_well(void **state)
{
	struct network *network = *state;

	network->lost = 25;
	network->doubled = 25;
	for (uint32_t seed = 1; seed <= SEEDS / 4; seed++)
		talk(network, 0x85ebca6bu * seed, true);
}

static void
even_where_most_is_lost(void **state)
{
	struct network *network = *state;

	network->lost = 70;
	network->doubled = 10;
	talk(network, 77, false);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, open_network, close_network)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(on_a_good_network_everything_arrives_once_in_order),
		TEST(on_a_network_that_loses_doubles_and_reorders_too),
		TEST(signed_messages_do_as_well),
		TEST(even_where_most_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

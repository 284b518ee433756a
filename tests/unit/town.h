/* town.h: a whole camd whose network is a twin, and scripted people on it: for
 * the tests of users, messages and what becomes of them. */
#ifndef CAM_TEST_TOWN_H
#define CAM_TEST_TOWN_H

#include "base/clock.h"
#include "camd/message/outbox.h"
#include "camd/people/user.h"
#include "crypto/crypto.h"
#include "crypto/keyring.h"
#include "ipmsg/capability.h"
#include "ipmsg/entry.h"
#include "sealed.h"
#include "test_key.h"
#include "twin.h"
#include "world.h"

enum { PEOPLE_MAX = 8, READ_MAX = 64 };

/* Somebody on the LAN, as his program speaks. */
struct person {
	char user[PACKET_NAME_SIZE]; /* wire name */
	const char *host;
	char at[ADDR_TEXT_SIZE];
	struct rsa_key *strong, *weak; /* NULL: he shows no key */
	uint32_t word, status;
	const char *version;  /* the first field of his packets */
	bool silent;	      /* answers nothing */
	bool deaf;	      /* confirms no message */
	uint32_t refuses;     /* nor the one with that number */
	unsigned number;      /* of his next packet */
	char *read[READ_MAX]; /* texts that he got, repeats too */
	uint32_t read_no[READ_MAX];
	bool read_sealed[READ_MAX]; /* encrypted */
	size_t read_count;
	size_t asked; /* for his key */
};

struct town {
	struct world world;
	struct twin twin;
	struct crypto *crypto;
	struct keyring *ours; /* the same keys as camd's */
	struct person *people[PEOPLE_MAX];
	size_t count;
	size_t handled; /* of what the twin has caught */
};

/* -- people ---------------------------------------------------------------- */

static inline void
person_says(struct town *town, struct person *person, uint32_t command,
    struct span body)
{
	struct addr from = address(person->at);
	struct buf packet;

	buf_init(&packet, 65000);
	buf_printf(&packet, "%s:%u:%s:%s:%u:", person->version,
	    person->number++, person->user, person->host, (unsigned)command);
	buf_put_span(&packet, body);
	twin_hear_bytes(&town->twin, &from, 0, buf_span(&packet));
	buf_finish(&packet);
}

static inline void
person_tells(struct town *town, struct person *person, uint32_t command)
{
	char body[200];
	int len = snprintf(body, sizeof body, "%.20s!%cStaff", person->user, 0);

	person_says(
	    town, person, command | person->status, span_of(body, (size_t)len));
}

static inline void
person_enters(struct town *town, struct person *person)
{
	person_tells(town, person, COMMAND_BR_ENTRY);
}

static inline void
person_shows(
    struct town *town, struct person *person, const struct rsa_key *key)
{
	struct span modulus = rsa_public_modulus(rsa_key_public(key));
	struct pubkey_text text = { .capability = person->word,
		.exponent = rsa_public_exponent(rsa_key_public(key)),
		.modulus_len = modulus.len };
	struct buf body;

	memcpy(text.modulus, modulus.data, modulus.len);
	buf_init(&body, 2048);
	pubkey_text_build(&text, &body);
	person_says(town, person, COMMAND_ANSPUBKEY, buf_span(&body));
	buf_finish(&body);
}

/* Encrypted for us as the flags say, signed where they say so. */
static inline void
person_seals(struct town *town, struct person *person, uint32_t flags,
    uint32_t options, struct span plain)
{
	struct buf body;

	buf_init(&body, 65000);
	seal_text(town->crypto, town->ours, person->strong, flags,
	    person->number, plain, &body);
	person_says(town, person,
	    COMMAND_SENDMSG | MESSAGE_ENCRYPT | MESSAGE_UTF8 |
		MESSAGE_SENDCHECK | options,
	    buf_span(&body));
	buf_finish(&body);
}

enum {
	SEALED_STRONG = 0x41900004,
	SEALED_UNSIGNED = 0x00900004,
	SEALED_WEAK = 0x01820002
};

static inline void
person_writes(struct town *town, struct person *person, const char *text)
{
	person_seals(
	    town, person, SEALED_STRONG, 0, span_of(text, strlen(text) + 1));
}

static inline void
person_reads(
    struct town *town, struct person *person, const struct packet *packet)
{
	bool sealed = (packet->command & MESSAGE_ENCRYPT) != 0;

	assert_true(person->read_count < READ_MAX);
	person->read_no[person->read_count] = packet->number;
	person->read_sealed[person->read_count] = sealed;
	person->read[person->read_count++] =
	    sealed
		? open_text(town->crypto, person->strong, person->weak,
		      rsa_key_public(keyring_key(town->ours, RSA_2048)), packet)
		: span_dup(packet->parts[0]);
}

static inline void
person_gets(
    struct town *town, struct person *person, const struct packet *packet)
{
	char number[16];

	snprintf(number, sizeof number, "%u", (unsigned)packet->number);
	switch (command_mode(packet->command)) {
	case COMMAND_BR_ENTRY:
		person_tells(town, person, COMMAND_ANSENTRY);
		break;
	case COMMAND_GETPUBKEY:
		person->asked++;
		if (person->strong != NULL && (person->word & CAPA_RSA_2048))
			person_shows(town, person, person->strong);
		else if (person->weak != NULL)
			person_shows(town, person, person->weak);
		break;
	case COMMAND_SENDMSG:
		person_reads(town, person, packet);
		if (!person->deaf && person->refuses != packet->number &&
		    (packet->command & MESSAGE_SENDCHECK))
			person_says(
			    town, person, COMMAND_RECVMSG, span_text(number));
		break;
	case COMMAND_READMSG:
		person_says(
		    town, person, COMMAND_ANSREADMSG, span_text(number));
		break;
	default:
		break;
	}
}

/*
 * With the keys of that name in the test data ("other", "mac"), and their
 * fingerprint in his name where he is named; NULL: without encryption.
 */
static inline struct person *
person_make(struct town *town, const char *logon, const char *host,
    const char *at, const char *keys, bool named)
{
	struct person *person = xcalloc(1, sizeof *person);
	char fingerprint[RSA_FINGERPRINT_SIZE], name[32];

	assert_true(town->count < PEOPLE_MAX);
	snprintf(person->user, sizeof person->user, "%s", logon);
	person->host = host;
	snprintf(person->at, sizeof person->at, "%s", at);
	person->version = "1";
	person->number = 1700000000;
	person->status = STATUS_CAPUTF8;
	if (keys != NULL) {
		snprintf(name, sizeof name, "%s2048", keys);
		person->strong = test_key(name);
		snprintf(name, sizeof name, "%s1024", keys);
		person->weak = test_key(name);
		person->word = CAPA_OURS;
		person->status |= STATUS_ENCRYPT | STATUS_ENCEXTMSG;
		rsa_public_fingerprint(
		    rsa_key_public(person->strong), fingerprint);
		if (named)
			entry_user_join(logon, fingerprint, person->user);
	}
	town->people[town->count++] = person;
	return person;
}

static inline void
person_free(struct person *person)
{
	while (person->read_count > 0)
		free(person->read[--person->read_count]);
	rsa_key_free(person->strong);
	rsa_key_free(person->weak);
	free(person);
}

/* The roster's entry of that person, NULL: none. */
static inline struct user *
user_of(struct town *town, const struct person *person)
{
	struct addr at = address(person->at);

	return roster_find(
	    town->world.camd.roster, person->user, person->host, &at);
}

static inline void
assert_at(const struct user *user, const char *at)
{
	char text[ADDR_TEXT_SIZE];

	assert_non_null(user);
	assert_string_equal(addr_format(&user->peer.addr, text), at);
}

/* -- time ------------------------------------------------------------------ */

static inline bool
is_busy(const struct camd *camd)
{
	return workers_load(camd->pool) > 0 || workers_load(camd->writer) > 0 ||
	       workers_load(camd->readers) > 0;
}

/* Everybody answers what has come to him. */
static inline void
town_answer(struct town *town)
{
	twin_flush(&town->twin);
	while (town->handled < town->twin.caught_count) {
		struct caught caught = town->twin.caught[town->handled++];
		struct packet packet;

		assert_int_equal(packet_parse(caught.bytes, &packet), 0);
		for (size_t i = 0; i < town->count; i++) {
			struct person *person = town->people[i];
			struct addr at = address(person->at);

			if (!person->silent && addr_equal(&at, &caught.to))
				person_gets(town, person, &packet);
		}
		twin_flush(&town->twin);
	}
}

/* Until nothing more happens by itself; waits of more than no time go on. */
static inline void
town_settle(struct town *town)
{
	struct camd *camd = &town->world.camd;

	for (int quiet = 0; quiet < 3; quiet++) {
		size_t before = town->handled;

		timer_start(&town->world.patience, WORLD_PATIENCE_MS);
		loop_turn(camd->loop, is_busy(camd));
		timer_stop(&town->world.patience);
		town_answer(town);
		if (is_busy(camd) || town->handled != before)
			quiet = -1;
	}
}

static inline void
town_forget(struct town *town)
{
	town_settle(town);
	twin_forget(&town->twin);
	town->handled = 0;
}

/* All posts wait no longer, until none is left. */
static inline void
town_lose_patience(struct town *town)
{
	struct post *post;

	while ((post = a_post(&town->twin)) != NULL) {
		fire(&post->timer);
		town_settle(town);
	}
}

/* -- sending --------------------------------------------------------------- */

/* The outcome of a message of ours. */
struct sent {
	char id[ID_SIZE];
	char state[16], reason[16];
	bool stored;
};

static inline void
on_sent_stored(void *arg, int err, const struct outbox_sent *outbox_sent)
{
	struct sent *sent = arg;
	const struct store_delivery *first = &outbox_sent->deliveries[0];

	assert_int_equal(err, 0);
	snprintf(sent->id, sizeof sent->id, "%s", outbox_sent->id);
	snprintf(sent->state, sizeof sent->state, "%s",
	    store_state_word(first->state));
	snprintf(sent->reason, sizeof sent->reason, "%s", first->error);
	sent->stored = true;
}

static inline struct sent
send_with(struct town *town, struct user **to, size_t count, const char *text,
    struct outbox_request request)
{
	struct sent sent = { .stored = false };

	request.text = text;
	request.text_len = strlen(text);
	request.to = to;
	request.to_count = count;
	outbox_send(town->world.camd.outbox, &request, on_sent_stored, &sent);
	while (!sent.stored)
		world_turn(&town->world);
	town_settle(town);
	return sent;
}

static inline struct sent
send_to(struct town *town, struct user *user, const char *text)
{
	return send_with(
	    town, &user, 1, text, (struct outbox_request){ .reply = NULL });
}

/* -- what is stored -------------------------------------------------------- */

struct look {
	struct job job;
	void (*look)(struct store *store, void *arg);
	void *arg;
	bool done;
};

static inline void
look_now(struct job *job, void *context)
{
	struct look *look = container_of(job, struct look, job);

	look->look(context, look->arg);
}

static inline void
on_looked(struct job *job)
{
	container_of(job, struct look, job)->done = true;
}

/* Calls look with the database, behind all that was to be written. */
static inline void
town_look(
    struct town *town, void (*look)(struct store *store, void *arg), void *arg)
{
	struct look job = { .look = look, .arg = arg };

	job.job.work = look_now;
	job.job.done = on_looked;
	workers_submit(town->world.camd.writer, &job.job);
	while (!job.done)
		world_turn(&town->world);
}

struct stored_delivery {
	const char *id;
	int64_t uid; /* 0: the only one */
	struct store_delivery row;
	bool found;
};

static inline int
take_delivery(const struct store_delivery *row, void *arg)
{
	struct stored_delivery *stored = arg;

	if (stored->uid == 0 || stored->uid == row->uid) {
		stored->row = *row;
		stored->found = true;
	}
	return 0;
}

static inline void
look_for_delivery(struct store *store, void *arg)
{
	struct stored_delivery *stored = arg;
	int64_t row;

	if (store_message_find(store, stored->id, NULL, 0, NULL, &row) == 0)
		(void)store_delivery_each(store, row, take_delivery, stored);
}

static inline struct store_delivery
delivery_of(struct town *town, const char *id)
{
	struct stored_delivery stored = { .id = id };

	town_look(town, look_for_delivery, &stored);
	assert_true(stored.found);
	return stored.row;
}

/* -- the whole ------------------------------------------------------------- */

static inline void
town_take_network(struct town *town)
{
	static const struct udp_ops udp_ops = { lan_receive, NULL };
	static const struct udp_twin_ops twin_ops = { .on_sent = twin_catch };
	struct lan *lan = town->world.camd.lan;
	struct addr at = *udp_address(lan->v4);

	udp_close(lan->v4);
	lan->v4 = udp_twin_new(
	    town->world.camd.loop, &at, &udp_ops, lan, &twin_ops, &town->twin);
	town->twin.lan = lan;
	/* What this machine's network does is none of the test's. */
	interface_watch_free(lan->watch);
	lan->watch = NULL;
	timer_stop(&lan->again);
}

static inline struct town *
town_open(const char *settings)
{
	struct town *town = xcalloc(1, sizeof *town);
	char *keys;

	assert_int_equal(world_open(&town->world, settings), 0);
	town->crypto = crypto_new();
	keys = xasprintf("%s/data/keys", town->world.folder);
	assert_int_equal(keyring_open(keys, true, NULL, &town->ours), 0);
	free(keys);
	town_take_network(town);
	town_forget(town);
	return town;
}

/* camd ends and begins again with what it has stored. */
static inline void
town_restart(struct town *town)
{
	world_stop(&town->world);
	town->twin.lan = NULL;
	while (town->twin.caught_count > 0)
		free((void *)town->twin.caught[--town->twin.caught_count]
			 .bytes.data);
	town->handled = 0;
	assert_int_equal(world_start(&town->world), 0);
	town_take_network(town);
	town_forget(town);
}

static inline void
town_close(struct town *town)
{
	assert_int_equal(world_close(&town->world), 0);
	while (town->twin.caught_count > 0)
		free((void *)town->twin.caught[--town->twin.caught_count]
			 .bytes.data);
	while (town->count > 0)
		person_free(town->people[--town->count]);
	keyring_free(town->ours);
	crypto_free(town->crypto);
	free(town);
}

static inline int
town_setup(void **state)
{
	*state = town_open("");
	return 0;
}

static inline int
town_teardown(void **state)
{
	town_close(*state);
	return 0;
}

#define TEST_OF_TOWN(test)                                                     \
	cmocka_unit_test_setup_teardown(test, town_setup, town_teardown)

/* anna, a camd of her own, whose key is pinned. */
static inline struct person *
town_add_anna(struct town *town)
{
	struct person *anna =
	    person_make(town, "anna", "pc1", "10.77.0.3:2425", "other", true);

	person_enters(town, anna);
	town_settle(town);
	send_to(town, user_of(town, anna), "pins your key");
	assert_non_null(user_of(town, anna)->pin);
	assert_int_equal(anna->read_count, 1);
	return anna;
}

#endif

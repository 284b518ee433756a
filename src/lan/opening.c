/* opening.c: messages that arrived, deciphered and checked off the loop, told
 * in the order they came. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "ipmsg/attach.h"
#include "ipmsg/enctext.h"
#include "ipmsg/message.h"
#include "ipmsg/tolist.h"
#include "lan/seal.h"
#include "lan/state.h"

/* Being opened, and waiting for a key: of all, and of one address once there
 * are many. */
enum {
	OPENINGS_MAX = 4096,
	OPENINGS_BUSY = 512,
	OPENINGS_SOURCE = 64,
	PARKED_MAX = 256
};
/* A key that was asked for comes within this or not at all. */
enum { PARKED_MS = 5000 };

struct opening {
	TAILQ_ENTRY(opening) entry;
	struct job job;
	struct lan *lan;
	uint64_t arrival; /* its number in the order of arrival */
	struct lan_message *message;
	struct unsealing unsealing;
	struct timer parked; /* runs while it waits for a key */
	bool done;
	int err;
};

static void
opening_free(struct opening *opening)
{
	opening->lan->opening_count--;
	timer_finish(&opening->parked);
	unsealing_finish(&opening->unsealing);
	lan_message_free(opening->message);
	free(opening);
}

/* Of two that the pool has opened the later may be done first. */
static void
insert_by_arrival(struct openings *list, struct opening *opening)
{
	struct opening *before;

	TAILQ_FOREACH_REVERSE (before, list, openings, entry) {
		if (before->arrival < opening->arrival)
			break;
	}
	if (before != NULL)
		TAILQ_INSERT_AFTER(list, before, opening, entry);
	else
		TAILQ_INSERT_HEAD(list, opening, entry);
}

/* -- what the bytes mean ----------------------------------------------------
 */

/* Returns whether we are in it; an unreadable list proves nothing. */
static bool
read_to_list(const struct lan *lan, struct lan_message *message,
    struct span bytes, const struct charset_reader *reader)
{
	struct to_list *list = xcalloc(1, sizeof *list);
	bool includes_us = false;

	if (to_list_parse(bytes, reader, list) == 0 && list->count > 0) {
		message->to = xcalloc(list->count, sizeof *message->to);
		for (size_t i = 0; i < list->count; i++) {
			message->to[i].user = xstrdup(list->users[i].user);
			message->to[i].host = xstrdup(list->users[i].host);
			if (text_same(list->users[i].user, lan->user) &&
			    text_same(list->users[i].host, lan->host))
				includes_us = true;
		}
		message->to_count = list->count;
	}
	free(list);
	return includes_us;
}

static void
take_text(struct lan_message *message, struct span bytes,
    const struct charset_reader *reader, struct peer *peer)
{
	enum charset charset;
	struct buf text;

	/* A half-width katakana, or a byte that is none of a character, takes
	 * three in UTF-8. */
	buf_init(&text, 3 * LIMIT_BODY_LEGACY);
	charset = message_text_read(reader, bytes, _("[picture]"), &text);
	if (charset != CHARSET_UTF8 && peer != NULL)
		peer->charset = (uint8_t)charset;
	message->text_len = text.len;
	message->text = buf_steal_text(&text);
	if (message->text == NULL) {
		message->text = xstrdup("");
		message->text_len = 0;
	}
	buf_finish(&text);
}

static struct digest *
digest_of_number(uint32_t packet_no)
{
	struct digest *digest = digest_new(DIGEST_SHA256);
	char number[16];

	snprintf(number, sizeof number, "%u", (unsigned)packet_no);
	digest_add(digest, span_text(number));
	digest_add(digest, span_of("", 1));
	return digest;
}

void
lan_signed_hash(
    uint32_t packet_no, const struct rsa_public *key, uint8_t hash[SHA256_SIZE])
{
	struct digest *digest = digest_of_number(packet_no);

	digest_add(digest, rsa_public_modulus(key));
	digest_peek(digest, hash);
	digest_free(digest);
}

static void
hash_words(struct lan_message *message, struct span body)
{
	struct digest *digest = digest_of_number(message->packet_no);

	digest_add(digest, span_of(message->user, strlen(message->user) + 1));
	digest_add(digest, span_of(message->host, strlen(message->host) + 1));
	if (client_names_collide(message->client))
		digest_add(
		    digest, span_of(&message->from, sizeof message->from));
	digest_add(digest, body);
	digest_peek(digest, message->hash);
	digest_free(digest);
}

/*
 * By what the message is known again (threat model N5). An authentic one by
 * its author's key and its number, which he never uses twice; others also by
 * their words, so that nobody can use up a number for somebody else.
 */
static void
identify(struct lan_message *message, const struct rsa_public *key,
    struct span body, struct span ciphertext)
{
	if (message->signature != LAN_UNSIGNED && key != NULL)
		lan_signed_hash(message->packet_no, key, message->hash);
	else
		hash_words(message, body);
	if (ciphertext.len > 0)
		digest_sha256(ciphertext, message->cipher_hash);
}

/* -- telling ----------------------------------------------------------------
 */

/* Those in front are told first, so that talks stay in order although RSA runs
 * beside. */
static void
tell_ready(struct lan *lan)
{
	struct opening *opening;

	while (
	    (opening = TAILQ_FIRST(&lan->openings)) != NULL && opening->done) {
		struct lan_message *message = opening->message;

		TAILQ_REMOVE(&lan->openings, opening, entry);
		if (opening->err == 0)
			opening->message = NULL;
		else
			message = NULL;
		opening_free(opening);
		if (message != NULL)
			lan->ops->on_message(lan->arg, message);
	}
}

static enum lan_signed
signed_as(enum suite_signature signature)
{
	switch (signature) {
	case SIGNATURE_VALID:
	case SIGNATURE_VALID_TEXT_ONLY:
		return LAN_SIGNED;
	case SIGNATURE_WEAK:
		return LAN_SIGNED_WEAK;
	default:
		return LAN_UNSIGNED;
	}
}

/* Splits and reads what was deciphered. */
static void
read_plain(struct lan *lan, struct opening *opening)
{
	struct lan_message *message = opening->message;
	struct peer *peer = lan->ops->find(
	    lan->arg, message->user, message->host, &message->from);
	struct charset_reader reader;
	struct enctext_plain plain;
	const struct unsealing *unsealing = &opening->unsealing;
	struct span opened = buf_span(&unsealing->opened.plain);
	struct span ciphertext = span_of(unsealing->text.data,
	    unsealing->text.signature_len > 0 ? unsealing->text.data_len : 0);

	lan_reader(lan, peer, &reader);
	reader.client = message->client;
	reader.utf8 = (message->options & MESSAGE_UTF8) != 0;
	enctext_split(
	    opened, (message->options & MESSAGE_ENCEXTMSG) != 0, &plain);
	message->signature = signed_as(unsealing->opened.signature);
	if (message->signature != LAN_UNSIGNED)
		message->key = rsa_public_ref(unsealing->sender);
	take_text(message, plain.text, &reader, peer);
	/* The lists of a macOS client are not covered by its signature: no
	 * telling who wrote them. */
	if (plain.files.len > 0)
		message_read_attachments(message, plain.files, &reader);
	if (plain.to.len > 0 &&
	    !read_to_list(lan, message, plain.to, &reader) &&
	    message->signature != LAN_UNSIGNED && message->to_count > 0)
		message->signature = LAN_SIGNED_FOR_ANOTHER;
	identify(message, unsealing->sender, opened, ciphertext);
}

/* -- opening ----------------------------------------------------------------
 */

static void
work(struct job *job, void *context)
{
	struct opening *opening = container_of(job, struct opening, job);

	opening->err = unsealing_run(&opening->unsealing, opening->lan->crypto);
}

static void
finish(struct opening *opening)
{
	struct lan *lan = opening->lan;

	opening->done = true;
	tell_ready(lan);
}

static void
on_key_silent(void *arg)
{
	struct opening *opening = arg;

	/* Unproved and unprovable: not acknowledged, so its sender will say it
	 * again. */
	TAILQ_REMOVE(&opening->lan->parked, opening, entry);
	opening_free(opening);
}

/* The key that signed it is here by now. Its place in the order stays. */
static void
open_again(struct opening *opening, const struct peer *peer)
{
	unsealing_forget(&opening->unsealing);
	opening->unsealing.sender = rsa_public_ref(peer->key);
	workers_submit(opening->lan->workers, &opening->job);
}

/* Its sender says it again every second: one of them is enough. */
static bool
may_park(const struct lan *lan, const struct lan_message *message)
{
	const struct opening *other;
	size_t count = 0;

	TAILQ_FOREACH (other, &lan->parked, entry) {
		if (++count >= PARKED_MAX)
			return false;
		if (other->message->packet_no == message->packet_no &&
		    addr_equal(&other->message->from, &message->from) &&
		    strcmp(other->message->user, message->user) == 0 &&
		    strcmp(other->message->host, message->host) == 0)
			return false;
	}
	return true;
}

/* Signed by a key that we have not: ask, and check again when it is here. */
static void
park(struct opening *opening)
{
	struct lan *lan = opening->lan;
	struct lan_message *message = opening->message;
	struct peer *peer = lan->ops->find(
	    lan->arg, message->user, message->host, &message->from);

	if (peer != NULL && peer->key != NULL &&
	    opening->unsealing.sender == NULL) {
		open_again(opening, peer);
		return;
	}
	TAILQ_REMOVE(&lan->openings, opening, entry);
	if (peer == NULL || !may_park(lan, message)) {
		/* Who is not known yet is once he has told of himself; then his
		 * next try can be checked (reference 2.3). */
		if (peer == NULL && !(message->options & MESSAGE_NOADDLIST))
			lan_probe_sender(lan, &message->from);
		opening_free(opening);
		return;
	}
	unsealing_forget(&opening->unsealing);
	insert_by_arrival(&lan->parked, opening);
	timer_start(&opening->parked, PARKED_MS);
	question_ask_back(lan, peer, &message->from);
}

/* No packet may follow from an automatic one (threat model N3): it is told as
 * what it is, by nobody known. */
static bool
must_park(const struct opening *opening)
{
	return opening->unsealing.opened.signature == SIGNATURE_UNCHECKED &&
	       !(opening->message->options &
		   (MESSAGE_AUTORET | MESSAGE_BROADCAST));
}

static void
on_worked(struct job *job)
{
	struct opening *opening = container_of(job, struct opening, job);
	struct lan *lan = opening->lan;

	if (opening->err < 0) {
		/* One line for all failures alike, and no answer: no oracle
		 * (threat model C2). */
		lan->counters.undecipherable++;
		log_debug("a message from %s could not be opened",
		    opening->message->user);
		finish(opening);
	} else if (must_park(opening)) {
		park(opening);
		tell_ready(lan);
	} else {
		read_plain(lan, opening);
		finish(opening);
	}
}

static bool
has_room(const struct lan *lan, const struct addr *from)
{
	const struct opening *opening;
	size_t count = 0;

	if (lan->opening_count >= OPENINGS_MAX)
		return false;
	if (lan->opening_count < OPENINGS_BUSY)
		return true;
	/* Many wait: each source gets its share. */
	TAILQ_FOREACH (opening, &lan->openings, entry)
		if (addr_same_host(&opening->message->from, from))
			count++;
	return count < OPENINGS_SOURCE;
}

static struct opening *
opening_new(struct lan *lan, const struct sender *sender)
{
	struct opening *opening = xcalloc(1, sizeof *opening);
	struct lan_message *message = xcalloc(1, sizeof *message);
	const struct packet *packet = sender->packet;

	opening->lan = lan;
	opening->message = message;
	opening->job.work = work;
	opening->job.done = on_worked;
	timer_init(&opening->parked, lan->loop, on_key_silent, opening);
	message->from = sender->addr;
	message->user = xstrdup(sender->user);
	message->host = xstrdup(sender->host);
	message->packet_no = packet->number;
	message->options = packet->command & ~(uint32_t)0xff;
	message->client = packet->client;
	opening->arrival = lan->openings_arrived++;
	lan->opening_count++;
	return opening;
}

static void
start_encrypted(struct lan *lan, const struct sender *sender)
{
	const struct packet *packet = sender->packet;
	bool known = sender->of_record && sender->peer->key != NULL;
	struct opening *opening;

	if (!has_room(lan, &sender->addr) ||
	    !budget_rsa(lan->budget, &sender->addr, known, clock_now_ms())) {
		lan->counters.over_budget++;
		return;
	}
	opening = opening_new(lan, sender);
	if (unsealing_init(&opening->unsealing, lan, packet, sender->peer) <
	    0) {
		lan->counters.undecipherable++;
		opening_free(opening);
		return;
	}
	opening->message->protection = opening->unsealing.text.flags;
	/* Lists of those without ENCEXTMSGOPT stand outside, in clear. */
	if (!(packet->command & MESSAGE_ENCEXTMSG) &&
	    (packet->command & MESSAGE_FILEATTACH)) {
		struct charset_reader reader;

		lan_reader(lan, sender->peer, &reader);
		packet_reader(packet, &reader);
		message_read_attachments(
		    opening->message, packet->parts[1], &reader);
	}
	TAILQ_INSERT_TAIL(&lan->openings, opening, entry);
	workers_submit(lan->workers, &opening->job);
}

/*
 * A name with a fingerprint promises encryption: in clear only an automatic
 * answer that asks for nothing is believed (reference 5.5).
 */
static bool
may_be_clear(const struct sender *sender)
{
	const uint32_t asks = MESSAGE_PASSWORD | MESSAGE_SENDCHECK |
			      MESSAGE_SECRET | MESSAGE_READCHECK |
			      MESSAGE_FILEATTACH;
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	uint32_t command = sender->packet->command;

	if (!entry_user_split(sender->user, logon, fingerprint))
		return true;
	return (command & MESSAGE_AUTORET) && !(command & asks);
}

/* FeiQ's messages to a group are enciphered in a way of its own (reference
 * 7.2). */
static bool
is_sealed_group(const struct packet *packet)
{
	struct feiq_version feiq;

	return packet->client == CLIENT_FEIQ &&
	       feiq_version_parse(packet->version, &feiq) == 0 &&
	       feiq.group_bytes != 0;
}

static void
start_clear(struct lan *lan, const struct sender *sender)
{
	const struct packet *packet = sender->packet;
	struct charset_reader reader;
	struct opening *opening;

	if (!may_be_clear(sender) || is_sealed_group(packet) ||
	    !has_room(lan, &sender->addr)) {
		lan->counters.undecipherable++;
		return;
	}
	opening = opening_new(lan, sender);
	lan_reader(lan, sender->peer, &reader);
	packet_reader(packet, &reader);
	take_text(opening->message, packet->parts[0], &reader,
	    sender->of_record ? sender->peer : NULL);
	if ((packet->command & MESSAGE_FILEATTACH) && packet->part_count > 1)
		message_read_attachments(
		    opening->message, packet->parts[1], &reader);
	identify(opening->message, NULL, packet->extension, span_of(NULL, 0));
	/* iptux tells a group in a command of its own and wants no word of it.
	 */
	if (command_mode(packet->command) == COMMAND_IPTUX_TEXT)
		opening->message->options = MESSAGE_BROADCAST;
	opening->done = true;
	TAILQ_INSERT_TAIL(&lan->openings, opening, entry);
	tell_ready(lan);
}

void
opening_start(struct lan *lan, const struct sender *sender)
{
	if (command_mode(sender->packet->command) == COMMAND_SENDMSG &&
	    (sender->packet->command & MESSAGE_ENCRYPT) &&
	    !client_never_encrypts(sender->packet->client))
		start_encrypted(lan, sender);
	else
		start_clear(lan, sender);
}

/* What has waited goes back to its place among what is being opened. */
void
opening_key_known(struct lan *lan, const struct peer *peer)
{
	struct opening *opening, *next;

	for (opening = TAILQ_FIRST(&lan->parked); opening != NULL;
	     opening = next) {
		next = TAILQ_NEXT(opening, entry);
		if (!peer_is(
			peer, opening->message->user, opening->message->host) ||
		    peer->key == NULL)
			continue;
		TAILQ_REMOVE(&lan->parked, opening, entry);
		insert_by_arrival(&lan->openings, opening);
		timer_stop(&opening->parked);
		open_again(opening, peer);
	}
}

/* The workers have ended: nothing runs any more. */
void
openings_finish(struct lan *lan)
{
	struct opening *opening;

	while ((opening = TAILQ_FIRST(&lan->openings)) != NULL) {
		TAILQ_REMOVE(&lan->openings, opening, entry);
		opening_free(opening);
	}
	while ((opening = TAILQ_FIRST(&lan->parked)) != NULL) {
		TAILQ_REMOVE(&lan->parked, opening, entry);
		opening_free(opening);
	}
}

void
lan_acknowledge(struct lan *lan, const struct lan_message *message)
{
	char body[16];

	if (!(message->options & MESSAGE_SENDCHECK) ||
	    (message->options & (MESSAGE_BROADCAST | MESSAGE_AUTORET)))
		return;
	snprintf(body, sizeof body, "%u", (unsigned)message->packet_no);
	(void)lan_answer_packet(
	    lan, &message->from, COMMAND_RECVMSG, span_text(body));
}

/* question.c: keys, versions and absence texts, asked and answered
 * (reference 2.2, 5.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/keyring.h"
#include "crypto/rsa.h"
#include "ipmsg/capability.h"
#include "ipmsg/message.h"
#include "lan/post.h"
#include "lan/state.h"

/* What lan waits to hear of a peer (struct peer, asked). */
enum {
	ASKED_VERSION = 1,
	ASKED_ABSENCE = 2,
	ASKED_KEY = 4,
	/* He asked for our keys and is answered when his own has shown that he
	   receives (threat model N4). */
	OWED_KEY_2048 = 8,
	OWED_KEY_1024 = 16,
};

/* Repetitions after the first; an address that nobody vouches for gets just
 * one. */
enum { KEY_TRIES = 4, HINT_TRIES = 1 };

/* An asked key: the post's arg, so that both ends of the wait find the peer by
 * name. */
struct key_question {
	struct lan *lan;
	char *user;
	char *host;
	struct addr addr;
};

/* -- asking -----------------------------------------------------------------
 */

static void
key_question_free(void *arg)
{
	struct key_question *question = arg;

	free(question->user);
	free(question->host);
	free(question);
}

static void
on_key_end(void *arg, bool answered)
{
	struct key_question *question = arg;
	struct lan *lan = question->lan;
	struct peer *peer = lan->ops->find(
	    lan->arg, question->user, question->host, &question->addr);

	if (peer != NULL) {
		peer->asked &= (uint8_t)~ASKED_KEY;
		if (!answered)
			lan->ops->on_no_key(lan->arg, peer);
	}
	key_question_free(question);
}

static void
ask_key(struct lan *lan, struct peer *peer, const struct addr *at,
    uint32_t options, unsigned tries)
{
	struct packet_out out = { lan_number(lan), lan->user, lan->host,
		COMMAND_GETPUBKEY | options };
	struct key_question *question;
	struct post *post;
	struct buf word, buf;

	if (lan->port == 0 || !addr_is_answerable(at))
		return;
	buf_init(&word, 16);
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	capability_build(lan_word(lan), &word);
	if (packet_build(&buf, &out, buf_span(&word)) == 0) {
		question = xcalloc(1, sizeof *question);
		question->lan = lan;
		question->user = xstrdup(peer->user);
		question->host = xstrdup(peer->host);
		question->addr = *at;
		peer->asked |= ASKED_KEY;
		post = post_new(lan, POST_KEY, peer, at, 0,
		    xmemdup(buf.data, buf.len), buf.len, on_key_end, question);
		post->on_drop = key_question_free;
		if (tries < post->tries_left)
			post->tries_left = tries;
	}
	buf_finish(&word);
	buf_finish(&buf);
}

void
lan_ask_key(struct lan *lan, struct peer *peer)
{
	if (!(peer->asked & ASKED_KEY))
		ask_key(lan, peer, &peer->addr, 0, KEY_TRIES);
}

void
lan_ask_key_at(struct lan *lan, struct peer *peer, const struct addr *at)
{
	ask_key(lan, peer, at, 0, HINT_TRIES);
}

void
question_ask_back(struct lan *lan, struct peer *peer, const struct addr *at)
{
	if (!(peer->asked & ASKED_KEY))
		ask_key(lan, peer, at, MESSAGE_AUTORET, KEY_TRIES);
}

void
lan_ask_version(struct lan *lan, struct peer *peer)
{
	peer->asked |= ASKED_VERSION;
	lan_transmit_packet(lan, &peer->addr, COMMAND_GETINFO, span_text(""));
}

void
lan_ask_absence(struct lan *lan, struct peer *peer)
{
	peer->asked |= ASKED_ABSENCE;
	lan_transmit_packet(
	    lan, &peer->addr, COMMAND_GETABSENCEINFO, span_text(""));
}

/* -- answering --------------------------------------------------------------
 */

static bool
send_key(struct lan *lan, const struct addr *to, enum rsa_size size)
{
	const struct rsa_key *key = keyring_key(lan->keyring, size);
	struct pubkey_text text = { .capability = lan_word(lan) };
	struct span modulus;
	struct buf body;
	bool sent;

	if (key == NULL || (size == RSA_1024 && lan->legacy == LAN_LEGACY_OFF))
		return true;
	modulus = rsa_public_modulus(rsa_key_public(key));
	text.exponent = rsa_public_exponent(rsa_key_public(key));
	memcpy(text.modulus, modulus.data, modulus.len);
	text.modulus_len = modulus.len;
	buf_init(&body, 1024);
	pubkey_text_build(&text, &body);
	sent = lan_answer_packet(lan, to, COMMAND_ANSPUBKEY, buf_span(&body));
	buf_finish(&body);
	return sent;
}

static void
answer_key(struct lan *lan, const struct sender *sender)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	bool named = entry_user_split(sender->user, logon, fingerprint);
	uint32_t theirs;
	size_t size;
	bool sent;

	if (capability_parse(sender->packet->parts[0], &theirs) < 0 ||
	    (size = capability_answer(lan_word(lan), theirs, named)) == 0)
		return;
	sent = send_key(lan, &sender->addr, (enum rsa_size)size);
	/* He will send something signed: without his key it could not be
	 * checked. */
	if ((sender->packet->command & MESSAGE_AUTORET) ||
	    sender->peer == NULL || !sender->of_record ||
	    sender->peer->key != NULL ||
	    !(theirs & (CAPA_SIGN_SHA1 | CAPA_SIGN_SHA256)))
		return;
	if (!sent)
		sender->peer->asked |=
		    size == RSA_2048 ? OWED_KEY_2048 : OWED_KEY_1024;
	question_ask_back(lan, sender->peer, &sender->addr);
}

static void
pay_owed_key(struct lan *lan, struct peer *peer)
{
	uint8_t owed = peer->asked & (OWED_KEY_2048 | OWED_KEY_1024);

	peer->asked &= (uint8_t)~owed;
	if (owed != 0)
		(void)send_key(lan, &peer->addr,
		    owed & OWED_KEY_2048 ? RSA_2048 : RSA_1024);
}

static void
answer_absence(struct lan *lan, const struct sender *sender)
{
	const char *text = lan->ops->absence(lan->arg);
	enum charset charset = sender->peer != NULL
				   ? lan_charset(lan, sender->peer)
				   : CHARSET_UTF8;
	uint32_t command = COMMAND_SENDABSENCEINFO;
	struct buf body;

	buf_init(&body, LIMIT_NAME);
	message_text_write(lan->converter, charset,
	    span_text(text != NULL ? text : "Not absence mode"), &body);
	if (charset == CHARSET_UTF8)
		command |= MESSAGE_UTF8;
	if (!buf_failed(&body))
		lan_answer_packet(lan, &sender->addr, command, buf_span(&body));
	buf_finish(&body);
}

void
question_asked(struct lan *lan, const struct sender *sender)
{
	switch (command_mode(sender->packet->command)) {
	case COMMAND_GETPUBKEY:
		answer_key(lan, sender);
		break;
	case COMMAND_GETINFO:
		lan_answer_packet(lan, &sender->addr, COMMAND_SENDINFO,
		    span_text("cam " CAM_VERSION));
		break;
	default:
		answer_absence(lan, sender);
		break;
	}
}

/* -- answers to us ----------------------------------------------------------
 */

/* Only what we asked for, from where we asked, and what fits the name (threat
 * model C3, C4). */
static void
key_answered(struct lan *lan, const struct sender *sender)
{
	char logon[LIMIT_NAME + 1], named[FINGERPRINT_SIZE];
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct post *post = post_find(lan, POST_KEY, sender, 0);
	struct rsa_public *key = NULL;
	struct pubkey_text text;
	struct addr from = sender->addr;

	if (post == NULL || sender->peer == NULL ||
	    pubkey_text_parse(sender->packet->parts[0], &text) < 0 ||
	    rsa_public_new(span_of(text.modulus, text.modulus_len),
		text.exponent, &key) < 0)
		return;
	rsa_public_fingerprint(key, fingerprint);
	if (!keyring_has(lan->keyring, key) &&
	    (!entry_user_split(sender->user, logon, named) ||
		text_same(named, fingerprint))) {
		post_answered(post);
		pay_owed_key(lan, sender->peer);
		lan->ops->on_key(
		    lan->arg, sender->peer, &from, text.capability, key);
		opening_key_known(lan, sender->peer);
	}
	rsa_public_free(key);
}

static char *
read_text(struct lan *lan, const struct sender *sender)
{
	struct charset_reader reader;
	struct buf text;
	char *result;

	lan_reader(lan, sender->peer, &reader);
	packet_reader(sender->packet, &reader);
	buf_init(&text, LIMIT_BODY_LEGACY);
	message_text_read(&reader, sender->packet->parts[0], NULL, &text);
	result = buf_steal_text(&text);
	buf_finish(&text);
	return result;
}

void
question_answered(struct lan *lan, const struct sender *sender)
{
	bool version =
	    command_mode(sender->packet->command) == COMMAND_SENDINFO;
	uint8_t asked = version ? ASKED_VERSION : ASKED_ABSENCE;
	char *text;

	if (command_mode(sender->packet->command) == COMMAND_ANSPUBKEY) {
		key_answered(lan, sender);
		return;
	}
	if (!sender->of_record || !(sender->peer->asked & asked) ||
	    (text = read_text(lan, sender)) == NULL)
		return;
	sender->peer->asked &= (uint8_t)~asked;
	if (version)
		lan->ops->on_version(lan->arg, sender->peer, text);
	else
		lan->ops->on_absence(lan->arg, sender->peer, text);
	free(text);
}

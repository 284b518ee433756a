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
	/* He asked for our keys and is answered when his own has shown that he
	   receives (threat model N4). */
	OWED_KEY_2048 = 4,
	OWED_KEY_1024 = 8,
};

/* An address that nobody vouches for is asked so often. */
enum { HINT_TRIES = 2 };

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

	/* Silence elsewhere says nothing of the peer. */
	if (!answered && peer != NULL &&
	    addr_equal(&peer->addr, &question->addr))
		lan->ops->on_no_key(lan->arg, peer);
	key_question_free(question);
}

static struct key_question *
key_question_new(
    struct lan *lan, const struct peer *peer, const struct addr *at)
{
	struct key_question *question = xcalloc(1, sizeof *question);

	question->lan = lan;
	question->user = xstrdup(peer->user);
	question->host = xstrdup(peer->host);
	question->addr = *at;
	return question;
}

struct asking {
	const struct peer *peer;
	const struct addr *at;
	uint32_t options;
	unsigned tries; /* 0: all */
	bool is_answer;
};

static int
ask_key(struct lan *lan, const struct asking *asking)
{
	struct packet_out out = { lan_number(lan), lan->user, lan->host,
		COMMAND_GETPUBKEY | asking->options };
	struct post_order order = {
		.kind = POST_KEY,
		.peer = asking->peer,
		.to = asking->at,
		.tries = asking->tries,
		.is_answer = asking->is_answer,
		.on_end = on_key_end,
		.on_drop = key_question_free,
	};
	struct buf word, buf;
	int r;

	if (lan->port == 0 || !addr_is_answerable(asking->at))
		return CAM_ERR_UNREACHABLE;
	buf_init(&word, 16);
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	capability_build(lan_word(lan), &word);
	if ((r = packet_build(&buf, &out, buf_span(&word))) == 0) {
		order.arg = key_question_new(lan, asking->peer, asking->at);
		order.bytes = xmemdup(buf.data, buf.len);
		order.len = buf.len;
		post_new(lan, &order);
	}
	buf_finish(&word);
	buf_finish(&buf);
	return r;
}

static struct post *
find_asked(struct lan *lan, const struct peer *peer, const struct addr *at)
{
	return post_find(lan, POST_KEY, at, peer->user, peer->host, 0);
}

int
lan_ask_key(struct lan *lan, const struct peer *peer)
{
	struct asking asking = { .peer = peer, .at = &peer->addr };
	struct post *post = find_asked(lan, peer, &peer->addr);

	if (post != NULL && !post->is_answer)
		return 0;
	/* One asked as an answer may never leave. */
	post_free(post);
	return ask_key(lan, &asking);
}

void
lan_ask_key_at(struct lan *lan, const struct peer *peer, const struct addr *at)
{
	struct asking asking = {
		.peer = peer, .at = at, .tries = HINT_TRIES, .is_answer = true
	};

	if (find_asked(lan, peer, at) == NULL)
		(void)ask_key(lan, &asking);
}

void
question_ask_back(
    struct lan *lan, const struct peer *peer, const struct addr *at)
{
	struct asking asking = { .peer = peer,
		.at = at,
		.options = MESSAGE_AUTORET,
		.is_answer = true };

	if (find_asked(lan, peer, at) == NULL)
		(void)ask_key(lan, &asking);
}

void
lan_ask_version(struct lan *lan, struct peer *peer)
{
	if (lan_answer_packet(lan, &peer->addr, COMMAND_GETINFO, span_text("")))
		peer->asked |= ASKED_VERSION;
}

void
lan_ask_absence(struct lan *lan, struct peer *peer)
{
	if (lan_answer_packet(
		lan, &peer->addr, COMMAND_GETABSENCEINFO, span_text("")))
		peer->asked |= ASKED_ABSENCE;
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

	/* What the official clients say; programs look for it. */
	notice_absence(lan, &sender->addr, charset, COMMAND_SENDABSENCEINFO,
	    text != NULL ? text : "Not absence mode");
}

void
question_asked(struct lan *lan, const struct sender *sender)
{
	uint32_t command = sender->packet->command;

	if (command_mode(command) == COMMAND_GETPUBKEY) {
		answer_key(lan, sender);
		return;
	}
	/* In GETPUBKEY the bit says something else (reference 3.2). */
	if (command & (MESSAGE_AUTORET | MESSAGE_BROADCAST))
		return;
	if (command_mode(command) == COMMAND_GETINFO)
		lan_answer_packet(lan, &sender->addr, COMMAND_SENDINFO,
		    span_text("cam " CAM_VERSION));
	else
		answer_absence(lan, sender);
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
	struct post *post = post_find(
	    lan, POST_KEY, &sender->addr, sender->user, sender->host, 0);
	struct rsa_public *key = NULL;
	struct pubkey_text text;
	struct peer *peer;

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
		lan->ops->on_key(lan->arg, sender->peer, &sender->addr,
		    text.capability, key);
		/* He may have become another entry of the roster. */
		peer = lan->ops->find(
		    lan->arg, sender->user, sender->host, &sender->addr);
		if (peer != NULL)
			opening_key_known(lan, peer);
	}
	rsa_public_free(key);
}

static char *
read_text(struct lan *lan, const struct sender *sender, size_t max)
{
	struct charset_reader reader;
	struct buf text;
	char *result = NULL;
	size_t len;

	lan_reader(lan, sender->peer, &reader);
	packet_reader(sender->packet, &reader);
	buf_init(&text, 2 * LIMIT_BODY_LEGACY);
	message_text_read(&reader, sender->packet->parts[0], NULL, &text);
	len = utf8_cut(buf_span(&text), max);
	if (len > 0)
		result = xstrndup((const char *)text.data, len);
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
	    (text = read_text(lan, sender,
		 version ? LIMIT_VERSION_TEXT : LIMIT_ABSENCE_TEXT)) == NULL)
		return;
	sender->peer->asked &= (uint8_t)~asked;
	if (version)
		lan->ops->on_version(lan->arg, sender->peer, text);
	else
		lan->ops->on_absence(lan->arg, sender->peer, text);
	free(text);
}

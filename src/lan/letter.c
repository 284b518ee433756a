/* letter.c: a message sealed for one peer and sent until he confirms it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/keyring.h"
#include "ipmsg/capability.h"
#include "ipmsg/enctext.h"
#include "ipmsg/message.h"
#include "ipmsg/tolist.h"
#include "lan/post.h"
#include "lan/state.h"

struct sending {
	TAILQ_ENTRY(sending) entry;
	struct job job;
	struct lan *lan;
	struct peer peer; /* a copy of names and address */
	uint32_t packet_no;
	uint32_t command;
	uint32_t protection;
	struct suite suite;
	struct rsa_key *own; /* borrowed: signs */
	char number[16];
	struct buf plain; /* what is to be sealed, or the clear body */
	struct suite_text sealed;
	struct post *post;
	struct timer begin;
	bool working;
	bool cancelled;
	int err;
	void (*on_outcome)(void *arg, enum lan_outcome outcome, int err);
	void *arg;
};

int
lan_protection(const struct lan *lan, const struct peer *peer, uint32_t *flags)
{
	uint32_t ours =
	    lan->legacy == LAN_LEGACY_ON ? lan_word(lan) : CAPA_OURS_STRONG;
	uint32_t theirs = peer->word, chosen;

	if (client_never_encrypts((enum client_kind)peer->client))
		return CAM_ERR_KEY;
	if (peer->key == NULL || peer->word == 0)
		return peer_encrypts(peer) ? CAM_ERR_MORE : CAM_ERR_KEY;
	/* Only what the key that is held is good for (reference 5.4.4): asking
	 * again would bring the same one. */
	theirs &= rsa_public_size(peer->key) == RSA_2048
		      ? ~(uint32_t)CAPA_RSA_1024
		      : ~(uint32_t)CAPA_RSA_2048;
	if ((chosen = capability_choose(ours, theirs)) == 0)
		return CAM_ERR_KEY;
	*flags = chosen;
	return 0;
}

const char *
lan_protection_name(uint32_t flags)
{
	struct suite suite;

	return flags != 0 && suite_from_flags(flags, &suite) == 0
		   ? suite_name(&suite)
		   : "none";
}

enum peer_strength
lan_protection_strength(uint32_t flags)
{
	if (flags == 0)
		return PEER_UNKNOWN;
	return (flags & CAPA_RSA_2048) ? PEER_STRONG : PEER_WEAK;
}

bool
peer_encrypts(const struct peer *peer)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	return (peer->status & STATUS_ENCRYPT) || peer->key != NULL ||
	       entry_user_split(peer->user, logon, fingerprint);
}

/* -- what goes into the packet ----------------------------------------------
 */

/* Recipients, himself first: the signature covers them (threat model C5). */
static void
build_to_list(struct lan *lan, const struct lan_letter *letter,
    enum charset charset, struct buf *buf)
{
	struct to_list *list = xcalloc(1, sizeof *list);

	for (size_t i = 0; i < letter->to_count && list->count < LIMIT_TO_LIST;
	     i++) {
		struct to_user *user = &list->users[list->count];

		if (strlen(letter->to[i].user) >= sizeof user->user ||
		    strlen(letter->to[i].host) >= sizeof user->host)
			continue;
		memcpy(user->user, letter->to[i].user,
		    strlen(letter->to[i].user) + 1);
		memcpy(user->host, letter->to[i].host,
		    strlen(letter->to[i].host) + 1);
		list->count++;
	}
	if (letter->to_count <= LIMIT_TO_LIST)
		(void)to_list_build(list, lan->converter, charset, buf);
	free(list);
}

static void
build_plain(struct lan *lan, const struct lan_letter *letter,
    struct sending *sending, enum charset charset)
{
	struct buf text, to;

	buf_init(&text, LIMIT_BODY_LEGACY);
	buf_init(&to, LIMIT_TO_LIST_BYTES);
	message_text_write(lan->converter, charset, letter->text, &text);
	if (letter->protection == 0) {
		buf_put_span(&sending->plain, buf_span(&text));
	} else {
		if (letter->peer->status & STATUS_ENCEXTMSG) {
			build_to_list(lan, letter, charset, &to);
			sending->command |= MESSAGE_ENCEXTMSG;
		}
		enctext_join(buf_span(&text), span_of(NULL, 0),
		    buf_failed(&to) ? span_of(NULL, 0) : buf_span(&to),
		    &sending->plain);
	}
	if (buf_failed(&text))
		sending->plain.failed = true;
	buf_wipe(&text);
	buf_finish(&to);
}

static uint32_t
command_of(const struct lan_letter *letter, enum charset charset)
{
	uint32_t command =
	    COMMAND_SENDMSG | MESSAGE_SENDCHECK | MESSAGE_CAPUTF8;

	if (charset == CHARSET_UTF8)
		command |= MESSAGE_UTF8;
	if (letter->flags & (LAN_SEALED | LAN_LOCKED))
		command |= MESSAGE_SECRET | MESSAGE_READCHECK;
	if (letter->flags & LAN_LOCKED)
		command |= MESSAGE_PASSWORD;
	if (letter->flags & LAN_MULTICAST)
		command |= MESSAGE_MULTICAST;
	if (letter->protection != 0)
		command |= MESSAGE_ENCRYPT;
	return command;
}

/* -- the way ----------------------------------------------------------------
 */

static void
sending_free(struct sending *sending)
{
	TAILQ_REMOVE(&sending->lan->sendings, sending, entry);
	post_free(sending->post);
	timer_finish(&sending->begin);
	buf_wipe(&sending->plain);
	suite_text_finish(&sending->sealed);
	peer_finish(&sending->peer);
	free(sending);
}

static void
end(struct sending *sending, enum lan_outcome outcome, int err)
{
	void (*on_outcome)(void *, enum lan_outcome, int) = sending->on_outcome;
	void *arg = sending->arg;

	sending_free(sending);
	on_outcome(arg, outcome, err);
}

static void
on_post_end(void *arg, bool answered)
{
	struct sending *sending = arg;

	sending->post = NULL;
	end(sending, answered ? LAN_RECEIVED : LAN_SILENT, 0);
}

static void
put_sealed(const struct sending *sending, struct buf *body)
{
	const struct suite_text *sealed = &sending->sealed;

	enctext_build(sending->protection,
	    span_of(sealed->key, sealed->key_len), buf_span(&sealed->text),
	    span_of(sealed->signature, sealed->signature_len), body);
}

/* The whole packet; tells CAM_ERR_LIMIT where the peer would cut it off. */
static int
build_packet(struct sending *sending, struct buf *buf)
{
	struct lan *lan = sending->lan;
	struct packet_out out = { sending->packet_no, lan->user, lan->host,
		sending->command };
	struct buf body;
	int r;

	buf_init(&body, LIMIT_DATAGRAM_SENT);
	if (sending->protection != 0)
		put_sealed(sending, &body);
	else
		buf_put_span(&body, buf_span(&sending->plain));
	r = buf_failed(&body) ? CAM_ERR_LIMIT
			      : packet_build(buf, &out, buf_span(&body));
	if (r == 0 && buf->len > client_datagram_max(
				     (enum client_kind)sending->peer.client))
		r = CAM_ERR_LIMIT;
	buf_wipe(&body);
	return r;
}

static void
transmit(struct sending *sending)
{
	struct post_order order = {
		.kind = POST_MESSAGE,
		.peer = &sending->peer,
		.to = &sending->peer.addr,
		.number = sending->packet_no,
		.on_end = on_post_end,
		.arg = sending,
	};
	struct buf buf;
	int r;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	if ((r = build_packet(sending, &buf)) == 0) {
		order.bytes = xmemdup(buf.data, buf.len);
		order.len = buf.len;
		sending->post = post_new(sending->lan, &order);
	}
	buf_finish(&buf);
	if (r < 0)
		end(sending, LAN_FAILED, r);
	else
		sending->on_outcome(sending->arg, LAN_SENT, 0);
}

static void
work(struct job *job, void *context)
{
	struct sending *sending = container_of(job, struct sending, job);

	sending->err = suite_encrypt(sending->lan->crypto, &sending->suite,
	    sending->peer.key,
	    sending->suite.sign != SUITE_UNSIGNED ? sending->own : NULL,
	    span_text(sending->number), buf_span(&sending->plain),
	    &sending->sealed);
}

static void
on_worked(struct job *job)
{
	struct sending *sending = container_of(job, struct sending, job);

	sending->working = false;
	if (sending->cancelled)
		sending_free(sending);
	else if (sending->err < 0)
		end(sending, LAN_FAILED, sending->err);
	else
		transmit(sending);
}

static void
on_begin(void *arg)
{
	struct sending *sending = arg;

	if (buf_failed(&sending->plain)) {
		end(sending, LAN_FAILED, CAM_ERR_LIMIT);
		return;
	}
	if (sending->protection == 0) {
		transmit(sending);
		return;
	}
	sending->working = true;
	workers_submit(sending->lan->workers, &sending->job);
}

struct sending *
lan_send(struct lan *lan, const struct lan_letter *letter,
    void (*on_outcome)(void *arg, enum lan_outcome outcome, int err), void *arg)
{
	struct sending *sending = xcalloc(1, sizeof *sending);
	enum charset charset = lan_charset(lan, letter->peer);

	sending->lan = lan;
	sending->on_outcome = on_outcome;
	sending->arg = arg;
	sending->packet_no = letter->packet_no;
	sending->protection = letter->protection;
	sending->own = keyring_key(lan->keyring, RSA_2048);
	sending->command = command_of(letter, charset);
	sending->job.work = work;
	sending->job.done = on_worked;
	snprintf(sending->number, sizeof sending->number, "%u",
	    (unsigned)letter->packet_no);
	peer_init(&sending->peer, letter->peer->user, letter->peer->host);
	sending->peer.addr = letter->peer->addr;
	sending->peer.client = letter->peer->client;
	if (letter->peer->key != NULL)
		sending->peer.key = rsa_public_ref(letter->peer->key);
	buf_init(&sending->plain, LIMIT_BODY_LEGACY);
	timer_init(&sending->begin, lan->loop, on_begin, sending);
	TAILQ_INSERT_TAIL(&lan->sendings, sending, entry);
	if (letter->protection != 0 &&
	    suite_from_flags(letter->protection, &sending->suite) < 0)
		sending->plain.failed = true;
	build_plain(lan, letter, sending, charset);
	timer_start(&sending->begin, 0);
	return sending;
}

void
sending_cancel(struct sending *sending)
{
	if (sending == NULL)
		return;
	if (sending->working)
		sending->cancelled = true;
	else
		sending_free(sending);
}

void
sendings_finish(struct lan *lan)
{
	while (!TAILQ_EMPTY(&lan->sendings))
		sending_free(TAILQ_FIRST(&lan->sendings));
}

/* Header, key and signature, recipients; base64 makes three bytes four. */
enum { SEALED_OVERHEAD = 1400, CLEAR_OVERHEAD = 300 };

size_t
lan_text_max(
    const struct lan *lan, const struct peer *peer, uint32_t protection)
{
	size_t max = client_datagram_max((enum client_kind)peer->client);

	if (protection == 0)
		return max - CLEAR_OVERHEAD;
	max -= SEALED_OVERHEAD + LIMIT_TO_LIST_BYTES;
	return (protection & CAPA_BASE64) ? max / 4 * 3 : max / 2;
}

/* letter.c: a message sealed for one peer and sent until he confirms it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "ipmsg/attach.h"
#include "ipmsg/capability.h"
#include "ipmsg/enctext.h"
#include "ipmsg/message.h"
#include "ipmsg/tolist.h"
#include "lan/post.h"
#include "lan/seal.h"
#include "lan/state.h"

struct sending {
	TAILQ_ENTRY(sending) entry;
	struct job job;
	struct lan *lan;
	struct peer peer; /* a copy of names and address */
	uint32_t packet_no;
	uint32_t command;
	uint32_t protection;
	struct sealing sealing; /* its plain text, in clear: the whole body */
	struct buf outside;	/* lists that follow what is sealed */
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

/* As Windows names what it has pasted; what comes first is where it stands
 * (reference 4.6). */
static void
describe_picture(struct attachment *item, uint32_t packet_no,
    const struct lan_attachment *offer, char name[FILE_NAME_SIZE])
{
	snprintf(name, FILE_NAME_SIZE, "ipmsgclip_s_%u_%u.png",
	    (unsigned)packet_no, (unsigned)offer->position);
	item->attributes[0] = (struct file_attribute){
		.key = FILE_KEY_CLIPBOARDPOS,
		.is_number = true,
		.number = offer->position,
	};
	item->attribute_count = 1;
}

/*
 * The files it offers (reference 4.1). A picture stands in the text of who
 * shows it there; for others it is a file like any other.
 */
static void
build_files(struct lan *lan, const struct lan_letter *letter,
    enum charset charset, struct buf *buf)
{
	const struct peer *peer = letter->peer;
	bool bare = client_wants_bare_lists((enum client_kind)peer->client);
	bool inlines = !bare && (peer->status & STATUS_CLIPBOARD) != 0;

	for (size_t i = 0; i < letter->attachment_count; i++) {
		const struct lan_attachment *offer = &letter->attachments[i];
		struct attachment item = { .id = offer->id,
			.size = offer->size,
			.mtime = offer->mtime > 0 ? (uint64_t)offer->mtime : 0,
			.attr = offer->attr };
		char name[FILE_NAME_SIZE];

		file_name_send(offer->name, bare, name);
		item.name = name;
		if (attachment_type(&item) == FILE_CLIPBOARD && inlines)
			describe_picture(&item, letter->packet_no, offer, name);
		else if (attachment_type(&item) == FILE_CLIPBOARD)
			item.attr = FILE_REGULAR;
		/* iptux takes a folder without a size for one that it has;
		 * the others write none. */
		else if (attachment_type(&item) == FILE_FOLDER && !bare)
			item.size = 0;
		if (attachment_build(
			buf, &item, lan->converter, charset, bare) < 0)
			buf->failed = true;
	}
}

static void
build_plain(struct lan *lan, const struct lan_letter *letter,
    struct sending *sending, enum charset charset)
{
	bool inside = letter->protection != 0 &&
		      (letter->peer->status & STATUS_ENCEXTMSG) != 0;
	struct buf *plain = &sending->sealing.plain;
	struct buf text, files, to;

	buf_init(&text, LIMIT_BODY_LEGACY);
	buf_init(&files, LIMIT_DATAGRAM_SENT);
	buf_init(&to, LIMIT_TO_LIST_BYTES);
	message_text_write(lan->converter, charset, letter->text, &text);
	build_files(lan, letter, charset, &files);
	if (inside) {
		build_to_list(lan, letter, charset, &to);
		sending->command |= MESSAGE_ENCEXTMSG;
	} else if (files.len > 0) {
		buf_put_byte(&sending->outside, '\0');
		buf_put_span(&sending->outside, buf_span(&files));
	}
	if (letter->protection == 0)
		buf_put_span(plain, buf_span(&text));
	else
		enctext_join(buf_span(&text),
		    inside ? buf_span(&files) : span_of(NULL, 0),
		    buf_failed(&to) ? span_of(NULL, 0) : buf_span(&to), plain);
	if (files.len > 0)
		sending->command |= MESSAGE_FILEATTACH;
	if (buf_failed(&text) || buf_failed(&files))
		plain->failed = true;
	buf_wipe(&text);
	buf_finish(&files);
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
	sealing_finish(&sending->sealing);
	buf_finish(&sending->outside);
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
		sealing_write(&sending->sealing, &body);
	else
		buf_put_span(&body, buf_span(&sending->sealing.plain));
	buf_put_span(&body, buf_span(&sending->outside));
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

	sending->err = sealing_run(&sending->sealing, sending->lan->crypto);
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

	if (buf_failed(&sending->sealing.plain)) {
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
	sending->command = command_of(letter, charset);
	sending->job.work = work;
	sending->job.done = on_worked;
	peer_init(&sending->peer, letter->peer->user, letter->peer->host);
	sending->peer.addr = letter->peer->addr;
	sending->peer.client = letter->peer->client;
	buf_init(&sending->outside, LIMIT_DATAGRAM_SENT);
	timer_init(&sending->begin, lan->loop, on_begin, sending);
	TAILQ_INSERT_TAIL(&lan->sendings, sending, entry);
	if (sealing_init(&sending->sealing, lan, letter->peer,
		letter->protection, letter->packet_no) < 0 &&
	    letter->protection != 0)
		sending->sealing.plain.failed = true;
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

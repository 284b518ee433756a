/* lan.h: speaking IPMSG with everybody on the network; keeps nothing for good.
 */
#ifndef CAM_LAN_H
#define CAM_LAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "crypto/suite.h"
#include "ipmsg/camline.h"
#include "ipmsg/charset.h"
#include "ipmsg/orgline.h"
#include "lan/peer.h"
#include "net/addr.h"
#include "net/interface.h"
#include "net/target.h"
#include "net/udp.h"

struct crypto;
struct keyring;
struct loop;
struct workers;
struct lan;

enum lan_legacy { LAN_LEGACY_ON, LAN_LEGACY_RECEIVE, LAN_LEGACY_OFF };

/* How we appear and where. Texts are UTF-8, borrowed for the call that takes
 * the settings. */
struct lan_settings {
	const char *logon; /* without fingerprint; made fit for the wire here */
	const char *host;
	const char *nick;
	const char *group;
	const char *bind; /* an address or an interface, NULL or "": all */
	uint16_t
	    port; /* wanted; where taken by another camd the next free one */
	bool ipv6;
	const char *broadcast; /* net.broadcast */
	const char *list_for;  /* net.list_for */
	enum charset charset;  /* for those without UTF-8 */
	enum lan_legacy legacy;
	/* Neither seen nor heard but by lan_orgline() and on_orgline; then
	 * there need be no keyring. */
	bool quiet;
};

/* Somebody told of himself, or somebody else did. Borrowed for the call. */
enum lan_entry_kind {
	LAN_ENTERED, /* BR_ENTRY: has just come, or asks who is there */
	LAN_ANSWERED,
	LAN_CHANGED, /* BR_ABSENCE */
	LAN_LEFT,    /* BR_EXIT */
	LAN_LISTED,  /* in another's host list: hearsay, addr is what that one
			says */
};
/* The sender says that he speaks cam/1; nothing of it is proved. */
struct lan_cam {
	struct camline line;
	struct span signed_part; /* what line.signature covers */
};
struct lan_entry {
	enum lan_entry_kind kind;
	struct addr from;
	const char *user; /* wire name with fingerprint */
	const char *host;
	const char *nick;
	const char *group;
	const char *version; /* for people: "Windows 4.99r3", "iptux 0.8.3", ""
				when untold */
	uint32_t status;     /* 0 when LAN_LEFT */
	uint32_t packet_no;
	enum client_kind client;
	bool absent;  /* ABSENCEOPT from a client that means it */
	bool unicast; /* was sent to us alone */
	bool unasked; /* an answer to no question of ours: nothing may follow
			 from it (N3) */
	const struct lan_cam *cam; /* NULL: none */
};

struct lan_name {
	char *user;
	char *host;
};

/* A file, a folder or a picture that a message lists. */
struct lan_attachment {
	uint32_t id; /* below 2^31 */
	/* UTF-8. Received: safe as a name, never a path to be opened. Sent: the
	 * base name of a path is taken, and made fit for the peer. */
	char *name;
	uint64_t size;
	int64_t mtime;	   /* seconds */
	uint32_t attr;	   /* enum file_type and enum file_flag of ipmsg */
	uint32_t position; /* of a picture: where in the text it stands, in
			      UTF-16 units, earlier ones counted as one */
};

enum lan_signed {
	LAN_UNSIGNED,
	LAN_SIGNED,
	LAN_SIGNED_WEAK,
	LAN_SIGNED_FOR_ANOTHER
};

/*
 * A message that arrived, opened and checked. Who gets one owns it and calls
 * lan_acknowledge() once it is stored, then lan_message_free().
 */
struct lan_message {
	struct addr from;
	char *user; /* wire names */
	char *host;
	uint32_t packet_no;
	uint32_t options; /* of SENDMSG (reference 3.2) */
	enum client_kind client;
	char *text;
	size_t text_len;
	uint32_t
	    protection; /* flags of the encrypted text, 0: it came in clear */
	enum lan_signed signature; /* checked with the peer's key */
	struct rsa_public *key;	   /* which is this; NULL: unsigned */
	struct lan_attachment *attachments;
	size_t attachment_count;
	struct lan_name *to; /* everybody it went to, as the sender says */
	size_t to_count;
	/*
	 * For recognising it again (threat model N5): over sender and number,
	 * and over the ciphertext of a signed one. Not over the signature: that
	 * covers the words only, and people say "yes" more than once.
	 */
	uint8_t hash[SHA256_SIZE];
	uint8_t cipher_hash[SHA256_SIZE];
};
void lan_message_free(struct lan_message *message);
/* The hash of a signed one with that number from the owner of that key. */
void lan_signed_hash(uint32_t packet_no, const struct rsa_public *key,
    uint8_t hash[SHA256_SIZE]);

struct lan_ops {
	void (*on_entry)(void *arg, const struct lan_entry *entry);
	/* Takes message. */
	void (*on_message)(void *arg, struct lan_message *message);
	/* A sealed message of ours was opened; packet_no is that of ours. */
	void (*on_opened)(
	    void *arg, const struct peer *peer, uint32_t packet_no);
	/* That peer says that it wants nothing more of what our message of that
	 * number offers; may be NULL. */
	void (*on_released)(
	    void *arg, const struct peer *peer, uint32_t packet_no);
	/* An answer to lan_ask_key(): the word and key that peer shows. key is
	 * borrowed. */
	void (*on_key)(void *arg, struct peer *peer, const struct addr *from,
	    uint32_t word, struct rsa_public *key);
	/* It did not answer within the time (reference 3.3). */
	void (*on_no_key)(void *arg, struct peer *peer);
	/* What a peer answered to a question: its version, its absence text. */
	void (*on_version)(void *arg, struct peer *peer, const char *version);
	void (*on_absence)(void *arg, struct peer *peer, const char *text);
	/* Any packet of a known peer from its address of record. */
	void (*on_heard)(void *arg, struct peer *peer);
	/* Interfaces or addresses of this machine have come or gone; may be
	 * NULL. */
	void (*on_changed)(void *arg);
	/* Somebody looks for the server of an organisation, or says where it
	 * is; nothing of it is proved. May be NULL. */
	void (*on_orgline)(
	    void *arg, const struct addr *from, const struct orgline *line);
	/* Another machine uses our user and host name. */
	void (*on_conflict)(void *arg, const struct addr *from);

	/* The peer with that wire name; where several have it the one at addr
	 * comes first. NULL: unknown. */
	struct peer *(*find)(void *arg, const char *user, const char *host,
	    const struct addr *addr);
	/* A peer with a pinned key has this address of record: its budget is
	 * its own (threat model L2). */
	bool (*known)(void *arg, const struct addr *addr);
	/* Walks all that are present; after NULL: the first. */
	struct peer *(*next)(void *arg, const struct peer *after);
	/* It is thought to be there now. */
	bool (*present)(void *arg, const struct peer *peer);
	size_t (*count)(void *arg);
	/*
	 * Appends the CM line for that TCP port, "CM:…" without a LF; may be
	 * NULL: none.
	 */
	void (*cam_line)(void *arg, uint16_t port, struct buf *line);
	/*
	 * Opens and closes the TCP port that goes with a UDP port of the same
	 * number; may be NULL. interface as struct udp_options has it. open:
	 * CAM_ERR_SYSTEM with errno, EADDRINUSE: another number is tried.
	 */
	int (*open_tcp)(
	    void *arg, const struct addr *address, const char *interface);
	void (*close_tcp)(void *arg);
	/* The absence text to answer with, NULL: present. */
	const char *(*absence)(void *arg);
	/* Nick and group of a peer for host lists. */
	void (*describe)(void *arg, const struct peer *peer, const char **nick,
	    const char **group);
};

/* loop, workers, crypto and keyring are borrowed. Opens nothing yet. */
struct lan *lan_new(struct loop *loop, struct workers *workers,
    struct crypto *crypto, struct keyring *keyring, const struct lan_ops *ops,
    void *arg);
/* Says goodbye where ports are open, then closes them. */
void lan_free(struct lan *lan);

/*
 * Opens the ports or, when they are open, takes new settings: reopens what
 * changed and announces. On an error *problem is a sentence for people (free
 * it), and what was open stays as it was.
 */
int lan_open(
    struct lan *lan, const struct lan_settings *settings, char **problem);
/* BR_EXIT to everybody, ports closed. */
void lan_close(struct lan *lan);

/* Announces ourselves to everybody: at start, after a change of address, on
 * request. */
void lan_enter(struct lan *lan);
/* Tells of a changed nick, group or absence; title is what is shown behind the
 * nick, NULL: present. */
void lan_change(
    struct lan *lan, const char *nick, const char *group, const char *title);
/* Asks one address to tell of itself. */
void lan_probe(struct lan *lan, const struct addr *to);
/* The same because of what it sent: not while we owe it more than it has earned
 * (threat model N4). */
void lan_probe_sender(struct lan *lan, const struct addr *to);

/* Our wire names, the port we have (0: none) and the interfaces as last read.
 */
const char *lan_user(const struct lan *lan);
const char *lan_host(const struct lan *lan);
uint16_t lan_port(const struct lan *lan);
const struct interfaces *lan_interfaces(const struct lan *lan);
/* The open port of that family, NULL: none. */
const struct udp *lan_udp(const struct lan *lan, enum addr_family family);
bool lan_is_own(const struct lan *lan, const struct addr *addr);

/* Says that line: to whom has asked, as far as that goes (threat model N4); to
 * NULL: to our segments and the hosts that net.broadcast names. */
void lan_orgline(
    struct lan *lan, const struct addr *to, const struct orgline *line);

/* A packet number never used before in this run; and never at or below floor.
 */
uint32_t lan_number(struct lan *lan);
void lan_number_floor(struct lan *lan, uint32_t floor);

/*
 * How a message would be protected now: flags of an encrypted text (reference
 * 5.4.4). CAM_ERR_MORE: ask for the key first; CAM_ERR_KEY: not at all.
 */
int lan_protection(
    const struct lan *lan, const struct peer *peer, uint32_t *flags);
/* "rsa2048-aes256", "rsa1024-blowfish128" or, for 0, "none". */
const char *lan_protection_name(uint32_t flags);
enum peer_strength lan_protection_strength(uint32_t flags);
/*
 * GETPUBKEY, repeated until it is answered; on_key or on_no_key follows, once
 * for calls that overlap. CAM_ERR_UNREACHABLE: no port, or no address to ask
 * at; nothing follows.
 */
int lan_ask_key(struct lan *lan, const struct peer *peer);
/*
 * The same of our own accord, to check where somebody is: twice only, and to
 * strangers as an answer (threat model N4). Without an answer nothing follows
 * when at is not the peer's address of record.
 */
void lan_ask_key_at(
    struct lan *lan, const struct peer *peer, const struct addr *at);
/* Asked as an answer, for on_version and on_absence. */
void lan_ask_version(struct lan *lan, struct peer *peer);
void lan_ask_absence(struct lan *lan, struct peer *peer);

/* A message on its way to one peer: sealed, sent, and repeated until
 * acknowledged. */
enum lan_flag {
	LAN_SEALED = 1,
	LAN_LOCKED = 2,
	LAN_MULTICAST = 4, /* others get it too */
};
struct lan_letter {
	const struct peer *peer;
	uint32_t packet_no;
	struct span text;
	unsigned flags;
	uint32_t protection; /* of lan_protection(), 0: in clear */
	const struct lan_name
	    *to; /* all recipients, at most LIMIT_TO_LIST, or NULL */
	size_t to_count;
	const struct lan_attachment *attachments; /* offered with it, or NULL */
	size_t attachment_count;
};
enum lan_outcome {
	LAN_SENT,     /* left for the first time; more will follow */
	LAN_RECEIVED, /* acknowledged */
	LAN_SILENT,   /* not acknowledged within the protocol's retries */
	LAN_FAILED,   /* could not be sealed or is too long: err tells */
};
struct sending;
/*
 * Everything is copied. on_outcome is called on the loop, never inside;
 * after any but LAN_SENT the sending has gone.
 */
struct sending *lan_send(struct lan *lan, const struct lan_letter *letter,
    void (*on_outcome)(void *arg, enum lan_outcome outcome, int err),
    void *arg);
/* Forgets it: nothing more is sent or told. */
void sending_cancel(struct sending *sending);

/* The longest text in bytes that fits one packet to the peer. */
size_t lan_text_max(
    const struct lan *lan, const struct peer *peer, uint32_t protection);

/* RECVMSG for a message that is stored, where its sender wants one. */
void lan_acknowledge(struct lan *lan, const struct lan_message *message);
/*
 * READMSG for the peer's message, repeated until it is confirmed.
 * on_done(arg, 0 or CAM_ERR_TIMEOUT) follows once, unless it fails at once.
 */
int lan_tell_opened(struct lan *lan, const struct peer *peer,
    uint32_t packet_no, void (*on_done)(void *arg, int err), void *arg);
/* RELEASEFILES: we want nothing more of what the peer's message offers. */
void lan_release(struct lan *lan, const struct peer *peer, uint32_t packet_no);
/* The absence text as an automatic answer, at most once a minute a peer
 * (reference 3.4). */
void lan_answer_absent(
    struct lan *lan, const struct peer *peer, const char *text);

/* A peer leaves the roster: nothing more is asked of it, and it is told of us
 * like everybody else. */
void lan_forget(struct lan *lan, const struct peer *peer);

/*
 * Tells one of them of others, as a host list that it has not asked for; those
 * whose status is 0 have gone. Taken only by who names us in its net.broadcast.
 */
void lan_tell_hosts(struct lan *lan, const struct addr *to,
    const struct peer *const *peers, size_t count);

/* Messages still being opened: none when what arrived before has been told. */
size_t lan_pending(const struct lan *lan);

/* Sends a broadcast that nobody answers through every interface; lan_echo_ms()
 * then tells which came back. */
void lan_test_broadcast(struct lan *lan);
/* When a broadcast of ours was last heard on that interface (clock_now_ms); 0:
 * never. */
uint64_t lan_echo_ms(const struct lan *lan, unsigned interface);

struct lan_counters {
	uint64_t received; /* datagrams */
	uint64_t sent;
	uint64_t malformed;
	uint64_t over_budget;
	uint64_t undecipherable;
	int64_t
	    heard_ms; /* wall time of the last datagram of another program */
};
const struct lan_counters *lan_counters(const struct lan *lan);

#endif

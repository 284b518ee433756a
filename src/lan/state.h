/* state.h: what the files of lan/ share; nobody else includes it. */
#ifndef CAM_LAN_STATE_H
#define CAM_LAN_STATE_H

#include <sys/queue.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/table.h"
#include "ipmsg/entry.h"
#include "ipmsg/packet.h"
#include "lan/budget.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "loop/worker.h"

struct opening;
struct post;
struct answers;
struct hosts;

/* Members to whom entries go one by one (reference 6.4). */
enum { DIALUPS_MAX = 256 };
/* Interfaces on which our own broadcasts were heard. */
enum { ECHOES_MAX = 32 };

struct echo {
	unsigned interface;
	uint64_t heard_ms;
};

TAILQ_HEAD(openings, opening);
TAILQ_HEAD(sendings, sending);

struct lan {
	struct loop *loop;
	struct workers *workers;
	struct crypto *crypto;
	struct keyring *keyring;
	const struct lan_ops *ops;
	void *arg;

	/* udp_open() and interfaces_read(), or what tests put in their place.
	 */
	int (*open_udp)(struct loop *loop, const struct udp_options *options,
	    const struct udp_ops *udp_ops, void *udp_arg, struct udp **udp);
	int (*read_interfaces)(struct interfaces *interfaces);

	struct udp *v4; /* NULL: not open */
	struct udp *v6;
	struct interfaces interfaces;
	struct interface_watch *watch;
	struct charset_converter *converter;
	struct budget *budget;

	/* As set. */
	char user[PACKET_NAME_SIZE]; /* with fingerprint */
	char host[PACKET_NAME_SIZE];
	char nick[PACKET_NAME_SIZE];
	char group[PACKET_NAME_SIZE];
	char *title; /* behind the nick while absent, NULL: present */
	char *bind;
	uint16_t wanted;
	uint16_t port;
	bool announced; /* from these ports, under these names */
	bool ipv6;
	bool quiet;
	enum charset charset;
	enum lan_legacy legacy;
	struct targets broadcast;
	struct targets list_for;

	uint32_t number; /* the last one used */

	struct timer again;	 /* the second BR_ENTRY after a first */
	struct timer walk_timer; /* the next hosts of net.broadcast */
	struct target_walk walk;
	uint32_t walk_command;

	struct addr dialups[DIALUPS_MAX];
	size_t dialup_count;

	struct echo echoes[ECHOES_MAX];
	struct table posts;
	struct answers *answers;
	struct hosts *hosts;
	struct openings openings; /* in order of arrival */
	uint64_t openings_arrived;
	struct openings parked; /* waiting for the sender's key */
	struct sendings sendings;
	size_t opening_count;
	uint64_t conflict_ms;
	uint64_t asked_ms; /* when we last asked who is there; 0: never */

	struct lan_counters counters;
};

/* Who sent the packet at hand. Borrowed for the packet's time. */
struct sender {
	struct addr addr;
	const struct packet *packet;
	const struct udp_datagram *datagram;
	char user[LIMIT_NAME + 1];
	char host[LIMIT_NAME + 1];
	struct peer *peer; /* NULL: not known */
	bool of_record;	   /* it came from the peer's address of record */
};

/* -- lan.c ------------------------------------------------------------------
 */

/* The interfaces may have changed: announces where they have. */
void lan_follow_interfaces(struct lan *lan);

/* Sends bytes from our port; interface 0: by the routes. */
void lan_transmit(struct lan *lan, const struct addr *to, unsigned interface,
    struct span bytes);
/* A classic packet with a fresh number and body. */
void lan_transmit_packet(
    struct lan *lan, const struct addr *to, uint32_t command, struct span body);
/* The same as an answer: only while lan_may_answer(). False: not sent. */
bool lan_answer_packet(
    struct lan *lan, const struct addr *to, uint32_t command, struct span body);
/*
 * Whether len bytes that nobody here asked for may go there: always to a
 * pinned peer's address, elsewhere while three times what came from there
 * lasts (threat model N4). They are counted. spare more must be left then.
 */
bool lan_may_answer(
    struct lan *lan, const struct addr *to, size_t len, size_t spare);
/* How to read text of this peer (NULL: unknown). */
void lan_reader(const struct lan *lan, const struct peer *peer,
    struct charset_reader *reader);
/* In what to write to it. */
enum charset lan_charset(const struct lan *lan, const struct peer *peer);
/* Status bits that we announce. */
uint32_t lan_status(const struct lan *lan);
/* The word that we announce. */
uint32_t lan_word(const struct lan *lan);

/* A broadcast of our own came back through that interface. */
void lan_note_echo(struct lan *lan, unsigned interface);

/* -- port.c ------------------------------------------------------------------
 */

/* The ports that are open are those that the settings want. */
bool ports_fit(const struct lan *lan, const struct lan_settings *settings);
/* Opens them in place of those that are; on an error these are opened again. */
int ports_open(
    struct lan *lan, const struct lan_settings *settings, char **problem);
/* The interfaces have changed. */
void ports_follow_interfaces(struct lan *lan);

/* -- receive.c --------------------------------------------------------------
 */

/* Names in a header are nearly always ASCII; where not, flags and form of the
 * bytes decide. As charset_read_name(). */
int lan_read_names(const struct lan *lan, const struct packet *packet,
    char user[LIMIT_NAME + 1], char host[LIMIT_NAME + 1]);
void lan_receive(
    struct udp *udp, const struct udp_datagram *list, size_t count, void *arg);

/* -- announce.c -------------------------------------------------------------
 */

/* Nick and group as we show them from now on; NULL or "": no group. */
void announce_describe(struct lan *lan, const char *nick, const char *group);
/* An entry packet to all targets. */
void announce(struct lan *lan, uint32_t command);
/* To one. */
void announce_to(struct lan *lan, const struct addr *to, uint32_t command);
/* The whole packet: how we appear, under command and its options; with_cam: and
 * that we speak cam/1. */
int announce_build(
    struct lan *lan, uint32_t command, bool with_cam, struct buf *buf);
/* net.broadcast names that one host. */
bool announce_names(const struct lan *lan, const struct addr *addr);
void announce_on_again(void *arg);
void announce_on_walk(void *arg);
void dialup_add(struct lan *lan, const struct addr *addr);
void dialup_remove(struct lan *lan, const struct addr *addr);

/* -- answer.c ---------------------------------------------------------------
 */

struct answers *answers_new(struct lan *lan);
void answers_free(struct answers *answers);
/* ANSENTRY after a random delay (reference 2.1, threat model N4); utf8: the
 * asker understands it; cam: it speaks cam/1. Others are not told that we do:
 * the answer must not be much longer than the question. */
void answers_add(struct answers *answers, const struct addr *to, bool utf8,
    bool cam, uint64_t now_ms);
/* Sends those that are due. */
void answers_turn(struct answers *answers, uint64_t now_ms);

/* -- question.c -------------------------------------------------------------
 */

void question_asked(struct lan *lan,
    const struct sender *sender); /* GETPUBKEY, GETINFO, GETABSENCEINFO */
void question_answered(
    struct lan *lan, const struct sender *sender); /* their answers */

/* Asks for the key of somebody who has asked for ours, or signed: he need not
 * ask again (reference 5.3). */
void question_ask_back(
    struct lan *lan, const struct peer *peer, const struct addr *at);

/* -- message.c ------------------------------------------------------------- */

/* Takes what a list of offered files holds into message. */
void message_read_attachments(struct lan_message *message, struct span bytes,
    const struct charset_reader *reader);

/* -- opening.c --------------------------------------------------------------
 */

void opening_start(struct lan *lan, const struct sender *sender);
/* The key of that peer is known now. */
void opening_key_known(struct lan *lan, const struct peer *peer);
void openings_finish(struct lan *lan);

/* -- hosts.c ----------------------------------------------------------------
 */

struct hosts *hosts_new(struct lan *lan);
void hosts_free(struct hosts *hosts);
/* Asks one address for its list. */
void hosts_ask(struct hosts *hosts, const struct addr *to);
void hosts_receive(struct hosts *hosts, const struct sender *sender);
/* Tells the other camd of this machine what the first of them heard. */
void hosts_tell_siblings(struct hosts *hosts, const struct lan_entry *entry);

/* -- notice.c ----------------------------------------------------------------
 */

/* Our absence text under that command, or as much of it as a stranger may get.
 */
void notice_absence(struct lan *lan, const struct addr *to,
    enum charset charset, uint32_t command, const char *text);

/* -- letter.c ---------------------------------------------------------------
 */

void sendings_finish(struct lan *lan);

#endif

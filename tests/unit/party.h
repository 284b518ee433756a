/* party.h: a lan over twins instead of sockets, with a keeper of its peers: for
 * the tests of lan/. */
#ifndef CAM_TEST_PARTY_H
#define CAM_TEST_PARTY_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "crypto/keyring.h"
#include "ipmsg/capability.h"
#include "ipmsg/entry.h"
#include "lan/post.h"
#include "lan/state.h"
#include "loop/loop.h"
#include "test.h"
#include "test_key.h"
#include "twin.h"

enum { MEMBERS_MAX = 400, PARTY_PATIENCE_MS = 300000 };

/* What on_entry was told, with memory of its own. */
struct told_entry {
	struct lan_entry entry;
	char user[LIMIT_NAME + 1], host[LIMIT_NAME + 1], nick[LIMIT_NAME + 1],
	    group[LIMIT_NAME + 1], version[LIMIT_VERSION_TEXT + 1];
};

struct member {
	struct peer peer;
	bool absent;
};

struct party {
	struct loop *loop;
	struct workers *workers;
	struct crypto *crypto;
	struct keyring *keyring;
	char folder[64];
	struct lan *lan;
	struct timer patience;
	struct addr at;	    /* the address of our only interface */
	unsigned taken;	    /* so many ports are another program's */
	unsigned tcp_taken; /* of TCP alone */
	unsigned tcp_open;  /* of ours */
	uint16_t tcp_port;  /* the last that was opened */
	bool speaks_cam;
	struct member *members[MEMBERS_MAX];
	size_t member_count;
	const char *absence;

	struct twin twin;
	void *wire;

	/* Told by lan; the newest of each. */
	struct told_entry entry;
	struct lan_message *message;
	size_t entries, messages, opened, keys, no_keys, heard, conflicts,
	    released;
	uint32_t opened_no, released_no;
	char *version, *absence_told;
	/* Instead of freeing the one before. */
	void (*on_message)(struct party *party, struct lan_message *message);
};

/* -- the keeper ------------------------------------------------------------ */

static inline struct member *
member_named(struct party *party, const char *user, const char *host,
    const struct addr *addr)
{
	struct member *found = NULL;

	for (size_t i = 0; i < party->member_count; i++) {
		struct member *member = party->members[i];

		if (peer_is(&member->peer, user, host) &&
		    (found == NULL || addr_equal(&member->peer.addr, addr)))
			found = member;
	}
	return found;
}

static inline struct member *
member_add(struct party *party, const char *user, const char *host,
    const char *addr, uint32_t status)
{
	struct member *member = xcalloc(1, sizeof *member);

	assert_true(party->member_count < MEMBERS_MAX);
	peer_init(&member->peer, user, host);
	assert_int_equal(
	    addr_parse(span_text(addr), 2425, &member->peer.addr), 0);
	member->peer.status = status;
	party->members[party->member_count++] = member;
	return member;
}

static inline void
party_on_entry(void *arg, const struct lan_entry *entry)
{
	struct party *party = arg;
	struct told_entry *told = &party->entry;
	struct member *member =
	    member_named(party, entry->user, entry->host, &entry->from);
	char text[ADDR_TEXT_SIZE];

	party->entries++;
	told->entry = *entry;
	snprintf(told->user, sizeof told->user, "%s", entry->user);
	snprintf(told->host, sizeof told->host, "%s", entry->host);
	snprintf(told->nick, sizeof told->nick, "%s", entry->nick);
	snprintf(told->group, sizeof told->group, "%s", entry->group);
	snprintf(told->version, sizeof told->version, "%s", entry->version);
	if (member == NULL && entry->kind != LAN_LEFT &&
	    party->member_count < MEMBERS_MAX) {
		member = member_add(party, entry->user, entry->host,
		    addr_format(&entry->from, text), 0);
		member->absent = true;
	}
	if (member == NULL || entry->kind == LAN_LISTED)
		return;
	member->absent = entry->kind == LAN_LEFT;
	if (entry->kind == LAN_LEFT)
		return;
	member->peer.addr = entry->from;
	member->peer.status = entry->status;
	member->peer.client = (uint8_t)entry->client;
}

static inline void
party_on_message(void *arg, struct lan_message *message)
{
	struct party *party = arg;

	party->messages++;
	if (party->on_message != NULL) {
		party->on_message(party, message);
		return;
	}
	lan_message_free(party->message);
	party->message = message;
}

static inline void
party_on_opened(void *arg, const struct peer *peer, uint32_t packet_no)
{
	struct party *party = arg;

	party->opened++;
	party->opened_no = packet_no;
}

static inline void
party_on_released(void *arg, const struct peer *peer, uint32_t packet_no)
{
	struct party *party = arg;

	party->released++;
	party->released_no = packet_no;
}

static inline void
party_on_key(void *arg, struct peer *peer, const struct addr *from,
    uint32_t word, struct rsa_public *key)
{
	struct party *party = arg;

	party->keys++;
	rsa_public_free(peer->key);
	peer->key = rsa_public_ref(key);
	peer->word = word;
}

static inline void
party_on_no_key(void *arg, struct peer *peer)
{
	((struct party *)arg)->no_keys++;
}

static inline void
party_on_version(void *arg, struct peer *peer, const char *version)
{
	struct party *party = arg;

	free(party->version);
	party->version = xstrdup(version);
}

static inline void
party_on_absence(void *arg, struct peer *peer, const char *text)
{
	struct party *party = arg;

	free(party->absence_told);
	party->absence_told = xstrdup(text);
}

static inline void
party_on_heard(void *arg, struct peer *peer)
{
	((struct party *)arg)->heard++;
}

static inline void
party_on_conflict(void *arg, const struct addr *from)
{
	((struct party *)arg)->conflicts++;
}

static inline struct peer *
party_find(
    void *arg, const char *user, const char *host, const struct addr *addr)
{
	struct member *member = member_named(arg, user, host, addr);

	return member != NULL ? &member->peer : NULL;
}

static inline bool
party_known(void *arg, const struct addr *addr)
{
	struct party *party = arg;

	for (size_t i = 0; i < party->member_count; i++) {
		if (party->members[i]->peer.key != NULL &&
		    addr_equal(&party->members[i]->peer.addr, addr))
			return true;
	}
	return false;
}

static inline bool
party_present(void *arg, const struct peer *peer)
{
	return !container_of(peer, const struct member, peer)->absent;
}

static inline struct peer *
party_next(void *arg, const struct peer *after)
{
	struct party *party = arg;
	size_t i = 0;

	while (after != NULL && &party->members[i++]->peer != after)
		continue;
	while (i < party->member_count && party->members[i]->absent)
		i++;
	return i < party->member_count ? &party->members[i]->peer : NULL;
}

static inline size_t
party_count(void *arg)
{
	return ((struct party *)arg)->member_count;
}

static inline const char *
party_absence(void *arg)
{
	return ((struct party *)arg)->absence;
}

static inline void
party_describe(
    void *arg, const struct peer *peer, const char **nick, const char **group)
{
	*nick = peer->user;
	*group = "Members";
}

static inline void
party_cam_line(void *arg, uint16_t port, struct buf *line)
{
	if (((struct party *)arg)->speaks_cam)
		buf_printf(line, "CM:our line for %u", (unsigned)port);
}

static inline int
party_open_tcp(void *arg, const struct addr *address, const char *interface)
{
	struct party *party = arg;

	if (address->port < 2425 + party->tcp_taken) {
		errno = EADDRINUSE;
		return CAM_ERR_SYSTEM;
	}
	party->tcp_open++;
	party->tcp_port = address->port;
	return 0;
}

static inline void
party_close_tcp(void *arg)
{
	((struct party *)arg)->tcp_open = 0;
}

static const struct lan_ops party_ops = {
	.on_entry = party_on_entry,
	.on_message = party_on_message,
	.on_opened = party_on_opened,
	.on_released = party_on_released,
	.on_key = party_on_key,
	.on_no_key = party_on_no_key,
	.on_version = party_on_version,
	.on_absence = party_on_absence,
	.on_heard = party_on_heard,
	.on_conflict = party_on_conflict,
	.find = party_find,
	.known = party_known,
	.next = party_next,
	.present = party_present,
	.count = party_count,
	.cam_line = party_cam_line,
	.open_tcp = party_open_tcp,
	.close_tcp = party_close_tcp,
	.absence = party_absence,
	.describe = party_describe,
};

/* -- the network ----------------------------------------------------------- */

static inline int
party_open_udp(struct loop *loop, const struct udp_options *options,
    const struct udp_ops *ops, void *arg, struct udp **udp)
{
	static const struct udp_twin_ops twin_ops = { .on_sent = twin_catch };
	struct party *party = ((struct lan *)arg)->arg;

	if (options->address.family == ADDR_V4 &&
	    options->address.port < 2425 + party->taken) {
		errno = EADDRINUSE;
		return CAM_ERR_SYSTEM;
	}
	*udp = udp_twin_new(
	    loop, &options->address, ops, arg, &twin_ops, &party->twin);
	return 0;
}

/* Whose interfaces are read at the moment. */
static struct party *party_reading;

static inline void
interface_fill(struct interface *interface, const char *name, unsigned index,
    unsigned flags, const struct addr *address, const struct addr *broadcast)
{
	memset(interface, 0, sizeof *interface);
	snprintf(interface->name, sizeof interface->name, "%s", name);
	interface->index = index;
	interface->flags = flags;
	interface->count = 1;
	interface->addresses = xcalloc(1, sizeof *interface->addresses);
	interface->addresses[0].address = *address;
	interface->addresses[0].broadcast = *broadcast;
	interface->addresses[0].bits = 24;
}

static inline int
party_read_interfaces(struct interfaces *interfaces)
{
	struct addr local = addr_v4(0x7f000001, 0), none = { .port = 0 };
	struct addr address = party_reading->at, broadcast = address;

	broadcast.bytes[3] = 255;
	interfaces->count = 2;
	interfaces->list = xcalloc(2, sizeof *interfaces->list);
	interface_fill(&interfaces->list[0], "lo", 1,
	    INTERFACE_UP | INTERFACE_LOOPBACK, &local, &none);
	interface_fill(&interfaces->list[1], "eth0", 2,
	    INTERFACE_UP | INTERFACE_BROADCAST | INTERFACE_MULTICAST, &address,
	    &broadcast);
	return 0;
}

/* -- time ------------------------------------------------------------------ */

static inline void
on_party_patience_over(void *arg)
{
	fail_msg("nothing happens any more");
}

static inline void
party_turn(struct party *party)
{
	timer_start(&party->patience, PARTY_PATIENCE_MS);
	loop_turn(party->loop, 1);
	timer_stop(&party->patience);
}

/* -- keys ------------------------------------------------------------------ */

static inline void
copy_key(const char *name, const char *folder, const char *as)
{
	char *command = xasprintf(
	    "install -m 600 %s/keys/%s.pem %s/%s", TEST_DATA, name, folder, as);

	assert_int_equal(system(command), 0);
	free(command);
}

/* Keys of the test data: "win" is win2048 and win1024. */
static inline struct keyring *
keys_named(const char *name, const char *folder)
{
	char *strong = xasprintf("%s2048", name);
	char *weak = xasprintf("%s1024", name);
	struct keyring *keyring = NULL;

	copy_key(strong, folder, "rsa2048.pem");
	copy_key(weak, folder, "rsa1024.pem");
	assert_int_equal(keyring_open(folder, true, NULL, &keyring), 0);
	free(strong);
	free(weak);
	return keyring;
}

/* -- the whole ------------------------------------------------------------- */

static const struct lan_settings party_settings = {
	.logon = "bob",
	.host = "pc2",
	.nick = "Bob",
	.group = "Sales",
	.port = 2425,
	.charset = CHARSET_CP932,
};

static inline void
party_take_settings(struct party *party, const struct lan_settings *settings)
{
	char *problem = NULL;

	party_reading = party;
	if (lan_open(party->lan, settings, &problem) < 0)
		fail_msg("%s", problem);
	/* Changes of this machine's own network are none of the test's. */
	interface_watch_free(party->lan->watch);
	party->lan->watch = NULL;
}

static const struct worker_ops party_workers = { .start = NULL };

/* Not open yet. loop is NULL for one of its own. */
static inline struct party *
party_make(struct loop *loop, const char *at, const char *keys)
{
	struct party *party = xcalloc(1, sizeof *party);

	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, 0);
	party->loop = loop != NULL ? loop : loop_new();
	party->at = address(at);
	party->at.port = 0;
	strcpy(party->folder, "/tmp/cam-party-XXXXXX");
	assert_non_null(mkdtemp(party->folder));
	party->crypto = crypto_new();
	party->keyring = keys_named(keys, party->folder);
	party->workers = workers_new(party->loop, 2, &party_workers, NULL);
	party->lan = lan_new(party->loop, party->workers, party->crypto,
	    party->keyring, &party_ops, party);
	party->twin.lan = party->lan;
	party->lan->open_udp = party_open_udp;
	party->lan->read_interfaces = party_read_interfaces;
	timer_init(
	    &party->patience, party->loop, on_party_patience_over, party);
	return party;
}

/* The loop goes with the last one: of_loop. */
static inline void
party_free(struct party *party, bool of_loop)
{
	char *command = xasprintf("rm -r %s", party->folder);

	workers_free(party->workers);
	lan_close(party->lan);
	twin_forget(&party->twin);
	lan_free(party->lan);
	for (size_t i = 0; i < party->member_count; i++) {
		peer_finish(&party->members[i]->peer);
		free(party->members[i]);
	}
	lan_message_free(party->message);
	free(party->version);
	free(party->absence_told);
	keyring_free(party->keyring);
	crypto_free(party->crypto);
	timer_finish(&party->patience);
	if (of_loop)
		loop_free(party->loop);
	assert_int_equal(system(command), 0);
	free(command);
	free(party);
}

static inline int
party_setup(void **state)
{
	struct party *party = party_make(NULL, "10.77.0.2", "win");

	party_take_settings(party, &party_settings);
	twin_forget(&party->twin);
	*state = party;
	return 0;
}

static inline int
party_teardown(void **state)
{
	party_free(*state, true);
	return 0;
}

#define TEST_OF_PARTY(test)                                                    \
	cmocka_unit_test_setup_teardown(test, party_setup, party_teardown)

/* anna, who can all that we can, at 10.77.0.3. */
enum { ANNAS_STATUS = STATUS_ENCRYPT | STATUS_CAPUTF8 | STATUS_ENCEXTMSG };

static inline struct member *
party_add_anna(struct party *party)
{
	return member_add(party, "anna", "pc1", "10.77.0.3", ANNAS_STATUS);
}

#endif

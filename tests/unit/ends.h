/* ends.h: two or three camd as far as links are concerned, on one loop, with
 * doors on loopback; and strangers who come to them with any keys. */
#ifndef CAM_TEST_ENDS_H
#define CAM_TEST_ENDS_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/contact.h"
#include "camd/link/door.h"
#include "camd/link/identity.h"
#include "camd/link/link_private.h"
#include "camd/link/links.h"
#include "camd/offer/tickets.h"
#include "camd/people/shared.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "crypto/crypto.h"
#include "crypto/keyring.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "rpc/channel.h"
#include "rpc/names.h"
#include "test.h"

enum { END_PEOPLE = 8, END_PORT = 2425, END_PATIENCE_MS = 300000 };

/* Somebody whom an end has admitted, or was told of. */
struct person {
	struct user *user;
	struct devices devices; /* version 0: none known */
};

struct end {
	char folder[64];
	struct camd camd;
	struct shared *texts;
	struct addr at;
	const char *logon;
	struct person people[END_PEOPLE];
	size_t person_count;
	int admit_err;	      /* what admit says */
	struct user *merged;  /* into whomever is admitted, NULL: nobody */
	struct user *becomes; /* whose the next link to open is after that */
	size_t admitted, opened, closed, unreached, prekeys, drained;
	struct link *last;
	struct user *last_user;
	char envelopes[4096]; /* those that arrived, one after the other */
	size_t envelope_bytes;
	bool keeps_credit;
	int alive; /* what a probe said last, -1: nothing yet */
};

struct ends {
	struct loop *loop;
	struct crypto *crypto;
	struct end one, two;
	struct timer patience;
};

/* -- time ------------------------------------------------------------------ */

static inline void
on_ends_patience_over(void *arg)
{
	fail_msg("nothing happens any more");
}

static inline void
ends_turn(struct ends *ends)
{
	timer_start(&ends->patience, END_PATIENCE_MS);
	loop_turn(ends->loop, 1);
	timer_stop(&ends->patience);
}

#define UNTIL(ends, condition)                                                 \
	while (!(condition))                                                   \
	ends_turn(ends)

/* As if its time had come. */
static inline void
ends_fire(struct timer *timer)
{
	assert_true(timer_is_running(timer));
	timer_stop(timer);
	timer->fn(timer->arg);
}

/* -- what links ask ---------------------------------------------------------
 */

static inline void
end_introduce(void *arg, struct linkhello *hello)
{
	struct end *end = arg;

	strcpy(hello->user, end->logon);
	strcpy(hello->host, "pc");
	strcpy(hello->nick, end->logon);
}

static inline const struct addr *
end_source(void *arg, enum addr_family family)
{
	return &((struct end *)arg)->at;
}

static inline struct person *
end_add_person(struct end *end, const char *logon)
{
	struct person *person = &end->people[end->person_count++];

	assert_true(end->person_count <= END_PEOPLE);
	person->user = user_new(logon, "pc", end->texts);
	person->user->uid = (int64_t)end->person_count;
	return person;
}

static inline bool
end_knows(void *arg, const struct addr *host)
{
	const struct end *end = arg;

	for (size_t i = 0; i < end->person_count; i++)
		if (addr_same_host(&end->people[i].user->peer.addr, host))
			return true;
	return false;
}

/* A stand-in: whoever has a user key is somebody. */
static inline int
end_admit(void *arg, const struct trust_claim *claim, struct user **user)
{
	struct end *end = arg;
	struct person *person = NULL;

	end->admitted++;
	if (end->admit_err < 0)
		return end->admit_err;
	for (size_t i = 0; i < end->person_count; i++)
		if (memcmp(end->people[i].devices.user_key,
			claim->devices->user_key, SIGN_KEY_SIZE) == 0)
			person = &end->people[i];
	if (person == NULL)
		person = end_add_person(end, claim->user);
	if (claim->devices->version < person->devices.version)
		return CAM_ERR_KEY;
	person->devices = *claim->devices;
	if (person->user->peer.addr.family == ADDR_NONE)
		person->user->peer.addr = *claim->at;
	*user = person->user;
	if (end->merged != NULL)
		links_user_merged(end->camd.links, end->merged, *user);
	end->merged = NULL;
	return 0;
}

static inline struct person *
end_person(struct end *end, const struct user *user)
{
	for (size_t i = 0; i < end->person_count; i++)
		if (end->people[i].user == user)
			return &end->people[i];
	return NULL;
}

static inline const struct devices *
end_devices(void *arg, const struct user *user)
{
	const struct person *person = end_person(arg, user);

	return person != NULL && person->devices.version > 0 ? &person->devices
							     : NULL;
}

static inline void
end_on_prekey(
    void *arg, struct user *user, struct link *link, struct span prekey)
{
	((struct end *)arg)->prekeys++;
}

static inline void
end_on_open(void *arg, struct user *user, struct link *link)
{
	struct end *end = arg;
	struct user *into = end->becomes;

	end->opened++;
	end->last = link;
	end->last_user = user;
	user->peer.strength = PEER_CAM1;
	assert_ptr_equal(links_of(end->camd.links, user), link);
	assert_true(link_is_greeted(link));
	end->becomes = NULL;
	if (into != NULL)
		links_user_merged(end->camd.links, user, into);
}

static inline void
end_on_closed(void *arg, struct user *user, struct link *link)
{
	struct end *end = arg;

	end->closed++;
	assert_ptr_not_equal(links_of(end->camd.links, user), link);
	assert_null(links_by_serial(end->camd.links, link_serial(link)));
}

static inline void
end_on_unreached(void *arg, struct user *user)
{
	((struct end *)arg)->unreached++;
}

static inline void
end_on_envelope(void *arg, struct link *link, struct span envelope)
{
	struct end *end = arg;
	size_t len = strlen(end->envelopes);

	end->envelope_bytes += envelope.len;
	if (len + envelope.len < sizeof end->envelopes)
		memcpy(end->envelopes + len, envelope.data, envelope.len);
	if (!end->keeps_credit)
		link_credit(link, envelope.len);
}

static inline void
end_on_drained(void *arg, struct link *link)
{
	((struct end *)arg)->drained++;
}

static const struct links_ops end_ops = {
	.introduce = end_introduce,
	.source = end_source,
	.knows = end_knows,
	.admit = end_admit,
	.devices = end_devices,
	.on_prekey = end_on_prekey,
	.on_open = end_on_open,
	.on_closed = end_on_closed,
	.on_unreached = end_on_unreached,
	.on_envelope = end_on_envelope,
	.on_drained = end_on_drained,
};

/* -- ends ------------------------------------------------------------------ */

/* Loopback addresses of this process alone. */
static inline struct addr
ends_address(unsigned last, uint16_t port)
{
	unsigned pid = (unsigned)getpid();

	return addr_v4(
	    127u << 24 | (64 + pid % 128) << 16 | (pid / 128 % 256) << 8 | last,
	    port);
}

static inline void
end_links(struct end *end)
{
	assert_int_equal(links_new(&end->camd, end->camd.identity, &end_ops,
			     end, &end->camd.links),
	    0);
}

static inline void
end_listen(struct end *end)
{
	assert_int_equal(door_open(end->camd.door, &end->at, NULL), 0);
}

static const struct worker_ops end_pool_ops = { .start = NULL };

static inline void
end_open(struct ends *ends, struct end *end, const char *logon, unsigned last,
    const char *rsa, uint64_t patience_ms)
{
	struct camd *camd = &end->camd;
	char *keys, *command, *problem = NULL;

	memset(end, 0, sizeof *end);
	end->logon = logon;
	end->alive = -1;
	end->at = ends_address(last, END_PORT);
	strcpy(end->folder, "/tmp/cam-end-XXXXXX");
	assert_non_null(mkdtemp(end->folder));
	assert_int_equal(paths_find(end->folder, &camd->paths), 0);
	keys = path_join(camd->paths.data, "keys");
	assert_int_equal(path_make_private(keys), 0);
	command = xasprintf("install -m 600 %s/keys/%s.pem %s/rsa2048.pem",
	    TEST_DATA, rsa, keys);
	assert_int_equal(system(command), 0);
	free(command);
	assert_int_equal(keyring_open(keys, false, NULL, &camd->keyring), 0);
	free(keys);
	camd->loop = ends->loop;
	camd->crypto = ends->crypto;
	camd->pool = workers_new(ends->loop, 1, &end_pool_ops, NULL);
	if (identity_open(camd, NULL, &camd->identity, &problem) != 0)
		fail_msg("%s", problem);
	end->texts = shared_new();
	end_links(end);
	camd->tickets = tickets_new(camd);
	camd->door = door_new(camd, patience_ms);
	end_listen(end);
}

static inline void
end_close(struct end *end)
{
	struct camd *camd = &end->camd;
	char *command = xasprintf("rm -r %s", end->folder);

	workers_free(camd->pool);
	links_free(camd->links);
	tickets_free(camd->tickets);
	door_free(camd->door);
	for (size_t i = 0; i < end->person_count; i++)
		user_free(end->people[i].user, end->texts);
	shared_free(end->texts);
	identity_free(camd->identity);
	keyring_free(camd->keyring);
	paths_finish(&camd->paths);
	assert_int_equal(system(command), 0);
	free(command);
}

static inline struct ends *
ends_open_patient(uint64_t patience_ms)
{
	struct ends *ends = xcalloc(1, sizeof *ends);

	log_open(-1, LOG_LEVEL_ERROR, 0);
	ends->loop = loop_new();
	ends->crypto = crypto_new();
	timer_init(&ends->patience, ends->loop, on_ends_patience_over, NULL);
	end_open(ends, &ends->one, "anna", 1, "win2048", patience_ms);
	end_open(ends, &ends->two, "bob", 2, "other2048", patience_ms);
	return ends;
}

static inline struct ends *
ends_open(void)
{
	return ends_open_patient(DOOR_MS);
}

static inline void
ends_close(struct ends *ends)
{
	end_close(&ends->one);
	end_close(&ends->two);
	timer_finish(&ends->patience);
	crypto_free(ends->crypto);
	loop_free(ends->loop);
	free(ends);
}

/* Whom end knows to be there; known: as one who speaks cam/1. */
static inline struct user *
end_know(struct end *end, const struct end *other, bool known)
{
	struct person *person = end_add_person(end, other->logon);

	memcpy(person->devices.user_key,
	    identity_user_key(other->camd.identity), SIGN_KEY_SIZE);
	person->user->peer.addr = other->at;
	person->user->peer.strength = known ? PEER_CAM1 : PEER_UNKNOWN;
	return person->user;
}

static inline size_t
end_connections(const struct end *end)
{
	const struct link *link;
	size_t count = 0;

	TAILQ_FOREACH (link, &end->camd.links->list, entry)
		count++;
	return count;
}

/* One link between the two, made by one. */
static inline struct link *
ends_join(struct ends *ends)
{
	struct user *two = end_know(&ends->one, &ends->two, true);

	assert_int_equal(links_want(ends->one.camd.links, two), LINKS_DIALING);
	UNTIL(ends, ends->one.opened == 1 && ends->two.opened == 1);
	return ends->one.last;
}

/* -- strangers ------------------------------------------------------------- */

struct stranger {
	struct ends *ends;
	struct sign_key *user, *link, *signing;
	struct devices devices;
	struct linkhello hello;
	struct tls_context *context;
	struct tls *tls;
	struct channel *channel;
	bool answers; /* hellos */
	bool answers_pings;
	bool is_ready, is_closed, is_answered;
	int answer; /* to our hello */
	char message[256];
	size_t requests, pings, refused_streams;
};

static inline void
stranger_on_request(struct channel *channel, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct stranger *stranger = arg;
	bool is_ping = strcmp(method, LINK_PING) == 0;

	stranger->requests++;
	stranger->pings += is_ping;
	if (id != NULL &&
	    (is_ping ? stranger->answers_pings : stranger->answers))
		channel_reply(channel, *id, json_object());
}

static inline int
stranger_on_open(
    struct channel *channel, uint16_t stream, const char *kind, void *arg)
{
	return 0;
}

static inline void
stranger_on_item(
    struct channel *channel, uint16_t stream, struct span item, void *arg)
{
	channel_credit(channel, stream, item.len);
}

static inline void
stranger_on_close(struct channel *channel, uint16_t stream, int err, void *arg)
{
	((struct stranger *)arg)->refused_streams += err != 0;
}

static inline void
stranger_on_output(struct channel *channel, void *arg)
{
	struct stranger *stranger = arg;

	if (stranger->tls != NULL)
		tls_kick(stranger->tls);
}

static const struct channel_ops stranger_channel_ops = {
	.on_request = stranger_on_request,
	.on_open = stranger_on_open,
	.on_item = stranger_on_item,
	.on_close = stranger_on_close,
	.on_output = stranger_on_output,
};

static inline void
stranger_on_ready(struct tls *tls, const uint8_t key[SIGN_KEY_SIZE], void *arg)
{
	((struct stranger *)arg)->is_ready = true;
}

static inline void
stranger_on_data(struct tls *tls, const void *data, size_t len, void *arg)
{
	struct stranger *stranger = arg;
	const char *problem = NULL;

	assert_int_equal(
	    channel_feed(stranger->channel, data, len, &problem), 0);
}

static inline size_t
stranger_on_room(struct tls *tls, void *data, size_t size, void *arg)
{
	return channel_take(((struct stranger *)arg)->channel, data, size);
}

static inline void
stranger_on_closed(struct tls *tls, int err, void *arg)
{
	((struct stranger *)arg)->is_closed = true;
}

static const struct tls_ops stranger_tls_ops = {
	.on_ready = stranger_on_ready,
	.on_data = stranger_on_data,
	.on_room = stranger_on_room,
	.on_closed = stranger_on_closed,
};

/* A socket connected to the end's door from one of our addresses. */
static inline int
ends_connect(const struct end *to, unsigned from)
{
	struct addr source = ends_address(from, 0);
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(&source, &sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	len = addr_to_sockaddr(&to->at, &sa);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* Signs what its hello says with its own keys. */
static inline void
stranger_sign(struct stranger *stranger)
{
	struct prekey prekey = { .id = 1, .made_ms = 1700000000000 };
	struct hpke_key *key = NULL;
	struct buf buf;

	buf_init(&buf, DEVICES_BYTES_MAX);
	assert_int_equal(
	    devices_build(&stranger->devices, stranger->user, &buf), 0);
	memcpy(stranger->hello.devices, buf.data, buf.len);
	stranger->hello.devices_len = buf.len;
	buf_finish(&buf);
	assert_int_equal(hpke_key_generate(&key), 0);
	hpke_key_public(key, prekey.key);
	hpke_key_free(key);
	assert_int_equal(
	    prekey_build(&prekey, stranger->signing, stranger->hello.prekey),
	    0);
}

static inline struct stranger *
stranger_new(struct ends *ends)
{
	struct stranger *stranger = xcalloc(1, sizeof *stranger);
	struct devices *devices = &stranger->devices;

	stranger->ends = ends;
	stranger->answers = stranger->answers_pings = true;
	assert_int_equal(sign_key_generate(&stranger->user), 0);
	assert_int_equal(sign_key_generate(&stranger->link), 0);
	assert_int_equal(sign_key_generate(&stranger->signing), 0);
	devices->version = 1;
	devices->issued_ms = 1700000000000;
	devices->count = 1;
	sign_key_public(stranger->user, devices->user_key);
	sign_key_public(stranger->link, devices->list[0].link_key);
	sign_key_public(stranger->signing, devices->list[0].signing_key);
	strcpy(stranger->hello.user, "mallory");
	strcpy(stranger->hello.host, "pc");
	strcpy(stranger->hello.program, "test");
	stranger->hello.capabilities = LINK_MESSAGES;
	stranger_sign(stranger);
	return stranger;
}

static inline void
stranger_hang_up(struct stranger *stranger)
{
	tls_free(stranger->tls);
	stranger->tls = NULL;
	if (stranger->channel != NULL)
		channel_free(stranger->channel);
	stranger->channel = NULL;
	tls_context_free(stranger->context);
	stranger->context = NULL;
}

static inline void
stranger_free(struct stranger *stranger)
{
	stranger_hang_up(stranger);
	sign_key_free(stranger->user);
	sign_key_free(stranger->link);
	sign_key_free(stranger->signing);
	free(stranger);
}

/* TLS with the stranger's link key. */
static inline void
stranger_dial(struct stranger *stranger, const struct end *to, unsigned from)
{
	stranger_hang_up(stranger);
	stranger->is_ready = stranger->is_closed = false;
	stranger->is_answered = false;
	assert_int_equal(
	    tls_context_new(stranger->link, "cam/1", &stranger->context), 0);
	stranger->channel = channel_new(true, &stranger_channel_ops, stranger);
	stranger->tls = tls_new(stranger->ends->loop, stranger->context,
	    ends_connect(to, from), true, END_PATIENCE_MS, &stranger_tls_ops,
	    stranger);
	UNTIL(stranger->ends, stranger->is_ready || stranger->is_closed);
}

static inline void
stranger_on_answer(void *arg, int err, json_t *result, const char *message)
{
	struct stranger *stranger = arg;

	stranger->is_answered = true;
	stranger->answer = err;
	snprintf(stranger->message, sizeof stranger->message, "%s",
	    message != NULL ? message : "");
}

/* Takes params. */
static inline void
stranger_call(struct stranger *stranger, const char *method, json_t *params)
{
	assert_int_equal(channel_call(stranger->channel, method, params,
			     stranger_on_answer, stranger),
	    0);
}

static inline void
stranger_say_hello(struct stranger *stranger)
{
	stranger_call(stranger, LINK_HELLO, linkhello_write(&stranger->hello));
}

#endif

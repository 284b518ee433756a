/* segments.c: the server among IPMSG programs. */
#include "camserver/lan/segments.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/settings.h"
#include "camserver/lan/neighbours.h"
#include "camserver/server.h"
#include "crypto/keyring.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "org/charter.h"

/* What is new is collected for a moment, then told a few at a time. */
enum {
	TELL_MS = 300,
	TELL_GROUP = 64,
	TELL_PAUSE_MS = 20,
	/* Rounds of questions without an answer. */
	SILENT_ROUNDS = 3,
};

_Static_assert((int)ORGLINE_PIN_SIZE == (int)ROOT_PIN_SIZE, "the same pin");

struct segments {
	struct server *server;
	struct keyring *keyring;
	struct lan *lan; /* NULL: never was among them */
	/* To be found only: where lan is not, and, which has IPv4 alone, over
	 * IPv6. */
	struct lan *quiet;
	bool announces;
	struct neighbours *neighbours;
	struct timer round;
	struct timer tell;
	uint64_t round_ms;
	/* Being told: those who have changed, to all from this one on. */
	const struct peer **news;
	size_t news_count;
	struct neighbour *to;
	bool more; /* has changed meanwhile */
};

/* -- telling ------------------------------------------------------------------
 */

static void
take_news(struct segments *segments)
{
	struct neighbour *neighbour = NULL;
	size_t count = 0;

	while ((neighbour = neighbours_next(segments->neighbours, neighbour)) !=
	       NULL)
		count += neighbour->changed;
	free(segments->news);
	segments->news = xcalloc(count + 1, sizeof(struct peer *));
	segments->news_count = 0;
	neighbour = NULL;
	while ((neighbour = neighbours_next(segments->neighbours, neighbour)) !=
	       NULL) {
		if (!neighbour->changed)
			continue;
		neighbour->changed = false;
		segments->news[segments->news_count++] = &neighbour->peer;
	}
	segments->to = neighbours_next(segments->neighbours, NULL);
}

/* Only camd takes a list that it has not asked for, and only from who is named
 * in its net.broadcast: others ask. */
static void
on_tell(void *arg)
{
	struct segments *segments = arg;

	if (segments->to == NULL) {
		segments->more = false;
		take_news(segments);
	}
	for (size_t i = 0; i < TELL_GROUP && segments->to != NULL; i++) {
		struct neighbour *to = segments->to;

		if (to->speaks_cam && neighbour_is_there(to))
			lan_tell_hosts(segments->lan, &to->peer.addr,
			    segments->news, segments->news_count);
		segments->to = neighbours_next(segments->neighbours, to);
	}
	if (segments->to != NULL)
		timer_start(&segments->tell, TELL_PAUSE_MS);
	else if (segments->more)
		timer_start(&segments->tell, TELL_MS);
}

static void
tell_soon(struct segments *segments)
{
	segments->more = true;
	if (!timer_is_running(&segments->tell))
		timer_start(&segments->tell, TELL_MS);
}

/* -- asking -------------------------------------------------------------------
 */

/* Nobody is forgotten while he may be pointed at. */
static void
on_round(void *arg)
{
	struct segments *segments = arg;
	uint64_t now_ms = clock_now_ms();
	uint64_t silent_ms = SILENT_ROUNDS * segments->round_ms;

	if (segments->to == NULL && now_ms > silent_ms &&
	    neighbours_expire(segments->neighbours, now_ms - silent_ms))
		tell_soon(segments);
	lan_enter(segments->lan);
}

/* -- what lan asks and tells --------------------------------------------------
 */

static struct neighbour *
neighbour_of(const struct peer *peer)
{
	return container_of(peer, struct neighbour, peer);
}

static void
on_entry(void *arg, const struct lan_entry *entry)
{
	struct segments *segments = arg;

	if (neighbours_hear(segments->neighbours, entry, clock_now_ms()))
		tell_soon(segments);
}

/* Nobody reads what is written to a server: it is not acknowledged, so that who
 * wrote it hears that. */
static void
on_message(void *arg, struct lan_message *message)
{
	lan_message_free(message);
}

static void
on_opened(void *arg, const struct peer *peer, uint32_t packet_no)
{
}

static void
on_key(void *arg, struct peer *peer, const struct addr *from, uint32_t word,
    struct rsa_public *key)
{
}

static void
on_peer(void *arg, struct peer *peer)
{
}

static void
on_text(void *arg, struct peer *peer, const char *text)
{
}

static void
on_heard(void *arg, struct peer *peer)
{
	neighbour_of(peer)->heard_ms = clock_now_ms();
}

static void
on_conflict(void *arg, const struct addr *from)
{
	char text[ADDR_TEXT_SIZE];

	log_warn("%s uses the user and host name of this server",
	    addr_format(from, text));
}

static struct peer *
find(void *arg, const char *user, const char *host, const struct addr *addr)
{
	const struct segments *segments = arg;
	struct neighbour *found =
	    neighbours_find(segments->neighbours, user, host, addr);

	return found != NULL ? &found->peer : NULL;
}

static bool
known(void *arg, const struct addr *addr)
{
	return false;
}

static struct peer *
next(void *arg, const struct peer *after)
{
	const struct segments *segments = arg;
	struct neighbour *found = after != NULL ? neighbour_of(after) : NULL;

	do {
		found = neighbours_next(segments->neighbours, found);
	} while (found != NULL && !neighbour_is_there(found));
	return found != NULL ? &found->peer : NULL;
}

static bool
present(void *arg, const struct peer *peer)
{
	return neighbour_is_there(neighbour_of(peer));
}

static size_t
count(void *arg)
{
	const struct segments *segments = arg;

	return neighbours_count(segments->neighbours);
}

static const char *
absence(void *arg)
{
	return NULL;
}

static void
describe(
    void *arg, const struct peer *peer, const char **nick, const char **group)
{
	*nick = neighbour_of(peer)->nick;
	*group = neighbour_of(peer)->group;
}

/* -- being found --------------------------------------------------------------
 */

static bool
reaches(const struct lan *lan, const struct addr *to)
{
	return lan != NULL && lan_port(lan) != 0 &&
	       (to == NULL || lan_udp(lan, to->family) != NULL);
}

/* To who asks, or everybody. */
static void
say_where(struct segments *segments, const struct addr *to)
{
	const struct server *server = segments->server;
	struct orgline line = { .port = (uint16_t)settings_number(
				    server->settings, "net.port") };

	if (!segments->announces)
		return;
	memcpy(line.pin, server->organisation.pin, sizeof line.pin);
	if (reaches(segments->lan, to))
		lan_orgline(segments->lan, to, &line);
	if (reaches(segments->quiet, to))
		lan_orgline(segments->quiet, to, &line);
}

static void
on_orgline(void *arg, const struct addr *from, const struct orgline *line)
{
	struct segments *segments = arg;
	const uint8_t *pin = segments->server->organisation.pin;

	if (line->port == 0 && memcmp(line->pin, pin, sizeof line->pin) == 0)
		say_where(segments, from);
}

static void
on_changed(void *arg)
{
	say_where(arg, NULL);
}

/* The TCP port is that of members' links, and not ours. */
static const struct lan_ops ops = {
	.on_entry = on_entry,
	.on_message = on_message,
	.on_opened = on_opened,
	.on_key = on_key,
	.on_no_key = on_peer,
	.on_version = on_text,
	.on_absence = on_text,
	.on_heard = on_heard,
	.on_orgline = on_orgline,
	.on_changed = on_changed,
	.on_conflict = on_conflict,
	.find = find,
	.known = known,
	.next = next,
	.present = present,
	.count = count,
	.absence = absence,
	.describe = describe,
};

/* -- made and applied ---------------------------------------------------------
 */

static void
on_forget(void *arg, const struct peer *peer)
{
	const struct segments *segments = arg;

	if (segments->lan != NULL)
		lan_forget(segments->lan, peer);
}

struct segments *
segments_new(struct server *server)
{
	struct segments *segments = xcalloc(1, sizeof *segments);

	segments->server = server;
	segments->neighbours = neighbours_new(on_forget, segments);
	timer_init(&segments->round, server->loop, on_round, segments);
	timer_init(&segments->tell, server->loop, on_tell, segments);
	return segments;
}

void
segments_stop(struct segments *segments)
{
	if (segments == NULL)
		return;
	timer_stop(&segments->round);
	timer_stop(&segments->tell);
	segments->to = NULL;
	if (segments->lan != NULL)
		lan_close(segments->lan);
	if (segments->quiet != NULL)
		lan_close(segments->quiet);
}

static int
open_lan(struct segments *segments, char **problem)
{
	struct server *server = segments->server;
	char *folder = path_join(server->home.folder, "work/ipmsg");
	int r = 0;

	if (segments->keyring == NULL)
		r = keyring_open(folder, false, NULL, &segments->keyring);
	if (r < 0)
		*problem = xasprintf("%s: %s", folder, cam_strerror(r));
	else
		segments->lan = lan_new(server->loop, server->pool,
		    server->crypto, segments->keyring, &ops, segments);
	free(folder);
	return r;
}

static const char *
bind_of(const struct segments *segments)
{
	return settings_text(segments->server->settings, "net.bind");
}

static int
open_as(struct segments *segments, struct lan *as, bool quiet, const char *bind,
    char **problem)
{
	const struct server *server = segments->server;
	const struct settings *settings = server->settings;
	char host[LIMIT_NAME + 1] = "";
	struct lan_settings lan = {
		.logon = "camserver",
		.host = host,
		.nick = server->organisation.charter.name,
		.group = "",
		.bind = bind,
		.port = (uint16_t)settings_number(settings, "net.port"),
		.ipv6 = quiet,
		.broadcast = settings_text(settings, "net.broadcast"),
		.list_for = settings_text(settings, "net.list_for"),
		.charset = CHARSET_CP932,
		.legacy = LAN_LEGACY_OFF,
		.quiet = quiet,
	};
	int r;

	if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
		lan.host = "server";
	r = lan_open(as, &lan, problem);
	if (r == 0 && lan_port(as) != lan.port && quiet)
		log_warn("another program has UDP port %u: members do not find "
			 "this server by themselves",
		    (unsigned)lan.port);
	else if (r == 0 && lan_port(as) != lan.port)
		log_warn("another program has UDP port %u: plain IPMSG "
			 "programs reach this server at %u only",
		    (unsigned)lan.port, (unsigned)lan_port(as));
	return r;
}

static int
open_quiet(struct segments *segments, const char *bind, char **problem)
{
	struct server *server = segments->server;

	if (segments->quiet == NULL)
		segments->quiet = lan_new(server->loop, server->pool,
		    server->crypto, NULL, &ops, segments);
	return open_as(segments, segments->quiet, true, bind, problem);
}

/* Not served: only found, where that is wanted. */
static int
apply_quiet(struct segments *segments, char **problem)
{
	segments_stop(segments);
	return segments->announces
		   ? open_quiet(segments, bind_of(segments), problem)
		   : 0;
}

static int
apply_served(struct segments *segments, char **problem)
{
	const char *bind = bind_of(segments);
	char *why = NULL;
	int r = 0;

	if (segments->quiet != NULL)
		lan_close(segments->quiet);
	if (segments->lan == NULL)
		r = open_lan(segments, problem);
	if (r == 0)
		r = open_as(segments, segments->lan, false, bind, problem);
	/* A machine without IPv6 is none the worse. */
	if (r == 0 && segments->announces && bind[0] == '\0' &&
	    open_quiet(segments, "::", &why) < 0)
		log_info("not found over IPv6: %s", why);
	free(why);
	return r;
}

int
segments_apply(struct segments *segments, char **problem)
{
	const struct settings *settings = segments->server->settings;
	bool serves = settings_on(settings, "ipmsg.serve");
	int r = 0;

	segments->announces = settings_on(settings, "server.announce");
	r = serves ? apply_served(segments, problem)
		   : apply_quiet(segments, problem);
	if (r < 0)
		return r;
	say_where(segments, NULL);
	if (!serves)
		return 0;
	segments->round_ms =
	    (uint64_t)settings_number(settings, "ipmsg.interval") * 1000;
	timer_repeat(&segments->round, segments->round_ms);
	return 0;
}

void
segments_free(struct segments *segments)
{
	if (segments == NULL)
		return;
	timer_finish(&segments->round);
	timer_finish(&segments->tell);
	lan_free(segments->lan);
	lan_free(segments->quiet);
	segments->lan = segments->quiet = NULL;
	neighbours_free(segments->neighbours);
	keyring_free(segments->keyring);
	free(segments->news);
	free(segments);
}

size_t
segments_count(const struct segments *segments)
{
	return neighbours_count(segments->neighbours);
}

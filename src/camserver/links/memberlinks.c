/* memberlinks.c: members' connections: accepted, found, told, buried. */
#include "camserver/links/memberlinks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/trim.h"
#include "camserver/links/depot.h"
#include "camserver/links/ferries.h"
#include "camserver/links/holds.h"
#include "camserver/links/memberlink.h"
#include "camserver/links/memberlinks_parts.h"
#include "camserver/links/notices.h"
#include "camserver/links/origins.h"
#include "camserver/links/roll.h"
#include "camserver/links/seen.h"
#include "camserver/server.h"
#include "camserver/settings.h"
#include "lan/budget.h"
#include "link/bearer.h"
#include "net/lobby.h"
#include "net/tls.h"
#include "rpc/names.h"

enum {
	TLS_HANDSHAKE = 0x16,
	PATIENCE_MS = 10 * 1000,
	LINKS_MAX = 20000,
	/* After many have come there is much that nobody uses any more. Giving
	 * it back takes a moment, in which nobody is heard: not while they
	 * talk, but for once a minute. */
	CALM_MS = 1000,
	CALMS_MAX = 60,
};

/* -- finding -----------------------------------------------------------------
 */

static bool
has_serial(const struct table_link *link, const void *key)
{
	return container_of(link, struct memberlink, by_serial)->serial ==
	       *(const uint64_t *)key;
}

struct memberlink *
memberlinks_by_serial(const struct memberlinks *links, uint64_t serial)
{
	struct table_link *found = table_find(&links->by_serial,
	    table_hash(&links->by_serial, &serial, sizeof serial), has_serial,
	    &serial);

	return found != NULL ? container_of(found, struct memberlink, by_serial)
			     : NULL;
}

struct roll *
memberlinks_roll(const struct memberlinks *links)
{
	return links->roll;
}

struct depot *
memberlinks_depot(const struct memberlinks *links)
{
	return links->depot;
}

size_t
memberlinks_transfers(const struct memberlinks *links)
{
	return ferries_count(links->ferries) + holds_count(links->holds);
}

uint64_t
memberlinks_transferred(const struct memberlinks *links)
{
	return ferries_bytes(links->ferries) + holds_bytes(links->holds);
}

struct holds *
memberlinks_holds(const struct memberlinks *links)
{
	return links->holds;
}

size_t
memberlinks_count(const struct memberlinks *links)
{
	return links->count;
}

void
memberlinks_refresh(struct memberlinks *links)
{
	roll_refresh(links->roll);
}

/* -- coming and going --------------------------------------------------------
 */

/* Strangers cannot keep out those who come back from where members have been.
 */
static bool
admit(void *arg, const struct lobby_guest *guest)
{
	const struct memberlinks *links = arg;
	bool known = false;

	if (guest->first == TICKET_FIRST)
		return true;
	known = origins_know(roll_origins(links->roll), &guest->from);
	return guest->first == TLS_HANDSHAKE && links->count < LINKS_MAX &&
	       budget_handshake(links->budget,
		   known ? &guest->from : &guest->source, known,
		   clock_now_ms());
}

static void
on_calm(void *arg)
{
	struct memberlinks *links = arg;

	if (links->is_heard && ++links->calms < CALMS_MAX) {
		links->is_heard = false;
		timer_start(&links->calm, CALM_MS);
		return;
	}
	links->calms = 0;
	notices_forget(links->notices);
	memory_trim();
}

void
memberlinks_stir(struct memberlinks *links)
{
	if (timer_is_running(&links->calm) || links->stopped)
		return;
	links->is_heard = false;
	timer_start(&links->calm, CALM_MS);
}

static void
take(void *arg, int fd, const struct lobby_guest *guest,
    void (*on_known)(void *arg), void *known_arg)
{
	struct memberlinks *links = arg;
	uint64_t now_ms = clock_now_ms();
	struct memberlink *link = NULL;

	if (guest->first == TICKET_FIRST) {
		ferries_accept(links->ferries, fd, guest->deadline_ms, on_known,
		    known_arg);
		return;
	}
	link = memberlink_new(links, fd, &guest->from,
	    guest->deadline_ms > now_ms ? guest->deadline_ms - now_ms : 1,
	    on_known, known_arg);
	TAILQ_INSERT_TAIL(&links->list, link, entry);
	table_add(&links->by_serial, &link->by_serial,
	    table_hash(&links->by_serial, &link->serial, sizeof link->serial));
	links->count++;
	memberlinks_stir(links);
}

static const struct lobby_ops lobby_ops = { .admit = admit, .take = take };

void
memberlinks_ended(struct memberlinks *links, struct memberlink *link)
{
	TAILQ_REMOVE(&links->list, link, entry);
	TAILQ_INSERT_TAIL(&links->dead, link, entry);
	table_remove(&links->by_serial, &link->by_serial);
	links->count--;
	memberlinks_stir(links);
	timer_start(&links->burial, 0);
}

static void
on_burial(void *arg)
{
	struct memberlinks *links = arg;
	struct memberlink *link = NULL;

	while ((link = TAILQ_FIRST(&links->dead)) != NULL) {
		TAILQ_REMOVE(&links->dead, link, entry);
		memberlink_free(link);
	}
}

/* -- what the roll tells -----------------------------------------------------
 */

/* Those who waited for it are members now. */
static void
let_in(struct memberlinks *links)
{
	struct memberlink *link = NULL, *next = NULL;

	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		struct roll_member *member = NULL;

		next = TAILQ_NEXT(link, entry);
		if (link->state != MEMBERLINK_WAITING)
			continue;
		member = roll_by_key(links->roll, link->user_key);
		if (member == NULL)
			continue;
		memberlink_enter(link, member);
		/* It may have ended others. */
		next = TAILQ_FIRST(&links->list);
	}
}

static void
on_changes(void *arg, uint64_t after)
{
	struct memberlinks *links = arg;
	struct memberlink *link = NULL, *next = NULL;

	let_in(links);
	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		next = TAILQ_NEXT(link, entry);
		if (link->state == MEMBERLINK_ENTERED)
			notices_send_changes(links->notices, link);
	}
}

void
memberlinks_tell_policy(struct memberlinks *links)
{
	struct memberlink *link = NULL, *next = NULL;

	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		next = TAILQ_NEXT(link, entry);
		if (link->state == MEMBERLINK_ENTERED)
			memberlink_send_policy(link);
	}
}

static void
on_removed(void *arg, struct roll_member *member)
{
	struct memberlinks *links = arg;
	struct memberlink *link = member->link;

	log_info("%s is a member no more", member->logon);
	ferries_drop(links->ferries, member->member);
	holds_removed(links->holds, member->member);
	if (link == NULL)
		return;
	memberlink_notify(
	    link, ORG_STATE, json_pack("{s:s}", "state", "removed"));
	depot_close(links->depot, link);
	link->member = NULL;
	link->state = MEMBERLINK_STRANGE;
	memberlink_hang_up(link);
}

static void
on_presence(void *arg)
{
	struct memberlinks *links = arg;
	struct memberlink *link = NULL, *next = NULL;

	notices_begin_presence(links->notices);
	roll_told(links->roll);
	for (link = TAILQ_FIRST(&links->list); link != NULL; link = next) {
		next = TAILQ_NEXT(link, entry);
		if (link->state == MEMBERLINK_ENTERED)
			notices_tell_presence(links->notices, link);
	}
	memberlinks_stir(links);
}

static const struct roll_ops roll_ops = {
	.on_changes = on_changes,
	.on_removed = on_removed,
	.on_presence = on_presence,
};

/* -- making and ending -------------------------------------------------------
 */

static int
listen_all(struct memberlinks *links, char **problem)
{
	const struct settings *settings = links->server->settings;
	const char *bind = settings_text(settings, "net.bind");
	uint16_t port = (uint16_t)settings_number(settings, "net.port");
	struct addr addr = addr_any(ADDR_V4, port);
	char text[ADDR_TEXT_SIZE];
	int r = 0;

	if (bind[0] != '\0')
		(void)addr_parse(span_text(bind), port, &addr);
	if ((r = lobby_open(links->lobby, &addr, NULL)) < 0) {
		*problem = xasprintf(_("cannot listen at %s: %s"),
		    addr_format(&addr, text), cam_strerror(r));
		return r;
	}
	/* A machine without IPv6 is none the worse. */
	addr = addr_any(ADDR_V6, port);
	if (bind[0] == '\0')
		(void)lobby_open(links->lobby, &addr, NULL);
	return 0;
}

static int
open_parts(struct memberlinks *links, char **problem)
{
	struct server *server = links->server;
	int r = roll_new(server, &roll_ops, links, &links->roll);

	if (r < 0) {
		*problem = xasprintf(_("cannot read %s: %s"),
		    server->home.store, cam_strerror(r));
		return r;
	}
	if ((r = depot_new(links, &links->depot)) < 0) {
		*problem = xasprintf(_("cannot write %s: %s"),
		    server->home.store, cam_strerror(r));
		return r;
	}
	links->notices = notices_new(links->roll);
	links->seen = seen_new(server);
	if ((r = tls_context_new(
		 server->organisation.link, "cam/1", &links->context)) < 0) {
		*problem = xasprintf(
		    _("cannot use the key of links: %s"), cam_strerror(r));
		return r;
	}
	tls_context_serve(links->context, server->pool);
	links->ferries = ferries_new(links);
	links->holds = holds_new(links);
	return listen_all(links, problem);
}

int
memberlinks_new(
    struct server *server, struct memberlinks **result, char **problem)
{
	struct memberlinks *links = xcalloc(1, sizeof *links);
	int r = 0;

	links->server = server;
	links->budget = budget_new();
	links->lobby = lobby_new(server->loop, PATIENCE_MS, &lobby_ops, links);
	table_init(&links->by_serial);
	TAILQ_INIT(&links->list);
	TAILQ_INIT(&links->dead);
	timer_init(&links->burial, server->loop, on_burial, links);
	timer_init(&links->calm, server->loop, on_calm, links);
	if ((r = open_parts(links, problem)) < 0)
		memberlinks_free(links);
	else
		*result = links;
	return r;
}

void
memberlinks_stop(struct memberlinks *links)
{
	struct memberlink *link = NULL;

	if (links == NULL)
		return;
	links->stopped = true;
	lobby_close(links->lobby);
	ferries_stop(links->ferries);
	while ((link = TAILQ_FIRST(&links->list)) != NULL)
		memberlink_close(link, "we are ending");
	depot_stop(links->depot);
	seen_stop(links->seen);
	holds_stop(links->holds);
}

void
memberlinks_free(struct memberlinks *links)
{
	if (links == NULL)
		return;
	memberlinks_stop(links);
	on_burial(links);
	depot_free(links->depot);
	ferries_free(links->ferries);
	holds_free(links->holds);
	lobby_free(links->lobby);
	notices_free(links->notices);
	seen_free(links->seen);
	roll_free(links->roll);
	tls_context_free(links->context);
	budget_free(links->budget);
	timer_finish(&links->burial);
	timer_finish(&links->calm);
	table_finish(&links->by_serial);
	free(links);
}

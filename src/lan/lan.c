/* lan.c: our ports, our names, our numbers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/keyring.h"
#include "ipmsg/capability.h"
#include "lan/post.h"
#include "lan/state.h"

/* Further camd of this machine take the ports after the first (architecture,
 * section 8). */
enum { PORTS_TRIED = 64 };

static void on_interfaces_changed(void *arg);

struct lan *
lan_new(struct loop *loop, struct workers *workers, struct crypto *crypto,
    struct keyring *keyring, const struct lan_ops *ops, void *arg)
{
	struct lan *lan = xcalloc(1, sizeof *lan);

	lan->loop = loop;
	lan->workers = workers;
	lan->crypto = crypto;
	lan->keyring = keyring;
	lan->ops = ops;
	lan->arg = arg;
	lan->budget = budget_new();
	lan->answers = answers_new(lan);
	lan->hosts = hosts_new(lan);
	table_init(&lan->posts);
	TAILQ_INIT(&lan->openings);
	TAILQ_INIT(&lan->parked);
	TAILQ_INIT(&lan->sendings);
	timer_init(&lan->again, loop, announce_on_again, lan);
	timer_init(&lan->walk_timer, loop, announce_on_walk, lan);
	return lan;
}

void
lan_free(struct lan *lan)
{
	if (lan == NULL)
		return;
	lan_close(lan);
	sendings_finish(lan);
	openings_finish(lan);
	posts_finish(lan);
	answers_free(lan->answers);
	hosts_free(lan->hosts);
	timer_finish(&lan->again);
	timer_finish(&lan->walk_timer);
	interface_watch_free(lan->watch);
	interfaces_finish(&lan->interfaces);
	targets_finish(&lan->broadcast);
	targets_finish(&lan->list_for);
	charset_converter_free(lan->converter);
	budget_free(lan->budget);
	free(lan->bind);
	free(lan->title);
	free(lan);
}

/* -- ports ------------------------------------------------------------------
 */

static const struct udp_ops udp_ops = { lan_receive, NULL };

/* What bind names: an address of ours, an interface, or nothing. */
struct place {
	struct addr address;
	const char *interface;
	bool one; /* address is one of ours, not all */
};

static int
find_place(const struct interfaces *interfaces, const char *bind, uint16_t port,
    struct place *place, char **problem)
{
	memset(place, 0, sizeof *place);
	place->address = addr_any(ADDR_V4, port);
	if (bind == NULL || bind[0] == '\0')
		return 0;
	if (addr_parse(span_text(bind), port, &place->address) == 0) {
		place->address.port = port;
		place->one = !addr_is_any(&place->address);
		return 0;
	}
	place->address = addr_any(ADDR_V4, port);
	if (interface_by_name(interfaces, bind) == NULL) {
		*problem = xasprintf(
		    _("net.bind: '%s' is neither an address nor an interface "
		      "of this machine"),
		    bind);
		return CAM_ERR_UNKNOWN;
	}
	place->interface = bind;
	return 0;
}

/* The wanted port or, where other programs have it, one of the next. */
static int
open_port(struct lan *lan, const struct place *place, struct udp **udp)
{
	struct udp_options options = { .address = place->address,
		.interface = place->interface,
		.broadcasts = place->one };
	int r = CAM_ERR_SYSTEM;

	for (unsigned i = 0; i < PORTS_TRIED; i++) {
		if (place->address.port + i > UINT16_MAX)
			break;
		options.address.port = (uint16_t)(place->address.port + i);
		r = udp_open(lan->loop, &options, &udp_ops, lan, udp);
		if (r == 0 || errno != EADDRINUSE)
			return r;
	}
	return r;
}

/* The IPv6 side has the port that the IPv4 side got. */
static void
open_v6(struct lan *lan, const struct place *place, struct udp **udp)
{
	struct udp_options options = { .address = addr_any(
					   ADDR_V6, place->address.port),
		.interface = place->interface };

	*udp = NULL;
	if (udp_open(lan->loop, &options, &udp_ops, lan, udp) < 0)
		log_info("no IPv6: %s", strerror(errno));
}

static void
join_groups(struct lan *lan, bool join)
{
	struct addr groups[] = { udp_group_site(), udp_group_link() };

	if (lan->v6 == NULL)
		return;
	for (size_t i = 0; i < lan->interfaces.count; i++) {
		const struct interface *interface = &lan->interfaces.list[i];

		if (!(interface->flags & INTERFACE_MULTICAST) ||
		    !(interface->flags & INTERFACE_UP))
			continue;
		for (size_t g = 0; g < 2; g++) {
			if (join)
				(void)udp_join(
				    lan->v6, &groups[g], interface->index);
			else
				(void)udp_leave(
				    lan->v6, &groups[g], interface->index);
		}
	}
}

static int
open_ports(
    struct lan *lan, const char *bind, uint16_t port, bool ipv6, char **problem)
{
	struct udp *v4 = NULL, *v6 = NULL;
	struct place place;
	char text[ADDR_TEXT_SIZE];
	int r;

	if ((r = find_place(&lan->interfaces, bind, port, &place, problem)) < 0)
		return r;
	if ((r = open_port(lan, &place, &v4)) < 0) {
		const char *why =
		    r == CAM_ERR_SYSTEM ? strerror(errno) : cam_strerror(r);

		*problem = xasprintf(_("cannot open UDP %s: %s"),
		    addr_format(&place.address, text), why);
		return r;
	}
	place.address = *udp_address(v4);
	if (place.address.family == ADDR_V6) {
		v6 = v4;
		v4 = NULL;
	} else if (ipv6 && !place.one) {
		open_v6(lan, &place, &v6);
	}
	lan_close(lan);
	lan->v4 = v4;
	lan->v6 = v6;
	lan->port = place.address.port;
	if (lan->port != port)
		log_warn("UDP port %u is taken: using %u", (unsigned)port,
		    (unsigned)lan->port);
	join_groups(lan, true);
	return 0;
}

void
lan_close(struct lan *lan)
{
	if (lan->port == 0)
		return;
	announce(lan, COMMAND_BR_EXIT);
	timer_stop(&lan->again);
	timer_stop(&lan->walk_timer);
	join_groups(lan, false);
	udp_close(lan->v4);
	udp_close(lan->v6);
	lan->v4 = lan->v6 = NULL;
	lan->port = 0;
}

/* -- settings ---------------------------------------------------------------
 */

static bool
needs_other_ports(const struct lan *lan, const struct lan_settings *settings)
{
	const char *bind = settings->bind != NULL ? settings->bind : "";

	return lan->port == 0 || lan->wanted != settings->port ||
	       lan->ipv6 != settings->ipv6 ||
	       strcmp(lan->bind != NULL ? lan->bind : "", bind) != 0;
}

static void
set_names(struct lan *lan, const struct lan_settings *settings)
{
	char logon[PACKET_NAME_SIZE];

	packet_clean_name(settings->logon, PACKET_NAME_HEADER, logon);
	entry_user_join(logon, keyring_fingerprint(lan->keyring), lan->user);
	packet_clean_name(settings->host, PACKET_NAME_HEADER, lan->host);
	packet_clean_name(settings->nick, PACKET_NAME_NICK, lan->nick);
	/* An empty group is none at all, not a placeholder. */
	lan->group[0] = '\0';
	if (settings->group != NULL && settings->group[0] != '\0')
		packet_clean_name(
		    settings->group, PACKET_NAME_NICK, lan->group);
}

static int
parse_targets(const struct lan_settings *settings, struct targets *broadcast,
    struct targets *list_for, char **problem)
{
	char *error = NULL;
	const char *key = "net.broadcast";
	int r = targets_parse(
	    settings->broadcast != NULL ? settings->broadcast : "",
	    settings->port, true, broadcast, &error);

	if (r == 0) {
		key = "net.list_for";
		r = targets_parse(
		    settings->list_for != NULL ? settings->list_for : "",
		    settings->port, false, list_for, &error);
		if (r < 0)
			targets_finish(broadcast);
	}
	if (r < 0)
		*problem = xasprintf(
		    "%s: %s", key, error != NULL ? error : cam_strerror(r));
	free(error);
	return r;
}

int
lan_open(struct lan *lan, const struct lan_settings *settings, char **problem)
{
	struct targets broadcast, list_for;
	int r;

	if (lan->converter == NULL &&
	    (r = charset_converter_new(&lan->converter)) < 0) {
		*problem = xstrdup(
		    _("this system cannot convert CP932 or GB18030: its iconv "
		      "modules are missing"));
		return r;
	}
	if (lan->watch == NULL) {
		(void)interfaces_read(&lan->interfaces);
		(void)interface_watch_new(
		    lan->loop, on_interfaces_changed, lan, &lan->watch);
	}
	if ((r = parse_targets(settings, &broadcast, &list_for, problem)) < 0)
		return r;
	if (needs_other_ports(lan, settings) &&
	    (r = open_ports(lan, settings->bind, settings->port, settings->ipv6,
		 problem)) < 0) {
		targets_finish(&broadcast);
		targets_finish(&list_for);
		return r;
	}
	timer_stop(&lan->walk_timer);
	targets_finish(&lan->broadcast);
	targets_finish(&lan->list_for);
	lan->broadcast = broadcast;
	lan->list_for = list_for;
	free(lan->bind);
	lan->bind = settings->bind != NULL ? xstrdup(settings->bind) : NULL;
	lan->wanted = settings->port;
	lan->ipv6 = settings->ipv6;
	lan->charset = settings->charset;
	lan->legacy = settings->legacy;
	set_names(lan, settings);
	lan_enter(lan);
	return 0;
}

/* An address came or went: whoever is behind it should know us within a second.
 */
static void
on_interfaces_changed(void *arg)
{
	struct lan *lan = arg;
	struct interfaces now;

	if (interfaces_read(&now) < 0)
		return;
	if (interfaces_equal(&now, &lan->interfaces)) {
		interfaces_finish(&now);
		return;
	}
	interfaces_finish(&lan->interfaces);
	lan->interfaces = now;
	if (lan->port == 0)
		return;
	log_info("the network has changed: announcing again");
	join_groups(lan, true);
	lan_enter(lan);
}

/* -- sending ----------------------------------------------------------------
 */

void
lan_transmit(struct lan *lan, const struct addr *to, unsigned interface,
    struct span bytes)
{
	struct udp *udp = to->family == ADDR_V6 ? lan->v6 : lan->v4;

	if (udp == NULL ||
	    udp_send(udp, to, interface, bytes.data, bytes.len) < 0)
		return;
	lan->counters.sent++;
}

static bool
send_packet(struct lan *lan, const struct addr *to, uint32_t command,
    struct span body, bool unproved)
{
	struct packet_out out = { lan_number(lan), lan->user, lan->host,
		command };
	struct buf buf;
	bool may;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	may = packet_build(&buf, &out, body) == 0 &&
	      (!unproved ||
		  budget_answer(lan->budget, to, buf.len, clock_now_ms()));
	if (may)
		lan_transmit(lan, to, 0, buf_span(&buf));
	buf_finish(&buf);
	return may;
}

void
lan_transmit_packet(
    struct lan *lan, const struct addr *to, uint32_t command, struct span body)
{
	(void)send_packet(lan, to, command, body, false);
}

bool
lan_answer_packet(
    struct lan *lan, const struct addr *to, uint32_t command, struct span body)
{
	return send_packet(
	    lan, to, command, body, !lan->ops->known(lan->arg, to));
}

uint32_t
lan_number(struct lan *lan)
{
	uint32_t now = (uint32_t)(clock_wall_ms() / 1000);

	/* Windows stops at 2^31 - 1, and iptux wants them to grow
	 * (reference 1.2, 7.1). */
	lan->number =
	    lan->number < now && now < INT32_MAX ? now : lan->number + 1;
	return lan->number;
}

void
lan_number_floor(struct lan *lan, uint32_t floor)
{
	if (floor > lan->number && floor < INT32_MAX)
		lan->number = floor;
}

/* -- facts ------------------------------------------------------------------
 */

const char *
lan_user(const struct lan *lan)
{
	return lan->user;
}

const char *
lan_host(const struct lan *lan)
{
	return lan->host;
}

uint16_t
lan_port(const struct lan *lan)
{
	return lan->port;
}

const struct interfaces *
lan_interfaces(const struct lan *lan)
{
	return &lan->interfaces;
}

const struct udp *
lan_udp(const struct lan *lan, enum addr_family family)
{
	return family == ADDR_V6 ? lan->v6 : lan->v4;
}

bool
lan_is_own(const struct lan *lan, const struct addr *addr)
{
	return interfaces_own(&lan->interfaces, addr);
}

const struct lan_counters *
lan_counters(const struct lan *lan)
{
	return &lan->counters;
}

size_t
lan_pending(const struct lan *lan)
{
	return lan->opening_count;
}

uint32_t
lan_word(const struct lan *lan)
{
	return lan->legacy == LAN_LEGACY_OFF ? CAPA_OURS_STRONG : CAPA_OURS;
}

uint32_t
lan_status(const struct lan *lan)
{
	uint32_t status = STATUS_ENCRYPT | STATUS_CAPUTF8 | STATUS_ENCEXTMSG;

	if (lan->title != NULL)
		status |= STATUS_ABSENCE;
	/* Broadcasts go to the one port that all share; others must be written
	 * to. */
	if (lan->port != lan->wanted)
		status |= STATUS_DIALUP;
	return status;
}

void
lan_reader(const struct lan *lan, const struct peer *peer,
    struct charset_reader *reader)
{
	memset(reader, 0, sizeof *reader);
	reader->converter = lan->converter;
	reader->configured = lan->charset;
	if (peer != NULL) {
		reader->sent_legacy = peer->charset != CHARSET_UTF8;
		reader->has_used = true;
		reader->used = lan_charset(lan, peer);
	}
}

enum charset
lan_charset(const struct lan *lan, const struct peer *peer)
{
	/* An iptux that writes GB18030 also reads what comes from us as that.
	 */
	if (peer->client == CLIENT_IPTUX && peer->charset == CHARSET_GB18030)
		return CHARSET_GB18030;
	return charset_towards((enum client_kind)peer->client,
	    (peer->status & STATUS_CAPUTF8) != 0, lan->charset);
}

/* -- forgetting -------------------------------------------------------------
 */

void
lan_forget(struct lan *lan, struct peer *peer)
{
	sending_forget(lan, peer);
	posts_forget(lan, peer);
	dialup_remove(lan, &peer->addr);
}

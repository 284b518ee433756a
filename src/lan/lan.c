/* lan.c: what we are called, what we send, and our numbers. */
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
	lan->open_udp = udp_open;
	lan->read_interfaces = interfaces_read;
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

/* -- settings ---------------------------------------------------------------
 */

struct names {
	char user[PACKET_NAME_SIZE];
	char host[PACKET_NAME_SIZE];
};

static void
clean_names(const struct lan *lan, const struct lan_settings *settings,
    struct names *names)
{
	char logon[PACKET_NAME_SIZE];

	packet_clean_name(settings->logon, PACKET_NAME_HEADER, logon);
	if (settings->quiet)
		packet_clean_name(
		    settings->logon, PACKET_NAME_HEADER, names->user);
	else
		entry_user_join(
		    logon, keyring_fingerprint(lan->keyring), names->user);
	packet_clean_name(settings->host, PACKET_NAME_HEADER, names->host);
}

static void
set_names(struct lan *lan, const struct names *names)
{
	bool differ = strcmp(lan->user, names->user) != 0 ||
		      strcmp(lan->host, names->host) != 0;

	/* Whoever knows us by the old ones must not go on showing them. */
	if (differ && lan->announced)
		announce(lan, COMMAND_BR_EXIT);
	memcpy(lan->user, names->user, sizeof lan->user);
	memcpy(lan->host, names->host, sizeof lan->host);
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

static int
prepare(struct lan *lan, char **problem)
{
	int r;

	if (lan->converter == NULL &&
	    (r = charset_converter_new(&lan->converter)) < 0) {
		*problem = xstrdup(
		    _("this system cannot convert CP932 or GB18030: its iconv "
		      "modules are missing"));
		return r;
	}
	if (lan->watch == NULL) {
		interfaces_finish(&lan->interfaces);
		(void)lan->read_interfaces(&lan->interfaces);
		(void)interface_watch_new(
		    lan->loop, on_interfaces_changed, lan, &lan->watch);
	}
	return 0;
}

int
lan_open(struct lan *lan, const struct lan_settings *settings, char **problem)
{
	struct targets broadcast, list_for;
	struct names names;
	int r;

	if ((r = prepare(lan, problem)) < 0 ||
	    (r = parse_targets(settings, &broadcast, &list_for, problem)) < 0)
		return r;
	if (!ports_fit(lan, settings) &&
	    (r = ports_open(lan, settings, problem)) < 0) {
		targets_finish(&broadcast);
		targets_finish(&list_for);
		return r;
	}
	clean_names(lan, settings, &names);
	set_names(lan, &names);
	announce_describe(lan, settings->nick, settings->group);
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
	lan->quiet = settings->quiet;
	lan_enter(lan);
	return 0;
}

/* An address came or went: whoever is behind it should know us within a second.
 */
void
lan_follow_interfaces(struct lan *lan)
{
	struct interfaces now;

	if (lan->read_interfaces(&now) < 0)
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
	ports_follow_interfaces(lan);
	lan_enter(lan);
	if (lan->ops->on_changed != NULL)
		lan->ops->on_changed(lan->arg);
}

static void
on_interfaces_changed(void *arg)
{
	lan_follow_interfaces(arg);
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

bool
lan_may_answer(struct lan *lan, const struct addr *to, size_t len, size_t spare)
{
	return lan->ops->known(lan->arg, to) ||
	       budget_answer(lan->budget, to, len, spare, clock_now_ms());
}

static bool
send_packet(struct lan *lan, const struct addr *to, uint32_t command,
    struct span body, bool is_answer)
{
	struct packet_out out = { lan_number(lan), lan->user, lan->host,
		command };
	struct buf buf;
	bool may;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	may = packet_build(&buf, &out, body) == 0 &&
	      (!is_answer || lan_may_answer(lan, to, buf.len, 0));
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
	return send_packet(lan, to, command, body, true);
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

	/* Files take a TCP port (reference 1.1). */
	if (lan->ops->open_tcp != NULL)
		status |=
		    STATUS_FILEATTACH | STATUS_CLIPBOARD | STATUS_CAPFILEENC;
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
lan_forget(struct lan *lan, const struct peer *peer)
{
	posts_drop_questions(lan, peer);
	dialup_remove(lan, &peer->addr);
}

/* hosts.c: who else is there, as others tell it (reference 6.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ipmsg/hostlist.h"
#include "lan/state.h"

/* Lists being fetched at once, for how long one may take, and how big a page of
 * ours is. */
enum { FETCHES_MAX = 16, FETCH_MS = 10 * 1000, PAGE_BYTES = 30000 };
/* Hosts of a list are hearsay: each is asked itself, a few at a time, and not
 * again for a while however many names a list has for it. */
enum {
	PROBES_MAX = 4096,
	PROBES_HIGH = PROBES_MAX / 4, /* waiting: no further page meanwhile */
	PROBE_GROUP = 32,
	PROBE_PAUSE_MS = 50,
	PROBE_QUIET_MS = 5000
};

struct probe {
	struct addr to;
	uint64_t asked_ms;
};

struct fetch {
	struct addr from;
	uint64_t asked_ms; /* 0: free */
	uint32_t rows;
	size_t bytes;
	uint32_t next;
	bool waits; /* the next page is asked for once there is room */
};

struct hosts {
	struct lan *lan;
	struct fetch fetches[FETCHES_MAX];
	/* A ring; those in front of first were sent. */
	struct probe probes[PROBES_MAX];
	size_t probe_first;
	size_t probe_count;
	size_t probe_used; /* places that ever were */
	struct timer probe_timer;
};

static void ask_waiting_pages(struct hosts *hosts);

static void
on_probe(void *arg)
{
	struct hosts *hosts = arg;

	for (int i = 0; i < PROBE_GROUP && hosts->probe_count > 0; i++) {
		lan_probe(hosts->lan, &hosts->probes[hosts->probe_first].to);
		hosts->probe_first = (hosts->probe_first + 1) % PROBES_MAX;
		hosts->probe_count--;
	}
	if (hosts->probe_count < PROBES_HIGH)
		ask_waiting_pages(hosts);
	if (hosts->probe_count > 0)
		timer_start(&hosts->probe_timer, PROBE_PAUSE_MS);
}

struct hosts *
hosts_new(struct lan *lan)
{
	struct hosts *hosts = xcalloc(1, sizeof *hosts);

	hosts->lan = lan;
	timer_init(&hosts->probe_timer, lan->loop, on_probe, hosts);
	return hosts;
}

void
hosts_free(struct hosts *hosts)
{
	if (hosts == NULL)
		return;
	timer_finish(&hosts->probe_timer);
	free(hosts);
}

static bool
was_probed(const struct hosts *hosts, const struct addr *addr, uint64_t now_ms)
{
	for (size_t i = 0; i < hosts->probe_used; i++) {
		const struct probe *probe = &hosts->probes[i];

		if (now_ms - probe->asked_ms < PROBE_QUIET_MS &&
		    addr_equal(&probe->to, addr))
			return true;
	}
	return false;
}

static void
probe_later(struct hosts *hosts, const struct addr *addr)
{
	uint64_t now_ms = clock_now_ms();
	size_t at = (hosts->probe_first + hosts->probe_count) % PROBES_MAX;

	if (hosts->probe_count == PROBES_MAX || was_probed(hosts, addr, now_ms))
		return;
	hosts->probe_count++;
	if (at >= hosts->probe_used)
		hosts->probe_used = at + 1;
	hosts->probes[at].to = *addr;
	hosts->probes[at].asked_ms = now_ms;
	if (!timer_is_running(&hosts->probe_timer))
		timer_start(&hosts->probe_timer, 0);
}

/* -- asking -----------------------------------------------------------------
 */

static struct fetch *
find_fetch(struct hosts *hosts, const struct addr *from)
{
	uint64_t now_ms = clock_now_ms();

	for (size_t i = 0; i < FETCHES_MAX; i++) {
		struct fetch *fetch = &hosts->fetches[i];

		if (fetch->asked_ms != 0 && now_ms - fetch->asked_ms > FETCH_MS)
			fetch->asked_ms = 0;
		if (fetch->asked_ms != 0 && addr_equal(&fetch->from, from))
			return fetch;
	}
	return NULL;
}

void
hosts_ask(struct hosts *hosts, const struct addr *to)
{
	struct lan *lan = hosts->lan;

	if (find_fetch(hosts, to) != NULL)
		return;
	for (size_t i = 0; i < FETCHES_MAX; i++) {
		struct fetch *fetch = &hosts->fetches[i];

		if (fetch->asked_ms != 0)
			continue;
		memset(fetch, 0, sizeof *fetch);
		fetch->from = *to;
		fetch->asked_ms = clock_now_ms();
		announce_to(lan, to, COMMAND_BR_ISGETLIST2);
		return;
	}
}

static void
ask_page(struct hosts *hosts, struct fetch *fetch)
{
	char body[16] = "";

	fetch->waits = false;
	fetch->asked_ms = clock_now_ms();
	if (fetch->next != 0)
		snprintf(body, sizeof body, "%u", (unsigned)fetch->next);
	lan_transmit_packet(hosts->lan, &fetch->from,
	    COMMAND_GETLIST | MESSAGE_CAPUTF8, span_text(body));
}

static void
ask_waiting_pages(struct hosts *hosts)
{
	for (size_t i = 0; i < FETCHES_MAX; i++) {
		if (hosts->fetches[i].asked_ms != 0 && hosts->fetches[i].waits)
			ask_page(hosts, &hosts->fetches[i]);
	}
}

/* -- telling ----------------------------------------------------------------
 */

static bool
may_have_list(const struct lan *lan, const struct addr *addr)
{
	return targets_match(&lan->list_for, addr);
}

static void
fill_row(const struct lan *lan, const struct peer *peer, struct host_row *row)
{
	const char *nick = "", *group = "";
	char text[ADDR_TEXT_SIZE];

	memset(row, 0, sizeof *row);
	lan->ops->describe(lan->arg, peer, &nick, &group);
	snprintf(row->user, sizeof row->user, "%s", peer->user);
	snprintf(row->host, sizeof row->host, "%s", peer->host);
	snprintf(row->nick, sizeof row->nick, "%s", nick);
	snprintf(row->group, sizeof row->group, "%s", group);
	snprintf(row->addr, sizeof row->addr, "%s",
	    addr_format_host(&peer->addr, text));
	row->port = peer->addr.port;
	row->status = peer->status;
}

static void
send_page(
    struct lan *lan, const struct sender *sender, uint32_t start, bool utf8)
{
	enum charset charset = utf8 ? CHARSET_UTF8 : lan->charset;
	struct hostlist_page page;
	struct host_row row;
	struct peer *peer = lan->ops->next(lan->arg, NULL);
	uint32_t index = 0;
	struct buf body;

	buf_init(&body, LIMIT_DATAGRAM_SENT);
	hostlist_page_begin(&page, &body, PAGE_BYTES);
	for (; peer != NULL && index < LIMIT_HOST_LIST;
	     peer = lan->ops->next(lan->arg, peer)) {
		if (peer->addr.family == ADDR_NONE || peer->status == 0)
			continue;
		if (index++ < start)
			continue;
		fill_row(lan, peer, &row);
		if (hostlist_page_add(&page, lan->converter, charset, &row) ==
		    CAM_ERR_FULL)
			break;
	}
	hostlist_page_end(
	    &page, peer != NULL && index < LIMIT_HOST_LIST ? index - 1 : 0);
	lan_transmit_packet(lan, &sender->addr,
	    COMMAND_ANSLIST | (utf8 ? MESSAGE_UTF8 : 0), buf_span(&body));
	buf_finish(&body);
}

void
hosts_tell_siblings(struct hosts *hosts, const struct lan_entry *entry)
{
	struct lan *lan = hosts->lan;
	char text[ADDR_TEXT_SIZE];
	struct hostlist_page page;
	struct host_row row;
	struct buf body;

	/* Only the camd that has the port hears broadcasts; the others have
	 * announced themselves to it. */
	if (lan->dialup_count == 0 || lan->port != lan->wanted)
		return;
	memset(&row, 0, sizeof row);
	snprintf(row.user, sizeof row.user, "%s", entry->user);
	snprintf(row.host, sizeof row.host, "%s", entry->host);
	snprintf(row.nick, sizeof row.nick, "%s", entry->nick);
	snprintf(row.group, sizeof row.group, "%s", entry->group);
	snprintf(row.addr, sizeof row.addr, "%s",
	    addr_format_host(&entry->from, text));
	row.port = entry->from.port;
	row.status = entry->status;
	row.gone = entry->kind == LAN_LEFT;
	buf_init(&body, LIMIT_DATAGRAM_SENT);
	hostlist_page_begin(&page, &body, PAGE_BYTES);
	if (hostlist_page_add(&page, lan->converter, CHARSET_UTF8, &row) == 0) {
		hostlist_page_end(&page, 0);
		for (size_t i = 0; i < lan->dialup_count; i++) {
			if (lan_is_own(lan, &lan->dialups[i]) &&
			    !addr_equal(&lan->dialups[i], &entry->from))
				lan_transmit_packet(lan, &lan->dialups[i],
				    COMMAND_ANSLIST | MESSAGE_UTF8,
				    buf_span(&body));
		}
	}
	buf_finish(&body);
}

static void
send_unasked(struct lan *lan, const struct addr *to, struct hostlist_page *page,
    struct buf *body)
{
	hostlist_page_end(page, 0);
	if (page->count > 0)
		lan_transmit_packet(
		    lan, to, COMMAND_ANSLIST | MESSAGE_UTF8, buf_span(body));
	buf_clear(body);
}

void
lan_tell_hosts(struct lan *lan, const struct addr *to,
    const struct peer *const *peers, size_t count)
{
	struct hostlist_page page;
	struct host_row row;
	struct buf body;

	buf_init(&body, LIMIT_DATAGRAM_SENT);
	hostlist_page_begin(&page, &body, PAGE_BYTES);
	for (size_t i = 0; i < count; i++) {
		if (addr_equal(&peers[i]->addr, to))
			continue;
		fill_row(lan, peers[i], &row);
		row.gone = row.status == 0;
		if (hostlist_page_add(&page, lan->converter, CHARSET_UTF8,
			&row) != CAM_ERR_FULL)
			continue;
		send_unasked(lan, to, &page, &body);
		hostlist_page_begin(&page, &body, PAGE_BYTES);
		(void)hostlist_page_add(
		    &page, lan->converter, CHARSET_UTF8, &row);
	}
	send_unasked(lan, to, &page, &body);
	buf_finish(&body);
}

/* -- listening --------------------------------------------------------------
 */

static void
take_row(struct hosts *hosts, const struct host_row *row)
{
	struct lan *lan = hosts->lan;
	struct lan_entry entry;
	struct peer *known;
	struct addr addr;

	if (addr_parse(span_text(row->addr), row->port, &addr) < 0 ||
	    !addr_is_answerable(&addr) ||
	    (addr.port == lan->port && lan_is_own(lan, &addr)))
		return;
	memset(&entry, 0, sizeof entry);
	entry.kind = LAN_LISTED;
	entry.from = addr;
	entry.user = row->user;
	entry.host = row->host;
	entry.nick = row->nick;
	entry.group = row->group;
	entry.version = "";
	entry.status = row->gone ? 0 : row->status & STATUS_MASK;
	lan->ops->on_entry(lan->arg, &entry);
	/* Of whom there is no room for, nothing more is heard either. */
	known = lan->ops->find(lan->arg, row->user, row->host, &addr);
	if (known == NULL)
		return;
	/* Who is said to have gone is asked too: a list is no proof (threat
	 * model N2). */
	if (row->gone || !lan->ops->present(lan->arg, known) ||
	    !addr_equal(&known->addr, &addr))
		probe_later(hosts, &addr);
}

static void
receive_list(struct hosts *hosts, const struct sender *sender)
{
	struct lan *lan = hosts->lan;
	struct fetch *fetch = find_fetch(hosts, &sender->addr);
	struct charset_reader reader;
	struct hostlist list;
	struct host_row row;

	/* Unasked only from a camd of this machine, about one host, and from
	 * whom our user has named (reference 6.3). */
	if (fetch == NULL && !lan_is_own(lan, &sender->addr) &&
	    !announce_names(lan, &sender->addr))
		return;
	if (hostlist_parse(sender->packet->extension, &list) < 0)
		return;
	lan_reader(lan, sender->peer, &reader);
	packet_reader(sender->packet, &reader);
	while (hostlist_next(&list, &reader, lan->wanted, &row) == 0) {
		if (fetch != NULL && ++fetch->rows > LIMIT_HOST_LIST)
			return;
		take_row(hosts, &row);
	}
	if (fetch == NULL)
		return;
	fetch->bytes += sender->packet->extension.len;
	if (list.next <= fetch->next || fetch->bytes > LIMIT_HOST_LIST_BYTES) {
		fetch->asked_ms = 0;
		return;
	}
	fetch->next = list.next;
	if (hosts->probe_count < PROBES_HIGH)
		ask_page(hosts, fetch);
	else
		fetch->waits = true;
}

void
hosts_receive(struct hosts *hosts, const struct sender *sender)
{
	struct lan *lan = hosts->lan;
	uint32_t start;
	struct fetch *fetch;

	switch (command_mode(sender->packet->command)) {
	case COMMAND_BR_ISGETLIST:
	case COMMAND_BR_ISGETLIST2:
		if (may_have_list(lan, &sender->addr))
			lan_transmit_packet(lan, &sender->addr,
			    COMMAND_OKGETLIST, span_text(""));
		break;
	case COMMAND_OKGETLIST:
		fetch = find_fetch(hosts, &sender->addr);
		if (fetch != NULL && fetch->rows == 0 && !fetch->waits)
			ask_page(hosts, fetch);
		break;
	case COMMAND_GETLIST:
		if (may_have_list(lan, &sender->addr) &&
		    getlist_parse(sender->packet->parts[0], &start) == 0)
			send_page(lan, sender, start,
			    (sender->packet->command &
				(MESSAGE_UTF8 | MESSAGE_CAPUTF8)) != 0);
		break;
	default:
		receive_list(hosts, sender);
		break;
	}
}

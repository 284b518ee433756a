/* announce.c: telling everybody that we are here, changed, or going
 * (reference 2.1, 6.4). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ipmsg/entry.h"
#include "lan/state.h"

/* The first BR_ENTRY may meet a switch that still learns: it is said once more.
 */
enum { AGAIN_MS = 5000 };
/* Hosts of net.broadcast are written to in small groups, so that 65,536 of them
 * are no storm. */
enum { WALK_HOSTS = 64, WALK_PAUSE_MS = 20 };

/* The version line: a type no other client uses, and our own number
 * (reference 1.6). */
static const char version_line[] = "00000000:0:1:0";

static char *
cam_line(struct lan *lan)
{
	struct buf line;

	if (lan->ops->cam_line == NULL || lan->port == 0)
		return NULL;
	buf_init(&line, CAMLINE_MAX);
	lan->ops->cam_line(lan->arg, lan->port, &line);
	return buf_steal_text(&line);
}

static int
build(struct lan *lan, uint32_t command, const char *line, struct buf *buf)
{
	char nick[PACKET_NAME_SIZE];
	char *titled = NULL;
	struct entry_out out = {
		.packet = { lan_number(lan), lan->user, lan->host,
		    command | lan_status(lan) },
		.nick = lan->nick,
		.group = lan->group,
		.version = version_line,
		.extra = line != NULL && line[0] != '\0' ? line : NULL,
		.legacy = CHARSET_UTF8,
		.converter = lan->converter,
	};
	int r;

	/* Programs that know no absence text show it behind the nick
	 * (reference 1.6). */
	if (lan->title != NULL && lan->title[0] != '\0') {
		titled = xasprintf("%s[%s]", lan->nick, lan->title);
		packet_clean_name(titled, PACKET_NAME_NICK, nick);
		out.nick = nick;
	}
	r = entry_build(buf, &out);
	free(titled);
	return r;
}

int
announce_build(
    struct lan *lan, uint32_t command, bool with_cam, struct buf *buf)
{
	char *line = with_cam ? cam_line(lan) : NULL;
	int r = build(lan, command, line, buf);

	free(line);
	return r;
}

static bool
is_ourselves(const struct lan *lan, const struct addr *addr)
{
	const struct udp *udp = addr->family == ADDR_V6 ? lan->v6 : lan->v4;

	if (udp == NULL || addr->port != lan->port)
		return false;
	return addr_same_host(addr, udp_address(udp)) ||
	       (addr_is_any(udp_address(udp)) && lan_is_own(lan, addr));
}

/* net.bind may name one of them. */
static bool
speaks_on(const struct lan *lan, const struct interface *interface)
{
	const struct interface *only = NULL;

	if (lan->bind != NULL)
		only = interface_by_name(&lan->interfaces, lan->bind);
	return (interface->flags & INTERFACE_UP) &&
	       !(interface->flags & INTERFACE_LOOPBACK) &&
	       (only == NULL || only == interface);
}

/* Directed broadcasts of every interface that we speak on. */
static void
to_interfaces(struct lan *lan, struct span bytes)
{
	const struct addr *own = lan->v4 != NULL ? udp_address(lan->v4) : NULL;

	for (size_t i = 0; i < lan->interfaces.count && own != NULL; i++) {
		const struct interface *interface = &lan->interfaces.list[i];

		if (!speaks_on(lan, interface))
			continue;
		for (size_t k = 0; k < interface->count; k++) {
			const struct interface_address *address =
			    &interface->addresses[k];
			struct addr to = address->broadcast;

			if (to.family != ADDR_V4 ||
			    (!addr_is_any(own) &&
				!addr_same_host(own, &address->address)))
				continue;
			to.port = lan->wanted;
			lan_transmit(lan, &to, interface->index, bytes);
		}
	}
}

/* The multicast groups of IPv6 (reference 1.10). */
static void
to_groups(struct lan *lan, struct span bytes)
{
	struct addr groups[] = { udp_group_site(), udp_group_link() };

	for (size_t i = 0; i < lan->interfaces.count && lan->v6 != NULL; i++) {
		const struct interface *interface = &lan->interfaces.list[i];

		if (!speaks_on(lan, interface) ||
		    !(interface->flags & INTERFACE_MULTICAST))
			continue;
		for (size_t g = 0; g < 2; g++) {
			groups[g].port = lan->wanted;
			lan_transmit(lan, &groups[g], interface->index, bytes);
		}
	}
}

/* As an answer it leaves room for a receipt: people wait for that one. */
enum { RECEIPT_SPARE = 256 };

/* True when it was sent. */
static bool
send_to(struct lan *lan, const struct addr *to, uint32_t command,
    bool is_answer, bool with_cam)
{
	struct buf buf;
	bool may;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	may = announce_build(lan, command, with_cam, &buf) == 0 &&
	      (!is_answer || lan_may_answer(lan, to, buf.len, RECEIPT_SPARE));
	if (may) {
		if (command == COMMAND_BR_ENTRY)
			lan->asked_ms = clock_now_ms();
		lan_transmit(lan, to, 0, buf_span(&buf));
	}
	buf_finish(&buf);
	return may;
}

void
announce_to(struct lan *lan, const struct addr *to, uint32_t command)
{
	(void)send_to(lan, to, command, false, true);
}

static bool
is_one_host(const struct target *target)
{
	return target->kind == TARGET_ADDRESS;
}

bool
announce_names(const struct lan *lan, const struct addr *addr)
{
	for (size_t i = 0; i < lan->broadcast.count; i++) {
		if (is_one_host(&lan->broadcast.list[i]) &&
		    addr_equal(&lan->broadcast.list[i].address, addr))
			return true;
	}
	return false;
}

static bool
is_in_network(const struct targets *targets, const struct addr *addr)
{
	for (size_t i = 0; i < targets->count; i++) {
		const struct targets one = { &targets->list[i], 1 };

		if (!is_one_host(&targets->list[i]) &&
		    targets_match(&one, addr))
			return true;
	}
	return false;
}

/* The hosts that net.broadcast names one by one. */
static void
to_named(struct lan *lan, struct span bytes)
{
	for (size_t i = 0; i < lan->broadcast.count; i++) {
		const struct target *target = &lan->broadcast.list[i];

		if (is_one_host(target) && !is_ourselves(lan, &target->address))
			lan_transmit(lan, &target->address, 0, bytes);
	}
}

/*
 * A goodbye cannot go to thousands of hosts while the port closes: of the
 * networks in net.broadcast it goes to those who are there.
 */
static void
walk_at_once(struct lan *lan, struct span bytes)
{
	to_named(lan, bytes);
	for (struct peer *peer = lan->ops->next(lan->arg, NULL); peer != NULL;
	     peer = lan->ops->next(lan->arg, peer)) {
		if (is_in_network(&lan->broadcast, &peer->addr))
			lan_transmit(lan, &peer->addr, 0, bytes);
	}
}

/* An entry says all that a change says, and asks for an answer too: one that is
 * still on its way is not cut short. */
static void
start_walk(struct lan *lan, uint32_t command)
{
	if (timer_is_running(&lan->walk_timer) &&
	    lan->walk_command == COMMAND_BR_ENTRY)
		command = COMMAND_BR_ENTRY;
	memset(&lan->walk, 0, sizeof lan->walk);
	lan->walk.targets = &lan->broadcast;
	lan->walk_command = command;
	announce_on_walk(lan);
}

void
announce(struct lan *lan, uint32_t command)
{
	struct buf buf;

	if (lan->quiet)
		return;
	if (command == COMMAND_BR_ENTRY)
		lan->asked_ms = clock_now_ms();
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	if (announce_build(lan, command, command != COMMAND_BR_EXIT, &buf) ==
	    0) {
		to_interfaces(lan, buf_span(&buf));
		to_groups(lan, buf_span(&buf));
		for (size_t i = 0; i < lan->dialup_count; i++)
			lan_transmit(lan, &lan->dialups[i], 0, buf_span(&buf));
		if (command == COMMAND_BR_EXIT)
			walk_at_once(lan, buf_span(&buf));
	}
	buf_finish(&buf);
	if (command == COMMAND_BR_EXIT)
		timer_stop(&lan->walk_timer);
	else
		start_walk(lan, command);
}

void
announce_on_walk(void *arg)
{
	struct lan *lan = arg;
	struct buf buf;
	struct addr to;
	size_t count = 0;
	bool asks = lan->walk_command == COMMAND_BR_ENTRY;

	if (lan->broadcast.count == 0)
		return;
	/* Who is reached only now answers only now. */
	if (asks)
		lan->asked_ms = clock_now_ms();
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	if (announce_build(lan, lan->walk_command, true, &buf) == 0) {
		for (; count < WALK_HOSTS && target_walk_next(&lan->walk, &to);
		     count++) {
			if (is_ourselves(lan, &to))
				continue;
			lan_transmit(lan, &to, 0, buf_span(&buf));
			/* One host that is named knows others whom no broadcast
			 * of ours reaches. */
			if (asks &&
			    is_one_host(&lan->broadcast.list[lan->walk.item]))
				hosts_ask(lan->hosts, &to);
		}
		if (count == WALK_HOSTS)
			timer_start(&lan->walk_timer, WALK_PAUSE_MS);
	}
	buf_finish(&buf);
}

/* Not to whole networks of net.broadcast: what is in another segment has a
 * name or an address of its own. */
static void
to_everybody(struct lan *lan, struct span bytes)
{
	to_interfaces(lan, bytes);
	to_groups(lan, bytes);
	to_named(lan, bytes);
}

void
lan_orgline(struct lan *lan, const struct addr *to, const struct orgline *line)
{
	struct buf text, buf;

	buf_init(&text, ORGLINE_MAX + 1);
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	orgline_write(line, &text);
	buf_put_byte(&text, 0);
	if (lan->port != 0 && build(lan, COMMAND_NOOPERATION,
				  (const char *)text.data, &buf) == 0) {
		if (to == NULL)
			to_everybody(lan, buf_span(&buf));
		else if (lan_may_answer(lan, to, buf.len, 0))
			lan_transmit(lan, to, 0, buf_span(&buf));
	}
	buf_finish(&buf);
	buf_finish(&text);
}

void
lan_test_broadcast(struct lan *lan)
{
	struct buf buf;

	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	if (lan->port != 0 &&
	    announce_build(lan, COMMAND_NOOPERATION, false, &buf) == 0)
		to_interfaces(lan, buf_span(&buf));
	buf_finish(&buf);
}

void
lan_note_echo(struct lan *lan, unsigned interface)
{
	struct echo *echo = lan->echoes;

	/* A free place, that of the interface, or the one unheard for longest.
	 */
	for (size_t i = 0; i < ECHOES_MAX; i++) {
		if (lan->echoes[i].interface == interface) {
			echo = &lan->echoes[i];
			break;
		}
		if (lan->echoes[i].heard_ms < echo->heard_ms)
			echo = &lan->echoes[i];
	}
	echo->interface = interface;
	echo->heard_ms = clock_now_ms();
}

uint64_t
lan_echo_ms(const struct lan *lan, unsigned interface)
{
	for (size_t i = 0; i < ECHOES_MAX; i++) {
		if (lan->echoes[i].interface == interface)
			return lan->echoes[i].heard_ms;
	}
	return 0;
}

void
lan_enter(struct lan *lan)
{
	if (lan->port == 0 || lan->quiet)
		return;
	lan->announced = true;
	announce(lan, COMMAND_BR_ENTRY);
	timer_start(&lan->again, AGAIN_MS);
}

void
announce_on_again(void *arg)
{
	announce(arg, COMMAND_BR_ENTRY);
}

/* An empty group is none at all, not a placeholder. */
void
announce_describe(struct lan *lan, const char *nick, const char *group)
{
	packet_clean_name(nick, PACKET_NAME_NICK, lan->nick);
	lan->group[0] = '\0';
	if (group != NULL && group[0] != '\0')
		packet_clean_name(group, PACKET_NAME_NICK, lan->group);
}

void
lan_change(
    struct lan *lan, const char *nick, const char *group, const char *title)
{
	announce_describe(lan, nick, group);
	free(lan->title);
	lan->title = title != NULL ? xstrdup(title) : NULL;
	if (lan->port != 0)
		announce(lan, COMMAND_BR_ABSENCE);
}

static void
probe(struct lan *lan, const struct addr *to, bool is_answer)
{
	if (lan->port == 0 || !addr_is_answerable(to) || is_ourselves(lan, to))
		return;
	/* What a short packet has earned may not suffice for all we can say. */
	if (!send_to(lan, to, COMMAND_BR_ENTRY, is_answer, true))
		(void)send_to(lan, to, COMMAND_BR_ENTRY, is_answer, false);
}

void
lan_probe(struct lan *lan, const struct addr *to)
{
	probe(lan, to, false);
}

void
lan_probe_sender(struct lan *lan, const struct addr *to)
{
	probe(lan, to, true);
}

/* -- members to whom entries go one by one ----------------------------------
 */

/* Who has waited longest makes room, a stranger before anybody known. */
static void
dialup_make_room(struct lan *lan)
{
	size_t oldest = 0;

	for (size_t i = 0; i < lan->dialup_count; i++) {
		if (!lan->ops->known(lan->arg, &lan->dialups[i])) {
			oldest = i;
			break;
		}
	}
	lan->dialup_count--;
	memmove(&lan->dialups[oldest], &lan->dialups[oldest + 1],
	    (lan->dialup_count - oldest) * sizeof lan->dialups[0]);
}

void
dialup_add(struct lan *lan, const struct addr *addr)
{
	if (!addr_is_answerable(addr))
		return;
	for (size_t i = 0; i < lan->dialup_count; i++) {
		if (addr_equal(&lan->dialups[i], addr))
			return;
	}
	if (lan->dialup_count == DIALUPS_MAX)
		dialup_make_room(lan);
	lan->dialups[lan->dialup_count++] = *addr;
}

void
dialup_remove(struct lan *lan, const struct addr *addr)
{
	for (size_t i = 0; i < lan->dialup_count; i++) {
		if (addr_equal(&lan->dialups[i], addr)) {
			lan->dialup_count--;
			memmove(&lan->dialups[i], &lan->dialups[i + 1],
			    (lan->dialup_count - i) * sizeof lan->dialups[0]);
			return;
		}
	}
}

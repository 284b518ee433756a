/* port.c: the UDP ports we speak from, IPv4 and IPv6 with one number. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "lan/state.h"

/* Further camd of this machine take the ports after the first (architecture,
 * section 8). */
enum { PORTS_TRIED = 64 };

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

static int
open_tcp(struct lan *lan, const struct addr *address, const char *interface)
{
	return lan->ops->open_tcp != NULL
		   ? lan->ops->open_tcp(lan->arg, address, interface)
		   : 0;
}

static void
close_tcp(struct lan *lan)
{
	if (lan->ops->close_tcp != NULL)
		lan->ops->close_tcp(lan->arg);
}

/* UDP and TCP with that number. */
static int
open_both(struct lan *lan, const struct udp_options *options, struct udp **udp)
{
	struct udp *opened = NULL;
	int r, problem;

	if ((r = lan->open_udp(lan->loop, options, &udp_ops, lan, &opened)) < 0)
		return r;
	if ((r = open_tcp(lan, udp_address(opened), options->interface)) < 0) {
		problem = errno;
		udp_close(opened);
		errno = problem;
		return r;
	}
	*udp = opened;
	return 0;
}

/* The wanted port or, where other programs have it, UDP or TCP, one of the
 * next. */
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
		/* Where the system picks, it picks again. */
		if (place->address.port != 0)
			options.address.port =
			    (uint16_t)(place->address.port + i);
		r = open_both(lan, &options, udp);
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
	if (lan->open_udp(lan->loop, &options, &udp_ops, lan, udp) < 0)
		log_info("no IPv6: %s", strerror(errno));
	else if (open_tcp(lan, &options.address, options.interface) < 0)
		log_info("no TCP over IPv6: %s", strerror(errno));
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
    struct lan *lan, const struct place *wanted, bool ipv6, char **problem)
{
	struct udp *v4 = NULL, *v6 = NULL;
	struct place place = *wanted;
	char text[ADDR_TEXT_SIZE];
	int r;

	if ((r = open_port(lan, &place, &v4)) < 0) {
		const char *why =
		    r == CAM_ERR_SYSTEM ? strerror(errno) : cam_strerror(r);

		*problem = xasprintf(_("cannot open port %s: %s"),
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
	lan->v4 = v4;
	lan->v6 = v6;
	lan->port = place.address.port;
	if (lan->port != wanted->address.port)
		log_warn("port %u is taken: using %u",
		    (unsigned)wanted->address.port, (unsigned)lan->port);
	join_groups(lan, true);
	return 0;
}

/* As they were: what was free a moment ago nearly always is so still. */
static void
reopen_ports(struct lan *lan)
{
	struct place place;
	char *problem = NULL;

	if (find_place(&lan->interfaces, lan->bind, lan->wanted, &place,
		&problem) < 0 ||
	    open_ports(lan, &place, lan->ipv6, &problem) < 0)
		log_error("%s", problem);
	else
		lan_enter(lan);
	free(problem);
}

bool
ports_fit(const struct lan *lan, const struct lan_settings *settings)
{
	const char *bind = settings->bind != NULL ? settings->bind : "";

	return lan->port != 0 && lan->wanted == settings->port &&
	       lan->ipv6 == settings->ipv6 &&
	       strcmp(lan->bind != NULL ? lan->bind : "", bind) == 0;
}

/*
 * The old ports go before the new ones are opened: a port with the same number
 * would be taken, by ourselves.
 */
int
ports_open(struct lan *lan, const struct lan_settings *settings, char **problem)
{
	bool were_open = lan->port != 0;
	struct place place;
	int r = find_place(
	    &lan->interfaces, settings->bind, settings->port, &place, problem);

	if (r < 0)
		return r;
	lan_close(lan);
	r = open_ports(lan, &place, settings->ipv6, problem);
	if (r < 0 && were_open)
		reopen_ports(lan);
	return r;
}

void
ports_follow_interfaces(struct lan *lan)
{
	join_groups(lan, true);
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
	close_tcp(lan);
	lan->v4 = lan->v6 = NULL;
	lan->port = 0;
	lan->announced = false;
}

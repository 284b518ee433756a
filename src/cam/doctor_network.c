/* doctor_network.c: interfaces, and whether broadcasts of ours come back. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/doctor_parts.h"

static unsigned
count_bits(const uint8_t *mask, size_t size)
{
	unsigned bits = 0;

	while (bits < size * 8 && (mask[bits / 8] & (0x80 >> bits % 8)) != 0)
		bits++;
	return bits;
}

static const uint8_t *
bytes_of(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (const uint8_t *)&(
		    (const struct sockaddr_in *)(const void *)address)
		    ->sin_addr;
	return ((const struct sockaddr_in6 *)(const void *)address)
	    ->sin6_addr.s6_addr;
}

static void
add_address(struct doctor *doctor, const struct ifaddrs *entry)
{
	struct doctor_address *address = NULL;
	bool v4 = entry->ifa_addr->sa_family == AF_INET;
	size_t size = v4 ? 4 : 16, name_len = strcspn(entry->ifa_name, ":");

	doctor->addresses = xreallocarray(doctor->addresses,
	    doctor->address_count + 1, sizeof(*doctor->addresses));
	address = &doctor->addresses[doctor->address_count++];
	*address = (struct doctor_address){ .family = v4 ? 4 : 6 };
	memcpy(address->interface, entry->ifa_name,
	    name_len < IF_NAMESIZE ? name_len : IF_NAMESIZE - 1);
	memcpy(address->bytes, bytes_of(entry->ifa_addr), size);
	address->bits = entry->ifa_netmask != NULL
			    ? count_bits(bytes_of(entry->ifa_netmask), size)
			    : (unsigned)size * 8;
	if (v4 && (entry->ifa_flags & IFF_BROADCAST) != 0 &&
	    entry->ifa_broadaddr != NULL) {
		memcpy(address->broadcast, bytes_of(entry->ifa_broadaddr), 4);
		address->has_broadcast =
		    memcmp(address->broadcast, address->bytes, 4) != 0 &&
		    memcmp(address->broadcast, "\0\0\0\0", 4) != 0;
	}
}

/* Only what runs; a cable that is out makes an interface one without a network.
 */
static bool
is_of_use(const struct ifaddrs *entry)
{
	return (entry->ifa_flags & IFF_UP) != 0 &&
	       (entry->ifa_flags & IFF_RUNNING) != 0 &&
	       (entry->ifa_flags & IFF_LOOPBACK) == 0 &&
	       entry->ifa_addr != NULL;
}

static void
check_broadcast_address(
    struct doctor *doctor, const struct doctor_address *address)
{
	if (address->family != 4)
		return;
	if (address->has_broadcast)
		doctor_ok(doctor, "interface",
		    xasprintf(_("%s is up and has a broadcast address"),
			address->interface));
	else
		doctor_note(doctor, "interface",
		    xasprintf(_("%s knows no broadcast: users behind it are "
				"found only when their "
				"addresses are listed"),
			address->interface),
		    xstrdup(
			"cam config set net.broadcast '10.1.2.3 10.1.3.*'"));
}

void
doctor_check_interfaces(struct doctor *doctor)
{
	struct ifaddrs *all = NULL;
	bool down = false;

	if (getifaddrs(&all) < 0) {
		doctor_problem(doctor, "interface",
		    xasprintf(_("cannot list the network interfaces: %s"),
			strerror(errno)),
		    NULL);
		return;
	}
	for (const struct ifaddrs *entry = all; entry != NULL;
	     entry = entry->ifa_next) {
		if (is_of_use(entry) &&
		    (entry->ifa_addr->sa_family == AF_INET ||
			entry->ifa_addr->sa_family == AF_INET6))
			add_address(doctor, entry);
		else if (!is_of_use(entry) &&
			 (entry->ifa_flags & IFF_LOOPBACK) == 0)
			down = true;
	}
	freeifaddrs(all);
	for (size_t i = 0; i < doctor->address_count; i++)
		check_broadcast_address(doctor, &doctor->addresses[i]);
	if (doctor->address_count > 0)
		return;
	doctor_problem(doctor, "interface",
	    xstrdup(down
			? _("no network interface is up: nobody can be reached")
			: _("this machine has no network interface: nobody can "
			    "be reached")),
	    xstrdup("ip address"));
}

void
doctor_check_broadcast(struct doctor *doctor)
{
	const json_t *interface = NULL;
	size_t i = 0;

	/* With a port of its own camd hears none: the camd that has the usual
	 * one tells it of those who enter (architecture, section 8). */
	if (!json_equal(json_object_get(doctor->camd, "port"),
		json_object_get(doctor->camd, "wanted")))
		return;
	json_array_foreach(
	    json_object_get(doctor->camd, "interfaces"), i, interface)
	{
		const char *name =
		    json_string_value(json_object_get(interface, "name"));
		const char *broadcast =
		    json_string_value(json_object_get(interface, "broadcast"));
		const json_t *echoed = json_object_get(interface, "echoed");

		if (name == NULL || broadcast == NULL)
			continue;
		if (json_is_true(echoed))
			doctor_ok(doctor, "broadcast",
			    xasprintf(
				_("a broadcast to %s through %s came back"),
				broadcast, name));
		else if (json_is_false(echoed))
			doctor_problem(doctor, "broadcast",
			    xasprintf(_("a broadcast to %s through %s did not "
					"come back: others "
					"on that network are not found"),
				broadcast, name),
			    xasprintf(
				"ip address show dev %s; sudo nft list ruleset",
				name));
	}
}

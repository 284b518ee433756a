/* interface.c: the list of interfaces, from getifaddrs. */
#include "net/interface.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

static unsigned
flags_of(unsigned system)
{
	unsigned flags = 0;

	if ((system & IFF_UP) != 0 && (system & IFF_RUNNING) != 0)
		flags |= INTERFACE_UP;
	if ((system & IFF_LOOPBACK) != 0)
		flags |= INTERFACE_LOOPBACK;
	if ((system & IFF_BROADCAST) != 0)
		flags |= INTERFACE_BROADCAST;
	if ((system & IFF_MULTICAST) != 0)
		flags |= INTERFACE_MULTICAST;
	if ((system & IFF_POINTOPOINT) != 0)
		flags |= INTERFACE_POINT_TO_POINT;
	return flags;
}

/* An address labelled "eth0:1" belongs to eth0. */
static void
copy_name(char name[IF_NAMESIZE], const char *label)
{
	size_t len = strcspn(label, ":");

	if (len >= IF_NAMESIZE)
		len = IF_NAMESIZE - 1;
	memcpy(name, label, len);
	name[len] = '\0';
}

static struct interface *
have_interface(struct interfaces *interfaces, const struct ifaddrs *entry)
{
	struct interface *interface = NULL;
	char name[IF_NAMESIZE];
	unsigned index = 0;

	copy_name(name, entry->ifa_name);
	for (size_t i = 0; i < interfaces->count; i++)
		if (strcmp(interfaces->list[i].name, name) == 0)
			return &interfaces->list[i];
	index = if_nametoindex(name);
	if (index == 0) /* it went away meanwhile */
		return NULL;
	interfaces->list = xreallocarray(
	    interfaces->list, interfaces->count + 1, sizeof(*interfaces->list));
	interface = &interfaces->list[interfaces->count++];
	memset(interface, 0, sizeof(*interface));
	memcpy(interface->name, name, sizeof(name));
	interface->index = index;
	interface->flags = flags_of(entry->ifa_flags);
	return interface;
}

static unsigned
prefix_of(const struct sockaddr *mask, int family)
{
	const uint8_t *bytes = NULL;
	size_t size = 0;
	unsigned bits = 0;

	if (mask == NULL)
		return family == AF_INET ? 32 : 128;
	if (family == AF_INET) {
		bytes = (const uint8_t *)&(
		    (const struct sockaddr_in *)(const void *)mask)
			    ->sin_addr;
		size = 4;
	} else {
		bytes = ((const struct sockaddr_in6 *)(const void *)mask)
			    ->sin6_addr.s6_addr;
		size = 16;
	}
	while (bits < size * 8 && (bytes[bits / 8] & (0x80 >> bits % 8)) != 0)
		bits++;
	return bits;
}

static void
add_address(struct interface *interface, const struct ifaddrs *entry)
{
	struct interface_address own = { .bits = 0 };
	int family = entry->ifa_addr->sa_family;
	socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6);

	if (addr_from_sockaddr(entry->ifa_addr, len, &own.address) < 0)
		return;
	own.bits = prefix_of(entry->ifa_netmask, family);
	if (family == AF_INET &&
	    (interface->flags & INTERFACE_BROADCAST) != 0 &&
	    entry->ifa_broadaddr != NULL)
		(void)addr_from_sockaddr(
		    entry->ifa_broadaddr, len, &own.broadcast);
	/* A /31, a /32 or "broadcast 0.0.0.0" has none. */
	if (addr_is_any(&own.broadcast) ||
	    addr_same_host(&own.broadcast, &own.address))
		own.broadcast = (struct addr){ .family = ADDR_NONE };
	interface->addresses = xreallocarray(interface->addresses,
	    interface->count + 1, sizeof(*interface->addresses));
	interface->addresses[interface->count++] = own;
}

static int
by_index(const void *a, const void *b)
{
	const struct interface *left = a, *right = b;

	return (left->index > right->index) - (left->index < right->index);
}

static int
by_address(const void *a, const void *b)
{
	const struct interface_address *left = a, *right = b;

	return addr_compare(&left->address, &right->address);
}

int
interfaces_read(struct interfaces *interfaces)
{
	struct interfaces found = { .list = NULL };
	struct interface *interface = NULL;
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all) < 0)
		return CAM_ERR_SYSTEM;
	for (const struct ifaddrs *entry = all; entry != NULL;
	     entry = entry->ifa_next) {
		interface = have_interface(&found, entry);
		if (interface == NULL || entry->ifa_addr == NULL)
			continue;
		if (entry->ifa_addr->sa_family == AF_INET ||
		    entry->ifa_addr->sa_family == AF_INET6)
			add_address(interface, entry);
	}
	freeifaddrs(all);
	if (found.count > 0)
		qsort(found.list, found.count, sizeof(*found.list), by_index);
	for (size_t i = 0; i < found.count; i++)
		if (found.list[i].count > 0)
			qsort(found.list[i].addresses, found.list[i].count,
			    sizeof(*found.list[i].addresses), by_address);
	*interfaces = found;
	return 0;
}

void
interfaces_finish(struct interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->count; i++)
		free(interfaces->list[i].addresses);
	free(interfaces->list);
	memset(interfaces, 0, sizeof(*interfaces));
}

const struct interface *
interface_by_name(const struct interfaces *interfaces, const char *name)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (strcmp(interfaces->list[i].name, name) == 0)
			return &interfaces->list[i];
	return NULL;
}

const struct interface *
interface_by_index(const struct interfaces *interfaces, unsigned index)
{
	for (size_t i = 0; i < interfaces->count; i++)
		if (interfaces->list[i].index == index)
			return &interfaces->list[i];
	return NULL;
}

const struct interface *
interface_by_address(const struct interfaces *interfaces,
    const struct addr *addr, const struct interface_address **own)
{
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface *interface = &interfaces->list[i];

		for (size_t k = 0; k < interface->count; k++) {
			if (!addr_same_host(
				&interface->addresses[k].address, addr))
				continue;
			if (own != NULL)
				*own = &interface->addresses[k];
			return interface;
		}
	}
	return NULL;
}

bool
interfaces_own(const struct interfaces *interfaces, const struct addr *addr)
{
	return addr_is_loopback(addr) ||
	       interface_by_address(interfaces, addr, NULL) != NULL;
}

bool
interfaces_broadcast(
    const struct interfaces *interfaces, const struct addr *addr)
{
	if (addr_is_broadcast(addr))
		return true;
	for (size_t i = 0; i < interfaces->count; i++)
		for (size_t k = 0; k < interfaces->list[i].count; k++)
			if (addr->family != ADDR_NONE &&
			    addr_same_host(
				&interfaces->list[i].addresses[k].broadcast,
				addr))
				return true;
	return false;
}

static bool
same_interface(const struct interface *a, const struct interface *b)
{
	if (strcmp(a->name, b->name) != 0 || a->index != b->index ||
	    a->flags != b->flags || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct interface_address *left = &a->addresses[i],
					       *right = &b->addresses[i];

		if (!addr_equal(&left->address, &right->address) ||
		    !addr_equal(&left->broadcast, &right->broadcast) ||
		    left->bits != right->bits)
			return false;
	}
	return true;
}

bool
interfaces_equal(const struct interfaces *a, const struct interfaces *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_interface(&a->list[i], &b->list[i]))
			return false;
	return true;
}

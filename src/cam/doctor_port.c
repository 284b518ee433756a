/* doctor_port.c: whether somebody else has our port. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/doctor_parts.h"
#include "cam/port_owner.h"

/* Programs that speak IPMSG too, by the name of their process. */
static bool
is_messenger(const char *program)
{
	static const char *const names[] = { "iptux", "ipmsg", "g2ipmsg",
		"xipmsg", "qipmsg", "gipmsg", "kipmsg", "ipmsg-client", "feiq",
		"FeiQ.exe", "ipmsg.exe", "IPMsg.exe" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(program, names[i]) == 0)
			return true;
	return false;
}

static bool
is_camd(const struct port_owner *owner)
{
	return strcmp(owner->program, "camd") == 0;
}

/* "iptux (process 4711 of anna), another IP Messenger program" */
static char *
describe(const struct port_owner *owner)
{
	char *user = port_owner_user(owner->uid), *text = NULL;

	if (owner->pid == 0)
		text = xasprintf(_("a program of %s"), user);
	else if (is_messenger(owner->program))
		text = xasprintf(
		    _("%s (process %ld of %s), another IP Messenger program"),
		    owner->program, (long)owner->pid, user);
	else
		text = xasprintf(_("%s (process %ld of %s)"), owner->program,
		    (long)owner->pid, user);
	free(user);
	return text;
}

static char *
way_out(const struct doctor *doctor, const struct port_owner *owner)
{
	if (owner->pid == 0)
		return xasprintf("sudo ss -%slpn 'sport = :%u'",
		    owner->tcp ? "t" : "u", doctor->port);
	if (owner->uid == geteuid())
		return xasprintf("kill %ld", (long)owner->pid);
	return xasprintf("sudo kill %ld", (long)owner->pid);
}

/* Whether a socket of another's at that address keeps us from binding ours. */
static bool
is_in_the_way(const struct doctor *doctor, const struct port_owner *owner)
{
	bool other_family = strchr(owner->address, ':') != NULL && !owner->any;

	if (owner->any || doctor->bind == NULL)
		return true;
	/* net.bind may name an interface: then we cannot say and look at all.
	 */
	if (strspn(doctor->bind, "0123456789.") != strlen(doctor->bind))
		return true;
	return !other_family && strcmp(doctor->bind, owner->address) == 0;
}

/*
 * Our camd hides its descriptors from everybody but root, so what is ours and
 * cannot be looked into is taken for camd's.
 */
static bool
is_own(const struct doctor *doctor, const struct port_owner *owner)
{
	if (doctor->camd_pid == 0)
		return false;
	if (owner->pid != 0)
		return owner->pid == doctor->camd_pid;
	return owner->uid == geteuid();
}

static const struct port_owner *
find_other(const struct doctor *doctor, const struct port_owner *owners,
    size_t count, bool tcp)
{
	for (size_t i = 0; i < count; i++)
		if (owners[i].tcp == tcp && !is_own(doctor, &owners[i]) &&
		    is_in_the_way(doctor, &owners[i]))
			return &owners[i];
	return NULL;
}

static bool
has_own(const struct doctor *doctor, const struct port_owner *owners,
    size_t count, bool tcp)
{
	for (size_t i = 0; i < count; i++)
		if (owners[i].tcp == tcp && is_own(doctor, &owners[i]))
			return true;
	return false;
}

static long
own_port(const struct doctor *doctor)
{
	return (long)json_integer_value(json_object_get(doctor->camd, "port"));
}

/* Architecture, section 8: the first camd of a machine has the port, the next
 * take the next free ones. */
static void
say_shared(
    struct doctor *doctor, const struct port_owner *owner, const char *who)
{
	const char *protocol = owner->tcp ? "TCP" : "UDP";

	if (doctor->camd != NULL)
		doctor_note(doctor, "port",
		    xasprintf(
			_("%s port %u is in use by %s; yours has port %ld"),
			protocol, doctor->port, who, own_port(doctor)),
		    NULL);
	else
		doctor_note(doctor, "port",
		    xasprintf(_("%s port %u is in use by %s; yours will take "
				"the next one"),
			protocol, doctor->port, who),
		    NULL);
}

static void
say_taken(struct doctor *doctor, const struct port_owner *owner)
{
	char *who = describe(owner);

	if (is_camd(owner))
		say_shared(doctor, owner, who);
	else if (owner->pid == 0)
		doctor_note(doctor, "port",
		    xasprintf(_("%s port %u is in use by %s: unless that is "
				"camd, others do not find you"),
			owner->tcp ? "TCP" : "UDP", doctor->port, who),
		    way_out(doctor, owner));
	else
		doctor_problem(doctor, "port",
		    xasprintf(
			_("%s port %u is taken by %s: others do not find you"),
			owner->tcp ? "TCP" : "UDP", doctor->port, who),
		    way_out(doctor, owner));
	free(who);
}

/* camd has UDP and TCP under one number: whoever has either is in the way. */
static void
check_owners(
    struct doctor *doctor, const struct port_owner *owners, size_t count)
{
	const struct port_owner *udp = find_other(doctor, owners, count, false);
	const struct port_owner *tcp = find_other(doctor, owners, count, true);
	bool own_udp = has_own(doctor, owners, count, false);
	bool own_tcp = has_own(doctor, owners, count, true);

	if (own_udp && own_tcp)
		doctor_ok(doctor, "port",
		    xasprintf(_("camd has UDP and TCP port %u"), doctor->port));
	else if (udp != NULL)
		say_taken(doctor, udp);
	else if (own_udp)
		doctor_ok(doctor, "port",
		    xasprintf(_("camd has UDP port %u"), doctor->port));
	else if (tcp == NULL && doctor->camd != NULL &&
		 own_port(doctor) != doctor->port)
		doctor_note(doctor, "port",
		    xasprintf(_("camd has port %ld although %u is free by now"),
			own_port(doctor), doctor->port),
		    xstrdup("cam daemon stop; cam daemon start"));
	else if (tcp == NULL)
		doctor_ok(doctor, "port",
		    xasprintf(_("UDP and TCP port %u are free"), doctor->port));
	if (own_udp && !own_tcp && tcp == NULL)
		doctor_problem(doctor, "port",
		    xasprintf(_("camd does not listen at TCP port %u: other "
				"camd cannot make a link to it"),
			doctor->port),
		    xstrdup("cam daemon stop; cam daemon start"));
	if (tcp != NULL && (udp == NULL || tcp->pid != udp->pid))
		say_taken(doctor, tcp);
}

void
doctor_check_port(struct doctor *doctor)
{
	struct port_owner owners[PORT_OWNERS_MAX];
	size_t count = 0;

	if (json_is_integer(json_object_get(doctor->camd, "wanted")))
		doctor->port = (uint16_t)json_integer_value(
		    json_object_get(doctor->camd, "wanted"));
	count = port_owners("/proc", doctor->port, owners, PORT_OWNERS_MAX);
	if (count > PORT_OWNERS_MAX)
		count = PORT_OWNERS_MAX;
	check_owners(doctor, owners, count);
	/* What follows is about the port it really has. */
	if (doctor->camd != NULL && own_port(doctor) > 0)
		doctor->port = (uint16_t)own_port(doctor);
}

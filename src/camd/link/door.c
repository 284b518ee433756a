/* door.c: who comes in at our TCP port, and whose he is by his first byte. */
#include "camd/link/door.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/links.h"
#include "camd/offer/fileserver.h"
#include "camd/offer/tickets.h"
#include "lan/budget.h"
#include "net/lobby.h"

enum { TLS_HANDSHAKE = 0x16 };

struct door {
	struct camd *camd;
	struct lobby *lobby;
	struct budget *budget; /* of handshakes */
};

static bool
admit(void *arg, const struct lobby_guest *guest)
{
	const struct door *door = arg;
	bool known = false;

	if (guest->first != TLS_HANDSHAKE)
		return true;
	known = links_knows(door->camd->links, &guest->from);
	return budget_handshake(door->budget,
	    known ? &guest->from : &guest->source, known, clock_now_ms());
}

static void
take(void *arg, int fd, const struct lobby_guest *guest,
    void (*on_known)(void *arg), void *known_arg)
{
	const struct door *door = arg;
	struct camd *camd = door->camd;

	if (guest->first == TLS_HANDSHAKE)
		links_accept(camd->links, fd, &guest->from, guest->deadline_ms,
		    on_known, known_arg);
	else if (guest->first == TICKET_FIRST)
		tickets_accept(
		    camd->tickets, fd, guest->deadline_ms, on_known, known_arg);
	else
		fileserver_accept(camd->fileserver, fd, &guest->from,
		    guest->deadline_ms, on_known, known_arg);
}

static const struct lobby_ops lobby_ops = { .admit = admit, .take = take };

struct door *
door_new(struct camd *camd, uint64_t patience_ms)
{
	struct door *door = xcalloc(1, sizeof *door);

	door->camd = camd;
	door->lobby = lobby_new(camd->loop, patience_ms, &lobby_ops, door);
	door->budget = budget_new();
	return door;
}

void
door_free(struct door *door)
{
	if (door == NULL)
		return;
	lobby_free(door->lobby);
	budget_free(door->budget);
	free(door);
}

int
door_open(struct door *door, const struct addr *address, const char *interface)
{
	return lobby_open(door->lobby, address, interface);
}

void
door_close(struct door *door)
{
	lobby_close(door->lobby);
}

size_t
door_count(const struct door *door)
{
	return lobby_count(door->lobby);
}

uint64_t
door_refused(const struct door *door)
{
	return lobby_refused(door->lobby);
}

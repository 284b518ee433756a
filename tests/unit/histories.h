/* histories.h: a camd to ask about messages. */
#ifndef CAM_TEST_HISTORIES_H
#define CAM_TEST_HISTORIES_H

#include "world.h"

#include "camd/people/marks.h"

#include "base/err.h"
#include "base/limits.h"
#include "camd/events.h"
#include "camd/message/outbox.h"
#include "camd/people/user.h"

static struct world world;
static struct asker asker;
static struct user *anna, *carl, *dora;

static int
open_world(void **state)
{
	if (world_open(&world, "security.cleartext = on\n") != 0)
		return 1;
	anna = world_user(&world, "anna", "pc1", "Anna", "Sales", USER_OFFLINE);
	carl = world_user(&world, "carl", "pc3", "Carl", "Sales", USER_OFFLINE);
	dora = world_user(&world, "dora", "pc4", "Dora", "", USER_OFFLINE);
	roster_write(world.camd.roster);
	asker_open(&asker, &world);
	return 0;
}

static int
close_world(void **state)
{
	asker_close(&asker);
	return world_close(&world);
}

#endif

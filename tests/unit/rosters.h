/* rosters.h: users in a roster. */
#ifndef CAM_TEST_ROSTERS_H
#define CAM_TEST_ROSTERS_H

#include "camd/people/heard.h"
#include "camd/people/hint.h"
#include "camd/people/marks.h"
#include "camd/people/rosterfile.h"
#include "town.h"
#include "wire.h"

static struct roster *
roster_of(struct town *town)
{
	return town->world.camd.roster;
}

#endif

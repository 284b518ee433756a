/* trusts.h: keys shown to a camd, and what it believes. */
#ifndef CAM_TEST_TRUSTS_H
#define CAM_TEST_TRUSTS_H

#include "camd/people/leaving.h"
#include "camd/people/marks.h"
#include "camd/people/pinning.h"
#include "greeter.h"
#include "store/pin.h"
#include "store/trust.h"

struct outcome {
	bool done;
	int err;
};

static struct trust *
trust_of(struct town *town)
{
	return town->world.camd.trust;
}

static struct user *
by_id(struct town *town, const char *id)
{
	return roster_by_id(town->world.camd.roster, id);
}

static size_t
count_users(struct town *town)
{
	return roster_count(town->world.camd.roster);
}

static void
on_outcome(void *arg, int err)
{
	struct outcome *outcome = arg;

	outcome->done = true;
	outcome->err = err;
}

static void
verify(struct town *town, struct user *user)
{
	struct outcome outcome = { .done = false };

	assert_int_equal(
	    trust_verify(trust_of(town), user, on_outcome, &outcome), 0);
	while (!outcome.done)
		world_turn(&town->world);
	assert_int_equal(outcome.err, 0);
	assert_true(trust_is_verified(trust_of(town), user));
	town_settle(town);
}

static void
assert_key(
    struct town *town, const struct user *user, const struct greeter *greeter)
{
	const uint8_t *key = trust_user_key(trust_of(town), user);

	assert_non_null(key);
	assert_memory_equal(key, greeter->devices.user_key, SIGN_KEY_SIZE);
}

#endif

/* greeter.h: another camd as a hello on a link shows it: keys of cam/1, and the
 * claim that they make. */
#ifndef CAM_TEST_GREETER_H
#define CAM_TEST_GREETER_H

#include "camd/trust/trust.h"
#include "crypto/device.h"
#include "test_key.h"
#include "town.h"

struct greeter {
	struct sign_key *user, *link, *signing;
	struct rsa_key *rsa; /* NULL: shows none */
	const char *logon, *host, *nick;
	struct addr at;
	struct devices devices;
	struct buf list;
	uint8_t prekey[PREKEY_BYTES];
};

/* Signs the list anew, as it is now. */
static inline void
greeter_sign(struct greeter *greeter)
{
	struct devices *devices = &greeter->devices;

	memset(devices->rsa, 0, sizeof devices->rsa);
	if (greeter->rsa != NULL)
		rsa_public_digest(rsa_key_public(greeter->rsa), devices->rsa);
	buf_finish(&greeter->list);
	buf_init(&greeter->list, DEVICES_BYTES_MAX);
	assert_int_equal(
	    devices_build(devices, greeter->user, &greeter->list), 0);
}

static inline void
greeter_renew_prekey(struct greeter *greeter, uint32_t id)
{
	struct prekey prekey = { .id = id, .made_ms = clock_wall_ms() };

	memset(prekey.key, (int)id, sizeof prekey.key);
	assert_int_equal(
	    prekey_build(&prekey, greeter->signing, greeter->prekey), 0);
}

/* rsa is a name of the test data ("other2048"), or NULL. */
static inline void
greeter_init(struct greeter *greeter, const char *logon, const char *host,
    const char *at, const char *rsa)
{
	struct device *device = &greeter->devices.list[0];

	*greeter = (struct greeter){ .logon = logon,
		.host = host,
		.nick = logon,
		.at = address(at),
		.rsa = rsa != NULL ? test_key(rsa) : NULL };
	assert_int_equal(sign_key_generate(&greeter->user), 0);
	assert_int_equal(sign_key_generate(&greeter->link), 0);
	assert_int_equal(sign_key_generate(&greeter->signing), 0);
	sign_key_public(greeter->user, greeter->devices.user_key);
	sign_key_public(greeter->link, device->link_key);
	sign_key_public(greeter->signing, device->signing_key);
	greeter->devices.version = 1;
	greeter->devices.issued_ms = clock_wall_ms();
	greeter->devices.count = 1;
	greeter_sign(greeter);
	greeter_renew_prekey(greeter, 1);
}

static inline void
greeter_finish(struct greeter *greeter)
{
	sign_key_free(greeter->user);
	sign_key_free(greeter->link);
	sign_key_free(greeter->signing);
	rsa_key_free(greeter->rsa);
	buf_finish(&greeter->list);
}

static inline struct trust_claim
greeter_claim(const struct greeter *greeter)
{
	return (struct trust_claim){
		.devices = &greeter->devices,
		.devices_bytes = buf_span(&greeter->list),
		.device = &greeter->devices.list[0],
		.prekey_bytes = span_of(greeter->prekey, PREKEY_BYTES),
		.rsa =
		    greeter->rsa != NULL ? rsa_key_public(greeter->rsa) : NULL,
		.user = greeter->logon,
		.host = greeter->host,
		.nick = greeter->nick,
		.group = "Staff",
		.at = &greeter->at,
	};
}

/* Greets, and is admitted. */
static inline struct user *
greet(struct town *town, const struct greeter *greeter)
{
	struct trust_claim claim = greeter_claim(greeter);
	struct user *user = NULL;

	assert_int_equal(trust_admit(town->world.camd.trust, &claim, &user), 0);
	assert_non_null(user);
	town_settle(town);
	return user;
}

static inline void
greet_refused(struct town *town, const struct greeter *greeter, int err)
{
	struct trust_claim claim = greeter_claim(greeter);
	struct user *user = NULL;

	assert_int_equal(
	    trust_admit(town->world.camd.trust, &claim, &user), err);
	assert_null(user);
}

#endif

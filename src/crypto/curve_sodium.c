/* curve_sodium.c: Curve25519 by libsodium: Ed25519 in half the time of OpenSSL
 * 3.0. */
#include <string.h>

#include <sodium.h>

#include "base/mem.h"
#include "crypto/curve_library.h"

/* libsodium's secret key is both halves, one behind the other. */
enum { PAIR_SIZE = crypto_sign_ed25519_SECRETKEYBYTES };

static bool
derive(const uint8_t secret[32], uint8_t public[32])
{
	uint8_t pair[PAIR_SIZE];
	bool done = crypto_sign_ed25519_seed_keypair(public, pair, secret) == 0;

	wipe(pair, sizeof(pair));
	return done;
}

static bool
sign(const uint8_t secret[32], const uint8_t public[32], struct span data,
    uint8_t signature[64])
{
	uint8_t pair[PAIR_SIZE];
	bool done;

	memcpy(pair, secret, 32);
	memcpy(pair + 32, public, 32);
	done = crypto_sign_ed25519_detached(
		   signature, NULL, data.data, data.len, pair) == 0;
	wipe(pair, sizeof(pair));
	return done;
}

static bool
verify(const uint8_t public[32], struct span data, const uint8_t signature[64])
{
	return crypto_sign_ed25519_verify_detached(
		   signature, data.data, data.len, public) == 0;
}

static bool
x25519(const uint8_t secret[32], const uint8_t point[32], uint8_t result[32])
{
	return crypto_scalarmult_curve25519(result, secret, point) == 0;
}

const struct curve_library curve_sodium = {
	.derive = derive,
	.sign = sign,
	.verify = verify,
	.x25519 = x25519,
};

/*
 * A signature (of no bytes) to R of which a point of order 8 was added: good
 * only for who multiplies the equation by eight. The libsodium that runs is not
 * always the one that was built with.
 */
bool
curve_sodium_is_fit(void)
{
	static const uint8_t public[32] = { 0x3b, 0xa9, 0x52, 0x4d, 0xfb, 0x16,
		0x9d, 0x88, 0x37, 0x84, 0x28, 0x90, 0x13, 0xb2, 0x9d, 0x5c,
		0x08, 0x8b, 0x77, 0x6a, 0x94, 0x98, 0x88, 0x37, 0x19, 0xe3,
		0xd8, 0xfc, 0x6b, 0xa0, 0xb7, 0x15 };
	static const uint8_t signature[64] = { 0x4a, 0xc8, 0xba, 0xe7, 0x8f,
		0x54, 0x9f, 0x88, 0x47, 0x3c, 0xab, 0x42, 0x50, 0x72, 0xe3,
		0xd5, 0x56, 0x5f, 0x24, 0xca, 0x4b, 0x33, 0xe2, 0xdc, 0xa3,
		0x6d, 0x14, 0xb2, 0xc6, 0x48, 0x5c, 0x32, 0xcc, 0xde, 0xd2,
		0x92, 0x28, 0xbd, 0x00, 0x34, 0xb9, 0x5d, 0xe9, 0x66, 0x55,
		0x4c, 0x06, 0x09, 0x4b, 0x72, 0x0d, 0x60, 0x93, 0x8d, 0x00,
		0x85, 0x7b, 0x9f, 0x7a, 0x2f, 0xfe, 0x0b, 0x28, 0x0b };

	return sodium_init() >= 0 &&
	       !verify(public, span_of(NULL, 0), signature);
}

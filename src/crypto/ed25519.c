/* ed25519.c: which library signs, and which signatures are good with all. */
#include "crypto/ed25519.h"

#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "config.h"
#include "crypto/ed25519_library.h"

/* -- the library --------------------------------------------------------- */

static const struct ed25519_library *chosen; /* written by choose() alone */

static void
choose(void)
{
	chosen = &ed25519_evp;
#ifdef HAVE_SODIUM
	if (ed25519_sodium_is_fit())
		chosen = &ed25519_sodium;
#endif
}

const struct ed25519_library *
ed25519_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, choose);
	return chosen;
}

/* -- the rule ------------------------------------------------------------ */

/* Numbers of 32 bytes, the least first. Nothing here is secret. */
static bool
is_less(const uint8_t number[32], const uint8_t limit[32])
{
	size_t i = 31;

	while (i > 0 && number[i] == limit[i])
		i--;
	return number[i] < limit[i];
}

/* Whether bytes encode a y below p, and none of the five that the eight points
 * of small order have: 0, 1, -1, and two of order 8. */
static bool
is_sound(const uint8_t point[32])
{
	static const uint8_t p[32] = { 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0x7f };
	static const uint8_t small[][32] = {
		{ 0 },
		{ 1 },
		{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0x7f },
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3,
		    0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05,
		    0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
		    0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c,
		    0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa,
		    0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
		    0x03, 0x7a },
	};
	uint8_t y[32];

	memcpy(y, point, sizeof(y));
	y[31] &= 0x7f; /* without the sign of x */
	for (size_t i = 0; i < sizeof(small) / sizeof(*small); i++) {
		if (memcmp(y, small[i], sizeof(y)) == 0)
			return false;
	}
	return is_less(y, p);
}

int
ed25519_verify_by(const struct ed25519_library *library,
    const uint8_t public[32], struct span data, const uint8_t signature[64])
{
	/* RFC 8032, 5.1: L, the order of the base point */
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
		0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x10 };

	return is_sound(public) && is_sound(signature) &&
		       is_less(signature + 32, order) &&
		       library->verify(public, data, signature)
		   ? 0
		   : CAM_ERR_CRYPTO;
}

/* -- with the library in use --------------------------------------------- */

int
ed25519_public(const uint8_t secret[32], uint8_t public[32])
{
	return ed25519_library()->derive(secret, public) ? 0 : CAM_ERR_CRYPTO;
}

int
ed25519_sign(const uint8_t secret[32], const uint8_t public[32],
    struct span data, uint8_t signature[64])
{
	return ed25519_library()->sign(secret, public, data, signature)
		   ? 0
		   : CAM_ERR_CRYPTO;
}

int
ed25519_verify(
    const uint8_t public[32], struct span data, const uint8_t signature[64])
{
	return ed25519_verify_by(ed25519_library(), public, data, signature);
}

/* comparison.c: safety numbers of users, and of their IPMSG keys digests. */
#include "camd/trust/comparison.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/people/user.h"
#include "camd/trust/trusted.h"

void
comparison_init(struct comparison *comparison, const struct camd *camd,
    const struct user *user)
{
	memset(comparison, 0, sizeof *comparison);
	if (user == NULL)
		return;
	comparison->uid = user->uid;
	comparison->has_user_key = user->trusted != NULL;
	if (user->trusted == NULL)
		return;
	memcpy(
	    comparison->ours, identity_user_key(camd->identity), SIGN_KEY_SIZE);
	memcpy(comparison->theirs, trusted_key(user->trusted), SIGN_KEY_SIZE);
}

void
comparison_compute(struct comparison *comparison)
{
	if (!comparison->has_user_key)
		return;
	safety_number(comparison->ours, comparison->theirs, comparison->number);
	safety_qr(comparison->ours, comparison->theirs, comparison->qr);
}

bool
comparison_holds(const struct comparison *comparison, const struct user *user)
{
	if (user == NULL || user->trusted == NULL)
		return !comparison->has_user_key;
	return comparison->has_user_key &&
	       memcmp(comparison->theirs, trusted_key(user->trusted),
		   SIGN_KEY_SIZE) == 0;
}

static json_t *
hex_text(const uint8_t *bytes, size_t len)
{
	char text[2 * SAFETY_QR_SIZE + 1];

	hex_encode(bytes, len, text);
	return json_string(text);
}

static json_t *
digest_text(const struct rsa_public *key)
{
	uint8_t digest[SHA256_SIZE];

	rsa_public_digest(key, digest);
	return hex_text(digest, sizeof digest);
}

void
comparison_describe(const struct comparison *comparison,
    const struct user *user, json_t *object)
{
	bool has = comparison->has_user_key;
	const struct rsa_public *rsa =
	    user->pin != NULL ? user->peer.key : NULL;

	json_object_set_new(object, "safety_number",
	    has ? json_string(comparison->number) : json_null());
	json_object_set_new(object, "qr",
	    has ? hex_text(comparison->qr, SAFETY_QR_SIZE) : json_null());
	json_object_set_new(object, "user_key",
	    has ? hex_text(comparison->theirs, SIGN_KEY_SIZE) : json_null());
	json_object_set_new(object, "fingerprint",
	    rsa != NULL ? digest_text(rsa) : json_null());
	json_object_set_new(object, "algorithm",
	    rsa == NULL
		? json_null()
		: json_string(rsa_public_size(rsa) == RSA_2048 ? "rsa2048"
							       : "rsa1024"));
}

bool
comparison_names(const struct user *user, const char *key)
{
	char text[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE];

	if (user->trusted != NULL) {
		hex_encode(trusted_key(user->trusted), SIGN_KEY_SIZE, text);
	} else if (user->pin != NULL) {
		rsa_public_digest(user->peer.key, digest);
		hex_encode(digest, sizeof digest, text);
	} else {
		return false;
	}
	return text_same(text, key);
}

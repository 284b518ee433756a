/* decipher.c: encrypted texts opened, signatures checked. */
#include "cam-debug/decipher.h"

#include <string.h>

#include "base/err.h"
#include "ipmsg/capability.h"
#include "ipmsg/entry.h"

/*
 * Whose key it may be. A user name with a fingerprint says which; any other
 * user may have any of those given.
 */
static bool
may_be_of(struct rsa_public *key, const char *user)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	char computed[RSA_FINGERPRINT_SIZE];

	if (!entry_user_split(user, logon, fingerprint))
		return true;
	rsa_public_fingerprint(key, computed);
	return strcmp(fingerprint, computed) == 0;
}

/* Tries the senders' keys on a text that own has opened already. */
static void
check_text(struct debug *debug, const struct suite *suite,
    const struct rsa_key *own, const char *user, struct span iv,
    const struct suite_parts *parts, struct suite_opened *opened)
{
	bool tried = false;

	for (size_t i = 0; i < debug->peer_count; i++) {
		struct suite_opened again;

		if (!may_be_of(debug->peers[i], user) ||
		    suite_inspect(debug->crypto, suite, own, debug->peers[i],
			iv, parts, &again) < 0)
			continue;
		opened->signature = again.signature;
		buf_wipe(&again.plain);
		tried = true;
		if (again.signature != SIGNATURE_INVALID)
			return;
	}
	if (tried)
		opened->signature = SIGNATURE_INVALID;
}

static bool
open_text(struct debug *debug, const struct suite *suite, const char *user,
    struct span iv, const struct suite_parts *parts,
    struct suite_opened *opened)
{
	for (size_t i = 0; i < debug->own_count; i++) {
		const struct rsa_key *own = debug->own[i];

		if (suite_inspect(
			debug->crypto, suite, own, NULL, iv, parts, opened) < 0)
			continue;
		if (opened->signature == SIGNATURE_UNCHECKED)
			check_text(debug, suite, own, user, iv, parts, opened);
		return true;
	}
	return false;
}

void
decipher_text(struct debug *debug, const struct enctext *text, const char *user,
    struct span number, struct deciphered *result)
{
	struct suite suite;
	struct suite_opened opened;
	struct suite_parts parts = {
		.key = span_of(text->key, text->key_len),
		.text = span_of(text->data, text->data_len),
		.signature = span_of(text->signature, text->signature_len),
	};

	*result = (struct deciphered){ .suite = "none",
		.signature = text->signature_len > 0 ? SIGNATURE_UNCHECKED
						     : SIGNATURE_ABSENT };
	if (suite_from_flags(text->flags, &suite) < 0)
		return;
	result->suite = suite_name(&suite);
	if (!open_text(debug, &suite, user, number, &parts, &opened))
		return;
	result->opened = true;
	result->plain = opened.plain;
	result->signature = opened.signature;
}

void
decipher_dict(struct debug *debug, const struct dict_cipher *cipher,
    struct deciphered *result)
{
	struct suite suite;
	struct suite_opened opened;
	struct suite_parts parts = { .key = cipher->key, .text = cipher->body };

	*result = (struct deciphered){ .suite = "none",
		.signature = SIGNATURE_UNCHECKED };
	if (suite_from_flags(cipher->flags, &suite) < 0 ||
	    suite.cipher != CIPHER_AES256_CTR)
		return;
	result->suite = suite_name(&suite);
	if (!open_text(debug, &suite, "", cipher->iv, &parts, &opened))
		return;
	result->plain = opened.plain;
	result->opened = true;
}

void
deciphered_finish(struct deciphered *result)
{
	buf_wipe(&result->plain);
}

enum suite_signature
decipher_signed(
    struct debug *debug, const struct ipdict *dict, const char *user)
{
	enum suite_signature found = SIGNATURE_UNCHECKED;
	struct dict_signature signature;
	struct buf covered;
	int rc = dict_signature_parse(dict, &signature);

	if (rc == CAM_ERR_UNKNOWN)
		return SIGNATURE_ABSENT;
	buf_init(&covered, LIMIT_IPDICT_TCP);
	if (rc < 0 || !(signature.flags & CAPA_SIGN_SHA256) ||
	    ipdict_signed(dict, &covered) < 0)
		found = SIGNATURE_INVALID;
	for (size_t i = 0; rc == 0 && i < debug->peer_count; i++) {
		if (!may_be_of(debug->peers[i], user) || covered.len == 0)
			continue;
		if (rsa_verify(debug->peers[i], DIGEST_SHA256,
			buf_span(&covered), signature.signature) == 0) {
			found = SIGNATURE_VALID;
			break;
		}
		found = SIGNATURE_INVALID;
	}
	buf_finish(&covered);
	return found;
}

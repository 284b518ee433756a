/* suites.h: keys and vectors for the tests of crypto/suite. */
#ifndef CAM_TEST_SUITES_H
#define CAM_TEST_SUITES_H

#include "base/err.h"
#include "base/limits.h"
#include "blocks.h"
#include "crypto/crypto.h"
#include "crypto/suite.h"

struct fixture {
	struct crypto *crypto;
	json_t *root;
	struct rsa_key *alice, *alice_weak, *bob, *bob_weak;
};

static inline int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->crypto = crypto_new();
	fixture->root = vectors_load();
	fixture->alice = vector_key(fixture->root, "alice_2048");
	fixture->alice_weak = vector_key(fixture->root, "alice_1024");
	fixture->bob = vector_key(fixture->root, "bob_2048");
	fixture->bob_weak = vector_key(fixture->root, "bob_1024");
	*state = fixture;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	rsa_key_free(fixture->alice);
	rsa_key_free(fixture->alice_weak);
	rsa_key_free(fixture->bob);
	rsa_key_free(fixture->bob_weak);
	json_decref(fixture->root);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

static const struct suite strong = { CIPHER_AES256_CBC, SUITE_SHA256,
	SUITE_IV_PACKETNO };
static const struct suite weak = { CIPHER_BLOWFISH128_CBC, SUITE_UNSIGNED,
	SUITE_IV_PACKETNO };
#define NUMBER span_text("1700000104")

static inline struct suite_parts
parts_of(const struct suite_text *text)
{
	return (struct suite_parts){
		.key = span_of(text->key, text->key_len),
		.text = buf_span(&text->text),
		.signature = span_of(text->signature, text->signature_len),
	};
}

#endif

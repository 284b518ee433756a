/* test_provider.c: TLS finds what it needs of OpenSSL, and nothing else. */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "crypto/certificate.h"
#include "crypto/ed25519.h"
#include "crypto/provider.h"
#include "crypto/sign.h"
#include "hex.h"
#include "rfc8032.h"

static const char text[] = "text";

static void
unhex(const char *digits, uint8_t *bytes, size_t len)
{
	assert_int_equal(hex_decode(span_text(digits), bytes, len), 0);
}

/* -- what is there --------------------------------------------------------- */

static void
what_tls_needs_is_there(void **state)
{
	OSSL_LIB_CTX *library = provider_library();
	EVP_MD *digest = NULL;
	EVP_CIPHER *cipher = NULL;
	EVP_KDF *kdf = NULL;
	uint8_t bytes[32] = { 0 }, others[32] = { 0 };

	assert_non_null(library);
	assert_ptr_equal(provider_library(), library);
	assert_non_null(digest = EVP_MD_fetch(library, "SHA256", NULL));
	assert_non_null(
	    cipher = EVP_CIPHER_fetch(library, "ChaCha20-Poly1305", NULL));
	assert_non_null(kdf = EVP_KDF_fetch(library, "TLS13-KDF", NULL));
	assert_int_equal(RAND_bytes_ex(library, bytes, sizeof bytes, 0), 1);
	assert_int_equal(RAND_bytes_ex(library, others, sizeof others, 0), 1);
	assert_memory_not_equal(bytes, others, sizeof bytes);
	EVP_KDF_free(kdf);
	EVP_CIPHER_free(cipher);
	EVP_MD_free(digest);
}

static void
what_it_does_not_need_is_not(void **state)
{
	static const char *const digests[] = { "SHA1", "MD5", "SHA3-256" };
	static const char *const ciphers[] = { "AES-128-GCM", "AES-256-CBC",
		"DES-EDE3-CBC" };
	static const char *const keys[] = { "RSA", "EC", "DH", "ED448", "X448",
		"DSA" };
	OSSL_LIB_CTX *library = provider_library();

	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
		assert_null(EVP_MD_fetch(library, digests[i], NULL));
	for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++)
		assert_null(EVP_CIPHER_fetch(library, ciphers[i], NULL));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_null(EVP_PKEY_CTX_new_from_name(library, keys[i], NULL));
}

static void
other_groups_cannot_even_be_asked_for(void **state)
{
	SSL_CTX *context =
	    SSL_CTX_new_ex(provider_library(), NULL, TLS_method());

	assert_non_null(context);
	assert_int_equal(SSL_CTX_set1_groups_list(context, "X25519"), 1);
	assert_int_equal(SSL_CTX_set1_groups_list(context, "P-256"), 0);
	assert_int_equal(SSL_CTX_set1_groups_list(context, "X448"), 0);
	SSL_CTX_free(context);
}

/* -- Ed25519 --------------------------------------------------------------- */

/* With its secret half, or its public one. */
static EVP_PKEY *
key_of(const struct rfc8032_vector *vector, bool secret)
{
	uint8_t bytes[SIGN_KEY_SIZE];
	EVP_PKEY *key = NULL;

	unhex(secret ? vector->secret : vector->public, bytes, sizeof bytes);
	key = secret ? EVP_PKEY_new_raw_private_key_ex(provider_library(),
			   "ED25519", NULL, bytes, sizeof bytes)
		     : EVP_PKEY_new_raw_public_key_ex(provider_library(),
			   "ED25519", NULL, bytes, sizeof bytes);
	assert_non_null(key);
	return key;
}

static int
begin(EVP_MD_CTX *context, const char *digest, EVP_PKEY *key, bool verifies)
{
	return verifies ? EVP_DigestVerifyInit_ex(context, NULL, digest,
			      provider_library(), NULL, key, NULL)
			: EVP_DigestSignInit_ex(context, NULL, digest,
			      provider_library(), NULL, key, NULL);
}

static void
it_signs_and_verifies_as_rfc_8032_does(void **state)
{
	for (size_t i = 0; i < RFC8032_VECTORS; i++) {
		const struct rfc8032_vector *vector = &rfc8032_vectors[i];
		EVP_MD_CTX *signs = EVP_MD_CTX_new();
		EVP_MD_CTX *verifies = EVP_MD_CTX_new();
		EVP_PKEY *secret = key_of(vector, true);
		EVP_PKEY *public = key_of(vector, false);
		uint8_t data[128], expected[SIGN_SIZE], made[SIGN_SIZE];
		size_t len = sizeof made, data_len = strlen(vector->text) / 2;

		unhex(vector->text, data, data_len);
		unhex(vector->signature, expected, sizeof expected);
		assert_int_equal(begin(signs, NULL, secret, false), 1);
		assert_int_equal(
		    EVP_DigestSign(signs, made, &len, data, data_len), 1);
		assert_int_equal(len, SIGN_SIZE);
		assert_memory_equal(made, expected, SIGN_SIZE);
		assert_int_equal(begin(verifies, NULL, public, true), 1);
		assert_int_equal(
		    EVP_DigestVerify(verifies, made, len, data, data_len), 1);
		made[3] ^= 1;
		assert_int_not_equal(
		    EVP_DigestVerify(verifies, made, len, data, data_len), 1);
		EVP_MD_CTX_free(signs);
		EVP_MD_CTX_free(verifies);
		EVP_PKEY_free(secret);
		EVP_PKEY_free(public);
	}
}

/* OpenSSL's own would take it: the key "signs" whatever one likes. */
static void
it_has_the_rule_of_ed25519(void **state)
{
	static const char key_digits[] =
	    "01000000000000000000000000000000000000000000000000000000000000"
	    "00";
	static const char digits[] =
	    "4890fe0f19150a87279ccfa80011692ef0a836fb1add6ceeac35148f1897df9117"
	    "792b38c57556f89865a4b0580bac7a3bb7802cf1a149d93a8c3ae57bba930f";
	uint8_t bytes[SIGN_KEY_SIZE], signature[SIGN_SIZE];
	OSSL_LIB_CTX *const libraries[] = { NULL, provider_library() };

	unhex(key_digits, bytes, sizeof bytes);
	unhex(digits, signature, sizeof signature);
	for (int i = 0; i < 2; i++) {
		EVP_MD_CTX *context = EVP_MD_CTX_new();
		EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(
		    libraries[i], "ED25519", NULL, bytes, sizeof bytes);

		assert_int_equal(EVP_DigestVerifyInit_ex(context, NULL, NULL,
				     libraries[i], NULL, key, NULL),
		    1);
		assert_int_equal(
		    EVP_DigestVerify(context, signature, sizeof signature,
			(const uint8_t *)text, strlen(text)),
		    i == 0);
		EVP_MD_CTX_free(context);
		EVP_PKEY_free(key);
	}
}

static void
a_copy_of_a_context_signs_the_same(void **state)
{
	EVP_PKEY *key = key_of(&rfc8032_vectors[0], true);
	EVP_MD_CTX *first = EVP_MD_CTX_new(), *copy = EVP_MD_CTX_new();
	uint8_t made[2][SIGN_SIZE];
	size_t len = SIGN_SIZE;

	assert_int_equal(begin(first, NULL, key, false), 1);
	assert_int_equal(EVP_MD_CTX_copy_ex(copy, first), 1);
	assert_int_equal(EVP_DigestSign(first, made[0], &len,
			     (const uint8_t *)text, strlen(text)),
	    1);
	EVP_MD_CTX_free(first);
	assert_int_equal(EVP_DigestSign(copy, made[1], &len,
			     (const uint8_t *)text, strlen(text)),
	    1);
	assert_memory_equal(made[0], made[1], SIGN_SIZE);
	EVP_MD_CTX_free(copy);
	EVP_PKEY_free(key);
}

static void
what_cannot_be_signed_is_refused(void **state)
{
	EVP_PKEY *secret = key_of(&rfc8032_vectors[0], true);
	EVP_PKEY *public = key_of(&rfc8032_vectors[0], false);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t made[SIGN_SIZE];
	size_t len = 0;

	/* It has a digest of its own. */
	assert_int_not_equal(begin(context, "SHA256", secret, false), 1);
	EVP_MD_CTX_reset(context);
	assert_int_equal(begin(context, NULL, secret, false), 1);
	assert_int_equal(EVP_DigestSign(context, NULL, &len,
			     (const uint8_t *)text, strlen(text)),
	    1);
	assert_int_equal(len, SIGN_SIZE);
	len = SIGN_SIZE - 1;
	assert_int_not_equal(EVP_DigestSign(context, made, &len,
				 (const uint8_t *)text, strlen(text)),
	    1);
	EVP_MD_CTX_reset(context);
	len = SIGN_SIZE;
	if (begin(context, NULL, public, false) == 1)
		assert_int_not_equal(EVP_DigestSign(context, made, &len,
					 (const uint8_t *)text, strlen(text)),
		    1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(secret);
	EVP_PKEY_free(public);
}

/* -- TLS ------------------------------------------------------------------- */

static int
take_any(X509_STORE_CTX *store, void *arg)
{
	return 1;
}

static SSL_CTX *
tls_of(OSSL_LIB_CTX *library, const struct sign_key *key)
{
	SSL_CTX *context = SSL_CTX_new_ex(library, NULL, TLS_method());
	EVP_PKEY *pkey = certificate_private(key);
	X509 *certificate = NULL;

	assert_int_equal(
	    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION), 1);
	/* Tickets want more, and are given to nobody. */
	assert_int_equal(SSL_CTX_set_num_tickets(context, 0), 1);
	assert_int_equal(certificate_make(key, &certificate), 0);
	assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, pkey), 1);
	EVP_PKEY_free(pkey);
	certificate_free(certificate);
	SSL_CTX_set_verify(
	    context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(context, take_any, NULL);
	return context;
}

static SSL *
end_of(SSL_CTX *context, BIO *bio, bool serves)
{
	SSL *ssl = SSL_new(context);

	SSL_set_bio(ssl, bio, bio);
	if (serves)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

/* Who is serves with this library, who is not with all of OpenSSL, and the
 * other way round. */
static void
it_shakes_hands_with_all_of_openssl(void **state)
{
	OSSL_LIB_CTX *const libraries[] = { provider_library(), NULL };
	struct sign_key *keys[2] = { NULL, NULL };

	assert_int_equal(sign_key_generate(&keys[0]), 0);
	assert_int_equal(sign_key_generate(&keys[1]), 0);
	for (int i = 0; i < 4; i++) {
		SSL_CTX *serves = tls_of(libraries[i / 2], keys[0]);
		SSL_CTX *dials = tls_of(libraries[i % 2], keys[1]);
		BIO *bios[2] = { NULL, NULL };
		SSL *server = NULL, *client = NULL;
		uint8_t seen[SIGN_KEY_SIZE], expected[SIGN_KEY_SIZE];

		assert_int_equal(BIO_new_bio_pair(&bios[0], 0, &bios[1], 0), 1);
		server = end_of(serves, bios[0], true);
		client = end_of(dials, bios[1], false);
		/* There and back, as often as it takes. */
		for (int turn = 0; turn < 8; turn++) {
			(void)SSL_do_handshake(client);
			(void)SSL_do_handshake(server);
		}
		assert_true(SSL_is_init_finished(client));
		assert_true(SSL_is_init_finished(server));
		assert_int_equal(SSL_version(server), TLS1_3_VERSION);
		assert_int_equal(
		    certificate_key(SSL_get0_peer_certificate(server), seen),
		    0);
		sign_key_public(keys[1], expected);
		assert_memory_equal(seen, expected, sizeof seen);
		SSL_free(server);
		SSL_free(client);
		SSL_CTX_free(serves);
		SSL_CTX_free(dials);
	}
	sign_key_free(keys[0]);
	sign_key_free(keys[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_tls_needs_is_there),
		cmocka_unit_test(what_it_does_not_need_is_not),
		cmocka_unit_test(other_groups_cannot_even_be_asked_for),
		cmocka_unit_test(it_signs_and_verifies_as_rfc_8032_does),
		cmocka_unit_test(it_has_the_rule_of_ed25519),
		cmocka_unit_test(a_copy_of_a_context_signs_the_same),
		cmocka_unit_test(what_cannot_be_signed_is_refused),
		cmocka_unit_test(it_shakes_hands_with_all_of_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

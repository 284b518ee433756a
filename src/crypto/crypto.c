/* crypto.c: OpenSSL set up once, and the ciphers it has. */
#include "crypto/crypto.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include "base/mem.h"
#include "crypto/evp.h"

/* Room for the private halves of a keyring and for what a few threads compute
 * with them. */
enum { SECURE_HEAP = 64 * 1024, SECURE_CHUNK = 32 };
enum { CIPHERS = CIPHER_AES256_CTR + 1 };

struct crypto {
	pthread_mutex_t lock; /* of what is looked up on first use */
	EVP_CIPHER *ciphers[CIPHERS];
	OSSL_LIB_CTX *legacy_context;
	OSSL_PROVIDER *legacy;
};

static const char *const cipher_names[CIPHERS] = {
	[CIPHER_AES256_CBC] = "AES-256-CBC",
	[CIPHER_BLOWFISH128_CBC] = "BF-CBC",
	[CIPHER_AES256_CTR] = "AES-256-CTR",
};

void
evp_ready(void)
{
	/* Repeating this is a look at a flag. */
	evp_need(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
					 OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
					 OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
					 OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
		     NULL) == 1);
}

void
evp_fail(void)
{
	fputs("cam: OpenSSL failed: out of memory?\n", stderr);
	abort();
}

static struct evp_methods methods; /* written by find_methods() alone */

static void
find_methods(void)
{
	evp_ready();
	methods.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	methods.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	methods.chacha20_poly1305 =
	    EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	methods.aes256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	evp_need(methods.sha1 && methods.sha256 && methods.chacha20_poly1305 &&
		 methods.aes256_gcm);
}

const struct evp_methods *
evp_methods(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_methods);
	return &methods;
}

struct crypto *
crypto_new(void)
{
	struct crypto *crypto = xcalloc(1, sizeof(*crypto));

	evp_ready();
	/* Where memory may not be locked the keys lie in the ordinary heap. */
	if (!CRYPTO_secure_malloc_initialized())
		CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_CHUNK);
	pthread_mutex_init(&crypto->lock, NULL);
	ERR_clear_error();
	return crypto;
}

void
crypto_free(struct crypto *crypto)
{
	size_t i;

	if (!crypto)
		return;
	for (i = 0; i < CIPHERS; i++)
		EVP_CIPHER_free(crypto->ciphers[i]);
	if (crypto->legacy)
		OSSL_PROVIDER_unload(crypto->legacy);
	OSSL_LIB_CTX_free(crypto->legacy_context);
	pthread_mutex_destroy(&crypto->lock);
	free(crypto);
}

/* The default context never sees the legacy provider, so nothing else can fall
 * back to it. */
static EVP_CIPHER *
fetch_legacy(struct crypto *crypto, const char *name)
{
	if (!crypto->legacy_context)
		crypto->legacy_context = OSSL_LIB_CTX_new();
	if (crypto->legacy_context && !crypto->legacy)
		crypto->legacy =
		    OSSL_PROVIDER_load(crypto->legacy_context, "legacy");
	return crypto->legacy
		   ? EVP_CIPHER_fetch(crypto->legacy_context, name, NULL)
		   : NULL;
}

const EVP_CIPHER *
crypto_cipher(struct crypto *crypto, enum cipher_kind kind)
{
	EVP_CIPHER *cipher = NULL;

	pthread_mutex_lock(&crypto->lock);
	if (!crypto->ciphers[kind]) {
		crypto->ciphers[kind] =
		    kind == CIPHER_BLOWFISH128_CBC
			? fetch_legacy(crypto, cipher_names[kind])
			: EVP_CIPHER_fetch(NULL, cipher_names[kind], NULL);
		ERR_clear_error();
	}
	cipher = crypto->ciphers[kind];
	pthread_mutex_unlock(&crypto->lock);
	return cipher;
}

/* provider.c: a provider (provider(7) of OpenSSL) that hands on some of what
 * the default one has. */
#include "crypto/provider.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "base/mem.h"
#include "crypto/ed25519.h"
#include "crypto/evp.h"
#include "crypto/sign.h"

enum {
	OPERATIONS = OSSL_OP__HIGHEST + 1,
	OF_ONE_MAX = 8,
	FUNCTIONS_MAX = 32,
	PARAMS_MAX = 16,
};

static const struct {
	int operation;
	const char *name; /* the first of those that OpenSSL has for it */
} wanted[] = {
	{ OSSL_OP_DIGEST, "SHA2-256" },
	{ OSSL_OP_DIGEST, "SHA2-384" },
	{ OSSL_OP_CIPHER, "ChaCha20-Poly1305" },
	{ OSSL_OP_CIPHER, "AES-256-GCM" },
	{ OSSL_OP_MAC, "HMAC" },
	{ OSSL_OP_KDF, "HKDF" },
	{ OSSL_OP_KDF, "TLS13-KDF" },
	{ OSSL_OP_KEYMGMT, "X25519" },
	{ OSSL_OP_KEYMGMT, "X25519MLKEM768" },
	{ OSSL_OP_KEYMGMT, "ED25519" },
	{ OSSL_OP_KEYEXCH, "X25519" },
	{ OSSL_OP_KEM, "X25519MLKEM768" },
	{ OSSL_OP_SIGNATURE, "ED25519" },
	/* No key of it can be had; but without it OpenSSL takes certificates of
	 * Ed25519 for disabled, which it counts among those of ECDSA. */
	{ OSSL_OP_SIGNATURE, "ECDSA" },
	{ OSSL_OP_DECODER, "ED25519" },
	{ OSSL_OP_ENCODER, "ED25519" },
	/* its random numbers */
	{ OSSL_OP_CIPHER, "AES-256-CTR" },
	{ OSSL_OP_RAND, "CTR-DRBG" },
	{ OSSL_OP_RAND, "SEED-SRC" },
};

/* Of a process, written by make_library() alone. */
static struct {
	OSSL_LIB_CTX *whole, *library;
	OSSL_PROVIDER *standard, *own; /* of the whole, of the library */
	OSSL_FUNC_keymgmt_get_params_fn *get_params; /* of its Ed25519 keys */
	OSSL_FUNC_rand_instantiate_fn *instantiate;  /* of its random numbers */
	OSSL_DISPATCH drbg[FUNCTIONS_MAX + 1];
	OSSL_ALGORITHM algorithms[OPERATIONS][OF_ONE_MAX + 1];
} provider;

/* -- Ed25519 ------------------------------------------------------------- */

/* The key is the default provider's, and stays as long as OpenSSL holds what
 * signs with it. */
struct signing {
	void *key;
};

static void *
signing_new(void *context, const char *properties)
{
	return xcalloc(1, sizeof(struct signing));
}

static void
signing_free(void *context)
{
	free(context);
}

static void *
signing_dup(void *context)
{
	return xmemdup(context, sizeof(struct signing));
}

/* Ed25519 has its own digest: none is named. */
static int
signing_begin(
    void *context, const char *digest, void *key, const OSSL_PARAM params[])
{
	struct signing *signing = context;

	if (key != NULL)
		signing->key = key;
	return signing->key != NULL && (digest == NULL || *digest == '\0');
}

static int
signing_sign(void *context, unsigned char *signature, size_t *len, size_t size,
    const unsigned char *data, size_t data_len)
{
	struct signing *signing = context;
	uint8_t secret[32], public[32];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PRIV_KEY, secret, sizeof secret),
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public),
		OSSL_PARAM_construct_end(),
	};
	int done = 0;

	*len = SIGN_SIZE;
	if (signature == NULL)
		return 1;
	if (size >= *len && provider.get_params(signing->key, params) == 1 &&
	    OSSL_PARAM_modified(&params[0]) && OSSL_PARAM_modified(&params[1]))
		done = ed25519_sign(secret, public, span_of(data, data_len),
			   signature) == 0;
	wipe(secret, sizeof secret);
	return done;
}

static int
signing_verify(void *context, const unsigned char *signature, size_t len,
    const unsigned char *data, size_t data_len)
{
	struct signing *signing = context;
	uint8_t public[32];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, public, sizeof public),
		OSSL_PARAM_construct_end(),
	};

	return len == SIGN_SIZE &&
	       provider.get_params(signing->key, params) == 1 &&
	       OSSL_PARAM_modified(params) &&
	       ed25519_verify(public, span_of(data, data_len), signature) == 0;
}

#define FUNCTION(id, function)                                                 \
	{                                                                      \
		id, (void (*)(void))(function)                                 \
	}
static const OSSL_DISPATCH ed25519[] = {
	FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, signing_new),
	FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, signing_free),
	FUNCTION(OSSL_FUNC_SIGNATURE_DUPCTX, signing_dup),
	FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, signing_begin),
	FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, signing_sign),
	FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, signing_begin),
	FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY, signing_verify),
	{ 0, NULL },
};

/* -- random numbers ------------------------------------------------------ */

/* Later OpenSSLs than 3.0 say of which provider its cipher shall be: of its
 * own. Named is ours, which is not where it looks. */
static int
drbg_instantiate(void *drbg, unsigned strength, int resists,
    const unsigned char *text, size_t len, const OSSL_PARAM params[])
{
	OSSL_PARAM kept[PARAMS_MAX + 1];
	size_t count = 0;

	for (; params != NULL && params->key != NULL; params++) {
		if (strcmp(params->key, OSSL_PROV_PARAM_CORE_PROV_NAME) == 0)
			continue;
		if (count == PARAMS_MAX)
			return 0;
		kept[count++] = *params;
	}
	kept[count] = OSSL_PARAM_construct_end();
	return provider.instantiate(drbg, strength, resists, text, len, kept);
}

/* False: it has more functions than were foreseen, or not that one. */
static bool
take_drbg(OSSL_ALGORITHM *algorithm)
{
	const OSSL_DISPATCH *function = algorithm->implementation;
	size_t count = 0;

	for (; function->function_id != 0; function++) {
		if (count == FUNCTIONS_MAX)
			return false;
		provider.drbg[count] = *function;
		if (function->function_id == OSSL_FUNC_RAND_INSTANTIATE) {
			provider.instantiate =
			    OSSL_FUNC_rand_instantiate(function);
			provider.drbg[count].function =
			    (void (*)(void))drbg_instantiate;
		}
		count++;
	}
	algorithm->implementation = provider.drbg;
	return provider.instantiate != NULL;
}

/* -- what is handed on --------------------------------------------------- */

/* names is "FIRST:SECOND:1.2.3". */
static bool
is_named(const char *names, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(names, name, len) == 0 &&
	       (names[len] == ':' || names[len] == '\0');
}

/* Of many decoders that one only which reads the key of a certificate. */
static bool
is_wanted(int operation, const OSSL_ALGORITHM *algorithm)
{
	const char *properties = algorithm->property_definition;

	if (operation == OSSL_OP_DECODER &&
	    strstr(properties, "structure=SubjectPublicKeyInfo") == NULL)
		return false;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (wanted[i].operation == operation &&
		    is_named(algorithm->algorithm_names, wanted[i].name))
			return true;
	return false;
}

static void
take_key(const OSSL_ALGORITHM *algorithm)
{
	const OSSL_DISPATCH *function = algorithm->implementation;

	for (; function->function_id != 0; function++)
		if (function->function_id == OSSL_FUNC_KEYMGMT_GET_PARAMS)
			provider.get_params =
			    OSSL_FUNC_keymgmt_get_params(function);
}

/* False: it is not as it was foreseen. */
static bool
take(int operation)
{
	int may_not_keep = 0;
	const OSSL_ALGORITHM *algorithm = OSSL_PROVIDER_query_operation(
	    provider.standard, operation, &may_not_keep);
	OSSL_ALGORITHM *list = provider.algorithms[operation];
	size_t count = 0;

	for (; algorithm != NULL && algorithm->algorithm_names != NULL;
	     algorithm++) {
		bool is_ed25519 =
		    is_named(algorithm->algorithm_names, "ED25519");

		if (!is_wanted(operation, algorithm))
			continue;
		if (count == OF_ONE_MAX)
			return false;
		list[count] = *algorithm;
		if (operation == OSSL_OP_KEYMGMT && is_ed25519)
			take_key(algorithm);
		if (operation == OSSL_OP_SIGNATURE && is_ed25519)
			list[count].implementation = ed25519;
		if (is_named(algorithm->algorithm_names, "CTR-DRBG") &&
		    !take_drbg(&list[count]))
			return false;
		count++;
	}
	return true;
}

/* -- the provider -------------------------------------------------------- */

static void
tear_down(void *context)
{
}

static const OSSL_ALGORITHM *
query(void *context, int operation, int *may_not_keep)
{
	*may_not_keep = 0;
	return operation > 0 && operation < OPERATIONS
		   ? provider.algorithms[operation]
		   : NULL;
}

struct asking {
	OSSL_CALLBACK *callback;
	void *arg;
};

/* OpenSSL takes a group without its algorithm for a fault. */
static int
on_capability(const OSSL_PARAM params[], void *arg)
{
	const struct asking *asking = arg;
	const OSSL_PARAM *name =
	    OSSL_PARAM_locate_const(params, OSSL_CAPABILITY_TLS_GROUP_ALG);
	const char *algorithm = NULL;

	if (name == NULL ||
	    OSSL_PARAM_get_utf8_string_ptr(name, &algorithm) != 1)
		return 1;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (wanted[i].operation == OSSL_OP_KEYMGMT &&
		    strcasecmp(algorithm, wanted[i].name) == 0)
			return asking->callback(params, asking->arg);
	return 1;
}

static int
get_capabilities(
    void *context, const char *capability, OSSL_CALLBACK *callback, void *arg)
{
	struct asking asking = { callback, arg };

	return OSSL_PROVIDER_get_capabilities(
	    provider.standard, capability, on_capability, &asking);
}

static const OSSL_DISPATCH functions[] = {
	FUNCTION(OSSL_FUNC_PROVIDER_TEARDOWN, tear_down),
	FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
	FUNCTION(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, get_capabilities),
	{ 0, NULL },
};

/* What is handed on finds its own things where it comes from. */
static int
begin(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **context)
{
	*out = functions;
	*context = OSSL_PROVIDER_get0_provider_ctx(provider.standard);
	return 1;
}

static bool
take_all(void)
{
	provider.whole = OSSL_LIB_CTX_new();
	if (provider.whole != NULL)
		provider.standard =
		    OSSL_PROVIDER_load(provider.whole, "default");
	if (provider.standard == NULL)
		return false;
	for (int operation = 1; operation < OPERATIONS; operation++)
		if (!take(operation))
			return false;
	return provider.get_params != NULL;
}

/* At the end of the process, as OpenSSL does with its standard context: secrets
 * of random numbers are overwritten. */
static void
free_all(void)
{
	OSSL_PROVIDER_unload(provider.own);
	OSSL_LIB_CTX_free(provider.library);
	OSSL_PROVIDER_unload(provider.standard);
	OSSL_LIB_CTX_free(provider.whole);
}

static void
make_library(void)
{
	OSSL_LIB_CTX *made = NULL;

	evp_ready();
	evp_need(OPENSSL_atexit(free_all) == 1);
	if (take_all())
		made = OSSL_LIB_CTX_new();
	if (made != NULL && OSSL_PROVIDER_add_builtin(made, "cam", begin) == 1)
		provider.own = OSSL_PROVIDER_load(made, "cam");
	if (provider.own != NULL)
		provider.library = made;
	else
		OSSL_LIB_CTX_free(made);
	ERR_clear_error();
}

struct ossl_lib_ctx_st *
provider_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_library);
	return provider.library;
}

/* tls_context.c: what all TLS connections of one key have in common (threat
 * model 5.1). */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/certificate.h"
#include "crypto/provider.h"
#include "net/tls_private.h"

enum {
	ALPN_MAX = 32,
	/* Of a peer's certificates together: ours has some 250 bytes. */
	CERTIFICATES_MAX = 16 * 1024,
	SECURITY_LEVEL = 2, /* whatever the system's configuration says */
};

struct tls_context {
	SSL_CTX *ssl;
	uint8_t alpn[1 + ALPN_MAX]; /* as in RFC 7301, 3.1: with its length */
	unsigned alpn_len;
	struct workers *pool;
	uint8_t record[TLS_SEALED_MAX];
	uint8_t *arrived; /* of a server's */
};

/* -- the peer's certificate --------------------------------------------------
 */

static struct tls *
tls_of(X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_get_app_data(ssl);
}

/* Instead of the library's check of chains, names and dates: one certificate,
 * and an Ed25519 key in it. That the peer holds the key comes after. */
static int
on_certificate(X509_STORE_CTX *store, void *arg)
{
	struct tls *tls = tls_of(store);
	X509 *certificate = X509_STORE_CTX_get0_cert(store);
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);

	if (certificate != NULL && sk_X509_num(chain) == 1 &&
	    certificate_key(certificate, tls->key) == 0) {
		tls->has_key = true;
		return 1;
	}
	tls->refused = CAM_ERR_KEY;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

/* -- the protocol ------------------------------------------------------------
 */

static int
on_protocols(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	const struct tls_context *context = arg;
	struct tls *tls = SSL_get_app_data(ssl);
	unsigned char *chosen = NULL;

	if (SSL_select_next_proto(&chosen, out_len, context->alpn,
		context->alpn_len, in, in_len) == OPENSSL_NPN_NEGOTIATED) {
		*out = chosen;
		return SSL_TLSEXT_ERR_OK;
	}
	tls->refused = CAM_ERR_VERSION;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Who names no protocol at all is not let in to the costly part. */
static int
on_client_hello(SSL *ssl, int *alert, void *arg)
{
	struct tls *tls = SSL_get_app_data(ssl);
	const unsigned char *bytes = NULL;
	size_t len = 0;

	if (SSL_client_hello_get0_ext(ssl,
		TLSEXT_TYPE_application_layer_protocol_negotiation, &bytes,
		&len) == 1)
		return SSL_CLIENT_HELLO_SUCCESS;
	tls->refused = CAM_ERR_VERSION;
	*alert = SSL_AD_NO_APPLICATION_PROTOCOL;
	return SSL_CLIENT_HELLO_ERROR;
}

uint8_t *
tls_context_record(struct tls_context *context)
{
	return context->record;
}

uint8_t *
tls_context_arrived(struct tls_context *context)
{
	return context->arrived;
}

struct workers *
tls_context_pool(const struct tls_context *context)
{
	return context->pool;
}

bool
tls_context_agreed(const struct tls_context *context, const SSL *ssl)
{
	const unsigned char *chosen = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(ssl, &chosen, &len);
	return len == context->alpn[0] &&
	       memcmp(chosen, context->alpn + 1, len) == 0;
}

static int
set_alpn(struct tls_context *context, const char *alpn)
{
	size_t len = strlen(alpn);

	if (len == 0 || len > ALPN_MAX)
		return CAM_ERR_CRYPTO;
	context->alpn[0] = (uint8_t)len;
	memcpy(context->alpn + 1, alpn, len);
	context->alpn_len = (unsigned)len + 1;
	/* Here 0 is success. */
	if (SSL_CTX_set_alpn_protos(
		context->ssl, context->alpn, context->alpn_len) != 0)
		return CAM_ERR_CRYPTO;
	SSL_CTX_set_alpn_select_cb(context->ssl, on_protocols, context);
	SSL_CTX_set_client_hello_cb(context->ssl, on_client_hello, NULL);
	return 0;
}

/* -- making one --------------------------------------------------------------
 */

/* With a hybrid group against recorders with a quantum computer where the
 * library has it (3.5). */
static bool
set_groups(SSL_CTX *ssl)
{
	return SSL_CTX_set1_groups_list(ssl, "X25519MLKEM768:X25519") == 1 ||
	       SSL_CTX_set1_groups_list(ssl, "X25519") == 1;
}

static bool
set_protocol(SSL_CTX *ssl)
{
	SSL_CTX_set_options(ssl,
	    SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_security_level(ssl, SECURITY_LEVEL);
	SSL_CTX_set_max_cert_list(ssl, CERTIFICATES_MAX);
	/* Else a peer that sends nothing but key updates keeps us in
	 * SSL_read(). */
	SSL_CTX_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS);
	return SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_ciphersuites(ssl,
		   "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384") ==
		   1 &&
	       SSL_CTX_set_num_tickets(ssl, 0) == 1 &&
	       SSL_CTX_set_max_early_data(ssl, 0) == 1 &&
	       SSL_CTX_set_recv_max_early_data(ssl, 0) == 1 && set_groups(ssl);
}

static int
set_key(SSL_CTX *ssl, const struct sign_key *key)
{
	struct x509_st *certificate = NULL;
	EVP_PKEY *pkey = NULL;
	int err = certificate_make(key, &certificate);

	if (err < 0)
		return err;
	pkey = certificate_private(key);
	if (!pkey || SSL_CTX_use_certificate(ssl, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(ssl, pkey) != 1)
		err = CAM_ERR_CRYPTO;
	EVP_PKEY_free(pkey);
	certificate_free(certificate);
	SSL_CTX_set_verify(
	    ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, on_certificate, NULL);
	return err;
}

int
tls_context_new(
    const struct sign_key *key, const char *alpn, struct tls_context **context)
{
	struct tls_context *made = xcalloc(1, sizeof(*made));
	int err = CAM_ERR_CRYPTO;

	made->ssl = SSL_CTX_new_ex(provider_library(), NULL, TLS_method());
	if (made->ssl != NULL && set_protocol(made->ssl))
		err = set_alpn(made, alpn);
	if (err == 0)
		err = set_key(made->ssl, key);
	ERR_clear_error();
	if (err < 0) {
		tls_context_free(made);
		return err;
	}
	*context = made;
	return 0;
}

void
tls_context_serve(struct tls_context *context, struct workers *pool)
{
	context->pool = pool;
	if (context->arrived == NULL)
		context->arrived = xmalloc(TLS_ARRIVED);
	SSL_CTX_set_keylog_callback(context->ssl, tls_served_secret);
}

void
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return;
	free(context->arrived);
	SSL_CTX_free(context->ssl);
	free(context);
}

SSL *
tls_context_connection(struct tls_context *context, struct tls *tls)
{
	SSL *ssl = SSL_new(context->ssl);

	if (ssl == NULL || SSL_set_app_data(ssl, tls) != 1 ||
	    SSL_set_fd(ssl, tls->watch.fd) != 1)
		abort(); /* out of memory */
	if (tls->connected)
		SSL_set_connect_state(ssl);
	else
		SSL_set_accept_state(ssl);
	return ssl;
}

/* raw_tls.h: the other end of a TLS connection by plain calls of OpenSSL, so
 * that it may do what ours never does. */
#ifndef CAM_RAW_TLS_H
#define CAM_RAW_TLS_H

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum raw_certificate {
	RAW_NONE,
	RAW_ED25519,
	RAW_EXPIRED,
	RAW_CHAINED, /* signed by another, which is sent too */
	RAW_RSA,
	RAW_EC,
	RAW_STOLEN,   /* somebody's certificate without his key */
	RAW_EXTENDED, /* with extensions that forbid what it is used for */
	RAW_BROKEN,   /* with one that is not what it should be */
	RAW_BLOATED,  /* with one of 20,000 bytes */
};

struct raw_options {
	enum raw_certificate certificate;
	const char *alpn; /* NULL: none */
	int max_version;  /* 0: the newest */
	const char *ciphersuites;
	const char *groups;
};

struct raw {
	SSL_CTX *context;
	SSL *ssl;
	int fd;
	int tickets; /* that it was given */
	int updates; /* of the other end's key */
	bool ready;
	bool failed;
};

static inline void
raw_must(bool done)
{
	if (!done) {
		ERR_print_errors_fp(stderr);
		abort();
	}
}

static inline X509 *
raw_sign(EVP_PKEY *key, EVP_PKEY *signer, const char *name, long from_s,
    long until_s)
{
	X509 *made = X509_new();
	X509_NAME *subject = NULL;

	raw_must(X509_set_version(made, X509_VERSION_3) == 1 &&
		 ASN1_INTEGER_set(X509_get_serialNumber(made), 7) == 1 &&
		 X509_gmtime_adj(X509_getm_notBefore(made), from_s) != NULL &&
		 X509_gmtime_adj(X509_getm_notAfter(made), until_s) != NULL &&
		 X509_set_pubkey(made, key) == 1);
	subject = X509_get_subject_name(made);
	raw_must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
		     (const unsigned char *)name, -1, -1, 0) == 1 &&
		 X509_set_issuer_name(made, subject) == 1);
	raw_must(
	    X509_sign(made, signer,
		EVP_PKEY_is_a(signer, "ED25519") ? NULL : EVP_sha256()) > 0);
	return made;
}

static inline void
raw_extend(X509 *certificate, const char *name, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_nconf(NULL, &context, name, value);
	raw_must(
	    extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static inline void
raw_bloat(X509 *certificate)
{
	char *value = malloc(40000);

	raw_must(value != NULL);
	strcpy(value, "ASN1:UTF8:");
	memset(value + 10, 'x', 20000);
	value[20010] = '\0';
	raw_extend(certificate, "1.2.3.4.5.7", value);
	free(value);
}

/* Signs it again. */
static inline void
raw_add_extensions(
    X509 *certificate, EVP_PKEY *signer, enum raw_certificate kind)
{
	switch (kind) {
	case RAW_EXTENDED:
		raw_extend(certificate, "subjectAltName", "DNS:bank.example");
		raw_extend(certificate, "basicConstraints", "critical,CA:TRUE");
		raw_extend(certificate, "keyUsage", "critical,keyCertSign");
		raw_extend(
		    certificate, "extendedKeyUsage", "critical,codeSigning");
		raw_extend(certificate, "1.2.3.4.5.6", "critical,ASN1:NULL");
		break;
	case RAW_BROKEN:
		raw_extend(
		    certificate, "basicConstraints", "critical,DER:04:01");
		break;
	case RAW_BLOATED:
		raw_bloat(certificate);
		break;
	default:
		return;
	}
	raw_must(X509_sign(certificate, signer, NULL) > 0);
}

/* One whose public half is somebody else's. */
static inline EVP_PKEY *
raw_stolen_key(void)
{
	EVP_PKEY *mine = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *theirs = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY_CTX *context =
	    EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);
	EVP_PKEY *made = NULL;
	uint8_t private[32], public[32];
	size_t private_len = 32, public_len = 32;
	OSSL_PARAM params[3];

	raw_must(
	    EVP_PKEY_get_raw_private_key(mine, private, &private_len) == 1 &&
	    EVP_PKEY_get_raw_public_key(theirs, public, &public_len) == 1);
	params[0] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PRIV_KEY, private, 32);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PUB_KEY, public, 32);
	params[2] = OSSL_PARAM_construct_end();
	raw_must(
	    EVP_PKEY_fromdata_init(context) == 1 &&
	    EVP_PKEY_fromdata(context, &made, EVP_PKEY_KEYPAIR, params) == 1);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(mine);
	EVP_PKEY_free(theirs);
	return made;
}

static inline void
raw_certify(SSL_CTX *context, enum raw_certificate kind)
{
	EVP_PKEY *key = NULL, *signer = NULL;
	X509 *certificate = NULL, *issuer = NULL;
	long until_s = kind == RAW_EXPIRED ? -3600 : 86400;

	if (kind == RAW_NONE)
		return;
	if (kind == RAW_RSA)
		key = EVP_RSA_gen(2048);
	else if (kind == RAW_EC)
		key = EVP_EC_gen("P-256");
	else if (kind == RAW_STOLEN)
		key = raw_stolen_key();
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (kind == RAW_CHAINED) {
		signer = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		issuer = raw_sign(signer, signer, "root", -7200, until_s);
	}
	certificate = raw_sign(
	    key, signer != NULL ? signer : key, "somebody", -7200, until_s);
	raw_add_extensions(certificate, key, kind);
	raw_must(SSL_CTX_use_certificate(context, certificate) == 1 &&
		 SSL_CTX_use_PrivateKey(context, key) == 1);
	/* To the certificate used last. */
	if (issuer != NULL)
		raw_must(SSL_CTX_add0_chain_cert(context, issuer) == 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	EVP_PKEY_free(signer);
}

static inline int
raw_on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	const char *alpn = arg;

	/* Whatever was asked for. */
	*out = (const unsigned char *)alpn;
	*out_len = (unsigned char)strlen(alpn);
	return SSL_TLSEXT_ERR_OK;
}

static inline int
raw_on_ticket(SSL *ssl, SSL_SESSION *session)
{
	struct raw *raw = SSL_get_app_data(ssl);

	raw->tickets++;
	return 0;
}

static inline void
raw_on_message(int is_sent, int version, int content_type, const void *bytes,
    size_t len, SSL *ssl, void *arg)
{
	struct raw *raw = arg;

	if (!is_sent && content_type == SSL3_RT_HANDSHAKE && len > 0 &&
	    *(const uint8_t *)bytes == SSL3_MT_KEY_UPDATE)
		raw->updates++;
}

static inline int
raw_on_certificate(X509_STORE_CTX *store, void *arg)
{
	return 1;
}

/* Takes fd. */
static inline void
raw_open(
    struct raw *raw, int fd, bool client, const struct raw_options *options)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	uint8_t alpn[64];

	*raw = (struct raw){ .context = context, .fd = fd };
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, raw_on_certificate, NULL);
	SSL_CTX_set_session_cache_mode(
	    context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
	SSL_CTX_sess_set_new_cb(context, raw_on_ticket);
	if (options->max_version != 0)
		raw_must(SSL_CTX_set_max_proto_version(
			     context, options->max_version) == 1);
	if (options->ciphersuites != NULL)
		raw_must(SSL_CTX_set_ciphersuites(
			     context, options->ciphersuites) == 1);
	if (options->groups != NULL)
		raw_must(
		    SSL_CTX_set1_groups_list(context, options->groups) == 1);
	raw_certify(context, options->certificate);
	if (options->alpn != NULL && client) {
		alpn[0] = (uint8_t)strlen(options->alpn);
		memcpy(alpn + 1, options->alpn, alpn[0]);
		raw_must(
		    SSL_CTX_set_alpn_protos(context, alpn, alpn[0] + 1U) == 0);
	} else if (options->alpn != NULL) {
		SSL_CTX_set_alpn_select_cb(
		    context, raw_on_alpn, (void *)options->alpn);
	}
	raw->ssl = SSL_new(context);
	raw_must(SSL_set_fd(raw->ssl, fd) == 1 &&
		 SSL_set_app_data(raw->ssl, raw) == 1);
	SSL_set_msg_callback(raw->ssl, raw_on_message);
	SSL_set_msg_callback_arg(raw->ssl, raw);
	if (client)
		SSL_set_connect_state(raw->ssl);
	else
		SSL_set_accept_state(raw->ssl);
}

/* Goes as far as it can without waiting. */
static inline void
raw_step(struct raw *raw)
{
	int done, reason;

	if (raw->ready || raw->failed)
		return;
	ERR_clear_error();
	done = SSL_do_handshake(raw->ssl);
	if (done == 1) {
		raw->ready = true;
		return;
	}
	reason = SSL_get_error(raw->ssl, done);
	raw->failed =
	    reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE;
	ERR_clear_error();
}

static inline void
raw_close(struct raw *raw)
{
	SSL_free(raw->ssl);
	SSL_CTX_free(raw->context);
	if (raw->fd >= 0)
		close(raw->fd);
	ERR_clear_error();
}

#endif

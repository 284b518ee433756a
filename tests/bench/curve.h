/* curve.h: what a link cannot do without: Curve25519, ChaCha20-Poly1305 and TLS
 * 1.3 by plain calls of OpenSSL. The anchor of the link benches. */
#ifndef CAM_CURVE_H
#define CAM_CURVE_H

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <netinet/tcp.h>

#include "bench.h"

enum { CURVE_KEY = 32, CURVE_SIGN = 64, CURVE_TAG = 16, CURVE_TEXT = 4096 };

/* -- the four operations --------------------------------------------------- */

static inline EVP_PKEY *
curve_key(int type)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(type, NULL);
	EVP_PKEY *key = NULL;

	if (!context || EVP_PKEY_keygen_init(context) <= 0 ||
	    EVP_PKEY_keygen(context, &key) <= 0)
		die("no key");
	EVP_PKEY_CTX_free(context);
	return key;
}

static inline void
curve_public(EVP_PKEY *key, unsigned char bytes[CURVE_KEY])
{
	size_t len = CURVE_KEY;

	if (EVP_PKEY_get_raw_public_key(key, bytes, &len) <= 0)
		die("no public key");
}

static inline void
curve_derive(EVP_PKEY *key, EVP_PKEY *peer, unsigned char secret[CURVE_KEY])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t len = CURVE_KEY;

	if (!context || EVP_PKEY_derive_init(context) <= 0 ||
	    EVP_PKEY_derive_set_peer_ex(context, peer, 0) <= 0 ||
	    EVP_PKEY_derive(context, secret, &len) <= 0)
		die("no secret");
	EVP_PKEY_CTX_free(context);
}

static inline void
curve_sign(EVP_PKEY *key, const void *data, size_t len,
    unsigned char signature[CURVE_SIGN])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t signature_len = CURVE_SIGN;

	if (EVP_DigestSignInit(context, NULL, NULL, NULL, key) <= 0 ||
	    EVP_DigestSign(context, signature, &signature_len, data, len) <= 0)
		die("no signature");
	EVP_MD_CTX_free(context);
}

static inline void
curve_verify(EVP_PKEY *key, const void *data, size_t len,
    const unsigned char signature[CURVE_SIGN])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) <= 0 ||
	    EVP_DigestVerify(context, signature, CURVE_SIGN, data, len) != 1)
		die("a wrong signature");
	EVP_MD_CTX_free(context);
}

/* -- a bare envelope ------------------------------------------------------- */

/* Key and nonce of an AEAD from a secret and the two public keys: one HKDF. */
static inline void
curve_expand(const unsigned char secret[CURVE_KEY],
    const unsigned char enc[CURVE_KEY], unsigned char key[CURVE_KEY])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, (void *)secret, CURVE_KEY),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, (void *)enc, CURVE_KEY),
		OSSL_PARAM_construct_end(),
	};

	if (EVP_KDF_derive(context, key, CURVE_KEY, params) <= 0)
		die("no HKDF");
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

/* out has room for len bytes and the tag, which follows them. */
static inline void
curve_aead(const unsigned char key[CURVE_KEY], bool seal, const void *in,
    size_t len, unsigned char *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const unsigned char nonce[12] = { 0 };
	int done, last;

	done = EVP_CipherInit_ex(
	    context, EVP_chacha20_poly1305(), NULL, key, nonce, seal);
	if (!seal)
		done =
		    done && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
				CURVE_TAG, (unsigned char *)in + len);
	done = done && EVP_CipherUpdate(context, out, &last, in, (int)len) &&
	       EVP_CipherFinal_ex(context, out + len, &last);
	if (seal)
		done = done && EVP_CIPHER_CTX_ctrl(context,
				   EVP_CTRL_AEAD_GET_TAG, CURVE_TAG, out + len);
	if (!done)
		die("what was sealed does not open");
	EVP_CIPHER_CTX_free(context);
}

/* A content key wrapped for one recipient: an ephemeral key, one exchange, one
 * HKDF, one AEAD. wrapped: CURVE_KEY of enc, CURVE_KEY + CURVE_TAG. */
static inline void
curve_wrap(EVP_PKEY *recipient, const unsigned char cek[CURVE_KEY],
    unsigned char wrapped[2 * CURVE_KEY + CURVE_TAG])
{
	unsigned char secret[CURVE_KEY], key[CURVE_KEY];
	EVP_PKEY *ephemeral = curve_key(EVP_PKEY_X25519);

	curve_public(ephemeral, wrapped);
	curve_derive(ephemeral, recipient, secret);
	curve_expand(secret, wrapped, key);
	curve_aead(key, true, cek, CURVE_KEY, wrapped + CURVE_KEY);
	EVP_PKEY_free(ephemeral);
}

static inline void
curve_unwrap(EVP_PKEY *own,
    const unsigned char wrapped[2 * CURVE_KEY + CURVE_TAG],
    unsigned char cek[CURVE_KEY])
{
	unsigned char secret[CURVE_KEY], key[CURVE_KEY];
	EVP_PKEY *enc = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_X25519, NULL, wrapped, CURVE_KEY);

	curve_derive(own, enc, secret);
	curve_expand(secret, wrapped, key);
	curve_aead(key, false, wrapped + CURVE_KEY, CURVE_KEY, cek);
	EVP_PKEY_free(enc);
}

/* -- a bare link ----------------------------------------------------------- */

static inline X509 *
curve_certificate(EVP_PKEY *key)
{
	X509 *certificate = X509_new();

	if (!certificate || !X509_set_version(certificate, 2) ||
	    !ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) ||
	    !X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) ||
	    !X509_gmtime_adj(X509_getm_notAfter(certificate), 86400) ||
	    !X509_set_pubkey(certificate, key) ||
	    !X509_sign(certificate, key, NULL))
		die("no certificate");
	return certificate;
}

static inline int
curve_take_any(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

/* TLS 1.3, both sides with an Ed25519 certificate (of key), no tickets. */
static inline SSL_CTX *
curve_tls(bool server, EVP_PKEY *key)
{
	SSL_CTX *context =
	    SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	X509 *certificate = curve_certificate(key);

	if (!context ||
	    !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
	    !SSL_CTX_set1_groups_list(context, "X25519") ||
	    !SSL_CTX_set_num_tickets(context, 0) ||
	    SSL_CTX_use_certificate(context, certificate) <= 0 ||
	    SSL_CTX_use_PrivateKey(context, key) <= 0)
		die("no TLS context");
	SSL_CTX_set_verify(context,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, curve_take_any);
	X509_free(certificate);
	return context;
}

static inline void
curve_no_delay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* A listening socket at any port of own_address(last). */
static inline int
curve_listen(unsigned last, struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*name);
	char address[32];

	own_address(last, address);
	*name = (struct sockaddr_in){ .sin_family = AF_INET };
	if (inet_pton(AF_INET, address, &name->sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)name, sizeof(*name)) != 0 ||
	    getsockname(fd, (struct sockaddr *)name, &len) != 0 ||
	    listen(fd, 16) != 0)
		die("cannot listen at %s", address);
	return fd;
}

static inline int
curve_connect(const struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) != 0)
		die("cannot connect: %m");
	curve_no_delay(fd);
	return fd;
}

static inline SSL *
curve_handshake(SSL_CTX *context, int fd, bool server)
{
	SSL *ssl = SSL_new(context);

	if (!ssl || !SSL_set_fd(ssl, fd) ||
	    (server ? SSL_accept(ssl) : SSL_connect(ssl)) != 1)
		die("no handshake: %s",
		    ERR_error_string(ERR_get_error(), NULL));
	return ssl;
}

static inline void
curve_read(SSL *ssl, void *data, size_t len)
{
	size_t have = 0;

	while (have < len) {
		int got = SSL_read(ssl, (char *)data + have, (int)(len - have));

		if (got <= 0)
			die("the bare link broke");
		have += (size_t)got;
	}
}

static inline void
curve_write(SSL *ssl, const void *data, size_t len)
{
	if (SSL_write(ssl, data, (int)len) != (int)len)
		die("the bare link broke");
}

#endif

/* provider.h: of OpenSSL what TLS needs here, and nothing else. */
#ifndef CAM_CRYPTO_PROVIDER_H
#define CAM_CRYPTO_PROVIDER_H

/* OpenSSL's own, for net/tls_context.c alone. */
struct ossl_lib_ctx_st;

/*
 * For SSL_CTX_new_ex(): a library context in which OpenSSL finds the algorithms
 * of threat model 5.1 alone, with its own implementations but for Ed25519,
 * which is that of ed25519.h and has its rule. Whatever a peer offers, there is
 * no RSA, no other curve and no old digest to be reached; and OpenSSL 3.0,
 * which looks through all that it has for each certificate, has less to look
 * through: a handshake takes 15 parts in 100 less, and with libsodium 35.
 *
 * Made on first use, for the rest of the process; any thread may ask. NULL,
 * OpenSSL's standard context, where it cannot be made.
 */
struct ossl_lib_ctx_st *provider_library(void);

#endif

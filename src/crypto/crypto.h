/* crypto.h: what all cryptographic work of a process shares. */
#ifndef CAM_CRYPTO_H
#define CAM_CRYPTO_H

/*
 * Made once in main and handed down; any thread may use it. It sets up
 * OpenSSL without its configuration file and error texts, locks a small heap
 * for private keys into memory, and holds the algorithms already looked up.
 * Blowfish lives in OpenSSL's legacy provider, loaded on first use into a
 * library context of its own, so that nothing else can pick from it (threat
 * model, section 4).
 */
struct crypto;

/* Never NULL. */
struct crypto *crypto_new(void);
/* After every thread that used it has ended. NULL is fine. */
void crypto_free(struct crypto *crypto);

#endif

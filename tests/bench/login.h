/* login.h: what a server cannot do without when somebody logs in and both prove
 * who they are. The anchors of a log-in. */
#ifndef CAM_BENCH_LOGIN_H
#define CAM_BENCH_LOGIN_H

#include <pthread.h>

#include "curve.h"

enum { LOGIN_ROUNDS = 1000, LOGIN_SIGNED = 130 };

static inline double
login_thread_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e6 + (double)used.tv_nsec / 1e3;
}

/* -- the curve --------------------------------------------------------------
 */

/* An exchange with a key made for it, a signature made and one checked; leaves
 * the microseconds of processor of each such log-in at *arg. */
static inline void *
login_do_curve(void *arg)
{
	unsigned char data[LOGIN_SIGNED] = { 0 };
	unsigned char secret[CURVE_KEY], signature[CURVE_SIGN];
	EVP_PKEY *signing = curve_key(EVP_PKEY_ED25519);
	EVP_PKEY *theirs = curve_key(EVP_PKEY_X25519);
	double begun = login_thread_us();

	for (int i = 0; i < LOGIN_ROUNDS; i++) {
		EVP_PKEY *ours = curve_key(EVP_PKEY_X25519);

		curve_derive(ours, theirs, secret);
		curve_sign(signing, data, sizeof data, signature);
		curve_verify(signing, data, sizeof data, signature);
		EVP_PKEY_free(ours);
	}
	*(double *)arg = (login_thread_us() - begun) / LOGIN_ROUNDS;
	EVP_PKEY_free(signing);
	EVP_PKEY_free(theirs);
	return NULL;
}

/* With another thread that does the same, as in a rush. */
static inline double
login_curve_us(void)
{
	double us = 0, other_us = 0;
	pthread_t other;

	if (pthread_create(&other, NULL, login_do_curve, &other_us) != 0)
		die("no thread");
	(void)login_do_curve(&us);
	pthread_join(other, NULL);
	return (us + other_us) / 2;
}

/* -- the library ------------------------------------------------------------
 */

static inline void *
login_do_members(void *arg)
{
	SSL_CTX *context = curve_tls(false, curve_key(EVP_PKEY_ED25519));
	char byte;

	for (int i = 0; i < LOGIN_ROUNDS; i++) {
		SSL *ssl = curve_handshake(context, *(int *)arg, false);

		/* The next begins when the server is ready for it. */
		curve_read(ssl, &byte, sizeof byte);
		SSL_free(ssl);
	}
	SSL_CTX_free(context);
	return NULL;
}

/* The same in handshakes of TLS by the library, with nothing before and behind:
 * what a server's part takes. */
static inline double
login_library_us(void)
{
	SSL_CTX *context = curve_tls(true, curve_key(EVP_PKEY_ED25519));
	double used_us = 0;
	pthread_t members;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 ||
	    pthread_create(&members, NULL, login_do_members, &ends[1]) != 0)
		die("no members");
	for (int i = 0; i < LOGIN_ROUNDS; i++) {
		double begun = login_thread_us();
		SSL *ssl = curve_handshake(context, ends[0], true);

		used_us += login_thread_us() - begun;
		curve_write(ssl, "", 1);
		SSL_free(ssl);
	}
	pthread_join(members, NULL);
	close(ends[0]);
	close(ends[1]);
	SSL_CTX_free(context);
	return used_us / LOGIN_ROUNDS;
}

#endif

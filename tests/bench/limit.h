/* limit.h: a file from one process to another by the system calls alone, and
 * sealed by the library alone: what this machine can do at that moment. */
#ifndef CAM_BENCH_LIMIT_H
#define CAM_BENCH_LIMIT_H

#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>

#include "place.h"

enum { LIMIT_BLOCK = 256 * 1024, LIMIT_PIPE = 1024 * 1024, LIMIT_TAG = 16 };

static inline void
connect_pair(int sockets[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listening, (struct sockaddr *)&address, len) != 0 ||
	    listen(listening, 1) != 0 ||
	    getsockname(listening, (struct sockaddr *)&address, &len) != 0)
		die("cannot listen");
	sockets[1] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(sockets[1], (struct sockaddr *)&address, len) != 0)
		die("cannot connect");
	sockets[0] = accept(listening, NULL, NULL);
	close(listening);
}

/* -- spliced -----------------------------------------------------------------
 */

static inline void
limit_splice(int from, int to, uint64_t left)
{
	int ends[2];

	if (pipe(ends) != 0)
		die("no pipe");
	fcntl(ends[0], F_SETPIPE_SZ, LIMIT_PIPE);
	while (left > 0) {
		ssize_t got = splice(
		    from, NULL, ends[1], NULL, LIMIT_PIPE, SPLICE_F_MOVE);

		if (got <= 0)
			die("the file ends early");
		left -= (uint64_t)got;
		while (got > 0) {
			ssize_t gone = splice(ends[0], NULL, to, NULL,
			    (size_t)got, SPLICE_F_MOVE);

			if (gone <= 0)
				die("cannot splice");
			got -= gone;
		}
	}
	close(ends[0]);
	close(ends[1]);
}

/* -- sealed ------------------------------------------------------------------
 */

static inline void
limit_read(int fd, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t got = read(fd, bytes, len);

		if (got <= 0)
			die("the file ends early");
		bytes += got;
		len -= (size_t)got;
	}
}

static inline void
limit_write(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t gone = write(fd, bytes, len);

		if (gone <= 0)
			die("cannot write");
		bytes += gone;
		len -= (size_t)gone;
	}
}

/* Blocks under AES-256-GCM, each with its tag; one key and no numbers, for it
 * is only time that counts. */
static inline void
limit_sealed(int from, int to, uint64_t left, bool seal)
{
	static const uint8_t key[32] = { 1 }, nonce[12] = { 2 };
	static uint8_t in[LIMIT_BLOCK + LIMIT_TAG],
	    out[LIMIT_BLOCK + LIMIT_TAG];
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int len, done = EVP_CipherInit_ex(
		     context, EVP_aes_256_gcm(), NULL, key, nonce, seal);

	while (left > 0 && done == 1) {
		size_t size = left < LIMIT_BLOCK ? (size_t)left : LIMIT_BLOCK;

		limit_read(from, in, size + (seal ? 0 : LIMIT_TAG));
		done = EVP_CipherInit_ex(
			   context, NULL, NULL, NULL, nonce, seal) == 1 &&
		       EVP_CipherUpdate(context, out, &len, in, (int)size) == 1;
		if (!seal)
			EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
			    LIMIT_TAG, in + size);
		done =
		    done && EVP_CipherFinal_ex(context, out + size, &len) == 1;
		if (seal)
			EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG,
			    LIMIT_TAG, out + size);
		limit_write(to, out, size + (seal ? LIMIT_TAG : 0));
		left -= size;
	}
	if (done != 1)
		die("cannot seal");
	EVP_CIPHER_CTX_free(context);
}

/* -- both --------------------------------------------------------------------
 */

/* The file of place to its other folder. Bytes a second. */
static inline double
limit_push(const struct place *place, bool sealed)
{
	uint64_t size = (uint64_t)place->mib << 20;
	int source = openat(place->from, "file", O_RDONLY);
	int file = openat(place->to, "file", O_WRONLY | O_CREAT, 0644);
	double seconds = now_ms();
	int sockets[2], status = 0;
	pid_t sender;

	connect_pair(sockets);
	sender = fork();
	if (sender == 0) {
		if (sealed)
			limit_sealed(source, sockets[0], size, true);
		else
			limit_splice(source, sockets[0], size);
		_exit(0);
	}
	if (sealed)
		limit_sealed(sockets[1], file, size, false);
	else
		limit_splice(sockets[1], file, size);
	if (waitpid(sender, &status, 0) < 0 || status != 0)
		die("the limit's sender died");
	seconds = (now_ms() - seconds) / 1000;
	close(sockets[0]);
	close(sockets[1]);
	close(source);
	close(file);
	if (beneath_remove_tree(place->to, "file") != 0)
		die("nothing has come");
	return (double)size / seconds;
}

#endif

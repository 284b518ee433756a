/* rsa_pem.c: RSA keys as PEM text, and the private ones in files. */
#include "crypto/rsa.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/evp.h"

/* -- text -------------------------------------------------------------- */

/* A locked key is refused: nobody is there to be asked for its passphrase. */
static int
on_passphrase_wanted(
    char *text, size_t size, size_t *len, const OSSL_PARAM params[], void *arg)
{
	return 0;
}

static EVP_PKEY *
decode(struct span pem)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *context = NULL;
	const unsigned char *data = pem.data;
	size_t len = pem.len;

	evp_ready();
	context = OSSL_DECODER_CTX_new_for_pkey(
	    &pkey, "PEM", NULL, "RSA", 0, NULL, NULL);
	if (context &&
	    OSSL_DECODER_CTX_set_passphrase_cb(
		context, on_passphrase_wanted, NULL) == 1 &&
	    OSSL_DECODER_from_data(context, &data, &len) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OSSL_DECODER_CTX_free(context);
	ERR_clear_error();
	return pkey;
}

/* A file with a flipped digit still parses; a signature shows whether the
 * halves belong together. */
static int
check_halves(const struct rsa_key *key)
{
	uint8_t signature[RSA_SIZE_MAX];
	struct span text = span_text("cam/key check/1");

	if (rsa_sign(key, DIGEST_SHA256, text, signature) < 0 ||
	    rsa_verify(rsa_key_public(key), DIGEST_SHA256, text,
		span_of(signature, rsa_key_size(key))) < 0)
		return CAM_ERR_KEY;
	return 0;
}

int
rsa_key_from_pem(struct span pem, struct rsa_key **key)
{
	struct rsa_key *made = NULL;
	EVP_PKEY *pkey = NULL;
	int rc;

	if (pem.len > RSA_PEM_MAX)
		return CAM_ERR_LIMIT;
	pkey = decode(pem);
	if (!pkey)
		return CAM_ERR_KEY;
	rc = rsa_key_from_pkey(pkey, &made);
	if (rc == 0)
		rc = check_halves(made);
	if (rc < 0) {
		rsa_key_free(made);
		return rc;
	}
	*key = made;
	return 0;
}

int
rsa_public_from_pem(struct span pem, struct rsa_public **key)
{
	EVP_PKEY *pkey = NULL;

	if (pem.len > RSA_PEM_MAX)
		return CAM_ERR_LIMIT;
	pkey = decode(pem);
	return pkey ? rsa_public_from_pkey(pkey, key) : CAM_ERR_KEY;
}

/* -- files ------------------------------------------------------------- */

/* Follows no link; the folder's own safety is the caller's (path_make_private).
 */
static int
open_private(const char *path, int *file)
{
	struct stat st;
	int fd = open(
	    path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno == ELOOP ? CAM_ERR_UNSAFE : CAM_ERR_SYSTEM;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		close(fd);
		return CAM_ERR_UNSAFE;
	}
	*file = fd;
	return 0;
}

static int
read_up_to(int fd, uint8_t *bytes, size_t size, size_t *len)
{
	size_t have = 0;
	ssize_t n = 0;

	while (have < size) {
		n = read(fd, bytes + have, size - have);
		if (n < 0)
			return CAM_ERR_SYSTEM;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*len = have;
	return 0;
}

int
rsa_key_load(const char *path, struct rsa_key **key)
{
	enum { SIZE = RSA_PEM_MAX + 1 };
	uint8_t *pem = NULL;
	size_t len = 0;
	int fd = -1;
	int rc = open_private(path, &fd);

	if (rc < 0)
		return rc;
	pem = xmalloc(SIZE);
	rc = read_up_to(fd, pem, SIZE, &len);
	if (rc == 0)
		rc = rsa_key_from_pem(span_of(pem, len), key);
	close(fd);
	wipe_free(pem, SIZE);
	return rc;
}

static int
write_to_disk(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.data, bytes.len);

		if (n < 0)
			return CAM_ERR_SYSTEM;
		bytes.data += n;
		bytes.len -= (size_t)n;
	}
	return fsync(fd) < 0 ? CAM_ERR_SYSTEM : 0;
}

/* The new name lasts only when the folder is on disk too. */
static int
sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 && fsync(fd) == 0 ? 0 : CAM_ERR_SYSTEM;

	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

/* A link, unlike a rename, fails where the name is taken: no key is ever
 * replaced. */
static int
publish(const char *temporary, const char *path)
{
	if (link(temporary, path) < 0)
		return errno == EEXIST ? CAM_ERR_EXISTS : CAM_ERR_SYSTEM;
	return sync_folder_of(path);
}

static int
write_private(const char *path, struct span bytes)
{
	char *temporary = xasprintf("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC); /* 0600 whatever the umask */
	int rc = CAM_ERR_SYSTEM, saved;

	if (fd < 0)
		goto out;
	rc = write_to_disk(fd, bytes);
	if (rc == 0)
		rc = publish(temporary, path);
	saved = errno;
	close(fd);
	unlink(temporary);
	errno = saved;
out:
	free(temporary);
	return rc;
}

int
rsa_key_save(const struct rsa_key *key, const char *path)
{
	BIO *bio = BIO_new(BIO_s_secmem()); /* overwritten when freed */
	char *data = NULL;
	long len = 0;
	int rc = CAM_ERR_CRYPTO;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, rsa_key_pkey(key), NULL,
		       NULL, 0, NULL, NULL) == 1) {
		len = BIO_get_mem_data(bio, &data);
		rc = write_private(path, span_of(data, (size_t)len));
	}
	BIO_free(bio);
	ERR_clear_error();
	return rc;
}

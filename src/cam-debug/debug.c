/* debug.c: what cam-debug decodes packets with. */
#include "cam-debug/debug.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

int
debug_init(struct debug *debug)
{
	*debug = (struct debug){ .configured = CHARSET_CP932 };
	debug->crypto = crypto_new();
	return charset_converter_new(&debug->converter);
}

void
debug_finish(struct debug *debug)
{
	for (size_t i = 0; i < debug->own_count; i++)
		rsa_key_free(debug->own[i]);
	for (size_t i = 0; i < debug->peer_count; i++)
		rsa_public_free(debug->peers[i]);
	charset_converter_free(debug->converter);
	crypto_free(debug->crypto);
}

/* The user names the file himself: who else may read it is his business here,
 * as it is not in camd. */
static int
read_pem(const char *path, struct buf *pem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	ssize_t got = 1;

	if (fd < 0)
		return CAM_ERR_SYSTEM;
	while (rc == 0 && got > 0) {
		uint8_t chunk[1024];

		got = read(fd, chunk, sizeof(chunk));
		if (got > 0)
			buf_put(pem, chunk, (size_t)got);
		else if (got < 0 && errno == EINTR)
			got = 1;
		else if (got < 0)
			rc = CAM_ERR_SYSTEM;
		if (buf_failed(pem))
			rc = CAM_ERR_LIMIT;
	}
	close(fd);
	return rc;
}

int
debug_add_key(struct debug *debug, const char *path)
{
	struct buf pem;
	int rc;

	if (debug->own_count == DEBUG_KEYS_MAX)
		return CAM_ERR_LIMIT;
	buf_init(&pem, RSA_PEM_MAX);
	rc = read_pem(path, &pem);
	if (rc == 0)
		rc = rsa_key_from_pem(
		    buf_span(&pem), &debug->own[debug->own_count]);
	if (rc == 0)
		debug->own_count++;
	buf_wipe(&pem);
	return rc;
}

int
debug_add_peer_key(struct debug *debug, const char *path)
{
	struct buf pem;
	int rc;

	if (debug->peer_count == DEBUG_KEYS_MAX)
		return CAM_ERR_LIMIT;
	buf_init(&pem, RSA_PEM_MAX);
	rc = read_pem(path, &pem);
	if (rc == 0)
		rc = rsa_public_from_pem(
		    buf_span(&pem), &debug->peers[debug->peer_count]);
	if (rc == 0)
		debug->peer_count++;
	buf_wipe(&pem);
	return rc;
}

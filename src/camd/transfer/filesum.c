/* filesum.c: SHA-256 that does not read empty space. */
#include "camd/transfer/filesum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum { BLOCK = 1024 * 1024, READ_SIZE = 64 * 1024 };

static const uint8_t no_bytes[4096];

void
filesum_init(struct filesum *sum)
{
	*sum = (struct filesum){ .digest = digest_new(DIGEST_SHA256) };
}

void
filesum_finish(struct filesum *sum)
{
	digest_free(sum->digest);
	sum->digest = NULL;
}

static void
say(struct filesum *sum, char what, uint64_t number)
{
	uint8_t bytes[9] = { (uint8_t)what };

	for (unsigned i = 0; i < 8; i++)
		bytes[1 + i] = (uint8_t)(number >> (56 - 8 * i));
	digest_add(sum->digest, span_of(bytes, sizeof(bytes)));
}

static void
say_zero_blocks(struct filesum *sum)
{
	if (sum->blocks > 0)
		say(sum, 'Z', sum->blocks);
	sum->blocks = 0;
}

/* The zeros of this block that count because something else follows. */
static void
say_zeros(struct filesum *sum)
{
	while (sum->zeros > 0) {
		size_t len = sum->zeros < sizeof(no_bytes) ? (size_t)sum->zeros
							   : sizeof(no_bytes);

		digest_add(sum->digest, span_of(no_bytes, len));
		sum->zeros -= len;
	}
}

static bool
is_zero(struct span bytes)
{
	return bytes.data[0] == 0 &&
	       memcmp(bytes.data, bytes.data + 1, bytes.len - 1) == 0;
}

static void
begin_data(struct filesum *sum)
{
	say_zero_blocks(sum);
	digest_add(sum->digest, span_text("D"));
	sum->has_data = true;
	say_zeros(sum);
}

/* After bytes have been taken that end at a border of blocks. */
static void
end_block(struct filesum *sum)
{
	if (sum->size % BLOCK != 0)
		return;
	if (!sum->has_data)
		sum->blocks++;
	sum->zeros = 0;
	sum->has_data = false;
}

void
filesum_add(struct filesum *sum, struct span bytes)
{
	while (bytes.len > 0) {
		uint64_t left = BLOCK - sum->size % BLOCK;
		size_t len = bytes.len < left ? bytes.len : (size_t)left;
		struct span part = span_of(bytes.data, len);

		if (!sum->has_data && !is_zero(part))
			begin_data(sum);
		if (sum->has_data)
			digest_add(sum->digest, part);
		else
			sum->zeros += len;
		sum->size += len;
		end_block(sum);
		bytes = span_of(bytes.data + len, bytes.len - len);
	}
}

void
filesum_add_zeros(struct filesum *sum, uint64_t len)
{
	while (len > 0) {
		uint64_t left = BLOCK - sum->size % BLOCK;
		uint64_t part = len < left ? len : left;

		/* Whole blocks at once, once at a border. */
		if (left == BLOCK && len >= BLOCK) {
			sum->blocks += len / BLOCK;
			sum->size += len - len % BLOCK;
			len %= BLOCK;
			continue;
		}
		sum->zeros += part;
		if (sum->has_data)
			say_zeros(sum);
		sum->size += part;
		end_block(sum);
		len -= part;
	}
}

void
filesum_end(struct filesum *sum, uint8_t digest[SHA256_SIZE])
{
	/* A last block that is short and zero is left to the size. */
	say_zero_blocks(sum);
	say(sum, 'E', sum->size);
	digest_peek(sum->digest, digest);
}

void
filesum_find_data(int fd, uint64_t *at, uint64_t size, uint64_t *end)
{
	off_t found;

	*end = size;
	found = lseek(fd, (off_t)*at, SEEK_DATA);
	if (found < 0) {
		/* Nothing but a hole; or a system that does not know. */
		if (errno == ENXIO)
			*at = size;
		return;
	}
	*at = (uint64_t)found < size ? (uint64_t)found : size;
	found = lseek(fd, (off_t)*at, SEEK_HOLE);
	if (found >= 0 && (uint64_t)found < size)
		*end = (uint64_t)found;
}

static int
add_data(struct filesum *sum, int fd, uint64_t from, uint64_t to,
    uint8_t *bytes, const atomic_bool *stop)
{
	while (from < to) {
		size_t size =
		    to - from < READ_SIZE ? (size_t)(to - from) : READ_SIZE;
		ssize_t got = pread(fd, bytes, size, (off_t)from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? CAM_ERR_SYSTEM : CAM_ERR_REFUSED;
		filesum_add(sum, span_of(bytes, (size_t)got));
		from += (uint64_t)got;
		if (atomic_load(stop))
			return CAM_ERR_CLOSED;
	}
	return 0;
}

int
filesum_add_file(
    struct filesum *sum, int fd, uint64_t size, const atomic_bool *stop)
{
	uint8_t *bytes = size > 0 ? xmalloc(READ_SIZE) : NULL;
	uint64_t at = 0, end = 0;
	int rc = 0;

	while (at < size && rc == 0) {
		uint64_t from = at;

		filesum_find_data(fd, &at, size, &end);
		filesum_add_zeros(sum, at - from);
		rc = add_data(sum, fd, at, end, bytes, stop);
		at = end > at ? end : at;
	}
	free(bytes);
	return rc;
}

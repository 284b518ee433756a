/* filesum.h: the digest of a file in a folder between two camd, to which empty
 * space costs nothing. */
#ifndef CAM_TRANSFER_FILESUM_H
#define CAM_TRANSFER_FILESUM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "crypto/digest.h"

/*
 * SHA-256 over the file in blocks of 1 MiB: 'D' and the block's bytes; instead
 * of any number of blocks in a row that are all zero 'Z' and that number, 8
 * bytes; at the end 'E' and the file's size, 8 bytes. So it depends on what
 * the file holds, not on where a disk keeps holes, and a file of exabytes that
 * is one hole is digested at once.
 */
struct filesum {
	struct digest *digest;
	uint64_t size;	 /* so far */
	uint64_t blocks; /* zero ones before this, not yet said */
	uint64_t zeros;	 /* this block has been zero so far: how long */
	bool has_data;	 /* it has begun with 'D' */
};

void filesum_init(struct filesum *sum);
void filesum_add(struct filesum *sum, struct span bytes);
void filesum_add_zeros(struct filesum *sum, uint64_t len);
/* The digest of all of it; nothing may follow. */
void filesum_end(struct filesum *sum, uint8_t digest[SHA256_SIZE]);
void filesum_finish(struct filesum *sum);

/* Adds a file of that size, not reading its holes. CAM_ERR_SYSTEM,
 * CAM_ERR_REFUSED: it ends before, CAM_ERR_CLOSED: *stop. */
int filesum_add_file(
    struct filesum *sum, int fd, uint64_t size, const atomic_bool *stop);
/* Where data begins from *at on, and where the next hole does. */
void filesum_find_data(int fd, uint64_t *at, uint64_t size, uint64_t *end);

#endif

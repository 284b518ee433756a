/* offer.h: files and folders that a message lists. */
#ifndef CAM_STORE_OFFER_H
#define CAM_STORE_OFFER_H

#include <stdint.h>

#include "store/word.h"

struct store;

enum { STORE_FILE_KEY_SIZE = 32, STORE_FILE_DIGEST_SIZE = 32 };

struct store_offer {
	int64_t message;  /* row */
	uint32_t number;  /* file id in the packet */
	const char *name; /* as sent; never a path to be opened */
	uint64_t size;	  /* at most INT64_MAX; of a folder: of its contents,
			     or 0: not told */
	int64_t mtime;	  /* seconds, as sent */
	uint32_t attr;
	enum store_kind kind;
	uint32_t position; /* of an image: its place in the text (4.6) */
	int64_t expires_ms;
	const uint8_t *file_key; /* of cam/1; NULL: none */
	const uint8_t *digest;	 /* SHA-256 of a file; NULL: not known */
};

/* Those of one message by number. What each returns, when not 0, ends it. */
int store_offer_each(struct store *store, int64_t message,
    int (*each)(const struct store_offer *offer, void *arg), void *arg);
/* The digest of the whole file is known now. CAM_ERR_UNKNOWN. */
int store_offer_set_digest(struct store *store, int64_t message,
    uint32_t number, const uint8_t digest[STORE_FILE_DIGEST_SIZE]);

#endif

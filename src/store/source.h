/* source.h: what lies behind the offers of our own. */
#ifndef CAM_STORE_SOURCE_H
#define CAM_STORE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/* The file or folder as it was when it was offered (threat model F4). */
struct store_source {
	int64_t message; /* row */
	uint32_t number;
	const char *path; /* absolute, as its user named it */
	uint64_t dev, ino;
	uint64_t size;	    /* of a file */
	int64_t mtime_ns;   /* the same */
	bool spool;	    /* a copy made for this, removed with the offer */
	uint32_t fetches;   /* at most so many, of all together; 0: no limit */
	bool withdrawn;	    /* nobody may fetch it any more */
	int64_t expires_ms; /* told, not given */
};

/* CAM_ERR_UNKNOWN. The copy is one piece of memory: release with free(). */
int store_source_get(struct store *store, int64_t message, uint32_t number,
    struct store_source **source);
int store_source_withdraw(
    struct store *store, int64_t message, uint32_t number);
/* All copies that live. What each returns, when not 0, ends it. */
int store_source_each_spool(struct store *store,
    int (*each)(const struct store_source *source, void *arg), void *arg);

#endif

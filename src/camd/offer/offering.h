/* offering.h: what a message of ours offers, looked at and made ready. */
#ifndef CAM_CAMD_OFFERING_H
#define CAM_CAMD_OFFERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct camd;
struct store_offer;
struct store_source;

/* Files to this size are digested before they are offered, greater ones while
 * they are fetched first, in bytes. */
enum { OFFERING_DIGEST_MAX = 16 * 1024 * 1024 };
/* Of an image, in bytes (protocol reference 4.6). */
enum { OFFERING_IMAGE_MAX = 10 * 1024 * 1024 };

/* One of message.send's files; copied. */
struct offering_wish {
	const char *path; /* absolute */
	const char *name; /* NULL: the last part of path */
	bool spool;
	bool image;
};

struct offering {
	/* With names, keys and paths, all its own. */
	struct store_offer *offers;
	struct store_source *sources;
	int *roots; /* open; -1: taken */
	size_t count;
};

/*
 * Opens each, and looks at it, in the pool. The numbers are unpredictable (F5).
 * on_done follows once, never inside: the offering is the callee's; or err, for
 * the wish of that place: CAM_ERR_REFUSED: neither a file nor a folder, or one
 * that changes just now; CAM_ERR_SYSTEM (error is errno); CAM_ERR_LIMIT: a
 * folder of too many or too deep; CAM_ERR_FORMAT: a name that is none, a spool
 * file that lies elsewhere, or an image that is no PNG.
 */
void offering_make(struct camd *camd, const struct offering_wish *wishes,
    size_t count, uint32_t fetches,
    void (*on_done)(
	void *arg, int err, int error, size_t place, struct offering *offering),
    void *arg);
/* NULL is fine. */
void offering_free(struct offering *offering);

/* Whether what is open there is what the source says (F4): 0, CAM_ERR_REFUSED,
 * CAM_ERR_SYSTEM. */
int offering_check(int fd, const struct store_source *source);
/* Opens what the user himself names: symlinks are followed, nothing blocks.
 * CAM_ERR_SYSTEM, CAM_ERR_REFUSED: neither file nor folder. */
int offering_open(const char *path, int *fd);

/* The folder of copies that were made to be offered; free(). */
char *offering_spool(const struct camd *camd);

#endif

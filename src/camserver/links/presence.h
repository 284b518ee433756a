/* presence.h: who is there, as params of DIRECTORY_PRESENCE. */
#ifndef CAM_CAMSERVER_PRESENCE_H
#define CAM_CAMSERVER_PRESENCE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct roll;

/* What is told to whom; BRIEF: to those who know the rest, of whom is not away
 * only whether he is there. */
enum presence_form {
	PRESENCE_ALL,
	PRESENCE_ALL_BRIEF,
	PRESENCE_NEWS, /* what has changed since it was last told */
	PRESENCE_NEWS_BRIEF,
	PRESENCE_FORMS
};

/* As much as one notice holds; after is 0, or what the last call has set; NULL
 * at the end. */
json_t *presence_next(
    const struct roll *roll, enum presence_form form, uint64_t *after);

/* What members who are on that page of link/known.h are, but for their words;
 * NULL: there are none. */
json_t *presence_page(const struct roll *roll, size_t page);
/* The digests of all pages, appended. */
void presence_digests(const struct roll *roll, struct buf *digests);

#endif

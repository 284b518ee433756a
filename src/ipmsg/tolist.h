/* tolist.h: who else got a message (protocol reference 5.4.2). */
#ifndef CAM_TOLIST_H
#define CAM_TOLIST_H

#include <stddef.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"
#include "ipmsg/charset.h"

struct to_user {
	char user[LIMIT_NAME + 1];
	char host[LIMIT_NAME + 1];
};

/* About 15 KiB. */
struct to_list {
	struct to_user users[LIMIT_TO_LIST];
	size_t count;
};

/* "TO:" user ":" host BEL ... with or without the last BEL. On an error
 * (CAM_ERR_LIMIT: more than 30 users or 3072 bytes) the list is empty. */
int to_list_parse(struct span text, const struct charset_reader *reader,
    struct to_list *list);
/* Appends it, every recipient followed by BEL. CAM_ERR_LIMIT as above: send
 * without a list then. */
int to_list_build(const struct to_list *list,
    struct charset_converter *converter, enum charset charset, struct buf *buf);

#endif

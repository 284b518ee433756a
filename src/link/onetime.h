/* onetime.h: how members leave prekeys for one envelope each with their
 * camserver, and get those of others. */
#ifndef CAM_LINK_ONETIME_H
#define CAM_LINK_ONETIME_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/device.h"

enum { ONETIME_LIST_MAX = 100, ONETIME_DROP_MAX = 200 };

/* Some prekeys as they were signed; nothing of them is checked but that they
 * are of their size and kind. */
struct onetime_list {
	size_t count;
	uint32_t ids[ONETIME_LIST_MAX];
	uint8_t prekeys[ONETIME_LIST_MAX][PREKEY_BYTES];
};

/* An array of hex digits, for "prekeys". */
json_t *onetime_write(const uint8_t (*prekeys)[PREKEY_BYTES], size_t count);
/* The member "prekeys" of params. Pure. CAM_ERR_REQUEST: it is no such array;
 * CAM_ERR_LIMIT: it is too long. */
int onetime_parse(const json_t *params, struct onetime_list *list);

json_t *onetime_write_ids(const uint32_t *ids, size_t count);
/* The member of params with that name, of at most max ids; the same errors. */
int onetime_parse_ids(const json_t *params, const char *name, uint32_t *ids,
    size_t max, size_t *count);

#endif

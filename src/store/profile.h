/* profile.h: small values under a name: absence text, counters. */
#ifndef CAM_STORE_PROFILE_H
#define CAM_STORE_PROFILE_H

#include <stdint.h>

struct store;

/* CAM_ERR_UNKNOWN. Release with free(). */
int store_profile_get(struct store *store, const char *name, char **value);
/* NULL removes. */
int store_profile_set(struct store *store, const char *name, const char *value);
/* 0 when it was never set. CAM_ERR_FORMAT: not a number. */
int store_profile_get_number(
    struct store *store, const char *name, int64_t *number);
int store_profile_set_number(
    struct store *store, const char *name, int64_t number);

#endif

/* way.h: how a message would go to a user now. */
#ifndef CAM_CAMD_WAY_H
#define CAM_CAMD_WAY_H

#include <stdbool.h>
#include <stdint.h>

#include "store/word.h"

struct camd;
struct user;

/*
 * Flags of the protection in *protection, 0 for none. CAM_ERR_MORE: the key
 * must be asked for. CAM_ERR_REFUSED with *reason, one of cam-rpc(7). Who
 * promises encryption in his very name is never sent to in clear because he
 * keeps silent.
 */
int way_choose(struct camd *camd, const struct user *user, bool clear,
    uint32_t *protection, const char **reason);
/* The user has a fingerprint in his name (reference 5.5). */
bool way_is_promised(const struct user *user);
enum store_encryption way_encryption(uint32_t protection);

/*
 * Why settings refuse to send to the user, a reason of cam-rpc(7), or NULL:
 * nothing known refuses. encryption: how it would be sent.
 */
const char *way_refusal(struct camd *camd, struct user *user, bool clear,
    enum store_encryption *encryption);

#endif

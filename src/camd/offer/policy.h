/* policy.h: whether files of somebody are taken (cli contract, file.accept). */
#ifndef CAM_CAMD_POLICY_H
#define CAM_CAMD_POLICY_H

#include "camd/people/user.h"

struct camd;

/* What was set for him, else what file.accept says: never DEFAULT. */
enum user_accept policy_of(const struct camd *camd, const struct user *user);

#endif

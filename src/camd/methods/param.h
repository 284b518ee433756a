/* param.h: how methods answer that what was named is not there, or too many
 * are. */
#ifndef CAM_CAMD_PARAM_H
#define CAM_CAMD_PARAM_H

#include "rpc/param.h"

struct lookup;

/* With what it was that nothing or too much matches: member is who, id or key.
 */
int method_fail_unknown(struct rpc_call *call, const char *member,
    const char *value, json_t *candidates);
int method_fail_ambiguous(struct rpc_call *call, const char *member,
    const char *value, json_t *candidates, size_t count);
/* With why a message was not found. */
int method_fail_lookup(struct rpc_call *call, const struct lookup *lookup);

#endif

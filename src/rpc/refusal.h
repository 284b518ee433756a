/* refusal.h: what camd refused, as a sentence that names the thing and the way
 * out, in the user's language. */
#ifndef CAM_RPC_REFUSAL_H
#define CAM_RPC_REFUSAL_H

#include <jansson.h>

/*
 * "no user matches 'ann': did you mean 'anna@pc1'?" as a string, release with
 * free(). data has reason and, by that, who, id, key and candidates
 * (cam-rpc(7), "Errors"), or is NULL; text is camd's own, used for reasons that
 * need no way out.
 */
char *refusal_text(const char *text, const json_t *data);

#endif

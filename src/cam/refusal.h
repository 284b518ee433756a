/* refusal.h: what camd refused, as a sentence that names the thing and the way
 * out. */
#ifndef CAM_REFUSAL_H
#define CAM_REFUSAL_H

#include <jansson.h>

struct rpc_error;

/* On stderr: "no user matches 'ann': did you mean 'anna@pc1'?". Returns the
 * exit code. */
int refusal_say(const struct rpc_error *error);
/*
 * The same sentence as a string, release with free(). data has reason and, by
 * that, who, id, key and candidates (cam-rpc(7), "Errors"); text is camd's own,
 * used for reasons that need no way out.
 */
char *refusal_text(const char *text, const json_t *data);

#endif

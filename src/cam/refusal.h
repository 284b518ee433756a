/* refusal.h: what camd refused, said. */
#ifndef CAM_REFUSAL_H
#define CAM_REFUSAL_H

struct rpc_error;

/* The sentence of refusal_text() on stderr. Returns the exit code. */
int refusal_say(const struct rpc_error *error);

#endif

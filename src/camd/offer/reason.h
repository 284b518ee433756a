/* reason.h: why a transfer does not go on, as words and errors. Their
 * sentences are those of rpc/reason.h. */
#ifndef CAM_CAMD_OFFER_REASON_H
#define CAM_CAMD_OFFER_REASON_H

#include <stdbool.h>

struct transfer_outcome;

/* The word as we know it, for one from outside; "failed" for others. */
const char *offer_reason(const char *word);
/* The word of an outcome that is an error. */
const char *offer_reason_of(const struct transfer_outcome *outcome);
/* What it is as an error of a method: cam_exit_code() says how cam ends. 0 for
 * "". */
int offer_reason_err(const char *word);
/* Whether trying again may help without anybody doing anything. */
bool offer_reason_passes(const char *word);

#endif

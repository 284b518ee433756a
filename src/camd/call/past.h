/* past.h: calls that are over, kept in the history. */
#ifndef CAM_CAMD_CALL_PAST_H
#define CAM_CAMD_CALL_PAST_H

struct call;
struct camd;

/* Copies what is to be kept; stored soon. */
void past_keep(struct camd *camd, const struct call *call);

#endif

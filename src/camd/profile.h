/* profile.h: small values kept over restarts, written in the background. */
#ifndef CAM_CAMD_PROFILE_H
#define CAM_CAMD_PROFILE_H

struct camd;

/* store_profile_set() by the writer, in the order of calls; what fails is
 * logged. name is constant, value (NULL: none any more) is copied. */
void profile_keep(struct camd *camd, const char *name, const char *value);

#endif

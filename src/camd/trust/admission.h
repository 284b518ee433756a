/* admission.h: whose link it is, decided by keys. */
#ifndef CAM_CAMD_ADMISSION_H
#define CAM_CAMD_ADMISSION_H

struct camd;
struct table;
struct trust_claim;
struct user;

/* As trust_admit(); keys holds every struct trusted. */
int admission_decide(struct camd *camd, struct table *keys,
    const struct trust_claim *claim, struct user **user);

#endif

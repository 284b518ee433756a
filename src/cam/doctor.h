/* doctor.h: cam doctor: what stops people on this machine from talking, and
 * what to type. */
#ifndef CAM_DOCTOR_H
#define CAM_DOCTOR_H

struct args;
struct cam;

/* A verb (verb.h): 0 when nothing is wrong, EXIT_FAILED when something is. */
int verb_doctor(struct cam *cam, struct args *args);

#endif

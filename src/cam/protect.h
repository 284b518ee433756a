/* protect.h: cam key protect, unprotect, unlock. */
#ifndef CAM_PROTECT_H
#define CAM_PROTECT_H

struct args;
struct cam;

/* args holds the action. The exit code. */
int protect_run(struct cam *cam, const struct args *args);

/* For people: what "protection" of cam-rpc(7) says. */
const char *protect_text(const char *protection);

#endif

/* option.h: options of sockets, UDP and TCP alike. */
#ifndef CAM_NET_OPTION_H
#define CAM_NET_OPTION_H

/* What makes things better, never possible: it may fail. */
void option_set(int fd, int level, int option, int value);
/* Only what comes and goes through that interface. CAM_ERR_SYSTEM;
 * CAM_ERR_UNSUPPORTED: this system cannot. */
int option_bind_interface(int fd, const char *interface);

#endif

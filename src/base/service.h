/* service.h: what a service manager (systemd) hands to a daemon and wants
 * to hear from it. */
#ifndef CAM_SERVICE_H
#define CAM_SERVICE_H

#include <stdbool.h>

/* Without a service manager every call does nothing. */
struct service {
	char *notify; /* where it listens, or NULL */
	int socket;   /* the listening socket it handed over, or -1 */
};

/*
 * Takes what the environment tells (sd_notify(3), sd_listen_fds(3)) and removes
 * it there, so that no program camd starts takes it for its own. The socket
 * handed over must be one, a listening Unix stream socket at path, or
 * CAM_ERR_UNSAFE with a sentence in *problem (free it). NOTIFY_SOCKET is kept
 * even then.
 */
int service_open(struct service *service, const char *path, char **problem);
/* Hands the socket on: the caller closes it. -1 when there is none. */
int service_take_socket(struct service *service);
void service_finish(struct service *service);

/* A manager waits to hear from us. */
bool service_is_watched(const struct service *service);
/* camd can be used; status is one line for people, such as "online as
 * anna@pc1". Also ends reloading and sets a new status. */
void service_ready(const struct service *service, const char *status);
void service_reloading(const struct service *service);
void service_stopping(const struct service *service, const char *status);

#endif

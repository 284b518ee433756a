/* service.c: the protocols of sd_notify(3) and sd_listen_fds(3), without the
 * library. */
#include "base/service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"

enum { FIRST_FD = 3, MAX_FDS = 64 };

static bool
get_number(const char *name, uint64_t max, uint64_t *number)
{
	const char *text = getenv(name);

	return text != NULL &&
	       number_decimal(span_text(text), max, number) == 0;
}

/* How many descriptors are meant for this process. */
static int
count_fds(void)
{
	uint64_t pid = 0, count = 0;

	if (!get_number("LISTEN_PID", INT32_MAX, &pid) ||
	    (pid_t)pid != getpid())
		return 0;
	return get_number("LISTEN_FDS", MAX_FDS, &count) ? (int)count : 0;
}

static int
get_option(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, option, &value, &len) < 0)
		return -1;
	return value;
}

/* Bound to path, or to another name of the same file (/var/run and /run). */
static bool
is_at(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNSPEC };
	socklen_t len = sizeof(address) - 1;
	struct stat ours, theirs;

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
	    address.sun_family != AF_UNIX)
		return false;
	address.sun_path[sizeof(address.sun_path) - 1] = '\0';
	if (strcmp(address.sun_path, path) == 0)
		return true;
	return stat(path, &ours) == 0 && stat(address.sun_path, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

static int
check_socket(int count, const char *path, char **problem)
{
	if (count > 1)
		*problem = xasprintf(_("the service manager handed over %d "
				       "sockets instead of one: "
				       "one ListenStream in camd.socket"),
		    count);
	else if (get_option(FIRST_FD, SO_TYPE) != SOCK_STREAM ||
		 get_option(FIRST_FD, SO_ACCEPTCONN) != 1)
		*problem = xstrdup(_("what the service manager handed over is "
				     "no listening stream "
				     "socket: ListenStream in camd.socket"));
	else if (!is_at(FIRST_FD, path))
		*problem = xasprintf(_("the socket that the service manager "
				       "handed over is not at "
				       "'%s': ListenStream in camd.socket"),
		    path);
	else
		return 0;
	return CAM_ERR_UNSAFE;
}

/* The names abstract ("@name") and absolute are all there is for Unix sockets.
 */
static char *
find_notify(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;

	if (name == NULL || (name[0] != '/' && name[0] != '@') ||
	    name[1] == '\0' || strlen(name) >= sizeof(address.sun_path))
		return NULL;
	return xstrdup(name);
}

int
service_open(struct service *service, const char *path, char **problem)
{
	int count = count_fds(), err = 0;

	*service = (struct service){ .notify = find_notify(), .socket = -1 };
	unsetenv("NOTIFY_SOCKET");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	for (int i = 0; i < count; i++)
		(void)fcntl(FIRST_FD + i, F_SETFD, FD_CLOEXEC);
	if (count == 0)
		return 0;
	err = check_socket(count, path, problem);
	if (err == 0)
		service->socket = FIRST_FD;
	return err;
}

int
service_take_socket(struct service *service)
{
	int fd = service->socket;

	service->socket = -1;
	return fd;
}

void
service_finish(struct service *service)
{
	free(service->notify);
	if (service->socket >= 0)
		close(service->socket);
	*service = (struct service){ .socket = -1 };
}

bool
service_is_watched(const struct service *service)
{
	return service->notify != NULL;
}

static void
send_state(const struct service *service, const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = 0;
	int fd = -1;

	if (service->notify == NULL)
		return;
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			  strlen(service->notify));
	memcpy(address.sun_path, service->notify, strlen(service->notify));
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), MSG_NOSIGNAL,
			  (struct sockaddr *)&address, len) < 0)
		log_warn(
		    "cannot tell the service manager: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* status must not begin a new line: it would be another field. */
static void
send_with_status(
    const struct service *service, const char *field, const char *status)
{
	char *state = xasprintf(
	    "%s\nSTATUS=%.*s", field, (int)strcspn(status, "\n"), status);

	send_state(service, state);
	free(state);
}

void
service_ready(const struct service *service, const char *status)
{
	send_with_status(service, "READY=1", status);
}

void
service_reloading(const struct service *service)
{
	struct timespec now = { 0 };
	char *state = NULL;

	clock_gettime(CLOCK_MONOTONIC, &now);
	state = xasprintf("RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	send_state(service, state);
	free(state);
}

void
service_stopping(const struct service *service, const char *status)
{
	send_with_status(service, "STOPPING=1", status);
}

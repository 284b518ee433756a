/* option.c: options of sockets. */
#include "net/option.h"

#include <string.h>
#include <sys/socket.h>

#include "base/err.h"

void
option_set(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

int
option_bind_interface(int fd, const char *interface)
{
#ifdef SO_BINDTODEVICE
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
		(socklen_t)strlen(interface)) < 0)
		return CAM_ERR_SYSTEM;
	return 0;
#else
	(void)fd;
	(void)interface;
	return CAM_ERR_UNSUPPORTED;
#endif
}

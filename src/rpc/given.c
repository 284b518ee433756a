/* given.c: descriptors that come beside bytes over a Unix socket. */
#include "rpc/given.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void
given_init(struct given *given)
{
	given->count = 0;
	for (size_t i = 0; i < GIVEN_MAX; i++)
		given->fds[i] = -1;
}

void
given_finish(struct given *given)
{
	for (size_t i = 0; i < GIVEN_MAX; i++) {
		if (given->fds[i] >= 0)
			close(given->fds[i]);
	}
	given_init(given);
}

static void
keep(struct given *given, int fd)
{
	int *place = &given->fds[given->count++ % GIVEN_MAX];

	if (*place >= 0)
		close(*place);
	*place = fd;
}

ssize_t
given_receive(struct given *given, int fd, void *data, size_t size)
{
	struct iovec part = { data, size };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(GIVEN_MAX * sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof control.room };
	ssize_t len = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = len >= 0 ? CMSG_FIRSTHDR(&message) : NULL;

	for (; header != NULL; header = CMSG_NXTHDR(&message, header)) {
		int fds[GIVEN_MAX];
		size_t bytes = header->cmsg_len - CMSG_LEN(0);

		if (header->cmsg_level != SOL_SOCKET ||
		    header->cmsg_type != SCM_RIGHTS || bytes > sizeof fds)
			continue;
		memcpy(fds, CMSG_DATA(header), bytes);
		for (size_t i = 0; i < bytes / sizeof(int); i++)
			keep(given, fds[i]);
	}
	return len;
}

int
given_take(struct given *given, json_int_t number)
{
	int *place, fd;

	if (number < 0 || number >= given->count ||
	    given->count - number > GIVEN_MAX)
		return -1;
	place = &given->fds[number % GIVEN_MAX];
	fd = *place;
	*place = -1;
	return fd;
}

/* enter.h: very many users who enter at once, each at an address of his own. */
#ifndef CAM_BENCH_ENTER_H
#define CAM_BENCH_ENTER_H

#include "bare.h"

/* An answer to an entry packet, as Windows 4.99 writes it, from 127.64.0.0 and
 * on. */
static inline size_t
entry_write(size_t index, char packet[512])
{
	return (size_t)snprintf(packet, 512,
	    "1:%u:user%06zu:HOST-%06zu:%u:Employee Number %06zu%cDepartment "
	    "%zu%c\n"
	    "UN:user%06zu\nHN:HOST-%06zu\nNN:Employee Number "
	    "%06zu\nGN:Department %zu",
	    1700000000u + (unsigned)index, index, index, 0x01600003u, index, 0,
	    index % 120, 0, index, index, index, index % 120);
}

static inline void
enter(const struct sockaddr_in *to, size_t users)
{
	union {
		char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr header;
	} control = { .header = { .cmsg_level = IPPROTO_IP,
			  .cmsg_type = IP_PKTINFO,
			  .cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)) } };
	struct sockaddr_in any;
	int fd = bare_udp("0.0.0.0", 0, &any);
	char packet[512];
	struct iovec part = { packet, 0 };
	struct msghdr header = { .msg_name = (void *)to,
		.msg_namelen = sizeof(*to),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space) };

	for (size_t i = 0; i < users; i++) {
		struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(
					       0x7f400001u + (uint32_t)i) };

		part.iov_len = entry_write(i, packet);
		memcpy(CMSG_DATA(&control.header), &info, sizeof(info));
		if (sendmsg(fd, &header, 0) < 0)
			die("sendmsg: %m");
	}
	close(fd);
}

static inline pid_t
enter_in_child(const struct sockaddr_in *to, size_t users)
{
	pid_t pid = fork();

	if (pid == 0) {
		enter(to, users);
		_exit(0);
	}
	return pid;
}

#endif

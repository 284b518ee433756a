/* udp_ends.h: UDP ports that remember what they heard, in a network of the
 * test's own. */
#ifndef CAM_UDP_ENDS_H
#define CAM_UDP_ENDS_H

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/interface.h"
#include "net/udp.h"

extern char **environ;

enum { SEEN = 64, PORT = 24250 };

struct seen {
	struct addr from;
	struct addr to;
	unsigned interface;
	unsigned flags;
	size_t len;
	char text[64];
};

struct end {
	struct loop *loop;
	struct udp *udp;
	struct seen seen[SEEN]; /* the first of them */
	size_t count;
	size_t batches;
	uint64_t bytes;
	bool echo;
	bool close_inside;
	size_t failures;
	int failed_with;
	struct addr failed_to;
};

static inline void
on_datagrams(
    struct udp *udp, const struct udp_datagram *list, size_t count, void *arg)
{
	struct end *end = arg;

	assert_true(count > 0 && count <= UDP_BATCH);
	end->batches++;
	for (size_t i = 0; i < count; i++) {
		struct seen *seen = &end->seen[end->count % SEEN];
		size_t some = list[i].data.len < 63 ? list[i].data.len : 63;

		*seen = (struct seen){ .from = list[i].from,
			.to = list[i].to,
			.interface = list[i].interface,
			.flags = list[i].flags,
			.len = list[i].data.len };
		memcpy(seen->text, list[i].data.data, some);
		end->count++;
		end->bytes += list[i].data.len;
		if (end->echo)
			assert_int_equal(
			    udp_send(udp, &list[i].from, 0, list[i].data.data,
				list[i].data.len),
			    0);
	}
	if (end->close_inside) {
		udp_close(udp);
		end->udp = NULL;
	}
}

static inline void
on_failed(struct udp *udp, const struct addr *to, int error, void *arg)
{
	struct end *end = arg;

	end->failures++;
	end->failed_with = error;
	end->failed_to = *to;
	if (end->close_inside) {
		udp_close(udp);
		end->udp = NULL;
	}
}

static const struct udp_ops ops = { .on_datagrams = on_datagrams,
	.on_failed = on_failed };

static inline struct addr
parsed(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(span_text(text), 0, &addr), 0);
	return addr;
}

static inline struct udp_options
at(const char *address)
{
	return (struct udp_options){ .address = parsed(address) };
}

static inline void
open_end(struct end *end, struct loop *loop, const struct udp_options *options)
{
	memset(end, 0, sizeof(*end));
	end->loop = loop;
	assert_int_equal(udp_open(loop, options, &ops, end, &end->udp), 0);
}

static inline void
on_late(void *arg)
{
	*(bool *)arg = true;
}

/* Turns the loop until count reaches wanted; false when five seconds pass
 * first. */
static inline bool
wait_count(struct loop *loop, const size_t *count, size_t wanted, unsigned ms)
{
	struct timer timer;
	bool late = false;

	timer_init(&timer, loop, on_late, &late);
	timer_start(&timer, ms);
	while (*count < wanted && !late)
		loop_turn(loop, 1);
	timer_finish(&timer);
	return *count >= wanted;
}

static inline int
run(const char *line)
{
	char copy[256], *argv[32] = { NULL }, *rest = copy;
	int count = 0, status = 0;
	pid_t pid = 0;

	assert_true(strlen(line) < sizeof(copy));
	strcpy(copy, line);
	while (count < 31 && (argv[count] = strtok_r(rest, " ", &rest)) != NULL)
		count++;
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

static inline void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

static inline int
enter_network(void **state)
{
	char map[64];
	unsigned uid = (unsigned)getuid();

	if (unshare(CLONE_NEWNET) < 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
		snprintf(map, sizeof(map), "0 %u 1", uid);
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", map);
	}
	(void)run("ip link set lo up");
	return 0;
}

#endif

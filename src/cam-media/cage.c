/* cage.c: the sandbox of cam-media. */
#include "cam-media/cage.h"

#include <seccomp.h>
#include <stdlib.h>

#include "base/confine.h"
#include "base/err.h"
#include "base/mem.h"

enum { DESCRIPTORS = 128 };

/* The loop, the socket of the call, the control and files handed over. */
static const int loop_calls[] = { SCMP_SYS(read), SCMP_SYS(write),
	SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64),
	SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(fcntl), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(sendto),
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(sched_yield), -1 };

/* ALSA, its plugins, and the thread that PortAudio starts. */
static const int device_calls[] = { SCMP_SYS(openat), SCMP_SYS(open),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(readlink),
	SCMP_SYS(getdents64), SCMP_SYS(ioctl), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(pipe2), SCMP_SYS(dup),
	SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(unlink),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list), SCMP_SYS(rt_sigaction), SCMP_SYS(tgkill),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_setscheduler),
	SCMP_SYS(sched_get_priority_min), SCMP_SYS(sched_get_priority_max),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(shmget),
	SCMP_SYS(shmat), SCMP_SYS(shmdt), SCMP_SYS(shmctl), SCMP_SYS(semget),
	SCMP_SYS(semop), SCMP_SYS(semctl), SCMP_SYS(socket), SCMP_SYS(connect),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(umask), -1 };

/* Memory shared with who shows pictures, the threads of coding and decoding, a
 * camera's descriptor, and what xcb says over the one it has been given. */
static const int picture_calls[] = { SCMP_SYS(memfd_create),
	SCMP_SYS(ftruncate), SCMP_SYS(pipe2), SCMP_SYS(clone), SCMP_SYS(clone3),
	SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(ioctl), SCMP_SYS(eventfd2),
	SCMP_SYS(recvfrom), SCMP_SYS(getpeername), SCMP_SYS(shutdown), -1 };

static int
confine_device_files(void)
{
	const char *home = getenv("HOME");
	char *own = xasprintf("%s/.asoundrc", home != NULL ? home : "");
	char *pulse = xasprintf("%s/.config/pulse", home != NULL ? home : "");
	const struct confine_path paths[] = {
		{ own, false },
		{ "/dev/snd", true },
		{ "/dev/shm", true },
		{ "/dev/null", true },
		{ "/dev/full", false },
		{ "/proc/asound", false },
		{ "/proc/self", false },
		{ "/sys/class/sound", false },
		{ "/usr/share/alsa", false },
		{ "/etc/alsa", false },
		{ "/etc/asound.conf", false },
		{ "/etc/pulse", false },
		{ pulse, false },
		{ "/usr/lib", false },
		/* A path list of ALSA's own is the user's to set. */
		{ getenv("ALSA_CONFIG_PATH"), false },
		{ NULL, false },
	};
	int err = confine_files(paths);

	free(own);
	free(pulse);
	return err;
}

int
cage_enter(bool devices, bool pictures)
{
	static const struct confine_path nothing[] = { { NULL, false } };
	const int *lists[4] = { loop_calls };
	size_t count = 1;
	/* Keys lie in the memory of this process. */
	int err = confine_limit(RLIMIT_CORE, 0);

	if (err == 0)
		err = confine_limit(RLIMIT_NOFILE, DESCRIPTORS);
	if (err == 0)
		err = devices ? confine_device_files() : confine_files(nothing);
	/* Where files cannot be opened by any call, a kernel without Landlock
	 * is no matter. */
	if (err == CAM_ERR_UNSUPPORTED && !devices)
		err = 0;
	if (devices)
		lists[count++] = device_calls;
	if (pictures)
		lists[count++] = picture_calls;
	return err == 0 ? confine_calls(lists) : err;
}

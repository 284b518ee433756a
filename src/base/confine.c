/* confine.c: what a process gives up for good. */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

/* -- resources and calls -----------------------------------------------------
 */

int
confine_limit(int resource, rlim_t most)
{
	struct rlimit limit = { most, most };

	return setrlimit(resource, &limit) == 0 ? 0 : CAM_ERR_SYSTEM;
}

/* Memory, but none that could be run. */
static int
allow_memory(scmp_filter_ctx filter, int call)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

/* What memory, the allocator and the end of a process need. */
static const int always[] = { SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(getrandom),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit),
	SCMP_SYS(exit_group), -1 };

static int
allow(scmp_filter_ctx filter, const int *calls)
{
	int err = 0;

	for (; *calls != -1 && err == 0; calls++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, *calls, 0);
	return err;
}

static int
fill(scmp_filter_ctx filter, const int *const *lists)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (err == 0)
		err = allow(filter, always);
	if (err == 0)
		err = allow_memory(filter, SCMP_SYS(mmap));
	if (err == 0)
		err = allow_memory(filter, SCMP_SYS(mprotect));
	for (; *lists != NULL && err == 0; lists++)
		err = allow(filter, *lists);
	return err;
}

int
confine_calls(const int *const *lists)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter == NULL ? -ENOMEM : fill(filter, lists);

	if (err == 0)
		err = seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
	if (err == 0)
		return 0;
	errno = -err;
	return CAM_ERR_SYSTEM;
}

/* -- files -------------------------------------------------------------------
 */

/* As the kernel has them; the headers of a system may be older than it. */
struct ruleset {
	uint64_t files;
	uint64_t ports;
	uint64_t scope;
};

enum {
	FILES_1 = 0x1fff,
	FILES_2 = 0x3fff,
	FILES_3 = 0x7fff,
	FILES_5 = 0xffff,
	PORTS_4 = 0x3,
	SCOPE_6 = 0x3,
	IOCTL_DEVICE = 1 << 15, /* since version 5 */
	TRUNCATE = 1 << 14,	/* since version 3 */
	OF_FILES = LANDLOCK_ACCESS_FS_WRITE_FILE |
		   LANDLOCK_ACCESS_FS_READ_FILE | TRUNCATE | IOCTL_DEVICE,
};

static uint64_t
file_rights(long version)
{
	if (version >= 5)
		return FILES_5;
	if (version >= 3)
		return FILES_3;
	return version == 2 ? FILES_2 : FILES_1;
}

static int
allow_path(int ruleset, const struct confine_path *path, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access =
		    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
		.parent_fd = open(path->path, O_PATH | O_CLOEXEC),
	};
	struct stat stat;
	long r;

	if (rule.parent_fd < 0)
		return 0;
	if (path->writable)
		rule.allowed_access |= LANDLOCK_ACCESS_FS_WRITE_FILE |
				       LANDLOCK_ACCESS_FS_MAKE_REG |
				       LANDLOCK_ACCESS_FS_REMOVE_FILE |
				       TRUNCATE | IOCTL_DEVICE;
	rule.allowed_access &= handled;
	if (fstat(rule.parent_fd, &stat) == 0 && !S_ISDIR(stat.st_mode))
		rule.allowed_access &= OF_FILES;
	r = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0);
	close(rule.parent_fd);
	return r == 0 ? 0 : CAM_ERR_SYSTEM;
}

int
confine_files(const struct confine_path *paths)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset rules = { .files = file_rights(version),
		.ports = version >= 4 ? PORTS_4 : 0,
		.scope = version >= 6 ? SCOPE_6 : 0 };
	int fd, err = 0;

	if (version < 1)
		return CAM_ERR_UNSUPPORTED;
	/* Older kernels know a shorter ruleset, of which the rest is zero. */
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
	if (fd < 0)
		return CAM_ERR_SYSTEM;
	for (; paths->path != NULL && err == 0; paths++)
		err = allow_path(fd, paths, rules.files);
	if (err == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			    syscall(SYS_landlock_restrict_self, fd, 0) < 0))
		err = CAM_ERR_SYSTEM;
	close(fd);
	return err;
}

/* sandbox.c: a process that can no more than compute and use the descriptors it
 * has. */
#include "cam-show/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/err.h"

/* What memory and the decoders' threads of control need. */
static const int allowed[] = { SCMP_SYS(read), SCMP_SYS(write),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(exit), SCMP_SYS(exit_group) };

static int
set_limit(int resource, rlim_t most)
{
	struct rlimit limit = { most, most };

	return setrlimit(resource, &limit);
}

static int
set_limits(uint64_t bytes, unsigned seconds)
{
#ifdef __SANITIZE_ADDRESS__
	bytes = RLIM_INFINITY; /* its shadow takes terabytes */
#endif
	if (set_limit(RLIMIT_AS, (rlim_t)bytes) < 0 ||
	    set_limit(RLIMIT_CPU, seconds) < 0 ||
	    set_limit(RLIMIT_NOFILE, 0) < 0 || set_limit(RLIMIT_CORE, 0) < 0)
		return CAM_ERR_SYSTEM;
	return 0;
}

/* Memory, but none that could be run. */
static int
allow_memory(scmp_filter_ctx filter, int call)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

int
sandbox_enter(uint64_t bytes, unsigned seconds)
{
	/* What is not allowed fails: libraries can live with that, and where
	 * one cannot it must end. */
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0] && err == 0;
	     i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (err == 0)
		err = allow_memory(filter, SCMP_SYS(mmap));
	if (err == 0)
		err = allow_memory(filter, SCMP_SYS(mprotect));
	if (err == 0 && set_limits(bytes, seconds) < 0)
		err = -errno;
	if (err == 0)
		err = seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
	if (err == 0)
		return 0;
	errno = -err;
	return CAM_ERR_SYSTEM;
}

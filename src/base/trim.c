/* trim.c: memory given back while a program has nothing to do. */
#include "base/trim.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/*
 * Only segments that nobody can write: their pages are those of the file, so
 * dropping them loses nothing.
 */
static int
drop_segments(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start, end;

		if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W))
			continue;
		start = (info->dlpi_addr + segment->p_vaddr + page - 1) &
			~(page - 1);
		end = (info->dlpi_addr + segment->p_vaddr + segment->p_filesz) &
		      ~(page - 1);
		if (start >= end)
			continue;
		/* The linker tells addresses as numbers. */
		(void)madvise(
		    (void *)start, /* NOLINT(performance-no-int-to-ptr) */
		    end - start, MADV_DONTNEED);
	}
	return 0;
}

void
memory_trim(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
	(void)dl_iterate_phdr(drop_segments, NULL);
}

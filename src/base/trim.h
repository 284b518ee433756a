/* trim.h: memory given back while a program has nothing to do. */
#ifndef CAM_TRIM_H
#define CAM_TRIM_H

/*
 * Returns freed memory to the system, and lets go of the pages of programs
 * and libraries that were only needed for what has just been done: what is
 * used again comes back from the page cache. Takes well under a millisecond.
 * Does nothing where the system cannot.
 */
void memory_trim(void);

#endif

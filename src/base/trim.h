/* trim.h: memory given back that was only needed for a while. */
#ifndef CAM_TRIM_H
#define CAM_TRIM_H

/*
 * Makes the process as small as it can be while it waits: freed heap goes
 * back to the system, and so do pages of code and constants (of libcrypto's
 * start above all); what is needed again comes from the page cache, some ten
 * microseconds a piece. For a daemon that has started, or has had much to do
 * and now has nothing. Takes less than a millisecond; any thread.
 */
void trim_memory(void);

#endif

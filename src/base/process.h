/* process.h: what a daemon asks of the system for itself. */
#ifndef CAM_PROCESS_H
#define CAM_PROCESS_H

/* Keys and messages are for nobody else's eyes: no core, no tracing, files for
 * us alone (threat model U2). SIGPIPE is ignored. */
void process_harden(void);
/* Up to count open files where that is allowed: many systems give a thousand
 * where nobody asks for more. */
void process_allow_files(unsigned long count);

#endif

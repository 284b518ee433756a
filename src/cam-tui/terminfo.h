/* terminfo.h: what terminfo knows of the terminal; the only place that knows
 * curses. */
#ifndef CAM_TUI_TERMINFO_H
#define CAM_TUI_TERMINFO_H

/* Of TERM. CAM_ERR_UNSUPPORTED: unknown, or it cannot place its cursor. One at
 * a time, as terminfo has it. */
int terminfo_open(int out);
void terminfo_close(void);

/* A capability's sequence, "" where there is none. Borrowed. */
const char *terminfo_text(const char *name);
/* -1: none. */
int terminfo_number(const char *name);
/* The sequence that places the cursor, both from 0. Borrowed until the next
 * call. */
const char *terminfo_place(unsigned row, unsigned column);
/* The same that confines scrolling to these rows, "" where there is none. */
const char *terminfo_region(unsigned first, unsigned last);

#endif

/* command.h: another program run in our place. */
#ifndef CAM_CAM_COMMAND_H
#define CAM_CAM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

struct excerpt;

struct command_end {
	int status;  /* of a shell: its own, or 128 + signal, 126, 127 */
	int signo;   /* that ended it, or 0 */
	int failure; /* errno where it could not be run, or 0 */
	int64_t took_ms;
};

/*
 * Runs argv[0], looked for in PATH, with our stdin, and waits for its end, not
 * for that of what it leaves behind. What it prints goes to output and, with
 * show, to stdout as well. Signals that would end us go to it.
 */
void command_run(char *const argv[], bool show, struct excerpt *output,
    struct command_end *end);

#endif

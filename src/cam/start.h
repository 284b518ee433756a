/* start.h: camd started when a verb needs it. */
#ifndef CAM_START_H
#define CAM_START_H

#include <stdio.h>

struct cam;
struct rpc_client;

/*
 * Starts camd, found beside the cam binary or in PATH, waits until it is ready
 * and connects. Of several cam that do so at once one starts it. 0, a CAM_ERR_*
 * of the connection, or an exit code (above 0) after saying why.
 */
int start_daemon(struct cam *cam, struct rpc_client **client);

/*
 * Runs camd with option (NULL: none) until it returns. What it prints goes to
 * out (NULL: nowhere) and errors. 0 and the wait status, or an exit code after
 * saying why it could not be run.
 */
int start_run(
    struct cam *cam, const char *option, FILE *out, FILE *errors, int *status);
/* Why camd failed: the last line of its errors, or how it ended. A new string.
 */
char *start_reason(const struct cam *cam, FILE *errors, int status);

#endif

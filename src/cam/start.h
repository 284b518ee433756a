/* start.h: camd started when a verb needs it. */
#ifndef CAM_START_H
#define CAM_START_H

struct cam;
struct rpc_client;

/*
 * Starts camd, found beside the cam binary or in PATH, waits until it is ready
 * and connects. Of several cam that do so at once one starts it. 0, a CAM_ERR_*
 * of the connection, or an exit code (above 0) after saying why.
 */
int start_daemon(struct cam *cam, struct rpc_client **client);

#endif

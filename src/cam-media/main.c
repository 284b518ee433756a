/* main.c: cam-media: the media of one call, started by camd with one end of a
 * socket pair as descriptor 3. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "cam-media/control.h"
#include "loop/loop.h"
#include "media/shield.h"
#include "rpc/json.h"

enum { FAILED = 1, USAGE = 2, CONTROL_FD = 3 };

#ifdef __SANITIZE_ADDRESS__
/* Leaks are looked for by a process of its own, which the sandbox does not let
 * start; asked by the sanitizer at the end. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return 1;
}
#endif

static int
is_socket(int fd)
{
	int type = 0;
	socklen_t len = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_STREAM;
}

int
main(int argc, char **argv)
{
	struct loop *loop = NULL;
	struct control *control = NULL;
	struct shield *kept = NULL;
	int status;

	if (argc != 1 || !is_socket(CONTROL_FD)) {
		fputs("cam-media is started by camd\n", stderr);
		return USAGE;
	}
	log_open(STDERR_FILENO, LOG_LEVEL_WARN, 0);
	/* PortAudio asks JACK, which would start a server of its own. */
	setenv("JACK_NO_START_SERVER", "1", 1);
	json_wipe_freed();
	if (shield_start(&kept) < 0) {
		log_error("cannot start libsrtp2");
		return FAILED;
	}
	loop = loop_new();
	control = control_new(loop, CONTROL_FD);
	loop_run(loop);
	status = control_failed(control) ? FAILED : 0;
	control_free(control);
	loop_free(loop);
	shield_stop(kept);
	return status;
}

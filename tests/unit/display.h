/* display.h: an X server without a screen. */
#ifndef CAM_TEST_DISPLAY_H
#define CAM_TEST_DISPLAY_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

struct display {
	char name[16]; /* ":1" */
	pid_t pid;
};

/* False: there is no Xvfb. */
static inline bool
display_start(struct display *display, const char *size)
{
	size_t len = 1;
	int ends[2];

	*display = (struct display){ .name = ":" };
	if (access("/usr/bin/Xvfb", X_OK) < 0 || pipe(ends) < 0)
		return false;
	display->pid = fork();
	if (display->pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(ends[1], 3);
		dup2(null, 1);
		dup2(null, 2);
		execl("/usr/bin/Xvfb", "Xvfb", "-displayfd", "3", "-screen",
		    "0", size, "-nolisten", "tcp", "-br", NULL);
		_exit(127);
	}
	close(ends[1]);
	while (len + 1 < sizeof display->name &&
	       read(ends[0], display->name + len, 1) == 1 &&
	       display->name[len] != '\n')
		len++;
	display->name[len] = '\0';
	close(ends[0]);
	return len > 1;
}

static inline void
display_stop(struct display *display)
{
	kill(display->pid, SIGTERM);
	waitpid(display->pid, NULL, 0);
}

#endif

/* watch.h: tells when a descriptor can be read or written. */
#ifndef CAM_WATCH_H
#define CAM_WATCH_H

#include <stdbool.h>

struct loop;

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

struct watch {
	struct loop *loop;
	int fd;
	void (*fn)(int fd, int events, void *arg);
	void *arg;
	/* Called before others that are ready at the same time; to be set
	 * before anything is watched. */
	bool is_first;
	void *watcher;
};

/* fd stays the caller's. Nothing is watched before watch_set(). */
void watch_init(struct watch *watch, struct loop *loop, int fd,
    void (*fn)(int fd, int events, void *arg), void *arg);
/* events: WATCH_READ and WATCH_WRITE or'ed; 0 pauses. */
void watch_set(struct watch *watch, int events);
void watch_finish(struct watch *watch);

#endif

/* shown.h: which notification of the service is that of which talk. */
#ifndef CAM_NOTIFY_SHOWN_H
#define CAM_NOTIFY_SHOWN_H

#include <stddef.h>
#include <stdint.h>

/* Older ones are left to the desktop. */
enum { SHOWN_MAX = 64 };

struct shown {
	struct {
		char *key;
		uint32_t id;
	} list[SHOWN_MAX]; /* the oldest first */
	size_t count;
};

/* 0: none. */
uint32_t shown_find(const struct shown *shown, const char *key);
void shown_set(struct shown *shown, const char *key, uint32_t id);
void shown_drop(struct shown *shown, const char *key);
void shown_finish(struct shown *shown);

#endif

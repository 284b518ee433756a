/* message.h: messages as people read them. */
#ifndef CAM_CAM_MESSAGE_H
#define CAM_CAM_MESSAGE_H

#include <jansson.h>
#include <stddef.h>

struct cam;

enum { MESSAGE_TIME_SIZE = 6, MESSAGE_DATE_SIZE = 11, MESSAGE_ID_SHOWN = 8 };

/* "09:30" and "2026-01-31" in the local zone, of an RFC 3339 time; empty where
 * it is none. */
void message_clock(const json_t *time, char clock[MESSAGE_TIME_SIZE],
    char date[MESSAGE_DATE_SIZE]);

/* For people: time, short id, who, text; further lines of the text, and what it
 * answers, are indented. What is missing before it is told on a line of its
 * own. */
void message_print(struct cam *cam, const json_t *message);
/* The same for a message.changed event: who changed which, and its text now. */
void message_print_change(struct cam *cam, const json_t *event);
/* For programs, a line: time, id, from, nick, to, state, text, by tabs. */
void message_print_row(struct cam *cam, const json_t *message);
/* What there is to read: the text, or how to open it, or that it is deleted. A
 * new string. */
char *message_text(const json_t *message);

#endif

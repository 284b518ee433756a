/* message_lines.h: how a message looks: its lines, at a width. */
#ifndef CAM_TUI_MESSAGE_LINES_H
#define CAM_TUI_MESSAGE_LINES_H

#include <stdbool.h>

#include "cam-tui/layout.h"

struct model;
struct model_message;

enum { MESSAGE_INDENT = 6, MESSAGE_DATE_SIZE = 64 };

/* What is not of the message itself. */
struct message_context {
	bool has_date;	/* a line with its date stands above */
	bool has_start; /* a line says that what is new begins here */
	bool is_unread;
	bool in_words;	    /* for ears: nothing is drawn by signs */
	const char *answer; /* of a question: what it was answered; borrowed */
	bool is_group;	    /* of a talk with several: tell who has got it */
};

void message_lines(struct layout *layout, const struct model *model,
    const struct model_message *message, const struct message_context *context);

/* "Monday, 31 January 2026", local; whether two times are of one day. */
void message_date(int64_t time_ms, char date[MESSAGE_DATE_SIZE]);
bool message_same_day(int64_t a_ms, int64_t b_ms);
/* "09:30" */
void message_clock_text(int64_t time_ms, char clock[MESSAGE_INDENT]);
/* "encrypted, verified": of a user's or a message's encryption word. */
const char *message_protection(const char *encryption);

#endif

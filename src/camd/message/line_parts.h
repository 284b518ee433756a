/* line_parts.h: what the parts of a line do for each other. */
#ifndef CAM_CAMD_LINE_PARTS_H
#define CAM_CAMD_LINE_PARTS_H

#include <stdbool.h>

#include "camd/message/line.h"
#include "camd/message/way.h"

/* Sends what can be sent now. */
void line_advance(struct line *line);
/* The same with all that was tried in vain. */
void line_retry_all(struct line *line);
/* Until later; later and later each time. */
void line_sleep(struct line *line);

/* One that is in no list any more; that is among those waiting; the same, with
 * a reason told. */
void line_forget(struct line *line, struct delivery *delivery);
void line_drop(struct line *line, struct delivery *delivery);
void line_fail(
    struct line *line, struct delivery *delivery, const char *reason);

/* By IPMSG: it is on its way, or will be. */
void line_send_by_lan(struct line *line, struct delivery *delivery,
    const struct user *user, const struct way *way);
void line_ask_for_key(struct line *line, struct user *user);

/* Over the user's link; false: there is no room now. */
bool line_send_by_link(
    struct line *line, struct delivery *delivery, const struct user *user);
/* The same by way of the server. */
bool line_send_by_relay(struct line *line, struct delivery *delivery);
void line_wait_for_link(struct line *line, const struct user *user);
/* A link has been waited for long enough. */
bool line_is_impatient(const struct line *line);
/* What is under way goes back to the beginning, in order. */
void line_unload(struct line *line);

#endif

/* notices.h: what many members are told: made once, its bytes shared. */
#ifndef CAM_CAMSERVER_NOTICES_H
#define CAM_CAMSERVER_NOTICES_H

struct memberlink;
struct notices;
struct roll;

struct notices *notices_new(const struct roll *roll);
void notices_free(struct notices *notices);
/* What nobody needs just now is made anew when somebody does. */
void notices_forget(struct notices *notices);

/* Who is there, to somebody who has come: of what he knows only what differs.
 * It may be as old as the last notices_begin_presence(): what changed since is
 * told then. */
void notices_send_presence(struct notices *notices, struct memberlink *link);
/* Changes that he has not been sent, with the head at their end. */
void notices_send_changes(struct notices *notices, struct memberlink *link);
/* What has changed on the roll, for all: begun, then told to each. */
void notices_begin_presence(struct notices *notices);
void notices_tell_presence(struct notices *notices, struct memberlink *link);

#endif

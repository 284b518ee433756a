/* change.h: own messages edited and deleted. */
#ifndef CAM_CAMD_CHANGE_H
#define CAM_CAMD_CHANGE_H

#include <stdint.h>

struct camd;
struct outbox_sent;
struct record;

/*
 * Changes a message of ours by its full id, stores that, and sends it to all
 * who got or will get the message. text NULL: it is deleted. on_done gets the
 * change (borrowed), or CAM_ERR_UNKNOWN; CAM_ERR_REFUSED: it is not ours;
 * CAM_ERR_EXISTS: it is deleted already.
 */
void change_message(struct camd *camd, const char *id, const char *text,
    void (*on_done)(void *arg, int err, const struct outbox_sent *sent),
    void *arg);
/* Tells message.changed of the message as it is now. */
void change_tell(struct camd *camd, const struct record *record);

#endif

/* object.h: the message, recipient and offer objects of cam-rpc(7), made of
 * what the store keeps. */
#ifndef CAM_CAMD_OBJECT_H
#define CAM_CAMD_OBJECT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "camd/message/record.h"

struct camd;

/* The message object; who is who comes from the roster, so only on the loop. */
json_t *message_object(const struct camd *camd, const struct record *record);
/* What message.changed tells of the message as it is now: {id, from, message}.
 */
json_t *changed_object(const struct camd *camd, const struct record *record);

/*
 * The recipient object of one delivery of the message sent at time_ms.
 * delivery->error holds a reason of cam-rpc(7), "cleartext", or is "" unless
 * the delivery failed; reason_text() is what people read of it.
 */
json_t *recipient_object(const struct camd *camd,
    const struct store_delivery *delivery, int64_t time_ms);
/* Those of all of them, as text with commas between them. */
void recipients_text(const struct camd *camd,
    const struct store_delivery *deliveries, size_t count, int64_t time_ms,
    struct buf *text);
/* The event message.state of the message with that id, sent at time_ms. */
void state_text(const struct camd *camd, const struct store_delivery *delivery,
    const char *id, int64_t time_ms, struct buf *text);
/*
 * One that failed before it was a delivery: a WHO that is nobody, or oneself
 * (CAM_ERR_REQUEST). Takes candidates (NULL: none).
 */
json_t *recipient_refused(const char *who, int err, json_t *candidates);

/* As in the message object's offers. */
json_t *offer_object(const char *message_id, const struct store_offer *offer);

#endif

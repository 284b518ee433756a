/* link.h: the connection to another camd. */
#ifndef CAM_CAMD_LINK_H
#define CAM_CAMD_LINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/table.h"
#include "crypto/device.h"
#include "link/linkhello.h"
#include "net/addr.h"

struct camd;
struct link;
struct user;

/*
 * One TLS connection and its channel. It is greeted once both hellos are there
 * and the trust of camd has said whose it is; before that nothing but hello is
 * answered. Links belong to struct links.
 */
bool link_is_greeted(const struct link *link);
/* Whose it is; NULL before it is greeted. */
struct user *link_user(const struct link *link);
struct camd *link_camd(const struct link *link);
bool link_can(const struct link *link, enum link_capability capability);
/* Of the other end; valid once greeted. */
const struct devices *link_devices(const struct link *link);
const struct device *link_device(const struct link *link);
const struct prekey *link_prekey(const struct link *link);
const struct addr *link_addr(const struct link *link);
/* A number that no other link of this run has: who waits for the pool keeps it
 * and asks links_by_serial() afterwards, for the link may have gone. */
uint64_t link_serial(const struct link *link);

/* As channel_call() and channel_notify(); on_done gets CAM_ERR_CLOSED when the
 * link ends before the answer. */
int link_call(struct link *link, const char *method, json_t *params,
    void (*on_done)(void *arg, int err, json_t *result, const char *message),
    void *arg);
int link_notify(struct link *link, const char *method, json_t *params);
/* To a request, now or later; takes result (NULL: an empty object). */
void link_reply(struct link *link, json_int_t id, json_t *result);
void link_fail(struct link *link, json_int_t id, int err, const char *message);
/* An envelope for the other end, in order; CAM_ERR_FULL: wait for
 * links_ops.on_drained. */
int link_send_envelope(struct link *link, struct span envelope);
/* Bytes of envelopes that wait to be sent. */
size_t link_queued(const struct link *link);
/* The envelope just received has been dealt with: room for len more bytes. */
void link_credit(struct link *link, size_t len);
/* Another prekey of theirs, PREKEY_BYTES as it came: its signature is checked.
 * CAM_ERR_CRYPTO, CAM_ERR_FORMAT; CAM_ERR_LIMIT: they come too often. */
int link_take_prekey(struct link *link, struct span bytes);
/* It has ended without the other end's doing: that may be gone. Asked in
 * links_ops.on_closed. */
bool link_is_broken(const struct link *link);
/* Ends it with a reason for the log (static); nothing of it may be used any
 * more. */
void link_close(struct link *link, const char *reason);

#endif

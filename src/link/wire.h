/* wire.h: a TLS connection and the channel inside it, as one thing. */
#ifndef CAM_LINK_WIRE_H
#define CAM_LINK_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/sign.h"
#include "rpc/channel.h"

struct loop;
struct tls_context;
struct wire;

/* As those of tls.h and channel.h. The wire may be freed inside any of these;
 * nothing follows then. */
struct wire_ops {
	/* The other end holds that key; there is a channel now. */
	void (*on_ready)(
	    struct wire *wire, const uint8_t key[SIGN_KEY_SIZE], void *arg);
	void (*on_request)(struct wire *wire, const char *method,
	    json_t *params, const json_int_t *id, void *arg);
	int (*on_open)(
	    struct wire *wire, uint16_t stream, const char *kind, void *arg);
	void (*on_item)(
	    struct wire *wire, uint16_t stream, struct span item, void *arg);
	void (*on_close)(
	    struct wire *wire, uint16_t stream, int err, void *arg);
	void (*on_drained)(struct wire *wire, uint16_t stream, void *arg);
	/* Once: it is over, by err as of tls.h or CAM_ERR_FORMAT (frames that
	 * are none, or too much before wire_admit()); reason is for the log. */
	void (*on_closed)(
	    struct wire *wire, int err, const char *reason, void *arg);
};

/* Takes fd; the handshake must be over within timeout_ms. */
struct wire *wire_new(struct loop *loop, struct tls_context *context, int fd,
    bool connected, uint64_t timeout_ms, const struct wire_ops *ops, void *arg);
/* Closes; calls that wait get CAM_ERR_CLOSED before it returns. NULL is fine.
 */
void wire_free(struct wire *wire);
/* NULL before on_ready. */
struct channel *wire_channel(const struct wire *wire);
/* Who it is has been settled: from now on he may say more than
 * LIMIT_LINK_STRANGER bytes. */
void wire_admit(struct wire *wire);
/* Paused, it hears nothing, not even its end, but still says. */
void wire_pause(struct wire *wire, bool paused);
/* What has just been said leaves as far as that goes without waiting. Not
 * inside its callbacks. */
void wire_flush(struct wire *wire);

#endif

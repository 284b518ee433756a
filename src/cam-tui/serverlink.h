/* serverlink.h: the camserver of this machine, as its administrators see it:
 * asked over its Unix socket, and asked again while somebody looks. */
#ifndef CAM_TUI_SERVERLINK_H
#define CAM_TUI_SERVERLINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "rpc/caller.h"

struct loop;
struct serverlink;

/* What is asked for again and again, beside how it is. */
enum serverlink_part { SERVER_MEMBERS, SERVER_QUEUE, SERVER_LOG, SERVER_PARTS };

/* The home of a camserver, copied. on_changed: there is something new to see.
 */
struct serverlink *serverlink_new(struct loop *loop, const char *home,
    void (*on_changed)(void *arg), void *arg);
void serverlink_free(struct serverlink *link);
const char *serverlink_home(const struct serverlink *link);

/* Connects, and connects again, while it is watched; what of it is. */
void serverlink_watch(
    struct serverlink *link, bool watched, enum serverlink_part part);
/* All that is watched, now. */
void serverlink_refresh(struct serverlink *link);

/* server.status, NULL: not known yet. */
const json_t *serverlink_status(const struct serverlink *link);
/* Why it cannot be asked, for people, or NULL. */
const char *serverlink_problem(const struct serverlink *link);
/* Objects as member.list, queue.list and log.list have them: who waits for
 * approval first, who is removed not at all; the newest line last. */
size_t serverlink_count(
    const struct serverlink *link, enum serverlink_part part);
const json_t *serverlink_at(
    const struct serverlink *link, enum serverlink_part part, size_t place);

/* Takes params; on_answer is called as in rpc_caller_call(), with
 * CAM_ERR_CLOSED where there is no connection. */
void serverlink_call(struct serverlink *link, const char *method,
    json_t *params, rpc_caller_answer *on_answer, void *arg);

#endif

/* idle.h: whether somebody is at this screen. */
#ifndef CAM_TUI_IDLE_H
#define CAM_TUI_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct idle;
struct tui;

struct idle *idle_new(struct tui *tui);
void idle_free(struct idle *idle);

/* A key was pressed, or the like. */
void idle_key(struct idle *idle);
/* Looks again: each minute, and when the terminal has lost its focus. */
void idle_check(struct idle *idle);
/* A new connection to camd, which knows nothing of us yet. */
void idle_connected(struct idle *idle);
/* The terminal multiplexer we run in has no terminal any more. */
bool idle_is_detached(const struct idle *idle);

/* after_ms 0: nobody is ever idle. Pure. */
bool idle_is_idle(
    uint64_t after_ms, bool is_detached, uint64_t key_ms, uint64_t now_ms);

#endif

/* drafts.h: what was being written when the screen was left, kept for the next
 * one. */
#ifndef CAM_TUI_DRAFTS_H
#define CAM_TUI_DRAFTS_H

#include <jansson.h>
#include <stddef.h>

struct tui;

enum { DRAFTS_MAX = 100, DRAFTS_FILE_MAX = 8 * 1024 * 1024 };

/* Opens the talks that something was being written in, with that text. */
void drafts_load(struct tui *tui);
/* Keeps what is being written in talks that are open; of others what is kept
 * already stays. */
void drafts_save(const struct tui *tui);

#endif

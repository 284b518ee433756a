/* herald.h: the user is told of a message: bell, terminal, desktop, as the
 * rules of its talk say. */
#ifndef CAM_TUI_HERALD_H
#define CAM_TUI_HERALD_H

#include <stdbool.h>

#include "cam-tui/model.h"

struct herald;
struct tui;

struct herald *herald_new(struct tui *tui);
void herald_free(struct herald *herald);

/*
 * Whether a message is told of: all is the rule above the others, rule the
 * talk's own, fallback what holds where it has none. What is said to us alone
 * names us, unless the talk has a rule. Pure.
 */
bool herald_wants(enum model_notify all, enum model_notify rule,
    enum model_notify fallback, bool names_us, bool is_alone);

/* The same of a message that came, now. */
bool herald_is_wanted(
    const struct tui *tui, const struct model_talk *talk, const json_t *object);
/* One came that nobody looks at. It is told of a moment later, with what else
 * came by then, unless it was read somewhere. */
void herald_message(
    struct herald *herald, const struct model_talk *talk, const json_t *object);
/* The talk was read, here or on another screen. */
void herald_read(struct herald *herald, const struct model_talk *talk);

/*
 * Somebody calls, or has stopped: rules of talks do not silence that, only the
 * one above them (do not disturb). While it rings the bell is rung again now
 * and then by herald_ring(), which returns whether calls may be heard.
 */
void herald_call(
    struct herald *herald, const char *id, const char *text, bool is_looked_at);
void herald_call_over(struct herald *herald, const char *id);
bool herald_ring(struct herald *herald);

/* "muted, ", where the talk has a rule of its own, or "". */
const char *herald_about(const struct model_talk *talk);
/* " until 18:30", or "": of a rule that holds now. A new string. */
char *herald_until(struct model_rule rule);
/* Until when "30m", "2h", "18:30" is, from now on; 0 for "". CAM_ERR_FORMAT. */
int herald_parse(const char *text, int64_t now_ms, int64_t *until_ms);

#endif

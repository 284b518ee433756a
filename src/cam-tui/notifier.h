/* notifier.h: notifications on the desktop, by a helper that speaks D-Bus: a
 * bus that hangs never holds up the screen. */
#ifndef CAM_TUI_NOTIFIER_H
#define CAM_TUI_NOTIFIER_H

#include <stdbool.h>

struct loop;
struct notifier;

/*
 * program is the path of cam-notify. on_failed: it has ended, and this one
 * (NULL: none) was perhaps not shown; both strings are borrowed.
 */
struct notifier *notifier_new(struct loop *loop, const char *program,
    const char *lock,
    void (*on_failed)(const char *title, const char *body, void *arg),
    void *arg);
void notifier_free(struct notifier *notifier);

/*
 * Shows it, instead of an older one of the same key. The helper is started by
 * the first. False: there is none, now.
 */
bool notifier_show(struct notifier *notifier, const char *key,
    const char *title, const char *body);
/* Takes that one away, wherever it still is. */
void notifier_withdraw(struct notifier *notifier, const char *key);

#endif

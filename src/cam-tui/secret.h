/* secret.h: the passphrase of the keys, asked for where the text is written:
 * never shown, never kept. */
#ifndef CAM_TUI_SECRET_H
#define CAM_TUI_SECRET_H

#include <stdbool.h>

#include "base/span.h"
#include "cam-tui/stroke.h"

struct secret;
struct tui;

struct secret *secret_new(struct tui *tui);
void secret_free(struct secret *secret);

/* The keys are locked: asks, unless that was put off (act_unlock() asks again).
 */
void secret_ask(struct secret *secret);
void secret_ask_again(struct secret *secret);
/* They are open, or camd has gone. */
void secret_close(struct secret *secret);

/* What is typed goes there. */
bool secret_is_open(const struct secret *secret);
void secret_stroke(struct secret *secret, struct stroke stroke);
void secret_paste(struct secret *secret, struct span text);
/* The question; the cursor stands behind it. */
const char *secret_question(void);

#endif

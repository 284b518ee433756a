/* attach.h: files offered from the screen: typed, or dragged onto the terminal.
 */
#ifndef CAM_TUI_ATTACH_H
#define CAM_TUI_ATTACH_H

#include <stdbool.h>

#include "base/span.h"

struct tui;

/* What was pasted into a talk. Where it is paths of files that there are, what
 * to do with them is asked; false: it is text. */
bool attach_pasted(struct tui *tui, struct span text);

#endif

/* composer.h: the text being typed: edited by grapheme, with a history. Pure.
 */
#ifndef CAM_TUI_COMPOSER_H
#define CAM_TUI_COMPOSER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

struct composer;

enum { COMPOSER_HISTORY = 200 };

/* Where an edit or a movement goes to. */
enum composer_place {
	PLACE_LEFT, /* a grapheme */
	PLACE_RIGHT,
	PLACE_WORD_LEFT,
	PLACE_WORD_RIGHT,
	PLACE_LINE_START,
	PLACE_LINE_END,
	PLACE_START,
	PLACE_END,
	PLACE_LINE_UP, /* the same column of the line above */
	PLACE_LINE_DOWN
};

struct composer *composer_new(void);
void composer_free(struct composer *composer);

/* Borrowed until the next change; never more than LIMIT_MESSAGE_TEXT. */
struct span composer_text(const struct composer *composer);
/* A byte offset into the text, at a grapheme's edge. */
size_t composer_cursor(const struct composer *composer);
bool composer_is_empty(const struct composer *composer);

/* At the cursor. What is no UTF-8, or too much, is not taken. */
void composer_insert(struct composer *composer, struct span text);
/* Instead of all there is; the cursor goes to the end. */
void composer_set(struct composer *composer, struct span text);
/* Instead of from..cursor. */
void composer_replace(struct composer *composer, size_t from, struct span text);

/* False: there was nowhere to go. */
bool composer_move(struct composer *composer, enum composer_place place);
/* Deletes up to there; with keep for composer_yank(). */
bool composer_delete(
    struct composer *composer, enum composer_place place, bool keep);
void composer_yank(struct composer *composer);
/* Swaps the graphemes around the cursor. */
void composer_transpose(struct composer *composer);
void composer_undo(struct composer *composer);

/* Takes the text as a new string (release with free()) and remembers it. */
char *composer_take(struct composer *composer);
/* An older or newer one of the history instead of the text, which is kept. */
bool composer_older(struct composer *composer);
bool composer_newer(struct composer *composer);

#endif
